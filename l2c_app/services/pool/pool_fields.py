"""Which fields of a party a pool shows its members before they claim, and which of a lead's fields are contact data there."""

from collections.abc import Iterable

import frappe
from frappe import _

from l2c_app.services.errors import BadPoolFields, refuse

TEXTS = ("Data", "Small Text")
PHONE = "Phone"
NEVER_SHOWN = ("Table", "Table MultiSelect", "Password", "HTML", "Button", "Image", "Fold", "Heading")
LAYOUT = ("Section Break", "Column Break", "Tab Break")
STANDARD = ("creation", "modified", "owner")
FOR_EVER = "Masked for Ever"
FEWEST = 2
DEFAULT = {
	"Lead": (
		"lead_name",
		"company_name",
		"mobile_no",
		"phone",
		"email_id",
		"territory",
		"industry",
		"city",
		"country",
		"status",
		"request_type",
		"l2c_tier",
		"creation",
	),
	"Customer": ("customer_name", "mobile_no", "email_id", "territory", "industry", "creation"),
}


def validate(pool: object) -> None:
	"""Raise BadPoolFields: unknown fields, fields that cannot be masked, fewer than two shown."""
	_check_contact_fields(pool)
	names = names_in(pool.get("shown_fields"))
	if not names:
		return
	_refuse_unknown(pool, names, showable(pool.party_type), _("Fields Shown before a Claim"))
	if len(names) < FEWEST:
		refuse(
			BadPoolFields,
			_("Members must see at least {0} fields.").format(FEWEST),
			compared=", ".join(names),
			do=_("Name more of them, or leave the list blank."),
		)


def names_in(text: str | None) -> list[str]:
	"""Return the fieldnames of a list, one a line or with commas, each once."""
	return list(dict.fromkeys((text or "").replace(",", " ").split()))


def further(pools: Iterable[str]) -> list[str]:
	"""Return the further contact fields that any of the pools names and leads still have, in the order of their names."""
	names = {name for pool in pools for name in _named(pool)}
	return sorted(names & maskable()) if names else []


def vanished(pool: str) -> list[str]:
	"""Return the further contact fields of a pool that leads do not have any more, or not as a text that can be masked."""
	names = _named(pool)
	return sorted(set(names) - maskable()) if names else []


def shown(pool: str, party_type: str) -> list[str]:
	"""Return the fields that members see of a party they do not hold: the pool's list, or the usual one; none that vanished."""
	names = names_in(frappe.get_cached_value("Lead Pool", pool, "shown_fields"))
	known = showable(party_type)
	return [name for name in names or DEFAULT[party_type] if name in known]


def showable(party_type: str) -> set[str]:
	"""Return the fields of a kind of party that have a value to show, none above the first permission level."""
	fields = [field for field in frappe.get_meta(party_type).fields if not field.get("permlevel")]
	return {f.fieldname for f in fields if f.fieldtype not in (*NEVER_SHOWN, *LAYOUT)} | set(STANDARD)


def maskable() -> set[str]:
	"""Return the fields of a lead that hold a text."""
	fields = frappe.get_meta("Lead").fields
	return {field.fieldname for field in fields if field.fieldtype in (*TEXTS, PHONE)}


def _named(pool: str) -> list[str]:
	return names_in(frappe.get_cached_value("Lead Pool", pool, "contact_fields"))


def _check_contact_fields(pool: object) -> None:
	names = names_in(pool.get("contact_fields"))
	if not names:
		return
	title = _("Further Contact Fields")
	if pool.party_type != "Lead":
		refuse(BadPoolFields, _("{0}: only leads are masked.").format(title))
	_refuse_unknown(pool, names, maskable(), title)
	phones = {field.fieldname for field in frappe.get_meta("Lead").fields if field.fieldtype == PHONE}
	if pool.mask_mode == FOR_EVER and phones & set(names):
		refuse(
			BadPoolFields,
			_("{0}: a field of type Phone cannot store a mask.").format(title),
			compared=", ".join(sorted(phones & set(names))),
			do=_("Change its type to Data, or mask until claimed."),
		)


def _refuse_unknown(pool: object, names: list[str], known: set[str], title: str) -> None:
	unknown = [name for name in names if name not in known]
	if unknown:
		refuse(
			BadPoolFields,
			_("{0}: {1} has no such field: {2}").format(title, _(pool.party_type), ", ".join(unknown)[:200]),
			do=_("Use fieldnames of type {0}.").format(", ".join((*TEXTS, PHONE)))
			if known == maskable()
			else "",
		)
