"""Follow ups about kept fees were known by a mark in their note, which people edit: it becomes a field of its own."""

import re

import frappe

from l2c_app.core.names import NO_NAMES
from l2c_app.services.chasing.kept_fees import OCCASION


def execute() -> None:
	"""Write the Dunning of those whose mark names one."""
	filters = {
		"reference_doctype": "Collection Case",
		"note": ("like", "%[%]%"),
		"occasion": ("is", "not set"),
	}
	for row in frappe.get_all("Follow Up", filters=filters, fields=["name", "note"], order_by="name"):
		marks = re.findall(r"\[([^\[\]]+)\]", row.note)
		dunning = frappe.db.get_value("Dunning", {"name": ("in", marks or NO_NAMES)}, "name")
		if dunning:
			occasion = OCCASION.format(dunning)
			frappe.db.set_value("Follow Up", row.name, "occasion", occasion, update_modified=False)
