"""Copies a document into the one that follows it, as the host's mapper does."""

from collections.abc import Callable

import frappe
from frappe import _
from frappe.model import child_table_fields, default_fields, table_fields
from frappe.model.document import Document


def map_document(
	doctype: str, name: str, target_doctype: str, *, names: dict | None = None, leave: tuple = (), ignore_permissions: bool = False
) -> tuple:  # fmt: skip
	"""(source, new target) with every field of the same name that may be copied. The source must be submitted."""
	source = frappe.get_doc(doctype, name)
	source.flags.ignore_permissions = ignore_permissions
	source.check_permission("read")
	if source.meta.is_submittable and source.docstatus != 1:
		frappe.throw(_("Cannot map because following condition fails: {0}").format("docstatus = 1"))
	target = frappe.new_doc(target_doctype)
	copy_fields(source, target, leave=leave)
	for field, from_field in (names or {}).items():
		target.set(field, source.get(from_field))
	return source, target


def copy_fields(source: Document, target: Document, leave: tuple = ()) -> None:
	"""Fields of the same name, unless either side says no copy."""
	barred = {*default_fields, *child_table_fields, *leave}
	barred |= {
		df.fieldname
		for meta in (source.meta, target.meta)
		for df in meta.fields
		if df.no_copy or df.fieldtype in table_fields
	}
	for df in target.meta.fields:
		value = (
			source.get(df.fieldname)
			if df.fieldname not in barred and source.meta.has_field(df.fieldname)
			else None
		)
		if value not in (None, ""):
			target.set(df.fieldname, value)


def map_rows(
	source: Document, target: Document, field: str, *, names: dict | None = None,
	keep: Callable[[Document], bool] = bool, finish: Callable[[Document, Document], None] | None = None,
) -> None:  # fmt: skip
	"""Append the rows of a table that `keep` lets through."""
	target.set(field, [])
	for row in source.get(field) or []:
		if keep(row):
			new = target.append(field)
			copy_fields(row, new)
			for to_field, from_field in (names or {}).items():
				new.set(to_field, row.get(from_field))
			if finish:
				finish(row, new)
