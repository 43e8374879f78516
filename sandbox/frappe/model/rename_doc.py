"""Renaming: the row, its children, and every link to it."""

from typing import Any

import frappe
from frappe import _, not_emulated
from frappe.model.meta import all_doctypes
from frappe.model.naming import validate_name


def rename_doc(
	doctype: str, old: str, new: str, force: bool = False, merge: bool = False, **_ignored: Any
) -> str:
	"""Returns the new name; merging into another document deletes the old one."""
	if doctype == "DocType":
		not_emulated("renaming a DocType")
	doc = frappe.get_doc(doctype, old)
	doc.check_permission("write")
	new = validate_name(doctype, new)
	if bool(frappe.db.exists(doctype, new)) != bool(merge):
		message = _("{0} {1} does not exist") if merge else _("Another {0} with name {1} exists")
		frappe.throw(
			message.format(doctype, new), frappe.ValidationError if merge else frappe.DuplicateEntryError
		)
	doc.run_method("before_rename", old, new, merge)
	_move_rows(doc, old, new, merge)
	_move_links(doctype, old, new)
	frappe.clear_cache()
	renamed = frappe.get_doc(doctype, new)
	renamed.run_method("after_rename", old, new, merge)
	return new


def _move_rows(doc: Any, old: str, new: str, merge: bool) -> None:
	if merge:
		frappe.db.delete(doc.doctype, {"name": old})
	else:
		frappe.db.execute(f"update `tab{doc.doctype}` set name = ? where name = ?", [new, old])
	for df in doc.meta.table_fields:
		sql = f"update `tab{df.options}` set parent = ? where parenttype = ? and parent = ?"
		frappe.db.execute(sql, [new, doc.doctype, old])
	_rule, found, fieldname = (doc.meta.autoname or "").partition("field:")
	if found:
		frappe.db.execute(f"update `tab{doc.doctype}` set `{fieldname}` = ? where name = ?", [new, new])


def _move_links(doctype: str, old: str, new: str) -> None:
	for name in all_doctypes():
		meta = frappe.get_meta(name)
		fields = [(df.fieldname, None) for df in meta.link_fields if df.options == doctype]
		fields += [
			(df.fieldname, df.options) for df in meta.dynamic_link_fields if meta._fields.get(df.options)
		]
		for fieldname, by_type in fields if not meta.issingle else ():
			of_type = f" and `{by_type}` = ?" if by_type else ""
			sql = f"update `tab{name}` set `{fieldname}` = ? where `{fieldname}` = ?{of_type}"
			frappe.db.execute(sql, [new, old, *([doctype] if by_type else [])])
