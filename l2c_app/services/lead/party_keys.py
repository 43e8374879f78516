"""The normalised keys of leads and customers: one indexed row per key and party, by which duplicates are found."""

from collections.abc import Iterable

import frappe
import phonenumbers

from l2c_app.core import normalise
from l2c_app.services.pool import vault

PHONE, EMAIL, COMPANY, TAX_ID = "Phone", "Email", "Company", "Tax Id"
FIELDS: dict[str, tuple[tuple[str, str], ...]] = {
	"Lead": (
		(PHONE, "mobile_no"),
		(PHONE, "phone"),
		(PHONE, "whatsapp_no"),
		(EMAIL, "email_id"),
		(COMPANY, "company_name"),
	),
	"Customer": (
		(PHONE, "mobile_no"),
		(EMAIL, "email_id"),
		(COMPANY, "customer_name"),
		(TAX_ID, "tax_id"),
	),
}
COLUMNS = (
	"name",
	"owner",
	"creation",
	"modified",
	"modified_by",
	"docstatus",
	"idx",
	"party_type",
	"party",
	"kind",
	"value",
)
Key = tuple[str, str]


def default_region() -> str | None:
	"""Return the two-letter country for phones without a prefix: our setting, else the site's country, else none."""
	country = frappe.db.get_single_value("L2C Settings", "default_country") or frappe.db.get_default(
		"country"
	)
	code = frappe.get_cached_value("Country", country, "code") if country else None
	return code.upper() if code else None


def phone_key(text: str | None, region: str | None = None) -> str:
	"""Return the number in E.164 ("138 0013 8000" in CN gives "+8613800138000"), else its bare digits, marked; or ""."""
	typed = normalise.phone_text(text)
	if not any(character.isdigit() for character in typed) or len(typed) > 60:
		return ""
	try:
		number = phonenumbers.parse(typed, region)
	except phonenumbers.NumberParseException:
		return normalise.bare_phone_key(typed)
	if not phonenumbers.is_possible_number(number):
		return normalise.bare_phone_key(typed)
	return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def key_of(kind: str, text: str | None, region: str | None) -> str:
	"""Return the key of one value, "" when it says nothing."""
	if kind == PHONE:
		return phone_key(text, region)
	return {EMAIL: normalise.email_key, COMPANY: normalise.company_key, TAX_ID: normalise.tax_id_key}[kind](
		text
	)


def keys_of(doc: object, party_type: str) -> set[Key]:
	"""Return the keys of a lead or customer; the name of a private customer is no company key."""
	region = default_region()
	keys = set()
	real = vault.real_values(doc) if party_type == "Lead" else {}
	for kind, fieldname in FIELDS[party_type]:
		if kind == COMPANY and doc.get("customer_type") == "Individual":
			continue
		value = key_of(kind, real.get(fieldname) or doc.get(fieldname), region)
		if value:
			keys.add((kind, value))
	return keys


def store(party_type: str, party: str, keys: Iterable[Key]) -> None:
	"""Make the stored keys of a party these. Writes only the difference."""
	wanted = set(keys)
	rows = frappe.get_all(
		"L2C Party Key",
		filters={"party_type": party_type, "party": party},
		fields=["name", "kind", "value"],
		order_by="name",
	)
	there = {(row.kind, row.value): row.name for row in rows}
	gone = [name for key, name in there.items() if key not in wanted]
	if gone:
		frappe.db.delete("L2C Party Key", {"name": ("in", gone)})
	_insert([(party_type, party, kind, value) for kind, value in sorted(wanted - there.keys())])


def _insert(rows: list[tuple[str, str, str, str]]) -> None:
	if not rows:
		return
	user, now = frappe.session.user, frappe.utils.now_datetime()
	query = frappe.qb.into(frappe.qb.DocType("L2C Party Key")).columns(*COLUMNS)
	for row in rows:
		query = query.insert(frappe.generate_hash(length=10), user, now, now, user, 0, 0, *row)
	query.run()


def forget(party_type: str, party: str) -> None:
	"""Drop the keys of a deleted party."""
	frappe.db.delete("L2C Party Key", {"party_type": party_type, "party": party})


def rename(party_type: str, old: str, new: str, *, doc: object) -> None:
	"""After a rename or merge: the old name's keys go, the document's own are stored under the new name."""
	forget(party_type, old)
	store(party_type, new, keys_of(doc, party_type))


def parties_with(keys: Iterable[Key], *, lock: bool = False) -> list[frappe._dict]:
	"""Return the rows (kind, value, party_type, party) of all parties with one of the keys.

	`lock` reads the newest rows and makes later inserts of the same key wait: of two people who type the same phone at
	once, at least one sees the other. It never waits itself, else two who stored their keys before either looked would
	stop each other: a key that somebody is just saving gives a row without a party.
	"""
	found: list = []
	for key in sorted(set(keys)):
		found += _newest_with(key) if lock else _query(key).run(as_dict=True)
	return found


def _query(key: Key) -> object:
	table = frappe.qb.DocType("L2C Party Key")
	return (
		frappe.qb.from_(table)
		.where((table.kind == key[0]) & (table.value == key[1]))
		.select(table.kind, table.value, table.party_type, table.party)
		.orderby(table.party_type, table.party)
	)


def _newest_with(key: Key) -> list[frappe._dict]:
	try:
		return _query(key).for_update(nowait=True).run(as_dict=True)
	except frappe.QueryTimeoutError:
		saving = frappe._dict(kind=key[0], value=key[1], party_type="", party="")
		return [*_query(key).run(as_dict=True), saving]


def rebuild(party_type: str, *, after: str = "", limit: int = 500) -> str | None:
	"""Store the keys of the next parties by name; returns where to go on, None at the end. Safe to repeat."""
	fields = ["name", *dict.fromkeys(fieldname for _kind, fieldname in FIELDS[party_type])]
	if party_type == "Customer":
		fields.append("customer_type")
	rows = frappe.get_all(
		party_type, filters={"name": (">", after)}, fields=fields, order_by="name", limit=limit
	)
	for row in rows:
		store(party_type, row.name, keys_of(row, party_type))
	return rows[-1].name if len(rows) == limit else None
