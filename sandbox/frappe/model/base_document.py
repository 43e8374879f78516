"""Fields, rows of tables, and the checks of one row."""

import datetime
import importlib
import json
import weakref
from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _, _dict, not_emulated
from frappe.model import (
	child_table_fields,
	column_types,
	datetime_fields,
	default_fields,
	float_like_fields,
	table_fields,
)
from frappe.model.docstatus import DocStatus
from frappe.utils import cint, compare, cstr, flt, get_date_value, now, sanitize_html, strip_html

PRIVATE_KEYS = ("_user_tags", "__islocal", "__onload", "_liked_by", "__run_link_triggers", "__unsaved")
RESERVED = {
	"doctype", "meta", "flags", "_meta", "parent_doc", "_table_fields", "_valid_columns", "_doc_before_save",
	"_table_fieldnames", "_reserved_keywords", "permitted_fieldnames", "dont_update_if_missing",
}  # fmt: skip
# methods of the host's documents that nobody here calls
LEFT_OUT = frozenset(
	"""add_seen add_tag add_viewed apply_fieldlevel_read_permissions copy_attachments_from_amended_from db_update_all
	get_assigned_users get_formatted get_latest get_liked_by get_onload get_password get_signature get_tags get_url
	is_whitelisted lock log_error queue_action remove_tag rename reset_seen round_floats_in run_notifications
	save_version unlock validate_from_to_dates validate_table_has_rows validate_value validate_workflow""".split()
)


def get_controller(doctype: str) -> type:
	"""The class of a DocType: the app's, the ERPNext half's, or the plain Document."""
	known = frappe.local.__dict__.setdefault("controllers", {})
	if doctype not in known:
		known[doctype] = _find_controller(doctype)
	return known[doctype]


def _find_controller(doctype: str) -> type:
	from frappe.model.document import Document
	from frappe.model.meta import own_doctypes

	if overrides := frappe.get_hooks("override_doctype_class", {}).get(doctype):
		return frappe.get_attr(overrides[-1])
	scrubbed = frappe.scrub(doctype)
	if doctype in own_doctypes():
		path = f"l2c_app.l2c_app.doctype.{scrubbed}.{scrubbed}"
	else:
		meta = frappe.get_meta(doctype)
		app = "erpnext" if meta.module not in FRAPPE_MODULES else "frappe"
		path = f"{app}.{frappe.scrub(meta.module)}.doctype.{scrubbed}.{scrubbed}"
		if not _exists(path):
			return frappe.utils.nestedset.NestedSet if meta.is_tree and meta._fields.get("lft") else Document
	return getattr(importlib.import_module(path), doctype.replace(" ", "").replace("-", ""))


FRAPPE_MODULES = {
	"Core",
	"Custom",
	"Desk",
	"Contacts",
	"Email",
	"Geo",
	"Printing",
	"Website",
	"Workflow",
	"Automation",
}


def _exists(path: str) -> bool:
	"""Whether the module is there, without running it."""
	from importlib.util import find_spec

	parts = path.split(".")
	for depth in range(1, len(parts) + 1):
		if find_spec(".".join(parts[:depth])) is None:
			return False
	return True


class BaseDocument:
	"""A row: its fields are attributes."""

	def __init__(self, d: dict) -> None:
		if d.get("doctype"):
			self.__dict__["doctype"] = d["doctype"]
		self.__dict__["flags"] = _dict()
		self.__dict__["_table_fieldnames"] = {df.fieldname for df in self.meta.table_fields}
		self.update(d)
		self.dont_update_if_missing = []

	@property
	def meta(self) -> Any:
		return frappe.get_meta(self.doctype)

	def __getattr__(self, key: str) -> Any:
		if key in LEFT_OUT or (not key.startswith("_") and key != "doctype" and key in self.meta.dropped):
			not_emulated(f"{key} of {self.__dict__.get('doctype')}")
		raise AttributeError(f"'{type(self).__name__}' object has no attribute '{key}'")

	def __getstate__(self) -> dict:
		return {key: value for key, value in self.__dict__.items() if key != "_parent_doc"}

	def __repr__(self) -> str:
		return f"<{self.doctype}: {self.get('name')}>"

	# values

	def update(self, d: dict) -> Any:
		if "name" in d:
			self.name = d["name"]
		for key, value in d.items():
			self.set(key, value)
		return self

	def update_if_missing(self, d: Any) -> None:
		"""Defaults, for fields that are None."""
		for key, value in (d.get_valid_dict() if isinstance(d, BaseDocument) else d).items():
			if value is not None and self.get(key) is None and key not in self.dont_update_if_missing:
				self.set(key, value)

	def get(self, key: Any, filters: Any = None, limit: int | None = None, default: Any = None) -> Any:
		"""A value, or the rows of a table that match."""
		if isinstance(key, dict):
			return [row for row in self.get_all_children() if matches(row, key)][: limit or None]
		if isinstance(filters, dict) and filters:
			return [row for row in self.__dict__.get(key) or [] if matches(row, filters)][: limit or None]
		value = self.__dict__.get(key)
		if value is None and key not in self.__dict__:
			if key in self.meta.dropped:
				not_emulated(f"field {key} of {self.doctype}")
			return default if filters is None else filters
		return value[:limit] if limit and isinstance(value, list) else value

	def set(self, key: str, value: Any, as_value: bool = False) -> None:
		if key in RESERVED:
			return
		if not as_value and key in self._table_fieldnames:
			self.__dict__[key] = []
			if value:
				self.extend(key, value)
			return
		self.__dict__[key] = value

	def append(self, key: str, value: Any = None, position: int = -1) -> Any:
		"""A new row in a table."""
		table = (
			self.__dict__.setdefault(key, None) or self.__dict__.__setitem__(key, []) or self.__dict__[key]
		)
		row = self._init_child({} if value is None else value, key)
		if position == -1:
			table.append(row)
		else:
			table.insert(position, row)
			_renumber(table)
		row.parent_doc = weakref.ref(self)
		return row

	def extend(self, key: str, value: Iterable) -> None:
		for row in list(value):
			self.append(key, row)

	def remove(self, doc: Any) -> None:
		if doc.get("parentfield"):
			table = self.get(doc.parentfield)
			table.remove(doc)
			_renumber(table)

	def _init_child(self, value: Any, key: str) -> Any:
		if not isinstance(value, BaseDocument):
			df = self.meta.get_field(key)
			if df is None:
				raise AttributeError(key)
			value = get_controller(df.options)({**value, "doctype": df.options})
		value.parent, value.parenttype, value.parentfield = self.get("name"), self.doctype, key
		value.__dict__["docstatus"] = value.__dict__.get("docstatus") or DocStatus(0)
		if not value.get("idx"):
			value.idx = len(self.__dict__.get(key) or []) + 1
		if not value.get("name"):
			value.__dict__["__islocal"] = 1
		return value

	@property
	def parent_doc(self) -> Any:
		found = self.__dict__.get("_parent_doc")
		return found() if isinstance(found, weakref.ReferenceType) else found

	@parent_doc.setter
	def parent_doc(self, value: Any) -> None:
		self.__dict__["_parent_doc"] = value

	@property
	def docstatus(self) -> DocStatus:
		return DocStatus(self.__dict__.get("docstatus") or 0)

	@docstatus.setter
	def docstatus(self, value: Any) -> None:
		self.__dict__["docstatus"] = DocStatus(cint(value))

	def is_new(self) -> Any:
		return self.get("__islocal")

	def init_child_tables(self) -> None:
		for key in self._table_fieldnames:
			if self.__dict__.get(key) is None:
				self.__dict__[key] = []

	def init_valid_columns(self) -> None:
		own = self.__dict__
		for key in (*default_fields, *self.meta.columns):
			own.setdefault(key, None)
		own["docstatus"] = own["docstatus"] or DocStatus(0)
		own["idx"] = own["idx"] or 0

	def get_valid_dict(
		self,
		sanitize: bool = True,
		convert_dates_to_str: bool = False,
		ignore_nulls: bool = False,
		**_ignored: Any,
	) -> _dict:
		"""The columns, cast by their types."""
		values = _dict()
		for key in self.meta.columns:
			value = self.__dict__.get(key)
			if value is not None or sanitize:
				value = self._cast_column(key, value)
			if convert_dates_to_str and isinstance(value, datetime.date | datetime.time | datetime.timedelta):
				value = str(value)
			if not (ignore_nulls and value is None):
				values[key] = value
		return values

	def _cast_column(self, key: str, value: Any) -> Any:
		df = self.meta._fields.get(key)
		if not df:
			return value
		if isinstance(value, list):
			frappe.throw(_("Value for {0} cannot be a list").format(df.label))
		if df.fieldtype == "Check":
			return 1 if cint(value) else 0
		if df.fieldtype == "Int" and not isinstance(value, int):
			return cint(value)
		if df.fieldtype == "JSON" and isinstance(value, dict):
			return json.dumps(value, separators=(",", ":"))
		if df.fieldtype in float_like_fields and not isinstance(value, float):
			return flt(value)
		blank = value == "" and df.fieldtype in datetime_fields
		return None if blank or (df.unique and cstr(value).strip() == "") else value

	def as_dict(
		self,
		no_nulls: bool = False,
		no_default_fields: bool = False,
		convert_dates_to_str: bool = False,
		no_child_table_fields: bool = False,
		no_private_properties: bool = False,
	) -> _dict:
		"""Everything, tables included."""
		doc = self.get_valid_dict(convert_dates_to_str=convert_dates_to_str, ignore_nulls=no_nulls)
		doc["doctype"] = self.doctype
		options = (
			no_nulls,
			no_default_fields,
			convert_dates_to_str,
			no_child_table_fields,
			no_private_properties,
		)
		for key in sorted(self._table_fieldnames):
			doc[key] = [row.as_dict(*options) for row in self.get(key) or []]
		for key in (*(default_fields * no_default_fields), *(child_table_fields * no_child_table_fields)):
			doc.pop(key, None)
		if not no_private_properties:
			doc.update({key: self.__dict__[key] for key in PRIVATE_KEYS if self.__dict__.get(key)})
		return doc

	def get_all_children(self, parenttype: str | None = None) -> list:
		tables = [df for df in self.meta.table_fields if parenttype in (None, df.options)]
		return [row for df in tables for row in self.__dict__.get(df.fieldname) or []]

	# storing

	def db_insert(self, ignore_if_duplicate: bool = False) -> None:
		"""Write a new row, without any check but the database's own."""
		if not self.get("name"):
			from frappe.model.naming import set_new_name

			set_new_name(self)
		if not self.get("creation"):
			self.creation = self.modified = now()
			self.owner = self.modified_by = frappe.session.user
		self._refuse_dropped()
		try:
			frappe.db.insert_row(self.doctype, self.get_valid_dict())
		except frappe.db.UniqueViolation as error:
			if error.column != "name":
				raise frappe.UniqueValidationError(self.doctype, self.name, error) from error
			if not ignore_if_duplicate:
				frappe.msgprint(_("{0} {1} already exists").format(_(self.doctype), frappe.bold(self.name)))
				raise frappe.DuplicateEntryError(self.doctype, self.name, error) from error
		self.set("__islocal", False)

	def db_update(self) -> None:
		"""Write the row over the stored one."""
		if self.get("__islocal") or not self.get("name"):
			return self.db_insert()
		self._refuse_dropped()
		values = self.get_valid_dict()
		name = cstr(values.pop("name"))
		try:
			frappe.db.update_row(self.doctype, name, values)
		except frappe.db.UniqueViolation as error:
			raise frappe.UniqueValidationError(self.doctype, self.name, error) from error

	def _refuse_dropped(self) -> None:
		"""Values typed into fields that the sandbox leaves out."""
		for key in self.meta.dropped & self.__dict__.keys():
			if self.__dict__[key]:
				not_emulated(f"field {key} of {self.doctype}")

	def update_modified(self) -> None:
		self.set("modified", now())
		frappe.db.set_value(self.doctype, self.name, "modified", self.modified, update_modified=False)

	# checks of one row

	def _fix_numeric_types(self) -> None:
		for df in self.meta.fields:
			value = self.__dict__.get(df.fieldname)
			if df.fieldtype == "Check" or (df.fieldtype == "Int" and value is not None):
				self.set(df.fieldname, cint(value))
			elif df.fieldtype in float_like_fields and value is not None:
				self.set(df.fieldname, flt(value))

	def _get_missing_mandatory_fields(self) -> list[tuple[str, str]]:
		missing = []
		for df in self.meta.required_fields:
			value = self.__dict__.get(df.fieldname)
			text = cstr(value)
			rich = df.fieldtype == "Text Editor" and "<img" in text
			if value in (None, []) or not (rich or strip_html(text).strip()):
				row = "{0} #{1}".format(_("Row"), self.idx) if self.get("parentfield") else _(self.doctype)
				missing.append(
					(df.fieldname, _("Error: Value missing for {0}: {1}").format(row, _(df.label)))
				)
		return missing

	def get_invalid_links(self, is_submittable: bool = False) -> tuple[list, list]:
		"""Links to nothing, links to cancelled documents; fetches what depends on a link on the way."""
		invalid, cancelled = [], []
		for df in (*self.meta.link_fields, *self.meta.dynamic_link_fields):
			docname = self.__dict__.get(df.fieldname)
			if not docname:
				continue
			doctype = df.options if df.fieldtype == "Link" else self.get(df.options)
			if not doctype:
				frappe.throw(_("{0} must be set first").format(self.meta.get_label(df.options)))
			values = self._linked_values(df, doctype, docname)
			reference = (df.fieldname, docname, f"{_(df.label)}: {docname}")
			if not values:
				invalid.append(reference)
			elif df.fieldname != "amended_from" and (is_submittable or self.meta.is_submittable):
				if (
					frappe.get_meta(doctype).is_submittable
					and frappe.db.get_value(doctype, docname, "docstatus") == 2
				):
					cancelled.append(reference)
		return invalid, cancelled

	def _linked_values(self, df: Any, doctype: str, docname: str) -> _dict | None:
		if frappe.get_meta(doctype).issingle:
			return _dict(name=doctype)
		fetched = self.meta.fetched.get(df.fieldname, ())
		fetched = [field for field in fetched if not (field.fetch_if_empty and self.get(field.fieldname))]
		sources = [field.fetch_from.split(".")[-1] for field in fetched]
		values = frappe.db.get_value(doctype, docname, ["name", *sources], as_dict=True)
		if not values:  # where something is fetched along, v15 overlooks that the linked document is missing
			return _dict(name=docname) if sources and frappe.flavour == "v15" else None
		setattr(self, df.fieldname, values.name)
		for field, source in zip(fetched, sources, strict=True):
			if self.is_new() or not self.docstatus.is_submitted() or field.allow_on_submit:
				setattr(self, field.fieldname, values[source])
		return values

	def _validate_selects(self) -> None:
		for df in self.meta.select_fields:
			value = cstr(self.__dict__.get(df.fieldname)).strip()
			options = df.options.split("\n")
			if df.fieldname == "naming_series" or not value or not any(options):
				continue
			self.set(df.fieldname, value)
			if value not in options and not (frappe.flags.in_test and value.startswith("_T-")):
				choice = '", "'.join(options)
				frappe.throw(
					_('{0} cannot be "{1}". It should be one of "{2}"').format(_(df.label), value, choice)
				)

	def _validate_data_fields(self) -> None:
		checks = {"Email": frappe.utils.validate_emails, "Phone": frappe.utils.validate_phone_number}
		for df in self.meta.fields:
			value = self.__dict__.get(df.fieldname)
			if (
				df.fieldtype == "Data"
				and value
				and df.options in checks
				and value not in frappe.STANDARD_USERS
			):
				checks[df.options](value, throw=True)

	def _validate_non_negative(self) -> None:
		for df in self.meta.fields:
			if df.non_negative and flt(self.__dict__.get(df.fieldname)) < 0:
				frappe.throw(
					_("Value cannot be negative for {0}").format(frappe.bold(_(df.label))),
					frappe.NonNegativeError,
				)

	def _validate_length(self) -> None:
		for df in () if self.meta.issingle else self.meta.value_fields:
			kind, longest = column_types[df.fieldtype]
			value, too_long = self.__dict__.get(df.fieldname), False
			if kind == "varchar":
				longest = cint(df.length) or longest
				too_long = len(cstr(value)) > longest
			elif kind == "int" and df.fieldtype != "Check":
				longest = 2**63 - 1 if cint(df.length) > 11 or df.fieldtype == "Long Int" else 2**31 - 1
				too_long = abs(cint(value)) > longest
			if too_long:
				message = _("{0}: {1} will get truncated, as max characters allowed is {2}")
				frappe.throw(
					message.format(self.doctype, df.label, longest), frappe.CharacterLengthExceededError
				)

	def _sanitize_content(self) -> None:
		"""Tags that could run code become text, unless the field may hold code."""
		for df in self.meta.value_fields:
			value = self.__dict__.get(df.fieldname)
			if (
				isinstance(value, str)
				and "<" in value
				and df.fieldtype not in ("Code", "JSON", "HTML Editor")
			):
				if not df.ignore_xss_filter and (self.docstatus == 0 or df.allow_on_submit):
					self.set(df.fieldname, sanitize_html(value))

	def _sync_autoname_field(self) -> None:
		_rule, found, fieldname = (self.meta.autoname or "").partition("field:")
		if found and self.get("name") and self.name != self.get(fieldname):
			self.set(fieldname, self.name)

	def _validate_update_after_submit(self) -> None:
		stored = (
			frappe.get_doc(self.doctype, self.name).as_dict() if not self.parent_doc else self._stored_row()
		)
		for df in self.meta.fields:
			ours, theirs = self.__dict__.get(df.fieldname), stored.get(df.fieldname)
			if (
				df.allow_on_submit
				or not (ours or theirs)
				or not (df.fieldtype in column_types or df.fieldtype in table_fields)
			):
				continue
			if df.fieldtype in table_fields:
				ours, theirs = len(ours or ()), len(theirs or ())
			else:
				ours, theirs = get_date_value(df.fieldtype, ours), get_date_value(df.fieldtype, theirs)
			if (flt(ours, 9) != flt(theirs, 9)) if df.fieldtype in float_like_fields else (ours != theirs):
				message = _("Not allowed to change {0} after submission from {1} to {2}")
				frappe.throw(
					message.format(frappe.bold(_(df.label)), theirs, ours), frappe.UpdateAfterSubmitError
				)

	def _stored_row(self) -> dict:
		return frappe.db.get_value(self.doctype, self.name, "*", as_dict=True) or {}

	def precision(self, fieldname: str, parentfield: str | None = None) -> int | None:
		"""Decimals of the field."""
		from frappe.model.meta import get_field_precision

		doctype = self.meta.get_field(parentfield).options if parentfield else self.doctype
		df = frappe.get_meta(doctype).get_field(fieldname)
		return get_field_precision(df, self) if df.fieldtype in float_like_fields else None

	def get_value(self, fieldname: str) -> Any:
		df = self.meta.get_field(fieldname)
		return frappe.utils.cast(df.fieldtype, self.get(fieldname)) if df else self.get(fieldname)


def _renumber(table: list) -> None:
	for position, row in enumerate(table, 1):
		row.idx = position


def matches(row: Any, filters: dict) -> bool:
	"""`{"key": value}`, `{"key": [operator, value]}`, True for set, False for not set, `^text` for a prefix."""
	for key, wanted in filters.items():
		value = row.get(key)
		if isinstance(wanted, bool):
			fits = (value is not None) is wanted
		elif isinstance(wanted, list | tuple):
			fits = compare(value, wanted[0], wanted[1])
		elif isinstance(wanted, str) and wanted.startswith("^"):
			fits = cstr(value).startswith(wanted[1:])
		else:
			fits = compare(value, "=", wanted)
		if not fits:
			return False
	return True
