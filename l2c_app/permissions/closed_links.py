"""No document of a stranger names a closed lead, its contact or address: the host would fetch their phones into it.

For every DocType, because any may have such a field (Customer, Quotation, Sales Order and custom ones). Nothing happens
while no pool is enabled, for people who read everything, for the system's own writes, and for references already stored.
"""

import frappe
from frappe import _
from frappe.model.document import Document

from l2c_app.services.pool import closed_documents, visibility

KINDS = frozenset({"Lead", "Contact", "Address", "Prospect", "Opportunity", "Quotation"})
Reference = tuple[str, str]


def refuse(doc: Document, method: str | None = None) -> None:
	"""Raise PermissionError when the document newly names one that is closed to the user."""
	if doc.flags.ignore_permissions or not visibility.restricted(frappe.session.user):
		return
	named = references(doc)
	before = doc.get_doc_before_save() if named else None
	for kind, name in sorted(named - (references(before) if before else set())):
		if (kind, name) != (doc.doctype, doc.name) and closed_documents.is_closed(
			kind, name, user=frappe.session.user
		):
			frappe.throw(_("Not permitted"), frappe.PermissionError)


def references(doc: Document) -> set[Reference]:
	"""Return (DocType, name) of every document of the closed set that a document and its rows name."""
	found = set(_of_row(doc))
	for table in doc.meta.get_table_fields():
		for row in doc.get(table.fieldname) or []:
			found.update(_of_row(row))
	return found


def _of_row(row: Document) -> set[Reference]:
	meta = frappe.get_meta(row.doctype)
	named = [
		(field.options, row.get(field.fieldname))
		for field in meta.get_link_fields()
		if field.options in KINDS
	]
	named += [(row.get(field.options), row.get(field.fieldname)) for field in meta.get_dynamic_link_fields()]
	return {(kind, name) for kind, name in named if kind in KINDS and name and isinstance(name, str)}
