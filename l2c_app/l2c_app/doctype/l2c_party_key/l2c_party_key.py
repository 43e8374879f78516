import frappe
from frappe.model.document import Document


class L2CPartyKey(Document):
	"""A normalised phone, mail address, company name or tax number of a lead or customer."""


def on_doctype_update() -> None:
	"""One row per key and party; the same index finds all parties of a key."""
	frappe.db.add_unique(
		"L2C Party Key", ["kind", "value", "party_type", "party"], constraint_name="l2c_key_party"
	)
	frappe.db.add_index("L2C Party Key", ["party_type", "party"], index_name="l2c_party")
