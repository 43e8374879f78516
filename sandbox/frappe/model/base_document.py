"""Fields, rows of tables, and the checks of one row."""

import importlib
import importlib.util
from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _, _dict, not_emulated
from frappe.model import column_types, float_like_fields, table_fields
from frappe.model.meta import get_field_precision, own_doctypes
from frappe.model.naming import set_new_name
from frappe.utils import (
	cint,
	cstr,
	flt,
	get_date_value,
	now,
	sanitize_html,
	strip_html,
	validate_email_address,
	validate_phone_number,
)

RESERVED = {"doctype", "meta", "flags", "parent_doc"}
# methods of the host's documents that nobody here calls
LEFT_OUT = frozenset(
	"""add_seen add_tag add_viewed apply_fieldlevel_read_permissions copy_attachments_from_amended_from db_update_all
	get_assigned_users get_formatted get_latest get_liked_by get_onload get_password get_signature get_tags get_url
	get_value is_whitelisted lock log_error queue_action remove_tag rename reset_seen round_floats_in
	run_notifications run_trigger save_version unlock validate_from_to_dates validate_table_has_rows validate_value
	validate_workflow""".split()
)
FRAPPE_MODULES = set("Core|Custom|Desk|Contacts|Email|Geo|Printing|Website|Workflow|Automation".split("|"))
CHECKED_DATA = {"Email": validate_email_address, "Phone": validate_phone_number}


def get_controller(doctype: str) -> type:
	"""The class of a DocType: the app's, the ERPNext half's, or the plain Document."""
	known = frappe.local.__dict__.setdefault("controllers", {})
	if doctype not in known:
		known[doctype] = _find_controller(doctype)
	return known[doctype]


def _find_controller(doctype: str) -> type:
	meta, scrubbed = frappe.get_meta(doctype), frappe.scrub(doctype)
	app = "frappe" if meta.module in FRAPPE_MODULES else "erpnext"
	folder = "l2c_app.l2c_app" if doctype in own_doctypes() else f"{app}.{frappe.scrub(meta.module)}"
	path = f"{folder}.doctype.{scrubbed}.{scrubbed}"
	if not _exists(path):
		if meta.is_tree and meta.has_field("lft"):
			return frappe.utils.nestedset.NestedSet
		path, doctype = "frappe.model.document", "Document"
	return getattr(importlib.import_module(path), doctype.replace(" ", "").replace("-", ""))


def _exists(path: str) -> bool:
	try:
		return importlib.util.find_spec(path) is not None
	except ModuleNotFoundError:
		return False


class BaseDocument:
	"""A row: its fields are attributes."""

	parent_doc: Any = None

	def __init__(self, d: dict) -> None:
		own, meta = self.__dict__, frappe.get_meta(d["doctype"])
		own.update(meta.empty, doctype=d["doctype"], flags=_dict())
		own.update({key: value for key, value in d.items() if key not in RESERVED})
		for key in meta.table_fieldnames:
			self.set(key, d.get(key))
		own["docstatus"] = cint(own["docstatus"])
		own["idx"] = own["idx"] or 0

	@property
	def meta(self) -> Any:
		return frappe.get_meta(self.doctype)

	def __getattr__(self, key: str) -> Any:
		if key in LEFT_OUT or (not key.startswith("_") and key != "doctype" and key in self.meta.dropped):
			not_emulated(f"{key} of {self.__dict__.get('doctype')}")
		raise AttributeError(f"'{type(self).__name__}' object has no attribute '{key}'")

	def __repr__(self) -> str:
		return f"<{self.doctype}: {self.get('name')}>"

	# values

	def update(self, d: dict) -> Any:
		for key, value in d.items():
			self.set(key, value)
		return self

	def update_if_missing(self, d: dict) -> None:
		"""Defaults, for fields that are None."""
		for key, value in d.items():
			if value is not None and self.get(key) is None:
				self.set(key, value)

	def get(self, key: str, default: Any = None) -> Any:
		"""A value, or the rows of a table."""
		if isinstance(default, dict):
			not_emulated(f"rows of {self.doctype} by filter")
		if key not in self.__dict__ and key in self.meta.dropped:
			not_emulated(f"field {key} of {self.doctype}")
		return self.__dict__.get(key, default)

	def set(self, key: str, value: Any) -> None:
		if key in self.meta.table_fieldnames:
			self.__dict__[key] = []
			self.extend(key, value or ())
		elif key not in RESERVED:
			self.__dict__[key] = value

	def append(self, key: str, value: Any = None) -> Any:
		"""A new row in a table."""
		if self.__dict__.get(key) is None:
			self.__dict__[key] = []
		table = self.__dict__[key]
		row = self._init_child({} if value is None else value, key)
		row.idx = row.idx or len(table) + 1
		table.append(row)
		return row

	def extend(self, key: str, value: Iterable) -> None:
		for row in list(value):
			self.append(key, row)

	def remove(self, doc: Any) -> None:
		table = self.get(doc.parentfield)
		table.remove(doc)
		for position, row in enumerate(table, 1):
			row.idx = position

	def _init_child(self, value: Any, key: str) -> Any:
		if not isinstance(value, BaseDocument):
			df = self.meta.get_field(key)
			if df is None:
				raise AttributeError(key)
			value = get_controller(df.options)({**value, "doctype": df.options})
		value.parent, value.parenttype, value.parentfield = self.get("name"), self.doctype, key
		value.__dict__["parent_doc"] = self
		if not value.get("name"):
			value.__dict__["__islocal"] = 1
		return value

	def is_new(self) -> Any:
		return self.get("__islocal")

	def get_valid_dict(self) -> _dict:
		"""The columns, cast by their types."""
		own, meta = self.__dict__, self.meta
		values = _dict((key, own.get(key)) for key in meta.columns)
		for key, value in values.items():
			if isinstance(value, list | dict):
				frappe.throw(_("Value for {0} cannot be a list").format(meta.get_label(key)))
		for key, df in meta.cast_fields:
			values[key] = self._cast_column(df, values[key])
		return values

	@staticmethod
	def _cast_column(df: Any, value: Any) -> Any:
		if df.fieldtype == "Check":
			return 1 if cint(value) else 0
		if df.fieldtype == "Int" and not isinstance(value, int):
			return cint(value)
		if df.fieldtype in float_like_fields and not isinstance(value, float):
			return flt(value)
		return None if df.unique and cstr(value).strip() == "" else value

	def as_dict(self) -> _dict:
		"""Everything, tables included."""
		tables = {key: [row.as_dict() for row in self.get(key)] for key in sorted(self.meta.table_fieldnames)}
		private = {key: self.__dict__[key] for key in ("__islocal", "__onload") if self.__dict__.get(key)}
		return _dict({**self.get_valid_dict(), "doctype": self.doctype, **tables, **private})

	def get_all_children(self) -> list:
		return [row for df in self.meta.table_fields for row in self.__dict__.get(df.fieldname) or []]

	# storing

	def db_insert(self) -> None:
		"""Write a new row, without any check but the database's own."""
		if not self.get("name"):
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
		self.modified = now()
		frappe.db.set_value(self.doctype, self.name, "modified", self.modified, update_modified=False)

	# checks of one row

	def _get_missing_mandatory_fields(self) -> list[tuple[str, str]]:
		missing = []
		for df in self.meta.required_fields:
			value = self.__dict__.get(df.fieldname)
			if value in (None, []) or not strip_html(cstr(value)).strip():
				row = "{0} #{1}".format(_("Row"), self.idx) if self.get("parentfield") else _(self.doctype)
				message = _("Error: Value missing for {0}: {1}").format(row, _(df.label))
				missing.append((df.fieldname, message))
		return missing

	def get_invalid_links(self, is_submittable: bool) -> tuple[list[str], list[str]]:
		"""Links to nothing, links to cancelled documents; fetches what depends on a link on the way."""
		invalid, cancelled = [], []
		for df in (*self.meta.link_fields, *self.meta.dynamic_link_fields):
			docname = self.__dict__.get(df.fieldname)
			if not docname:
				continue
			doctype = df.options if df.fieldtype == "Link" else self.get(df.options)
			if not doctype:
				frappe.throw(_("{0} must be set first").format(self.meta.get_label(df.options)))
			reference = f"{_(df.label)}: {docname}"
			if not self._linked_values(df, doctype, docname):
				invalid.append(reference)
			elif (
				df.fieldname != "amended_from" and is_submittable and frappe.get_meta(doctype).is_submittable
			):
				if frappe.db.get_value(doctype, docname, "docstatus") == 2:
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
			if self.is_new() or self.docstatus != 1 or field.allow_on_submit:
				setattr(self, field.fieldname, values[source])
		return values

	def _validate_fields(self) -> None:
		"""Options, patterns, signs and lengths; tags that could run code become text."""
		filled = [(df, self.__dict__.get(key)) for key, df in self.meta.value_items]
		for df, value in filled:
			if not value:
				continue
			if df.fieldtype == "Select":
				self._validate_select(df, cstr(value).strip())
			elif df.options in CHECKED_DATA and df.fieldtype == "Data" and value not in frappe.STANDARD_USERS:
				CHECKED_DATA[df.options](value, throw=True)
			if df.non_negative and flt(value) < 0:
				message = _("Value cannot be negative for {0}").format(frappe.bold(_(df.label)))
				frappe.throw(message, frappe.NonNegativeError)
			if not self.meta.issingle:
				self._validate_length(df, value)
			if isinstance(value, str) and "<" in value:
				self._sanitize(df, value)

	def _validate_select(self, df: Any, value: str) -> None:
		options = (df.options or "").split("\n")
		if df.fieldname == "naming_series" or not value or not any(options):
			return
		self.set(df.fieldname, value)
		if value not in options:
			message = _('{0} cannot be "{1}". It should be one of "{2}"')
			frappe.throw(message.format(_(df.label), value, '", "'.join(options)))

	def _validate_length(self, df: Any, value: Any) -> None:
		kind, longest = column_types[df.fieldtype], cint(df.length)
		if kind == "varchar":
			longest = longest or 140
			too_long = len(cstr(value)) > longest
		else:
			longest = 2**63 - 1 if longest > 11 or df.fieldtype == "Long Int" else 2**31 - 1
			too_long = kind == "int" and abs(cint(value)) > longest
		if too_long:
			message = _("{0}: {1} will get truncated, as max characters allowed is {2}")
			frappe.throw(message.format(self.doctype, df.label, longest), frappe.CharacterLengthExceededError)

	def _sanitize(self, df: Any, value: str) -> None:
		may_hold_code = df.fieldtype in ("Code", "JSON", "HTML Editor") or df.ignore_xss_filter
		if not may_hold_code and (self.docstatus == 0 or df.allow_on_submit):
			self.set(df.fieldname, sanitize_html(value))

	def _differs(self, df: Any, stored: Any) -> bool:
		"""Whether a field has another value than in the stored row; of a table only the number of rows counts."""
		ours, theirs = self.get(df.fieldname), stored.get(df.fieldname)
		if df.fieldtype in table_fields:
			return len(ours) != len(theirs)
		if df.fieldtype in float_like_fields:
			return flt(ours, 9) != flt(theirs, 9)
		return get_date_value(df.fieldtype, ours) != get_date_value(df.fieldtype, theirs)

	def _refuse_changes_after_submit(self, stored: Any) -> None:
		for df in self.meta.fields:
			is_set = self.get(df.fieldname) or stored.get(df.fieldname)
			if is_set and not df.allow_on_submit and self._differs(df, stored):
				message = _("Not allowed to change {0} after submission").format(frappe.bold(_(df.label)))
				frappe.throw(message, frappe.UpdateAfterSubmitError)

	def precision(self, fieldname: str, parentfield: str | None = None) -> int | None:
		"""Decimals of the field."""
		doctype = self.meta.get_field(parentfield).options if parentfield else self.doctype
		df = frappe.get_meta(doctype).get_field(fieldname)
		return get_field_precision(df) if df.fieldtype in float_like_fields else None
