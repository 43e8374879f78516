"""The life of a document, in the host's order of steps and hooks."""

from typing import Any

import frappe
from frappe import _, _dict
from frappe.model import optional_fields
from frappe.model.base_document import BaseDocument, get_controller
from frappe.model.delete_doc import check_links
from frappe.model.naming import set_new_name
from frappe.utils import cast, cstr, now, now_datetime, nowdate, nowtime

ACTIONS = {(0, 0): "save", (0, 1): "submit", (1, 1): "update_after_submit", (1, 2): "cancel"}
STEPS_BEFORE = {
	"save": ("before_validate", "validate", "before_save"),
	"submit": ("before_validate", "validate", "before_submit"),
	"cancel": ("before_cancel",),
	"update_after_submit": ("before_update_after_submit",),
}
STEPS_AFTER = {
	"save": ("on_update",),
	"submit": ("on_update", "on_submit"),
	"cancel": ("on_cancel",),
	"update_after_submit": ("on_update_after_submit",),
}


def get_doc(doctype: Any = None, name: Any = None, *, for_update: Any = None, **values: Any) -> Any:
	"""A document by (doctype, name), by dict or by keywords."""
	if not isinstance(doctype, str):
		return get_controller(doctype["doctype"])(doctype)
	if values:
		return get_controller(doctype)({"doctype": doctype, "name": name, **values})
	return get_controller(doctype)(doctype, doctype if name is None else name)


def new_doc(
	doctype: str,
	*,
	parent_doc: Any = None,
	parentfield: str | None = None,
	as_dict: bool = False,
	**kwargs: Any,
) -> Any:
	"""Defaults: the user's, then the field's own, then what depends on the parent."""
	templates = frappe.local.new_doc_templates
	if doctype not in templates:
		templates[doctype] = _make_template(doctype)
	values = _dict(templates[doctype])
	_set_dynamic_defaults(values, parent_doc)
	if parent_doc:
		values.update(parent=parent_doc.name, parenttype=parent_doc.doctype, parentfield=parentfield)
	return values if as_dict else get_doc(values).update(kwargs)


def _make_template(doctype: str) -> _dict:
	meta, defaults = frappe.get_meta(doctype), frappe.defaults.get_defaults()
	values = _dict(doctype=doctype, __islocal=1, owner=frappe.session.user, docstatus=0, idx=0)
	for df in meta.value_fields:
		value = _static_default(df, defaults, meta)
		if value is not None or df.fieldtype == "Check":
			values[df.fieldname] = cast(df.fieldtype, value)
	return values


def _static_default(df: Any, defaults: dict, meta: Any) -> Any:
	if df.fieldtype == "Link" and df.options != "User" and defaults.get(df.fieldname):
		return defaults[df.fieldname] if frappe.db.exists(df.options, defaults[df.fieldname]) else None
	if df.fieldname == meta.title_field:
		return None
	if df.default not in (None, ""):
		named = {"__user": frappe.session.user, "Today": nowdate()}
		return None if cstr(df.default).startswith(":") else named.get(df.default, df.default)
	if df.fieldtype == "Select" and df.options:
		return df.options.split("\n", 1)[0]
	return None


def _set_dynamic_defaults(values: dict, parent_doc: Any) -> None:
	for df in frappe.get_meta(values["doctype"]).fields_with_dynamic_default:
		if cstr(df.default).startswith(":"):
			key = frappe.scrub(df.default[1:])
			name = parent_doc.get(key) if parent_doc else frappe.db.get_default(key)
			value = frappe.db.get_value(df.default[1:], name, df.fieldname) if name else None
			if value is not None and not values.get(df.fieldname):
				values[df.fieldname] = value
		elif df.fieldtype == "Datetime" and cstr(df.default).lower() == "now":
			values[df.fieldname] = now_datetime()
		elif df.fieldtype == "Time":
			values[df.fieldname] = nowtime()


def copy_doc(doc: Any, ignore_no_copy: bool = True) -> Any:
	"""A new, unsaved copy; the docstatus stays, as on the host under tests."""
	copied = get_doc(doc.as_dict())
	copied.amended_from = None
	for row in (copied, *copied.get_all_children()):
		row.set("__islocal", 1)
		barred = [] if ignore_no_copy else [df.fieldname for df in row.meta.fields if df.no_copy]
		for key in ("name", "owner", "creation", "modified", "modified_by", *barred):
			row.set(key, None)
	return copied


class Document(BaseDocument):
	"""A document with its tables."""

	_doc_before_save: Any = None

	def __init__(self, values: Any, name: Any = None) -> None:
		if isinstance(values, str):
			self.__dict__.update(doctype=values, name=name)
			self.load_from_db()
		else:
			super().__init__(values)

	def load_from_db(self) -> "Document":
		"""Read everything anew."""
		doctype, name = self.doctype, self.name
		if self.meta.issingle:
			stored = frappe.db.get_singles_dict(doctype)
			types = {df.fieldname: df.fieldtype for df in self.meta.value_fields}
			row = {key: cast(types.get(key, "Data"), value) for key, value in stored.items()}
			row["name"] = doctype
		else:
			row = frappe.db.get_value(doctype, name, "*", as_dict=True)
		if not row:
			frappe.throw(_("{0} {1} not found").format(_(doctype), name), frappe.DoesNotExistError)
		super().__init__({**row, "doctype": doctype})
		for df in self.meta.table_fields:
			filters = {"parent": self.name, "parenttype": doctype, "parentfield": df.fieldname}
			self.set(
				df.fieldname,
				frappe.db.get_values(df.options, filters, "*", as_dict=True, order_by="idx asc"),
			)
		return self

	def reload(self) -> "Document":
		return self.load_from_db()

	# permissions

	def check_permission(self, permtype: str = "read") -> None:
		if not self.has_permission(permtype):
			raise frappe.PermissionError(f"{permtype} on {self.doctype} {self.get('name') or ''}")

	def has_permission(self, permtype: str = "read", *, user: str | None = None) -> bool:
		if self.flags.ignore_permissions:
			return True
		return frappe.permissions.has_permission(self.doctype, permtype, self, user=user)

	# saving

	def insert(
		self, ignore_permissions: bool | None = None, ignore_mandatory: bool | None = None
	) -> "Document":
		"""Store a new document."""
		if ignore_permissions is not None:
			self.flags.ignore_permissions = ignore_permissions
		if ignore_mandatory is not None:
			self.flags.ignore_mandatory = ignore_mandatory
		self.set("__islocal", True)
		self._set_defaults()
		self.set_user_and_timestamp()
		self.check_if_latest()
		self._validate_links()
		self.check_permission("create")
		self.run_method("before_insert")
		self.set_new_name()
		self._number_children()
		self.flags.in_insert = True
		self.run_before_save_methods()
		self._validate()
		self.flags.in_insert = False
		self._number_children()
		self.db_insert()
		for row in self.get_all_children():
			row.db_insert()
		self.run_method("after_insert")
		self.flags.in_insert = True
		if self.get("amended_from"):
			self._validate_amended_from()
		self.run_post_save_methods()
		self.flags.in_insert = False
		self.__dict__.pop("__islocal", None)
		return self

	def save(self, ignore_permissions: bool | None = None) -> "Document":
		"""Store a known document, or insert a new one."""
		if ignore_permissions is not None:
			self.flags.ignore_permissions = ignore_permissions
		if self.get("__islocal") or not self.get("name"):
			return self.insert()
		self._set_defaults()
		self.check_permission("write")
		self.set_user_and_timestamp()
		self.check_if_latest()
		self._number_children()
		self._validate_links()
		self.run_before_save_methods()
		if self._action != "cancel":
			self._validate()
		if self._action == "update_after_submit":
			self._validate_update_after_submit()
		self._number_children()
		if self.meta.issingle:
			frappe.db.set_single_value(self.doctype, self.get_valid_dict())
		else:
			self.db_update()
		self._update_children()
		self.run_post_save_methods()
		return self

	def submit(self) -> "Document":
		self.docstatus = 1
		return self.save()

	def cancel(self) -> "Document":
		self.docstatus = 2
		return self.save()

	def delete(self, ignore_permissions: bool = False) -> Any:
		return frappe.delete_doc(
			self.doctype, self.name, ignore_permissions=ignore_permissions, flags=self.flags
		)

	def _update_children(self) -> None:
		for df in self.meta.table_fields:
			rows = self.get(df.fieldname)
			filters = {"parent": self.name, "parenttype": self.doctype, "parentfield": df.fieldname}
			kept = [row.name for row in rows if not row.is_new()]
			frappe.db.delete(df.options, {**filters, "name": ("not in", kept)} if kept else filters)
			for row in rows:
				row.db_update()

	# steps

	def _set_defaults(self) -> None:
		if self.is_new():
			self.update_if_missing(frappe.new_doc(self.doctype, as_dict=True))
		for df in self.meta.table_fields:
			rows = [row for row in self.get(df.fieldname) if row.is_new()]
			if rows:
				defaults = frappe.new_doc(df.options, parent_doc=self, parentfield=df.fieldname, as_dict=True)
				for row in rows:
					row.update_if_missing(defaults)

	def set_user_and_timestamp(self) -> None:
		self._original_modified = self.modified
		self.modified, self.modified_by = now(), frappe.session.user
		if self.is_new():
			self.creation, self.owner = self.modified, self.modified_by
		for row in self.get_all_children():
			row.modified, row.modified_by, row.docstatus = self.modified, self.modified_by, self.docstatus
			row.owner, row.creation = row.get("owner") or self.owner, row.get("creation") or self.creation
		if self.name:
			frappe.flags.currently_saving.append((self.doctype, self.name))

	def _number_children(self) -> None:
		"""Names, and what rows repeat of their document."""
		for row in self.get_all_children():
			row.parent, row.parenttype, row.docstatus = self.name, self.doctype, self.docstatus
			if not row.get("name"):
				set_new_name(row)

	def load_doc_before_save(self) -> None:
		self._doc_before_save = None if self.is_new() else frappe.get_doc(self.doctype, self.name)

	def check_if_latest(self) -> None:
		"""Refuse a stale copy and an impossible change of docstatus."""
		self.load_doc_before_save()
		before, self._action = self._doc_before_save, "save"
		if before and cstr(before.modified) != cstr(self._original_modified):
			message = _("Error: Document has been modified after you have opened it")
			frappe.throw(message, frappe.TimestampMismatchError)
		if not self.meta.issingle:
			self._check_docstatus_transition(before.docstatus if before else 0)

	def _check_docstatus_transition(self, from_docstatus: int) -> None:
		if from_docstatus == 2:
			raise frappe.ValidationError(_("Cannot edit cancelled document"))
		step = (int(from_docstatus), int(self.docstatus))
		if step not in ACTIONS:
			raise frappe.DocstatusTransitionError(_("Cannot change docstatus from {0} to {1}").format(*step))
		self._action = ACTIONS[step]
		if self._action != "save":
			self.check_permission("cancel" if self._action == "cancel" else "submit")

	def set_new_name(self) -> None:
		set_new_name(self)
		for row in self.get_all_children():
			set_new_name(row)

	def run_before_save_methods(self) -> None:
		for step in STEPS_BEFORE[self._action]:
			if step == "before_validate" or not self.flags.ignore_validate:
				self.run_method(step)

	def run_post_save_methods(self) -> None:
		for step in STEPS_AFTER[self._action]:
			self.run_method(step)
		if self._action == "cancel" and not self.flags.ignore_links:
			check_links(self, "Cancel")
		self.clear_cache()
		self.run_method("on_change")
		if (self.doctype, self.name) in frappe.flags.currently_saving:
			frappe.flags.currently_saving.remove((self.doctype, self.name))

	def _validate(self) -> None:
		rows = (self, *self.get_all_children())
		if not self.flags.ignore_mandatory:
			self._validate_mandatory(rows)
		for row in rows:
			row._validate_fields()
		if self.is_new():
			for key in optional_fields:
				self.set(key, None)
		else:
			self._validate_set_only_once()

	def _validate_mandatory(self, rows: tuple) -> None:
		missing = [item for row in rows for item in row._get_missing_mandatory_fields()]
		for _fieldname, message in missing:
			frappe.msgprint(message)
		if missing:
			fields = ", ".join(item[0] for item in missing)
			raise frappe.MandatoryError(f"[{self.doctype}, {self.name}]: {fields}")

	def _validate_links(self) -> None:
		if self.flags.ignore_links or self._action == "cancel":
			return
		rows = (self, *self.get_all_children())
		found = [row.get_invalid_links(is_submittable=self.meta.is_submittable) for row in rows]
		if invalid := ", ".join(text for texts, _cancelled in found for text in texts):
			frappe.throw(_("Could not find {0}").format(invalid), frappe.LinkValidationError)
		if cancelled := ", ".join(text for _invalid, texts in found for text in texts):
			message = _("Cannot link cancelled document: {0}").format(cancelled)
			frappe.throw(message, frappe.CancelledLinkError)

	def _validate_set_only_once(self) -> None:
		for df in self.meta.fields:
			if df.set_only_once and self._differs(df, self._doc_before_save):
				message = _("Value cannot be changed for {0}").format(frappe.bold(df.label))
				frappe.throw(message, frappe.CannotChangeConstantError)

	def _validate_update_after_submit(self) -> None:
		if self.flags.ignore_validate_update_after_submit:
			return
		before = self._doc_before_save
		stored = {(row.doctype, row.name): row for row in (before, *before.get_all_children())}
		for row in (self, *self.get_all_children()):
			if (row.doctype, row.name) in stored:
				row._refuse_changes_after_submit(stored[row.doctype, row.name])

	def _validate_amended_from(self) -> None:
		if frappe.db.get_value(self.doctype, self.amended_from, "docstatus") != 2:
			frappe.throw(_("{0} cannot be amended because it is not cancelled.").format(self.amended_from))

	# hooks

	def run_method(self, method: str, *args: Any, **kwargs: Any) -> Any:
		"""The controller's method, then the handlers of doc_events; the last answer that says something wins."""
		own = getattr(type(self), method, None)
		result = own(self, *args, **kwargs) if own else None
		events = frappe.get_doc_hooks()
		for handler in [path for key in (self.doctype, "*") for path in events.get(key, {}).get(method, ())]:
			result = frappe.get_attr(handler)(self, method, *args, **kwargs) or result
		return result

	def set_onload(self, key: str, value: Any) -> None:
		self.__dict__.setdefault("__onload", _dict())[key] = value

	def get_title(self) -> str:
		return self.get(self.meta.get_title_field()) or ""

	def get_doc_before_save(self) -> Any:
		return self._doc_before_save

	def has_value_changed(self, fieldname: str) -> bool:
		before = self._doc_before_save
		return not before or self._differs(self.meta.get_field(fieldname), before)

	def db_set(self, fieldname: Any, value: Any = None, update_modified: bool = True) -> None:
		"""Write a value past the validations."""
		values = fieldname if isinstance(fieldname, dict) else {fieldname: value}
		self.update(values)
		if update_modified and (self.doctype, self.name) not in frappe.flags.currently_saving:
			self.modified, self.modified_by = now(), frappe.session.user
		if not self._doc_before_save:
			self.load_doc_before_save()
		self.run_method("before_change")
		stamps = {"modified": self.modified, "modified_by": self.modified_by}
		frappe.db.set_value(self.doctype, self.name, values, update_modified=update_modified, **stamps)
		self.run_method("on_change")

	def db_get(self, fieldname: str) -> Any:
		return frappe.db.get_value(self.doctype, self.name, fieldname)

	def clear_cache(self) -> None:
		frappe.clear_document_cache(self.doctype, self.name)

	def notify_update(self) -> None:
		frappe.publish_realtime("doc_update", {"doctype": self.doctype, "name": self.name})

	def add_comment(self, comment_type: str = "Comment", text: str | None = None) -> Any:
		reference = {"reference_doctype": self.doctype, "reference_name": self.name}
		row = {
			"comment_type": comment_type,
			"comment_email": frappe.session.user,
			"content": text or comment_type,
		}
		return frappe.get_doc({"doctype": "Comment", **row, **reference}).insert(ignore_permissions=True)
