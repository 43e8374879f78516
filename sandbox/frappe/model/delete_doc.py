"""Deleting, and what links forbid."""

from typing import Any

import frappe
from frappe import _
from frappe.model.meta import all_doctypes


def delete_doc(
	doctype: str,
	name: Any = None,
	force: int = 0,
	ignore_doctypes: list | None = None,
	for_reload: bool = False,
	ignore_permissions: bool = False,
	flags: dict | None = None,
	ignore_on_trash: bool = False,
	ignore_missing: bool = True,
	delete_permanently: bool = False,
) -> Any:
	"""Delete documents by name: on_trash, links, rows, after_delete; then what points at them loosely."""
	for one in name if isinstance(name, list | tuple) else [name]:
		if not frappe.db.exists(doctype, one):
			if not ignore_missing:
				raise frappe.DoesNotExistError(doctype=doctype)
			return False
		doc = frappe.get_doc(doctype, one)
		doc.flags.update(flags or {}, **({"ignore_permissions": True} if ignore_permissions else {}))
		_check(doc)
		if not ignore_on_trash:
			doc.run_method("on_trash")
			doc.flags.in_delete = True
			doc.run_method("on_change")
		if not force:
			check_links(doc, "Delete")
		_delete_rows(doc)
		doc.run_method("after_delete")
		_delete_references(doc)
		doc.clear_cache()
		doc.notify_update()
	return None


def _check(doc: Any) -> None:
	if not doc.flags.ignore_permissions and not doc.has_permission("delete"):
		message = _("User not allowed to delete {0}: {1}").format(doc.doctype, doc.name)
		frappe.throw(message, frappe.PermissionError)
	if doc.meta.is_submittable and doc.docstatus.is_submitted():
		frappe.throw(_("{0} {1}: Submitted Record cannot be deleted.").format(_(doc.doctype), doc.name))


def _delete_rows(doc: Any) -> None:
	from frappe.model.naming import revert_series_if_last

	if (doc.meta.autoname or "").startswith("naming_series:") and doc.get("naming_series"):
		revert_series_if_last(doc.naming_series, doc.name, doc)
	if doc.meta.issingle:
		frappe.db.execute("delete from tabSingles where doctype = ?", [doc.doctype])
		return
	frappe.db.delete(doc.doctype, {"name": doc.name})
	for df in doc.meta.table_fields:
		frappe.db.delete(df.options, {"parenttype": doc.doctype, "parent": doc.name})


def _delete_references(doc: Any) -> None:
	"""ToDos, shares and comments of a deleted document go with it; communications only lose the pointer."""
	for doctype, (by_type, by_name) in REFERENCES.items():
		frappe.db.delete(doctype, {by_type: doc.doctype, by_name: doc.name})
	pointer = {"reference_doctype": doc.doctype, "reference_name": doc.name}
	frappe.db.set_value("Communication", pointer, {"reference_doctype": None, "reference_name": None})


REFERENCES = {
	"ToDo": ("reference_type", "reference_name"),
	"DocShare": ("share_doctype", "share_name"),
	"Comment": ("reference_doctype", "reference_name"),
}


def _ignored(doc: Any, method: str) -> set[str]:
	if method == "Delete":
		always = (
			"Communication",
			"ToDo",
			"DocShare",
			"File",
			"Version",
			"Comment",
			"Notification Log",
			"Error Log",
		)
		return {*frappe.get_hooks("ignore_links_on_delete"), *always}
	return set(doc.get("ignore_linked_doctypes") or ())


def check_links(doc: Any, method: str) -> None:
	"""Refuse to delete what is linked, to cancel what a submitted document links to."""
	ignored = _ignored(doc, method)
	for doctype in all_doctypes():
		meta = frappe.get_meta(doctype)
		if doctype in ignored or not (meta.link_fields or meta.dynamic_link_fields):
			continue
		for df in meta.link_fields:
			if df.options == doc.doctype and not (df.fieldname == "amended_from" and method == "Cancel"):
				_check_field(doc, meta, {df.fieldname: doc.name}, method, ignored)
		for df in meta.dynamic_link_fields:
			if meta._fields.get(df.options):
				_check_field(doc, meta, {df.options: doc.doctype, df.fieldname: doc.name}, method, ignored)


def _check_field(doc: Any, meta: Any, filters: dict, method: str, ignored: set[str]) -> None:
	if meta.issingle:
		values = frappe.db.get_singles_dict(meta.name)
		linked = [frappe._dict(name=meta.name)] if all(values.get(k) == v for k, v in filters.items()) else []
	else:
		fields = ["name", "docstatus", *(("parent", "parenttype") if meta.istable else ())]
		linked = frappe.db.get_values(meta.name, filters, fields, as_dict=True, order_by=None)
	for row in linked:
		holder, name = (row.parenttype, row.parent) if row.parent else (meta.name, row.name)
		itself = (holder, name) == (doc.doctype, doc.name) or (meta.name == doc.doctype and name == doc.name)
		if holder in ignored or itself or (method == "Cancel" and row.docstatus != 1):
			continue
		message = _("Cannot delete or cancel because {0} {1} is linked with {2} {3}")
		frappe.throw(message.format(doc.doctype, doc.name, holder, name), frappe.LinkExistsError)
