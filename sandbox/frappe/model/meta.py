"""What a DocType is: from the app's JSON files, or for natives from the recorded facts, plus custom fields."""

import functools
import json
from pathlib import Path
from typing import Any

import frappe
from frappe import _dict, not_emulated
from frappe.model import (
	child_table_fields,
	column_types,
	default_fields,
	display_fieldtypes,
	float_like_fields,
	standard_columns,
	table_fields,
)
from frappe.utils import cint

NATIVES = Path(__file__).parents[2] / "natives"
NUMBERS = "permlevel reqd no_copy allow_on_submit unique non_negative set_only_once read_only idx".split()
TABLES = {  # tables without a DocType that filters may name
	"Singles": {"fields": {key: ["Data", "", key, {}] for key in ("doctype", "field", "value")}},
	"Series": {"fields": {"current": ["Int", "", "Current", {}]}},
}


class DocField(_dict):
	"""A field of a DocType."""

	doctype = "DocField"


@functools.cache
def natives() -> dict[str, dict]:
	"""The host's own DocTypes, of the chosen version."""
	return json.loads((NATIVES / f"{frappe.flavour}.json").read_text())


@functools.cache
def own_doctypes() -> dict[str, dict]:
	"""The DocTypes of the installed app, from its files."""
	found = {}
	for path in sorted(Path(frappe.get_app_path("l2c_app", "l2c_app", "doctype")).glob("*/*.json")):
		if path.stem == path.parent.name:
			doctype = json.loads(path.read_text())
			found[doctype["name"]] = {**doctype, "folder": path.stem}
	return found


def all_doctypes() -> list[str]:
	return [*natives(), *own_doctypes()]


def _native_row(fieldname: str, row: list) -> dict:
	fieldtype, options, label, extra = row
	return dict(fieldname=fieldname, fieldtype=fieldtype, options=options or None, label=label, **extra)


class Meta:
	"""Properties of a DocType are attributes; one that it lacks is None."""

	def __init__(self, doctype: str) -> None:
		shape = own_doctypes().get(doctype) or natives().get(doctype) or TABLES.get(doctype)
		if shape is None:
			not_emulated(f"DocType {doctype}")
		self.name = doctype
		self.dropped = frozenset(shape.get("dropped", "").split())
		barred = ("fields", "permissions", "dropped", "name")
		self.properties = {key: value for key, value in shape.items() if key not in barred}
		rows = shape["fields"]
		rows = [_native_row(*item) for item in rows.items()] if isinstance(rows, dict) else rows
		self.fields = [self._field(row) for row in (*rows, *self._custom_fields())]
		self.permissions = [self._permission(row) for row in shape.get("permissions", [])]
		self._index()

	def _field(self, row: dict) -> DocField:
		return DocField(parent=self.name, **{key: 0 for key in NUMBERS if key not in row}, **row)

	def _permission(self, row: Any) -> _dict:
		if isinstance(row, list):
			role, level, rights = row
			return _dict(role=role, permlevel=level, **dict.fromkeys(rights.split(), 1))
		return _dict({"permlevel": 0, **row})

	def _custom_fields(self) -> list[dict]:
		if not frappe.db.is_ready or self.name in ("Custom Field", "Property Setter", "DocType"):
			return []
		if frappe.db.exists("Property Setter", {"doc_type": self.name}):
			not_emulated(f"a Property Setter of {self.name}")
		sql = "select * from `tabCustom Field` where dt = ? order by idx, creation"
		rows = frappe.db.rows(sql, self.name)
		return [{key: value for key, value in row.items() if value is not None} for row in rows]

	def _index(self) -> None:
		def of_type(*types: str) -> list[DocField]:
			return [df for df in self.fields if df.fieldtype in types]

		self._fields = {df.fieldname: df for df in self.fields}
		types = {df.fieldname: column_types.get(df.fieldtype, "text") for df in self.fields}
		self._column_types = {**standard_columns, **types}
		self.table_fields = of_type(*table_fields)
		self.table_fieldnames = {df.fieldname for df in self.table_fields}
		self.value_fields = [df for df in of_type(*column_types) if not df.is_virtual]
		self.value_items = [(df.fieldname, df) for df in self.value_fields]
		self.cast_fields = [
			(key, df)
			for key, df in self.value_items
			if df.unique or df.fieldtype in {"Check", "Int", *float_like_fields}
		]
		self.link_fields = [df for df in of_type("Link") if df.options != "[Select]"]
		self.dynamic_link_fields = of_type("Dynamic Link")
		self.required_fields = [
			df for df in self.fields if df.reqd and df.fieldtype not in display_fieldtypes
		]
		self.fields_with_dynamic_default = [
			df
			for df in self.fields
			if df.fieldtype in ("Datetime", "Time") or str(df.default).startswith(":")
		]
		self.fetched: dict[str, list[DocField]] = {}
		for df in self.fields:
			if df.fetch_from:
				self.fetched.setdefault(df.fetch_from.split(".")[0], []).append(df)
		standard = [*default_fields[1:], *(child_table_fields if self.istable else ())]
		self.columns = [*standard, *(df.fieldname for df in self.value_fields)]
		self.empty = dict.fromkeys((*default_fields, *self.columns))

	def __getattr__(self, key: str) -> Any:
		if key.startswith("__"):
			raise AttributeError(key)
		return not_emulated(f"meta.{key}") if key.startswith("get_") else self.properties.get(key)

	def get_field(self, fieldname: str) -> DocField | None:
		if fieldname in self.dropped:
			not_emulated(f"field {fieldname} of {self.name}")
		return self._fields.get(fieldname)

	def has_field(self, fieldname: str) -> bool:
		return fieldname in self._fields or fieldname in self.dropped

	def get_label(self, fieldname: str) -> str:
		df = self.get_field(fieldname)
		return (df and df.label) or frappe.unscrub(fieldname)

	def get_table_fields(self) -> list[DocField]:
		return self.table_fields

	def get_link_fields(self) -> list[DocField]:
		return self.link_fields

	def get_dynamic_link_fields(self) -> list[DocField]:
		return self.dynamic_link_fields

	def get_title_field(self) -> str:
		return self.title_field or ("title" if self.has_field("title") else "name")

	def column_type(self, column: str) -> str | None:
		"""date, datetime, time, real, int, varchar or text; None if there is no such column."""
		return self._column_types.get(column)


def get_meta(doctype: str, cached: bool = True) -> Meta:
	"""The DocType with its custom fields, cached until they change."""
	known = frappe.local.meta_cache
	if doctype not in known:
		known[doctype] = Meta(doctype)
	return known[doctype]


def get_field_precision(df: DocField) -> int:
	"""Decimals: the field's own, else the site's (currency 2 by the number format, floats 3)."""
	if df.precision not in (None, ""):
		return cint(df.precision)
	if df.fieldtype == "Currency":
		return cint(frappe.db.get_default("currency_precision")) or 2
	return cint(frappe.db.get_default("float_precision")) or 3
