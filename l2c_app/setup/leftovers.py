"""Rows about our documents that the host's own uninstall leaves in its tables.

Name counters (Series) stay on purpose: a second install then never reuses the number of a printed contract.
"""

import json
from functools import cache
from pathlib import Path

import frappe

from l2c_app.core.names import NO_NAMES

APP = "l2c_app"
MODULE = "L2C App"
# Evidence that belongs to people, not to us: the row stays, only its pointer is emptied.
UNLINK = {
	"File": {"attached_to_doctype": None, "attached_to_name": None, "attached_to_field": None},
	"Communication": {"reference_doctype": None, "reference_name": None},
	"Access Log": {"export_from": None, "reference_document": None},
}
# Pointers that can be many: deleted by one statement each, without loading documents.
BULK = {
	"Comment": "reference_doctype",
	"Version": "ref_doctype",
	"View Log": "reference_doctype",
	"Activity Log": "reference_doctype",
	"Notification Log": "document_type",
	"ToDo": "reference_type",
	"DocShare": "share_doctype",
	"Document Follow": "ref_doctype",
	"Tag Link": "document_type",
	"Energy Point Log": "reference_doctype",
	"Property Setter": "doc_type",
	"Custom DocPerm": "parent",
	"Deleted Document": "deleted_doctype",
	"Singles": "doctype",
	"__UserSettings": "doctype",
	"__global_search": "doctype",
}
# Entries of the desk that belong to an app by name (16 ships them in files and forgets them).
NAVIGATION = ("Desktop Icon", "Workspace Sidebar")
BY_PATH = {"Scheduled Job Type": "method", "Patch Log": "patch"}


@cache
def our_doctypes() -> tuple[str, ...]:
	"""Return the names of our DocTypes as shipped in files; works before and after they leave the database."""
	return _shipped("doctype")


def _shipped(kind: str) -> tuple[str, ...]:
	folder = Path(__file__).parent.parent / APP / kind
	return tuple(sorted(json.loads(path.read_text())["name"] for path in folder.glob("*/*.json")))


def delete() -> None:
	"""Remove or unlink every remaining row that names one of our DocTypes or our code."""
	doctypes = our_doctypes()
	_unlink(doctypes)
	_delete_in_bulk(doctypes)
	_delete_documents(doctypes)
	_delete_by_path()
	_delete_navigation()
	_empty_the_bin()
	_delete_permission_logs()


def _unlink(doctypes: tuple[str, ...]) -> None:
	for doctype, values in UNLINK.items():
		table = frappe.qb.DocType(doctype)
		query = frappe.qb.update(table)
		for fieldname, value in values.items():
			query = query.set(table[fieldname], value)
		query.where(table[next(iter(values))].isin(doctypes)).run()


def _delete_in_bulk(doctypes: tuple[str, ...]) -> None:
	existing = frappe.db.get_tables(cached=False)
	for name, fieldname in BULK.items():
		table_name = name if name.startswith("__") else f"tab{name}"
		if table_name in existing:
			table = frappe.qb.Table(table_name)
			frappe.qb.from_(table).delete().where(table[fieldname].isin(doctypes)).run()


def _delete_documents(doctypes: tuple[str, ...]) -> None:
	"""Delete what people configured for our DocTypes (filters, boards, permissions) in the framework's own tables.

	What our module ships (reports, cards) goes with the module: the host's uninstall deletes it.
	"""
	for doctype, fieldname in _pointers():
		meta, filters = frappe.get_meta(doctype), {fieldname: ("in", doctypes)}
		if meta.istable:
			frappe.db.delete(doctype, filters)
			continue
		if meta.has_field("module"):
			filters["module"] = ("!=", MODULE)
		for name in frappe.get_all(doctype, filters=filters, pluck="name", order_by="creation"):
			frappe.delete_doc(doctype, name, force=True, ignore_missing=True, ignore_permissions=True)


def _pointers() -> list[tuple[str, str]]:
	"""Return (DocType, field) of links to DocType in the framework: native business tables are never touched."""
	framework = frappe.get_all("Module Def", filters={"app_name": "frappe"}, pluck="name", order_by="name")
	candidates = frappe.get_all(
		"DocType",
		filters={"module": ("in", framework), "issingle": 0, "is_virtual": 0},
		pluck="name",
		order_by="name",
	)
	fields = frappe.get_all(
		"DocField",
		filters={"fieldtype": "Link", "options": "DocType", "parent": ("in", candidates)},
		fields=["parent", "fieldname"],
		order_by="parent, idx",
	)
	skip = {"DocField", "DocType Link", *UNLINK, *BULK}
	return [(field.parent, field.fieldname) for field in fields if field.parent not in skip]


def _delete_by_path() -> None:
	for doctype, fieldname in BY_PATH.items():
		frappe.db.delete(doctype, {fieldname: ("like", f"{APP}.%")})


def _empty_the_bin() -> None:
	"""Drop the copies that the host keeps of our definitions when it deletes them."""
	for key in ("module", "module_name"):
		frappe.db.delete("Deleted Document", {"data": ("like", f'%"{key}": "{MODULE}"%')})


def _delete_navigation() -> None:
	"""Delete our desk entries row by row: their own delete handlers would also delete the files they came from."""
	for doctype in NAVIGATION:
		if not (frappe.db.exists("DocType", doctype) and frappe.db.has_column(doctype, "app")):
			continue
		names = frappe.get_all(doctype, filters={"app": APP}, pluck="name", order_by="name")
		for field in frappe.get_meta(doctype).get_table_fields():
			frappe.db.delete(field.options, {"parenttype": doctype, "parent": ("in", names or NO_NAMES)})
		frappe.db.delete(doctype, {"name": ("in", names or NO_NAMES)})


def _delete_permission_logs() -> None:
	"""16 also logs that the roles of our reports and the rights on our DocTypes go with us; last, for it logs as we delete."""
	if not frappe.db.exists("DocType", "Permission Log"):
		return
	names = our_doctypes() + _shipped("report")
	for fieldname in ("for_doctype", "for_document", "reference_type", "reference"):
		frappe.db.delete("Permission Log", {fieldname: ("in", names)})
