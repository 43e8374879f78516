"""Deleting, and what links forbid."""

from typing import Any

import frappe
from frappe import _
from frappe.model.meta import all_doctypes
from frappe.model.naming import revert_series_if_last

LOOSE_LINKS = {
	"Communication",
	"ToDo",
	"DocShare",
	"File",
	"Version",
	"Comment",
	"Notification Log",
	"Error Log",
}
REFERENCES = {
	"ToDo": ("reference_type", "reference_name"),
	"DocShare": ("share_doctype", "share_name"),
	"Comment": ("reference_doctype", "reference_name"),
}


def delete_doc(
	doctype: str,
	name: str,
	force: bool = False,
	*,
	ignore_permissions: bool = False,
	flags: dict | None = None,
	ignore_missing: bool = True,
) -> Any:
	"""Delete a document: on_trash, links, rows, after_delete; then what points at it loosely."""
	if not frappe.db.exists(doctype, name):
		if not ignore_missing:
			raise frappe.DoesNotExistError(doctype)
		return False
	doc = frappe.get_doc(doctype, name)
	doc.flags.update(flags or {}, **({"ignore_permissions": True} if ignore_permissions else {}))
	doc.check_permission("delete")
	if doc.meta.is_submittable and doc.docstatus == 1:
		frappe.throw(_("{0} {1}: Submitted Record cannot be deleted.").format(_(doc.doctype), doc.name))
	doc.run_method("on_trash")
	doc.flags.in_delete = True
	doc.run_method("on_change")
	if not force:
		check_links(doc, "Delete")
	_delete_rows(doc)
	doc.run_method("after_delete")
	_delete_references(doc)
	doc.clear_cache()
	return None


def _delete_rows(doc: Any) -> None:
	if (doc.meta.autoname or "").startswith("naming_series:") and doc.get("naming_series"):
		revert_series_if_last(doc.naming_series, doc.name, doc)
	frappe.db.delete(doc.doctype, {"name": doc.name})
	for df in doc.meta.table_fields:
		frappe.db.delete(df.options, {"parenttype": doc.doctype, "parent": doc.name})


def _delete_references(doc: Any) -> None:
	"""ToDos, shares and comments of a deleted document go with it; communications only lose the pointer."""
	for doctype, (by_type, by_name) in REFERENCES.items():
		frappe.db.delete(doctype, {by_type: doc.doctype, by_name: doc.name})
	pointer = {"reference_doctype": doc.doctype, "reference_name": doc.name}
	frappe.db.set_value("Communication", pointer, {"reference_doctype": None, "reference_name": None})


def check_links(doc: Any, method: str) -> None:
	"""Refuse to delete what is linked, to cancel what a submitted document links to."""
	ignored = set(doc.get("ignore_linked_doctypes") or ())
	if method == "Delete":
		ignored = LOOSE_LINKS | set(frappe.get_hooks("ignore_links_on_delete"))
	for doctype in all_doctypes():
		meta = frappe.get_meta(doctype)
		for filters in () if doctype in ignored or meta.issingle else _links_to(doc, meta, method):
			_refuse_linked(doc, meta, filters, method, ignored)


def _links_to(doc: Any, meta: Any, method: str) -> list[dict]:
	"""The filters that find rows which link to the document."""
	found = [
		{df.fieldname: doc.name}
		for df in meta.link_fields
		if df.options == doc.doctype and not (df.fieldname == "amended_from" and method == "Cancel")
	]
	dynamic = [df for df in meta.dynamic_link_fields if meta.has_field(df.options)]
	return found + [{df.options: doc.doctype, df.fieldname: doc.name} for df in dynamic]


def _refuse_linked(doc: Any, meta: Any, filters: dict, method: str, ignored: set[str]) -> None:
	fields = ["name", "docstatus", *(("parent", "parenttype") if meta.istable else ())]
	for row in frappe.db.get_values(meta.name, filters, fields, as_dict=True, order_by=None):
		holder, name = (row.parenttype, row.parent) if row.parent else (meta.name, row.name)
		itself = (holder, name) == (doc.doctype, doc.name)
		if holder in ignored or itself or (method == "Cancel" and row.docstatus != 1):
			continue
		message = _("Cannot delete or cancel because {0} {1} is linked with {2} {3}")
		frappe.throw(message.format(doc.doctype, doc.name, holder, name), frappe.LinkExistsError)
