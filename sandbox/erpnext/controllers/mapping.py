"""Copies a document into the one that follows it, as the host's mapper does."""

from collections.abc import Callable

import frappe
from erpnext.exceptions import refuse_if
from frappe.model import child_table_fields, default_fields, table_fields
from frappe.model.document import Document


def map_document(
	doctype: str, name: str, target_doctype: str, *, leave: tuple = (), ignore_permissions: bool = False
) -> tuple[Document, Document]:
	"""(source, new target) with every field of the same name that may be copied. The source must be submitted."""
	source = frappe.get_doc(doctype, name)
	source.flags.ignore_permissions = ignore_permissions
	source.check_permission("read")
	refuse_if(source.meta.is_submittable and source.docstatus != 1, f"{name} is not submitted")
	target = frappe.new_doc(target_doctype)
	copy_fields(source, target, leave=leave)
	return source, target


def copy_fields(source: Document, target: Document, leave: tuple = ()) -> None:
	"""Fields of the same name, unless either side says no copy."""
	barred = {*default_fields, *child_table_fields, *leave}
	for meta in (source.meta, target.meta):
		barred |= {df.fieldname for df in meta.fields if df.no_copy or df.fieldtype in table_fields}
	for df in target.meta.fields:
		if df.fieldname not in barred and source.meta.has_field(df.fieldname):
			value = source.get(df.fieldname)
			if value not in (None, ""):
				target.set(df.fieldname, value)


def map_rows(
	source: Document,
	target: Document,
	field: str,
	*,
	names: dict | None = None,
	change: Callable = lambda *_rows: True,
) -> None:
	"""Append copies of a table's rows; `change` of (row, copy) may change the copy, and drops it by a false answer."""
	target.set(field, [])
	for row in source.get(field) or []:
		new = target.append(field)
		copy_fields(row, new)
		new.update({to_field: row.get(from_field) for to_field, from_field in (names or {}).items()})
		if not change(row, new):
			target.get(field).pop()
