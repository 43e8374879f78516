"""Renaming and merging are the real host's; here only which fields they would move."""

import frappe
from frappe._emulation import module_getattr
from frappe.model.meta import all_doctypes


def get_link_fields(doctype: str) -> list[dict]:
	"""Fields that link to the DocType, as parent, fieldname and issingle."""
	return [
		{"parent": meta.name, "fieldname": df.fieldname, "issingle": meta.issingle or 0}
		for meta in (frappe.get_meta(name) for name in all_doctypes())
		for df in meta.link_fields
		if df.options == doctype
	]


__getattr__ = module_getattr(__name__)
