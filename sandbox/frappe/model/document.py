"""The life of a document, in the host's order of steps and hooks."""

import copy
from typing import Any

import frappe
from frappe import _, _dict, not_emulated
from frappe.model import data_fieldtypes, optional_fields, table_fields
from frappe.model.base_document import BaseDocument, get_controller
from frappe.model.docstatus import DocStatus
from frappe.model.naming import set_new_name, validate_name
from frappe.utils import cstr, get_date_value, now, now_datetime, nowdate, nowtime


def get_doc(*args: Any, **kwargs: Any) -> Any:
	"""A document by (doctype, name), by dict or by keywords."""
	if args and isinstance(args[0], BaseDocument):
		return args[0]
	if args and not isinstance(args[0], str):
		kwargs = args[0]
	elif args:
		name = args[1] if len(args) > 1 else args[0]
		return get_controller(args[0])(args[0], name, for_update=kwargs.get("for_update"))
	if not kwargs.get("doctype"):
		raise ValueError('"doctype" is a required key')
	return get_controller(kwargs["doctype"])(kwargs)


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
	values = copy.deepcopy(templates[doctype])
	_set_dynamic_defaults(values, parent_doc)
	if parent_doc:
		values.update(parent=parent_doc.name, parenttype=parent_doc.doctype)
	if parentfield:
		values["parentfield"] = parentfield
	if as_dict:
		return values
	doc = get_doc(values)
	doc.update(kwargs)
	return doc


def _make_template(doctype: str) -> _dict:
	doc = get_doc({"doctype": doctype, "__islocal": 1, "owner": frappe.session.user, "docstatus": 0})
	defaults = frappe.defaults.get_defaults()
	for df in doc.meta.fields:
		value = _static_default(df, defaults, doc.meta) if df.fieldtype in data_fieldtypes else None
		if value is not None:
			doc.set(df.fieldname, value)
	doc._fix_numeric_types()
	values = doc.get_valid_dict(sanitize=False)
	values.update(doctype=doctype, __islocal=1)
	if not doc.meta.issingle:
		values["__unsaved"] = 1
	return values


def _static_default(df: Any, defaults: dict, meta: Any) -> Any:
	if df.fieldtype == "Link" and df.options != "User" and defaults.get(df.fieldname):
		return defaults[df.fieldname] if frappe.db.exists(df.options, defaults[df.fieldname]) else None
	if df.fieldname == meta.title_field:
		return None
	if df.default not in (None, ""):
		named = {"__user": frappe.session.user, "Today": nowdate()}
		if df.default in named:
			return named[df.default]
		return None if cstr(df.default).startswith(":") else df.default
	if df.fieldtype == "Select" and df.options and df.options not in ("[Select]", "Loading..."):
		return df.options.split("\n", 1)[0]
	return None


def _set_dynamic_defaults(values: dict, parent_doc: Any) -> None:
	for df in frappe.get_meta(values["doctype"]).fields:
		if df.default and cstr(df.default).startswith(":"):
			key = frappe.scrub(df.default[1:])
			name = parent_doc.get(key) if parent_doc else frappe.db.get_default(key)
			value = frappe.db.get_value(df.default[1:], name, df.fieldname) if name else None
			if value is not None and not values.get(df.fieldname):
				values[df.fieldname] = value
		elif df.fieldtype == "Datetime" and cstr(df.default).lower() == "now":
			values[df.fieldname] = now_datetime()
		if df.fieldtype == "Time":
			values[df.fieldname] = nowtime()


class Document(BaseDocument):
	"""A document with its tables."""

	def __init__(self, *args: Any, for_update: Any = None, **kwargs: Any) -> None:
		self.__dict__["flags"] = _dict()
		if args and isinstance(args[0], str):
			self.__dict__.update(doctype=args[0], name=args[1])
			self.flags.for_update = for_update
			self.load_from_db()
			return
		super().__init__(args[0] if args else kwargs)
		self.init_child_tables()
		self.init_valid_columns()

	def load_from_db(self) -> "Document":
		"""Read everything anew."""
		doctype, name = self.doctype, self.name
		if self.meta.issingle:
			super().__init__(
				{"doctype": doctype, "name": doctype, **frappe.db.get_singles_dict(doctype, cast=True)}
			)
		else:
			row = (
				frappe.db.get_value(doctype, name, "*", as_dict=True) if not isinstance(name, dict) else None
			)
			row = row or frappe.db.get_value(doctype, name, "*", as_dict=True)
			if not row:
				message = _("{0} {1} not found").format(_(doctype), name)
				frappe.throw(message, frappe.DoesNotExistError(message, doctype=doctype))
			super().__init__({**row, "doctype": doctype})
		self._load_tables()
		self.init_valid_columns()
		if hasattr(self, "__setup__"):
			self.__setup__()
		return self

	def _load_tables(self) -> None:
		for df in self.meta.table_fields:
			filters = {"parent": self.name, "parenttype": self.doctype, "parentfield": df.fieldname}
			rows = frappe.db.get_values(df.options, filters, "*", as_dict=True, order_by="idx asc")
			self.__dict__[df.fieldname] = []
			for row in rows:
				self.append(df.fieldname, row)

	def reload(self) -> "Document":
		return self.load_from_db()

	# permissions

	def check_permission(self, permtype: str = "read", permlevel: int | None = None) -> None:
		if not self.has_permission(permtype):
			self.raise_no_permission_to(permtype)

	def has_permission(self, permtype: str = "read", *, debug: bool = False, user: str | None = None) -> bool:
		if self.flags.ignore_permissions:
			return True
		return frappe.permissions.has_permission(self.doctype, permtype, self, user=user)

	def raise_no_permission_to(self, perm_type: str) -> None:
		raise frappe.PermissionError(f"{perm_type} on {self.doctype} {self.get('name') or ''}")

	# saving

	def insert(
		self,
		ignore_permissions: bool | None = None,
		ignore_links: bool | None = None,
		ignore_if_duplicate: bool = False,
		ignore_mandatory: bool | None = None,
		set_name: str | None = None,
		set_child_names: bool = True,
	) -> "Document":
		"""Store a new document."""
		options = dict(
			ignore_permissions=ignore_permissions,
			ignore_links=ignore_links,
			ignore_mandatory=ignore_mandatory,
		)
		self.flags.update({key: value for key, value in options.items() if value is not None})
		self.set("__islocal", True)
		self._set_defaults()
		self.set_user_and_timestamp()
		self.set_docstatus()
		self.check_if_latest()
		self._validate_links()
		self.check_permission("create")
		self.run_method("before_insert")
		self.set_new_name(set_name=set_name, set_child_names=set_child_names)
		self.set_parent_in_children()
		self.flags.in_insert = True
		self.run_before_save_methods()
		self._validate()
		self.set_docstatus()
		self.flags.in_insert = False
		self._write_new(ignore_if_duplicate)
		self.run_method("after_insert")
		self.flags.in_insert = True
		if self.get("amended_from"):
			self.validate_amended_from()
		self.run_post_save_methods()
		self.flags.in_insert = False
		for key in ("__islocal", "__unsaved"):
			self.__dict__.pop(key, None)
		return self

	def _write_new(self, ignore_if_duplicate: bool) -> None:
		if self.meta.issingle:
			frappe.db.write_single(self.doctype, self.get_valid_dict())
		else:
			self.db_insert(ignore_if_duplicate=ignore_if_duplicate)
		for row in self.get_all_children():
			row.db_insert()

	def save(self, *args: Any, **kwargs: Any) -> "Document":
		return self._save(*args, **kwargs)

	def _save(self, ignore_permissions: bool | None = None, ignore_version: bool | None = None) -> "Document":
		"""Store a known document, or insert a new one."""
		if ignore_permissions is not None:
			self.flags.ignore_permissions = ignore_permissions
		if self.get("__islocal") or not self.get("name"):
			return self.insert()
		self._set_defaults()
		self.check_permission("write")
		self.set_user_and_timestamp()
		self.set_docstatus()
		self.check_if_latest()
		self.set_parent_in_children()
		for row in self.get_all_children():
			if not row.get("name"):
				set_new_name(row)
		self._validate_links()
		self.run_before_save_methods()
		if self._action != "cancel":
			self._validate()
		if self._action == "update_after_submit":
			self.validate_update_after_submit()
		self.set_docstatus()
		if self.meta.issingle:
			frappe.db.write_single(self.doctype, self.get_valid_dict())
		else:
			self.db_update()
		self.update_children()
		self.run_post_save_methods()
		self.__dict__.pop("__unsaved", None)
		return self

	def submit(self) -> "Document":
		self.docstatus = 1
		return self.save()

	def cancel(self) -> "Document":
		self.docstatus = 2
		return self.save()

	def delete(
		self, ignore_permissions: bool = False, force: bool = False, *, delete_permanently: bool = False
	) -> Any:
		return frappe.delete_doc(
			self.doctype, self.name, ignore_permissions=ignore_permissions, flags=self.flags, force=force
		)

	def update_children(self) -> None:
		for df in self.meta.table_fields:
			rows = self.get(df.fieldname) or []
			filters = {"parent": self.name, "parenttype": self.doctype, "parentfield": df.fieldname}
			kept = [row.name for row in rows if row.name and not row.is_new()]
			if kept:
				filters["name"] = ("not in", kept)
			frappe.db.delete(df.options, filters)
			for row in rows:
				row.db_update()

	# steps

	def _set_defaults(self) -> None:
		if self.is_new():
			self.update_if_missing(frappe.new_doc(self.doctype, as_dict=True))
		for df in self.meta.table_fields:
			rows = [row for row in self.get(df.fieldname) or [] if row.is_new()]
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
			row.modified, row.modified_by = self.modified, self.modified_by
			row.owner = row.get("owner") or self.owner
			row.creation = row.get("creation") or self.creation
		frappe.flags.currently_saving.append((self.doctype, self.name))

	def set_docstatus(self) -> None:
		for row in self.get_all_children():
			row.set("docstatus", self.docstatus)

	def load_doc_before_save(self, *, raise_exception: bool = False) -> None:
		self._doc_before_save = None
		if self.is_new():
			return
		try:
			self._doc_before_save = frappe.get_doc(self.doctype, self.name, for_update=True)
		except frappe.DoesNotExistError:
			if raise_exception:
				raise
			frappe.clear_last_message()

	def check_if_latest(self) -> None:
		"""Refuse a stale copy and an impossible change of docstatus."""
		self.load_doc_before_save(raise_exception=True)
		self._action = "save"
		before = self._doc_before_save
		if not before:
			self.check_docstatus_transition(0)
			return
		if cstr(before.modified) != cstr(self._original_modified):
			message = _("Error: Document has been modified after you have opened it")
			frappe.msgprint(message, raise_exception=frappe.TimestampMismatchError)
		if not self.meta.issingle:
			self.check_docstatus_transition(before.docstatus)

	def check_docstatus_transition(self, from_docstatus: int) -> None:
		allowed = {(0, 0): "save", (0, 1): "submit", (1, 1): "update_after_submit", (1, 2): "cancel"}
		if from_docstatus == 2:
			raise frappe.ValidationError(_("Cannot edit cancelled document"))
		step = (int(from_docstatus), int(self.docstatus))
		if step not in allowed:
			raise frappe.DocstatusTransitionError(_("Cannot change docstatus from {0} to {1}").format(*step))
		self._action = allowed[step]
		if self._action != "save":
			self.check_permission("cancel" if self._action == "cancel" else "submit")

	def set_new_name(
		self, force: bool = False, set_name: str | None = None, set_child_names: bool = True
	) -> None:
		if self.flags.name_set and not force:
			return
		if set_name or (self.get("__newname") and (self.meta.autoname or "").lower() == "prompt"):
			self.name = validate_name(self.doctype, set_name or self.get("__newname"))
		else:
			set_new_name(self)
		for row in self.get_all_children() if set_child_names else ():
			set_new_name(row)
		self.flags.name_set = True

	def set_parent_in_children(self) -> None:
		for row in self.get_all_children():
			row.parent, row.parenttype = self.name, self.doctype

	def run_before_save_methods(self) -> None:
		if self._action in ("save", "submit"):
			self.run_method("before_validate")
		if self.flags.ignore_validate:
			return
		steps = {
			"save": ("validate", "before_save"),
			"submit": ("validate", "before_submit"),
			"cancel": ("before_cancel",),
			"update_after_submit": ("before_update_after_submit",),
		}
		for step in steps[self._action]:
			self.run_method(step)
		self.set_title_field()

	def run_post_save_methods(self) -> None:
		steps = {
			"save": ("on_update",),
			"submit": ("on_update", "on_submit"),
			"cancel": ("on_cancel",),
			"update_after_submit": ("on_update_after_submit",),
		}
		for step in steps[self._action]:
			self.run_method(step)
		if self._action == "cancel":
			self.check_no_back_links_exist()
		self.clear_cache()
		if self.flags.get("notify_update", True):
			self.notify_update()
		self.run_method("on_change")
		if (self.doctype, self.name) in frappe.flags.currently_saving:
			frappe.flags.currently_saving.remove((self.doctype, self.name))

	def _validate(self) -> None:
		self._validate_mandatory()
		for row in (self, *self.get_all_children()):
			row._validate_data_fields()
			row._validate_selects()
			row._validate_non_negative()
			row._validate_length()
			row._sync_autoname_field()
			row._sanitize_content()
		if self.is_new():
			for key in optional_fields:
				self.set(key, None)
		else:
			self.validate_set_only_once()

	def _validate_mandatory(self) -> None:
		if self.flags.ignore_mandatory:
			return
		missing = [
			item for row in (self, *self.get_all_children()) for item in row._get_missing_mandatory_fields()
		]
		for _fieldname, message in missing:
			frappe.msgprint(message)
		if missing:
			fields = ", ".join(item[0] for item in missing)
			raise frappe.MandatoryError(f"[{self.doctype}, {self.name}]: {fields}")

	def _validate_links(self) -> None:
		if self.flags.ignore_links or self._action == "cancel":
			return
		invalid, cancelled = self.get_invalid_links()
		for row in self.get_all_children():
			more = row.get_invalid_links(is_submittable=self.meta.is_submittable)
			invalid, cancelled = invalid + more[0], cancelled + more[1]
		if invalid:
			named = ", ".join(item[2] for item in invalid)
			frappe.throw(_("Could not find {0}").format(named), frappe.LinkValidationError)
		if cancelled:
			named = ", ".join(item[2] for item in cancelled)
			frappe.throw(_("Cannot link cancelled document: {0}").format(named), frappe.CancelledLinkError)

	def validate_set_only_once(self) -> None:
		before = self._doc_before_save
		for df in [df for df in self.meta.fields if df.set_only_once] if before else ():
			ours, theirs = self.get(df.fieldname), before.get(df.fieldname)
			if df.fieldtype in table_fields:
				not_emulated("set only once on a table")
			if get_date_value(df.fieldtype, ours) != get_date_value(df.fieldtype, theirs):
				message = _("Value cannot be changed for {0}").format(frappe.bold(df.label))
				frappe.throw(message, frappe.CannotChangeConstantError)

	def validate_update_after_submit(self) -> None:
		if self.flags.ignore_validate_update_after_submit:
			return
		self._validate_update_after_submit()
		for row in self.get_all_children():
			if not (row.is_new() and self.meta.get_field(row.parentfield).allow_on_submit):
				row._validate_update_after_submit()

	def validate_amended_from(self) -> None:
		if frappe.db.get_value(self.doctype, self.amended_from, "docstatus") != 2:
			frappe.throw(_("{0} cannot be amended because it is not cancelled.").format(self.amended_from))

	def check_no_back_links_exist(self) -> None:
		from frappe.model.delete_doc import check_links

		if not self.flags.ignore_links:
			check_links(self, "Cancel")

	def set_title_field(self) -> None:
		df = self.meta.get_field("title") if self.meta.title_field == "title" else None
		template = df and (df.options or (df.default if self.is_new() and not self.get("title") else None))
		if template:
			values = {key: "" if value is None else value for key, value in self.as_dict().items()}
			self.set("title", template.format(**values))

	# hooks

	def run_method(self, method: str, *args: Any, **kwargs: Any) -> Any:
		"""The controller's method, then the handlers of doc_events."""
		own = self.__dict__.get(method) or getattr(type(self), method, None)
		result = getattr(self, method)(*args, **kwargs) if callable(own) else None
		events = frappe.get_doc_hooks()
		for handler in [path for key in (self.doctype, "*") for path in events.get(key, {}).get(method, ())]:
			answer = frappe.get_attr(handler)(self, method, *args, **kwargs)
			result = _merge_answer(result, answer)
		return result

	run_trigger = run_method

	def set_onload(self, key: str, value: Any) -> None:
		self.__dict__.setdefault("__onload", _dict())[key] = value

	def get_title(self) -> str:
		return self.get(self.meta.get_title_field()) or ""

	def get_doc_before_save(self) -> Any:
		return self.__dict__.get("_doc_before_save")

	def has_value_changed(self, fieldname: str) -> bool:
		before = self.get_doc_before_save()
		if not before:
			return True
		df = self.meta.get_field(fieldname)
		kind = df.fieldtype if df else "Data"
		return get_date_value(kind, before.get(fieldname)) != get_date_value(kind, self.get(fieldname))

	def db_set(
		self,
		fieldname: Any,
		value: Any = None,
		update_modified: bool = True,
		notify: bool = False,
		commit: bool = False,
	) -> None:
		"""Write a value past the validations."""
		self.update(fieldname) if isinstance(fieldname, dict) else self.set(fieldname, value)
		if update_modified and (self.doctype, self.name) not in frappe.flags.currently_saving:
			self.modified, self.modified_by = now(), frappe.session.user
		if not self.get_doc_before_save():
			self.load_doc_before_save()
		self.run_method("before_change")
		if self.name is None:
			return
		if self.meta.issingle:
			frappe.db.set_single_value(self.doctype, fieldname, value, update_modified=update_modified)
		else:
			frappe.db.set_value(
				self.doctype,
				self.name,
				fieldname,
				value,
				self.modified,
				self.modified_by,
				update_modified=update_modified,
			)
		self.run_method("on_change")
		if notify:
			self.notify_update()
		if commit:
			frappe.db.commit()

	def db_get(self, fieldname: str) -> Any:
		return frappe.db.get_value(self.doctype, self.name, fieldname)

	def clear_cache(self) -> None:
		frappe.clear_document_cache(self.doctype, self.name)

	def notify_update(self) -> None:
		message = {"modified": self.modified, "doctype": self.doctype, "name": self.name}
		frappe.publish_realtime(
			"doc_update", message, doctype=self.doctype, docname=self.name, after_commit=True
		)

	def add_comment(
		self,
		comment_type: str = "Comment",
		text: str | None = None,
		comment_email: str | None = None,
		comment_by: str | None = None,
	) -> Any:
		row = dict(
			comment_type=comment_type,
			comment_email=comment_email or frappe.session.user,
			comment_by=comment_by,
		)
		reference = dict(
			reference_doctype=self.doctype, reference_name=self.name, content=text or comment_type
		)
		return frappe.get_doc({"doctype": "Comment", **row, **reference}).insert(ignore_permissions=True)


def _merge_answer(result: Any, answer: Any) -> Any:
	"""Dicts of several handlers are merged; otherwise the last answer that says something wins."""
	if isinstance(answer, dict) and isinstance(result, dict):
		return {**result, **answer}
	return answer or result


__all__ = ["BaseDocument", "DocStatus", "Document", "get_doc", "new_doc"]
