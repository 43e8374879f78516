"""The normalised keys of leads and customers: one indexed row per key and party, by which duplicates are found."""

from collections.abc import Iterable

import frappe
import phonenumbers
from pypika import Criterion

from l2c_app.core import normalise
from l2c_app.core.duplicates import COMPANY, DOMAIN, EMAIL, PHONE, TAX_ID
from l2c_app.services.batch.stamps import STAMPS, stamps
from l2c_app.services.lead import contact_values
from l2c_app.services.pool import vault
from l2c_app.services.pool.name_lists import among, chunks

MOST_OF_A_DOMAIN = 50
FIELDS: dict[str, tuple[tuple[str, str], ...]] = {
	"Lead": (
		(PHONE, "mobile_no"),
		(PHONE, "phone"),
		(PHONE, "whatsapp_no"),
		(EMAIL, "email_id"),
		(DOMAIN, "email_id"),
		(DOMAIN, "website"),
		(COMPANY, "company_name"),
	),
	"Customer": (
		(PHONE, "mobile_no"),
		(EMAIL, "email_id"),
		(DOMAIN, "email_id"),
		(DOMAIN, "website"),
		(COMPANY, "customer_name"),
		(TAX_ID, "tax_id"),
	),
}
COLUMNS = (*STAMPS, "party_type", "party", "kind", "value")
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
	normal = {
		EMAIL: normalise.email_key,
		DOMAIN: normalise.domain_key,
		COMPANY: normalise.company_key,
		TAX_ID: normalise.tax_id_key,
	}
	return normal[kind](text)


def keys_of(doc: object, party_type: str, *, contacts: Iterable[tuple[str, str]] | None = None) -> set[Key]:
	"""Return the keys of a lead or customer and of its contacts (read unless given as (kind, text)).

	The name of a private customer is no company key.
	"""
	if contacts is None:
		contacts = contact_values.of_parties(party_type, [doc.get("name")]).get(doc.get("name"), ())
	region = default_region()
	real = vault.real_values(doc) if party_type == "Lead" else {}
	typed = [
		(kind, real.get(fieldname) or doc.get(fieldname))
		for kind, fieldname in FIELDS[party_type]
		if kind != COMPANY or doc.get("customer_type") != "Individual"
	]
	for kind, text in contacts:
		typed += [(kind, text), (DOMAIN, text)] if kind == EMAIL else [(kind, text)]
	keys = {(kind, key_of(kind, text, region)) for kind, text in typed if text}
	return {key for key in keys if key[1]}


def store(party_type: str, party: str, keys: Iterable[Key]) -> set[Key]:
	"""Make the stored keys of a party these. Writes only the difference and returns the keys that are new."""
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
	new = wanted - there.keys()
	insert(party_type, party, new)
	return new


def insert(party_type: str, party: str, keys: Iterable[Key]) -> None:
	"""Store keys that the party does not have yet: all of a new one."""
	user, now = frappe.session.user, frappe.utils.now_datetime()
	rows = [
		(*stamps(frappe.generate_hash(length=10), user, now), party_type, party, kind, value)
		for kind, value in sorted(keys)
	]
	if rows:
		frappe.qb.into(frappe.qb.DocType("L2C Party Key")).columns(*COLUMNS).insert(*rows).run()


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
	wanted = sorted(set(keys))
	sure = [key for key in wanted if key[0] != DOMAIN]
	found = [row for key in sure for row in _newest_with(key)] if lock else _rows_with(sure)
	for key in sorted(set(wanted) - set(sure)):  # never sure by itself, and some have thousands of parties
		found += _rows_of(key, limit=MOST_OF_A_DOMAIN)
	return found


def there(keys: Iterable[Key]) -> set[Key]:
	"""Return those of the keys that some party has, one statement per kind and thousand."""
	table = frappe.qb.DocType("L2C Party Key")
	found: set[Key] = set()
	wanted = set(keys)
	for kind in sorted({kind for kind, _value in wanted}):
		for some in chunks(sorted(value for each, value in wanted if each == kind)):
			query = frappe.qb.from_(table).select(table.value).distinct()
			query = query.where((table.kind == kind) & among(table.value, some))
			found |= {(kind, row[0]) for row in query.run()}
	return found


def _rows_with(keys: list[Key]) -> list[frappe._dict]:
	table = frappe.qb.DocType("L2C Party Key")
	if not keys:
		return []
	return (
		frappe.qb.from_(table)
		.where(Criterion.any([(table.kind == kind) & (table.value == value) for kind, value in keys]))
		.select(table.kind, table.value, table.party_type, table.party)
		.orderby(table.party_type, table.party)
		.run(as_dict=True)
	)


def _rows_of(key: Key, **options: object) -> list[frappe._dict]:
	kind, value = key
	return frappe.db.get_values(
		"L2C Party Key",
		{"kind": kind, "value": value},
		["kind", "value", "party_type", "party"],
		as_dict=True,
		order_by="party_type asc, party asc",
		**options,
	)


def _newest_with(key: Key) -> list[frappe._dict]:
	try:
		return _rows_of(key, for_update=True, wait=False)
	except frappe.QueryTimeoutError:
		saving = frappe._dict(kind=key[0], value=key[1], party_type="", party="")
		return [*_rows_of(key), saving]


def refresh(party_type: str, parties: Iterable[str]) -> None:
	"""Store the keys of these parties anew, after their contacts changed; those that are gone are passed over."""
	names = sorted(set(parties))
	rows = frappe.get_all(
		party_type, filters={"name": ("in", names)}, fields=_fields(party_type), order_by="name"
	)
	_store_all(party_type, rows)


def rebuild(party_type: str, *, after: str = "", limit: int = 500) -> str | None:
	"""Store the keys of the next parties by name; returns where to go on, None at the end. Safe to repeat."""
	filters = {"name": (">", after)}
	rows = frappe.get_all(
		party_type, filters=filters, fields=_fields(party_type), order_by="name", limit=limit
	)
	_store_all(party_type, rows)
	return rows[-1].name if len(rows) == limit else None


def _fields(party_type: str) -> list[str]:
	fields = ["name", *dict.fromkeys(fieldname for _kind, fieldname in FIELDS[party_type])]
	return [*fields, "customer_type"] if party_type == "Customer" else fields


def _store_all(party_type: str, rows: list[frappe._dict]) -> None:
	contacts = contact_values.of_parties(party_type, [row.name for row in rows])
	for row in rows:
		store(party_type, row.name, keys_of(row, party_type, contacts=contacts.get(row.name, ())))
