"""One document made from another by a map of tables and fields."""

from collections.abc import Callable
from typing import Any

import frappe
from frappe import _
from frappe.model import child_table_fields, default_fields, table_fields


def get_mapped_doc(
	from_doctype: str,
	from_docname: str,
	table_maps: dict,
	target_doc: Any = None,
	postprocess: Callable | None = None,
	ignore_permissions: bool = False,
	ignore_child_tables: bool = False,
	cached: bool = False,
) -> Any:
	"""An unsaved document of the target's type."""
	target = target_doc or frappe.new_doc(table_maps[from_doctype]["doctype"])
	target = frappe.get_doc(frappe.parse_json(target)) if isinstance(target, str) else target
	if not ignore_permissions:
		target.check_permission("create")
	source = frappe.get_doc(from_doctype, from_docname)
	if not ignore_permissions:
		source.check_permission("read")
	target.run_method("before_mapping", source, table_maps)
	map_doc(source, target, table_maps[from_doctype])
	for df in [] if ignore_child_tables else source.meta.table_fields:
		_map_table(source, target, df, table_maps)
	if postprocess:
		postprocess(source, target)
	target.run_method("after_mapping", source)
	target.set_onload("load_after_mapping", True)
	return target


def _map_table(source: Any, target: Any, df: Any, table_maps: dict) -> None:
	table_map = table_maps.get(df.options)
	if not table_map:
		target_df = target.meta._fields.get(df.fieldname)
		if not target_df or target_df.options != df.options or df.no_copy or target_df.no_copy:
			return
		table_map = {"doctype": df.options}
	parentfield = target.get_parentfield_of_doctype(table_map["doctype"])
	if table_map.get("reset_value"):
		target.set(parentfield, [])
	if table_map.get("ignore") or (table_map.get("add_if_empty") and target.get(parentfield)):
		return
	for row in source.get(df.fieldname):
		skipped = table_map.get("filter") and table_map["filter"](row)
		if not skipped and ("condition" not in table_map or table_map["condition"](row)):
			map_child_doc(row, target, table_map, source)


def map_doc(source_doc: Any, target_doc: Any, table_map: dict, source_parent: Any = None) -> None:
	"""Fields of one document or row."""
	for key, (operator, wanted) in table_map.get("validation", {}).items():
		if operator == "=" and source_doc.get(key) != wanted:
			frappe.throw(_("Cannot map because following condition fails:") + f" {key}={wanted}")
	map_fields(source_doc, target_doc, table_map, source_parent)
	if table_map.get("postprocess"):
		table_map["postprocess"](source_doc, target_doc, source_parent)


def map_fields(source_doc: Any, target_doc: Any, table_map: dict, source_parent: Any) -> None:
	"""Equal names first, then the map, then what is fetched by links."""
	skipped = {*default_fields, *child_table_fields, *table_map.get("field_no_map", ())}
	for meta in (source_doc.meta, target_doc.meta):
		skipped |= {df.fieldname for df in meta.fields if df.no_copy or df.fieldtype in table_fields}
	for df in target_doc.meta.fields:
		if df.fieldname in skipped:
			continue
		value = source_doc.get(df.fieldname) if df.fieldname not in source_doc.meta.dropped else None
		if value not in (None, ""):
			target_doc.set(df.fieldname, value)
		elif df.fieldtype == "Link" and not target_doc.get(df.fieldname):
			for linked in (source_doc, source_parent):
				if linked is not None and df.options == linked.doctype and not target_doc.get(df.fieldname):
					target_doc.set(df.fieldname, linked.name)
	field_map = table_map.get("field_map") or {}
	for source_key, target_key in field_map.items() if isinstance(field_map, dict) else field_map:
		if source_doc.get(source_key) not in (None, ""):
			target_doc.set(target_key, source_doc.get(source_key))
	if source_doc.idx:
		target_doc.idx = source_doc.idx
	_fetch(target_doc, skipped)


def _fetch(target_doc: Any, skipped: set[str]) -> None:
	for link in target_doc.meta.link_fields:
		for df in target_doc.meta.fetched.get(link.fieldname, ()) if target_doc.get(link.fieldname) else ():
			if df.read_only and not target_doc.get(df.fieldname) and df.fieldname not in skipped:
				source = df.fetch_from.split(".")[1]
				value = frappe.db.get_value(link.options, target_doc.get(link.fieldname), source)
				if value not in (None, ""):
					target_doc.set(df.fieldname, value)


def map_child_doc(source_d: Any, target_parent: Any, table_map: dict, source_parent: Any = None) -> Any:
	parentfield = target_parent.get_parentfield_of_doctype(table_map["doctype"])
	row = frappe.new_doc(table_map["doctype"], parent_doc=target_parent, parentfield=parentfield)
	map_doc(source_d, row, table_map, source_parent)
	row.idx = None
	target_parent.append(parentfield, row)
	return row
