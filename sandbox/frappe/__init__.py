"""A stand-in for the narrow part of Frappe that the app calls: in process, on SQLite, on a bare machine.

The real host is right wherever the two differ. Everything outside the slice raises NotEmulated.
"""

import functools
import importlib
import inspect
import json
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from frappe._emulation import NotEmulated as NotEmulated
from frappe._emulation import module_getattr, not_emulated
from frappe.exceptions import *  # noqa: F403
from frappe.exceptions import DoesNotExistError, PermissionError, ValidationError

__sandbox__ = True
flavour = os.environ.get("L2C_SANDBOX", "v15")
__version__ = {"v15": "15.72.4", "v16": "16.0.0"}[flavour]
STANDARD_USERS = ("Guest", "Administrator")


class _dict(dict):
	"""A dict whose items are attributes; a missing one is None."""

	__slots__ = ()
	__getattr__ = dict.get
	__setattr__ = dict.__setitem__
	__delattr__ = dict.__delitem__

	def update(self, other: dict | None = None, **kwargs: Any) -> "_dict":
		super().update(other or {}, **kwargs)
		return self


class Local:
	"""State of the running request; a missing attribute is an AttributeError as on the host."""

	def __release_local__(self) -> None:
		self.__dict__.clear()


local = Local()
flags = _dict()
session = _dict(user="Administrator", sid="Administrator", data=_dict())
conf = _dict(db_type="mariadb", developer_mode=0, host_name="http://sandbox.test")
form_dict = _dict()
request = None
response = _dict(docs=[])
user_cache: dict[str, list[str]] = {}
realtime_log: list[_dict] = []
jobs: list[_dict] = []
whitelisted: set[Callable] = set()
guest_methods: set[Callable] = set()
allowed_http_methods_for_whitelisted_func: dict[Callable, list[str]] = {}


def init(site: str = "sandbox.test", **_ignored: Any) -> None:
	"""A fresh request on the site."""
	local.__release_local__()
	flags.clear()
	flags.update(in_test=True, currently_saving=[])
	session.update(user="Administrator", sid="Administrator", data=_dict())
	conf.site_name = site
	local.__dict__.update(
		site=site, flags=flags, session=session, conf=conf, lang="en", form_dict=form_dict, response=response,
		message_log=[], user_perms=None, request_cache={}, db=db, qb=qb, cache=cache, request_ip="127.0.0.1",
	)  # fmt: skip
	clear_cache()
	for log in (realtime_log, jobs):
		log.clear()


def connect(*_args: Any, **_kwargs: Any) -> None:
	"""Open the in-memory database."""
	db.connect()


# messages and refusals


def msgprint(
	msg: str,
	title: str | None = None,
	raise_exception: bool | type[Exception] | Exception = False,
	**kwargs: Any,
) -> None:
	"""Captured in `message_log`; raises if asked."""
	local.message_log.append(_dict(message=msg, title=title, **kwargs))
	if not raise_exception:
		return
	if isinstance(raise_exception, Exception):
		raise raise_exception
	raise (raise_exception if inspect.isclass(raise_exception) else ValidationError)(msg)


def throw(
	msg: str, exc: type[Exception] | Exception = ValidationError, title: str | None = None, **kwargs: Any
) -> NoReturn:
	"""Refuse with a message."""
	msgprint(msg, title=title, raise_exception=exc, indicator="red", **kwargs)
	raise AssertionError


def clear_messages() -> None:
	local.message_log.clear()


def clear_last_message() -> None:
	if local.message_log:
		local.message_log.pop()


def log_error(
	title: str | None = None,
	message: str | None = None,
	reference_doctype: str | None = None,
	reference_name: str | None = None,
	*,
	defer_insert: bool = False,
) -> Any:
	"""A row in Error Log."""
	text = message or get_traceback() or title
	if title and "\n" in title and not message:
		title, text = "Error", title
	row = {"method": (title or "Error")[:140], "error": text, "reference_doctype": reference_doctype}
	return get_doc(doctype="Error Log", reference_name=reference_name, **row).insert(ignore_permissions=True)


def get_traceback(with_context: bool = False) -> str:
	import traceback

	return traceback.format_exc() if sys.exc_info()[0] else ""


# language


@functools.cache
def _translations(lang: str) -> dict[str, str]:
	import csv

	import l2c_app

	path = os.path.join(os.path.dirname(l2c_app.__file__), "translations", f"{lang}.csv")
	if not os.path.exists(path):
		return {}
	with open(path, encoding="utf-8", newline="") as lines:
		return {row[0].strip(): row[1].strip() for row in csv.reader(lines) if len(row) > 1}


def _(msg: str, lang: str | None = None, context: str | None = None) -> str:
	"""The app's own translations only."""
	lang = lang or getattr(local, "lang", "en")
	return msg if lang == "en" or not isinstance(msg, str) else _translations(lang).get(msg.strip(), msg)


def scrub(txt: str) -> str:
	return str(txt).replace(" ", "_").replace("-", "_").lower()


def unscrub(txt: str) -> str:
	return txt.replace("_", " ").replace("-", " ").title()


def bold(text: Any) -> str:
	return f"<strong>{text}</strong>"


# documents


def get_doc(*args: Any, **kwargs: Any) -> Any:
	"""A document by (doctype, name), by dict or by keywords."""
	from frappe.model.document import get_doc

	return get_doc(*args, **kwargs)


def new_doc(
	doctype: str,
	*,
	parent_doc: Any = None,
	parentfield: str | None = None,
	as_dict: bool = False,
	**kwargs: Any,
) -> Any:
	"""A new document with its defaults."""
	from frappe.model.document import new_doc

	return new_doc(doctype, parent_doc=parent_doc, parentfield=parentfield, as_dict=as_dict, **kwargs)


def get_cached_doc(doctype: str, name: str | None = None) -> Any:
	"""The shared copy of the document: not to be changed."""
	key = (doctype, name or doctype)
	if key not in local.document_cache:
		local.document_cache[key] = get_doc(*key)
	return local.document_cache[key]


def get_cached_value(
	doctype: str, name: str | None, fieldname: str | Iterable[str] = "name", as_dict: bool = False
) -> Any:
	"""A value through the document cache."""
	try:
		doc = get_cached_doc(doctype, name)
	except DoesNotExistError:
		clear_last_message()
		return None
	if isinstance(fieldname, str):
		if as_dict:
			throw("Cannot make dict for single fieldname")
		return doc.get(fieldname)
	values = [doc.get(key) for key in fieldname]
	return _dict(zip(fieldname, values, strict=True)) if as_dict else values


def clear_document_cache(doctype: str, name: str | None = None) -> None:
	"""Forget the shared copies."""
	for key in [key for key in local.document_cache if key[0] == doctype and name in (None, key[1])]:
		del local.document_cache[key]
	db.value_cache.pop(doctype, None)
	if doctype in ("Custom Field", "Property Setter", "DocType"):
		clear_cache()


def get_meta(doctype: str, cached: bool = True) -> Any:
	known = local.meta_cache.get(doctype) if isinstance(doctype, str) else None
	if known is None:
		from frappe.model import meta

		known = meta.get_meta(doctype, cached=cached)
	return known


def get_list(doctype: str, *args: Any, **kwargs: Any) -> list:
	"""Rows that the session's user may read."""
	from frappe.database.query import get_list

	return get_list(doctype, *args, **kwargs)


def get_all(doctype: str, *args: Any, **kwargs: Any) -> list:
	"""Rows without permission checks."""
	kwargs["ignore_permissions"] = True
	if "limit_page_length" not in kwargs:
		kwargs["limit_page_length"] = 0
	return get_list(doctype, *args, **kwargs)


def get_value(*args: Any, **kwargs: Any) -> Any:
	return db.get_value(*args, **kwargs)


def copy_doc(doc: Any, ignore_no_copy: bool = True) -> Any:
	"""A new, unsaved copy; under tests the docstatus stays, as on the host."""
	import copy

	copied = get_doc(copy.deepcopy(doc if isinstance(doc, dict) else doc.as_dict()))
	cleared = ["name", "owner", "creation", "modified", "modified_by"] + (
		[] if flags.in_test else ["docstatus"]
	)
	for row in (copied, *copied.get_all_children()):
		row.set("__islocal", 1)
		for key in cleared + (["amended_from", "amendment_date"] if row is copied else []):
			row.set(key, None)
		for field in [] if ignore_no_copy else row.meta.get("fields", {"no_copy": 1}):
			row.set(field.fieldname, None)
	return copied


def delete_doc(doctype: str, name: str, force: int = 0, **kwargs: Any) -> Any:
	from frappe.model.delete_doc import delete_doc

	return delete_doc(doctype, name, force=force, **kwargs)


def rename_doc(
	doctype: str, old: str, new: str, force: bool = False, merge: bool = False, **kwargs: Any
) -> str:
	from frappe.model.rename_doc import rename_doc

	return rename_doc(doctype, old, new, merge=merge, force=force, **kwargs)


def generate_hash(txt: str | None = None, length: int = 56) -> str:
	import secrets

	return secrets.token_hex(length)[:length]


def as_json(obj: Any, indent: int = 1, separators: tuple | None = None, ensure_ascii: bool = True) -> str:
	from frappe.utils.response import json_handler

	return json.dumps(
		obj, indent=indent, sort_keys=True, default=json_handler, separators=separators or (",", ": "),
		ensure_ascii=ensure_ascii,
	)  # fmt: skip


def parse_json(val: Any) -> Any:
	if isinstance(val, str):
		val = json.loads(val)
	return _dict(val) if isinstance(val, dict) else val


# users and permissions


def set_user(username: str) -> None:
	"""Act as another user."""
	session.update(user=username, sid=username, data=_dict())
	local.request_cache = {}
	local.role_permissions = {}
	local.user_perms = None


def get_roles(username: str | None = None) -> list[str]:
	from frappe.permissions import get_roles

	return get_roles(username)


def has_permission(
	doctype: str | None = None,
	ptype: str = "read",
	doc: Any = None,
	user: str | None = None,
	throw: bool = False,
	*,
	parent_doctype: str | None = None,
	debug: bool = False,
	**_ignored: Any,
) -> bool:
	"""Whether the user may; raises if `throw`."""
	from frappe import permissions

	if not doctype and doc:
		doctype = doc.doctype
	allowed = permissions.has_permission(doctype, ptype, doc=doc, user=user, parent_doctype=parent_doctype)
	if throw and not allowed:
		raise PermissionError(_("No permission for {0}").format(doctype))
	return bool(allowed)


def whitelist(
	allow_guest: bool = False, xss_safe: bool = False, methods: list[str] | None = None, **_ignored: Any
) -> Callable[[Callable], Callable]:
	"""Callable from outside."""

	def mark(fn: Callable) -> Callable:
		whitelisted.add(fn)
		allowed_http_methods_for_whitelisted_func[fn] = methods or ["GET", "POST", "PUT", "DELETE"]
		if allow_guest:
			guest_methods.add(fn)
		return fn

	return mark


# hooks and calls

EMULATED_HOOKS = {
	"doc_events", "has_permission", "permission_query_conditions", "override_whitelisted_methods", "scheduler_events",
	"ignore_links_on_delete", "auto_cancel_exempted_doctypes", "after_install", "before_install", "before_migrate",
	"before_uninstall", "after_uninstall", "after_migrate", "before_tests", "override_doctype_class",
	"override_doctype_dashboards", "extend_bootinfo", "jinja", "advance_payment_doctypes", "user_data_fields",
	"advance_payment_receivable_doctypes", "regional_overrides", "naming_series_variables", "fixtures",
}  # fmt: skip
DESK_HOOKS = (
	"app_",
	"doctype_",
	"web",
	"required_apps",
	"add_to_apps_screen",
	"require_type_annotated",
	"page_js",
	"export_",
	"before_request",
)


@functools.cache
def _all_hooks() -> dict[str, Any]:
	merged: dict[str, Any] = {}
	for app in get_installed_apps():
		try:
			hooks = importlib.import_module(f"{app}.hooks")
		except ModuleNotFoundError:
			continue
		for key, value in vars(hooks).items():
			if not key.startswith("_") and not inspect.ismodule(value) and not callable(value):
				if key not in EMULATED_HOOKS and not key.startswith(DESK_HOOKS):
					not_emulated(f"hook {key} of {app}")
				_merge_hook(merged, key, value)
	return merged


def _merge_hook(target: dict, key: str, value: Any) -> None:
	if isinstance(value, dict):
		inner = target.setdefault(key, {})
		for inner_key, inner_value in value.items():
			_merge_hook(inner, inner_key, inner_value)
	else:
		target.setdefault(key, []).extend(value if isinstance(value, list | tuple) else [value])


def get_hooks(hook: str | None = None, default: Any = None, app_name: str | None = None) -> Any:
	"""What the installed apps hook into, merged."""
	if hook is None:
		return _dict(_all_hooks())
	found = _all_hooks().get(hook, [] if default is None else default)
	return _dict(found) if isinstance(found, dict) else list(found) if isinstance(found, list) else found


def get_doc_hooks() -> dict:
	return _all_hooks().get("doc_events", {})


def get_installed_apps(*_args: Any, **_kwargs: Any) -> list[str]:
	return getattr(local, "apps", None) or ["frappe", "erpnext", "l2c_app"]


def get_module(modulename: str) -> Any:
	return importlib.import_module(modulename)


def get_attr(method_string: str) -> Any:
	"""The object at a dotted path."""
	module, _dot, name = method_string.rpartition(".")
	return getattr(get_module(module), name)


def get_newargs(fn: Callable, kwargs: dict) -> dict:
	"""Only the arguments that the function takes."""
	parameters = inspect.signature(fn).parameters
	if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
		return {key: value for key, value in kwargs.items() if key not in ("ignore_permissions", "flags")}
	return {key: value for key, value in kwargs.items() if key in parameters}


def call(fn: str | Callable, *args: Any, **kwargs: Any) -> Any:
	"""Call with the arguments that it takes."""
	fn = get_attr(fn) if isinstance(fn, str) else fn
	return fn(*args, **get_newargs(fn, kwargs))


def get_app_path(app_name: str, *joins: str) -> str:
	return os.path.join(os.path.dirname(get_module(app_name).__file__), *joins)


get_pymodule_path = get_app_path


def read_file(path: str, raise_not_found: bool = False) -> str | None:
	if not os.path.exists(path):
		return not_emulated(f"file {path}") if raise_not_found else None
	with open(path, encoding="utf-8") as source:
		return source.read()


# outside the process: captured


def enqueue(method: str | Callable, *args: Any, **kwargs: Any) -> Any:
	from frappe.utils.background_jobs import enqueue

	return enqueue(method, *args, **kwargs)


def publish_realtime(
	event: str | None = None, message: Any = None, room: str | None = None, **kwargs: Any
) -> None:
	"""Captured in `realtime_log`."""
	realtime_log.append(_dict(event=event, message=message, room=room, **kwargs))


# settings and caches


def get_precision(doctype: str, fieldname: str, currency: str | None = None, doc: Any = None) -> int:
	from frappe.model.meta import get_field_precision

	return get_field_precision(get_meta(doctype).get_field(fieldname), doc, currency)


def clear_cache(user: str | None = None, doctype: str | None = None) -> None:
	"""Forget everything derived from the database."""
	local.__dict__.update(
		document_cache={}, role_permissions={}, request_cache={}, meta_cache={}, new_doc_templates={}
	)
	cache.clear()
	db.value_cache.clear()


__getattr__ = module_getattr(__name__, absent=("in_test",))

from frappe.utils.redis_wrapper import Cache  # noqa: E402

cache = Cache()

from frappe.database import Database  # noqa: E402

db = Database()

from frappe import query_builder as _query_builder  # noqa: E402

qb = _query_builder.qb
