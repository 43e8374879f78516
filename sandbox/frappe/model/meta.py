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
	standard_columns,
	table_fields,
)

NATIVES = Path(__file__).parents[2] / "natives"
NUMBERS = (
	"permlevel",
	"reqd",
	"no_copy",
	"allow_on_submit",
	"unique",
	"non_negative",
	"set_only_once",
	"read_only",
	"idx",
)
TABLES = {  # tables without a DocType that filters may name
	"Singles": {
		"module": "Core",
		"fields": {key: ["Data", "", key, {}] for key in ("doctype", "field", "value")},
	},
	"Series": {"module": "Core", "fields": {"current": ["Int", "", "Current", {}]}},
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
	folder = Path(frappe.get_app_path("l2c_app", "l2c_app", "doctype"))
	found = {}
	for path in sorted(folder.glob("*/*.json")):
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
		self.is_native = doctype in natives()
		self.name = doctype
		self.doctype = "DocType"
		self.dropped = frozenset(shape.get("dropped", "").split())
		self.properties = {
			k: v for k, v in shape.items() if k not in ("fields", "permissions", "dropped", "name")
		}
		rows = shape["fields"]
		rows = [_native_row(*item) for item in rows.items()] if isinstance(rows, dict) else rows
		self.fields = [self._field(row) for row in rows]
		self.permissions = [self._permission(row) for row in shape.get("permissions", [])]
		self._add_customisation()
		self._index()

	def _field(self, row: dict) -> DocField:
		return DocField(parent=self.name, **{key: 0 for key in NUMBERS if key not in row}, **row)

	def _permission(self, row: Any) -> _dict:
		if isinstance(row, list):
			role, level, rights = row
			return _dict(role=role, permlevel=level, **dict.fromkeys(rights.split(), 1))
		return _dict({"permlevel": 0, **row})

	def _add_customisation(self) -> None:
		if not frappe.db.is_ready or self.name in ("Custom Field", "Property Setter", "DocType"):
			return
		for row in frappe.db.rows(
			"select * from `tabCustom Field` where dt = ? order by idx, creation", self.name
		):
			self.fields.append(
				self._field(
					{key: value for key, value in row.items() if key != "parent" and value is not None}
				)
			)
		for row in frappe.db.rows("select * from `tabProperty Setter` where doc_type = ?", self.name):
			target = self if row["doctype_or_field"] == "DocType" else self.get_field_in(row["field_name"])
			value = (
				frappe.utils.cint(row["value"]) if row["property_type"] in ("Check", "Int") else row["value"]
			)
			self.properties.update({row["property"]: value}) if target is self else target.update(
				{row["property"]: value}
			)

	def get_field_in(self, fieldname: str) -> DocField:
		"""The field while the index is not there yet."""
		return next((df for df in self.fields if df.fieldname == fieldname), DocField())

	def _index(self) -> None:
		self._fields = {df.fieldname: df for df in self.fields}
		self.table_fields = [df for df in self.fields if df.fieldtype in table_fields]
		self.value_fields = [df for df in self.fields if df.fieldtype in column_types and not df.is_virtual]
		self.link_fields = [df for df in self.fields if df.fieldtype == "Link" and df.options != "[Select]"]
		self.dynamic_link_fields = [df for df in self.fields if df.fieldtype == "Dynamic Link"]
		self.select_fields = [df for df in self.fields if df.fieldtype == "Select" and df.options]
		self.required_fields = [
			df for df in self.fields if df.reqd and df.fieldtype not in display_fieldtypes
		]
		self.fetched: dict[str, list[DocField]] = {}
		for df in self.fields:
			if df.fetch_from:
				self.fetched.setdefault(df.fetch_from.split(".")[0], []).append(df)
		standard = [key for key in default_fields if key != "doctype"]
		self.columns = [
			*standard,
			*(child_table_fields if self.istable else ()),
			*(df.fieldname for df in self.value_fields),
		]

	def __getattr__(self, key: str) -> Any:
		if key.startswith("__"):
			raise AttributeError(key)
		return self.properties.get(key)

	def get(self, key: str, filters: dict | None = None, default: Any = None) -> Any:
		"""A property, or the fields that match."""
		if key != "fields" or not filters:
			return getattr(self, key) if getattr(self, key) is not None else default
		from frappe.model.base_document import matches

		return [df for df in self.fields if matches(df, filters)]

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

	def get_valid_columns(self) -> list[str]:
		return self.columns

	def get_title_field(self) -> str:
		return self.title_field or ("title" if self.has_field("title") else "name")

	def column_type(self, column: str) -> str | None:
		"""date, datetime, time, real, int, varchar or text; None if there is no such column."""
		df = self._fields.get(column)
		return column_types.get(df.fieldtype, ("text",))[0] if df else standard_columns.get(column)

	def as_dict(self, no_nulls: bool = False) -> _dict:
		return _dict(self.properties, name=self.name, fields=self.fields, permissions=self.permissions)


def get_meta(doctype: Any, cached: bool = True) -> Meta:
	"""The DocType with its custom fields, cached until they change."""
	doctype = doctype if isinstance(doctype, str) else doctype.doctype
	known = frappe.local.meta_cache
	if doctype not in known:
		known[doctype] = Meta(doctype)
	return known[doctype]


def get_field_precision(df: DocField, doc: Any = None, currency: str | None = None) -> int:
	"""Decimals: the field's own, else the site's (currency 2 by the number format, floats 3)."""
	if df.precision not in (None, ""):
		return frappe.utils.cint(df.precision)
	if df.fieldtype == "Currency":
		return frappe.utils.cint(frappe.db.get_default("currency_precision")) or 2
	return frappe.utils.cint(frappe.db.get_default("float_precision")) or 3
