"""Which fields hold the name of a document of any DocType."""

import frappe
from frappe.model.meta import DocField, all_doctypes


def get_dynamic_link_map(for_delete: bool = False) -> dict[str, list[DocField]]:
	"""DocType → fields whose rows link to it."""
	found: dict[str, list[DocField]] = {}
	for meta in [frappe.get_meta(doctype) for doctype in all_doctypes()]:
		for df in [] if meta.issingle else meta.dynamic_link_fields:
			for doctype in frappe.get_all(meta.name, pluck=df.options, order_by="name"):
				if df not in found.setdefault(doctype, []):
					found[doctype].append(df)
	return found
