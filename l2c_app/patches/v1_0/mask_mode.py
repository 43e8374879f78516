"""Pools had one mark for masking until a lead is claimed; now they choose among three ways."""

import frappe

OLD = "mask_contact_data"


def execute() -> None:
	"""Pools without the old mark showed contact data to their members: they go on doing so. Safe to repeat."""
	if not frappe.db.has_column("Lead Pool", OLD):
		return
	table = frappe.qb.DocType("Lead Pool")
	query = frappe.qb.update(table).set(table.mask_mode, "Open to Members").set(table[OLD], 1)
	query.where(table[OLD] == 0).run()
