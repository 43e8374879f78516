"""Follow ups about late plan rows were known by a mark in their note, which people edit: it becomes a field of its own."""

import re

import frappe

from l2c_app.core.names import NO_NAMES
from l2c_app.services.chasing.unbilled_overdue import OCCASION


def execute() -> None:
	"""Write the plan row of those whose mark names a row of their contract."""
	filters = {
		"reference_doctype": "Sales Contract",
		"note": ("like", "%[R%]%"),
		"occasion": ("is", "not set"),
	}
	fields = ["name", "reference_name", "note"]
	for row in frappe.get_all("Follow Up", filters=filters, fields=fields, order_by="name"):
		marks = re.findall(r"\[(R\d+)\]", row.note)
		plan = {
			"parent": row.reference_name,
			"parenttype": "Sales Contract",
			"row_id": ("in", marks or NO_NAMES),
		}
		row_id = frappe.db.get_value("Sales Contract Plan Row", plan, "row_id")
		if row_id:
			occasion = OCCASION.format(row_id)
			frappe.db.set_value("Follow Up", row.name, "occasion", occasion, update_modified=False)
