"""A stand-in for the narrow part of Frappe that the app calls: in process, on SQLite, on a bare machine.

The real host is right wherever the two differ. Everything outside the slice raises NotEmulated.
"""

import csv
import functools
import importlib
import inspect
import json
import os
import secrets
import traceback
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any, NoReturn

from frappe._emulation import NotEmulated as NotEmulated
from frappe._emulation import module_getattr, not_emulated
from frappe.exceptions import *  # noqa: F403
from frappe.exceptions import DoesNotExistError, PermissionError, ValidationError

__sandbox__ = True
flavour = os.environ.get("L2C_SANDBOX", "v15")
__version__ = {"v15": "15.72.4", "v16": "16.0.0"}[flavour]
STANDARD_USERS = ("Guest", "Administrator")
APPS = ("frappe", "erpnext", "l2c_app")


class _dict(dict):
	"""A dict whose items are attributes; a missing one is None."""

	__slots__ = ()
	__getattr__ = dict.get
	__setattr__ = dict.__setitem__
	__delattr__ = dict.__delitem__

	def update(self, other: dict | None = None, **kwargs: Any) -> "_dict":
		super().update(other or {}, **kwargs)
		return self


local = SimpleNamespace()  # state of the running request
flags = _dict()
session = _dict(user="Administrator", sid="Administrator", data=_dict())
conf = _dict(db_type="mariadb", developer_mode=0, host_name="http://sandbox.test")
form_dict = _dict()
request = None
response = _dict(docs=[])
realtime_log: list[_dict] = []
jobs: list[_dict] = []


def init(site: str = "sandbox.test") -> None:
	"""A fresh request on the site."""
	local.__dict__.clear()
	flags.clear()
	flags.update(in_test=True, currently_saving=[])
	session.update(user="Administrator", sid="Administrator", data=_dict())
	local.__dict__.update(site=site, flags=flags, session=session, conf=conf, lang="en", form_dict=form_dict)
	local.__dict__.update(
		response=response, message_log=[], db=db, qb=qb, cache=cache, request_ip="127.0.0.1"
	)
	clear_cache()
	realtime_log.clear()
	jobs.clear()


# messages and refusals


def msgprint(msg: str, title: str | None = None, **kwargs: Any) -> None:
	"""Captured in `message_log`."""
	local.message_log.append(_dict(message=msg, title=title, **kwargs))


def throw(
	msg: str, exc: type[Exception] | Exception = ValidationError, title: str | None = None, **kwargs: Any
) -> NoReturn:
	"""Refuse with a message."""
	msgprint(msg, title=title, indicator="red", **kwargs)
	raise exc if isinstance(exc, Exception) else exc(msg)


def clear_messages() -> None:
	local.message_log.clear()


def clear_last_message() -> None:
	del local.message_log[-1:]


def log_error(
	title: str = "Error",
	message: str | None = None,
	reference_doctype: str | None = None,
	reference_name: str | None = None,
) -> Any:
	"""A row in Error Log."""
	row = {"method": title[:140], "error": message or get_traceback(), "reference_doctype": reference_doctype}
	return get_doc(doctype="Error Log", reference_name=reference_name, **row).insert(ignore_permissions=True)


def get_traceback(with_context: bool = False) -> str:
	return traceback.format_exc()


# language


@functools.cache
def _translations(lang: str) -> dict[str, str]:
	with open(get_app_path("l2c_app", "translations", f"{lang}.csv"), encoding="utf-8", newline="") as lines:
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
		return doc.get(fieldname)
	values = [doc.get(key) for key in fieldname]
	return _dict(zip(fieldname, values, strict=True)) if as_dict else values


def clear_document_cache(doctype: str, name: str | None = None) -> None:
	"""Forget the shared copies."""
	for key in [key for key in local.document_cache if key[0] == doctype and name in (None, key[1])]:
		del local.document_cache[key]
	db.value_cache.pop(doctype, None)
	if doctype == "Custom Field":
		clear_cache()


def generate_hash(txt: str | None = None, length: int = 56) -> str:
	return secrets.token_hex(length)[:length]


def as_json(obj: Any, indent: int = 1) -> str:
	return json.dumps(obj, indent=indent, sort_keys=True, default=utils.json_handler, separators=(",", ": "))


def parse_json(val: Any) -> Any:
	if isinstance(val, str):
		val = json.loads(val)
	return _dict(val) if isinstance(val, dict) else val


# users and permissions


def set_user(username: str) -> None:
	"""Act as another user."""
	session.update(user=username, sid=username, data=_dict())


def only_for(roles: str | Iterable[str]) -> None:
	"""Refuse whoever has none of the roles."""
	if session.user != "Administrator" and not {*([roles] if isinstance(roles, str) else roles)} & {
		*get_roles()
	}:
		throw(_("Not permitted"), PermissionError)


def has_permission(
	doctype: str,
	ptype: str = "read",
	doc: Any = None,
	user: str | None = None,
	throw: bool = False,
	*,
	parent_doctype: str | None = None,
) -> bool:
	"""Whether the user may; raises if `throw`."""
	allowed = permissions.has_permission(doctype, ptype, doc=doc, user=user, parent_doctype=parent_doctype)
	if throw and not allowed:
		raise PermissionError(_("No permission for {0}").format(doctype))
	return allowed


def whitelist(allow_guest: bool = False, methods: list[str] | None = None) -> Callable[[Callable], Callable]:
	"""Nothing calls from outside: the function stays as it is."""
	return lambda function: function


# hooks and calls

EMULATED_HOOKS = set(
	"""doc_events has_permission permission_query_conditions override_whitelisted_methods scheduler_events
	ignore_links_on_delete auto_cancel_exempted_doctypes after_install before_install before_migrate before_uninstall
	after_uninstall after_migrate before_tests override_doctype_dashboards extend_bootinfo jinja user_data_fields
	advance_payment_doctypes advance_payment_receivable_doctypes""".split()
)
DESK_HOOKS = tuple(
	"app_ doctype_ web required_apps add_to_apps_screen require_type_annotated page_js export_ before_request"
	" has_website_permission standard_portal_menu".split()
)


@functools.cache
def _all_hooks() -> dict[str, Any]:
	merged: dict[str, Any] = {}
	for app in APPS:
		for key, value in vars(importlib.import_module(f"{app}.hooks")).items():
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


def get_hooks(hook: str, default: Any = None) -> Any:
	"""What the installed apps hook into, merged."""
	return _all_hooks().get(hook, [] if default is None else default)


def get_doc_hooks() -> dict:
	return _all_hooks().get("doc_events", {})


def get_module(modulename: str) -> Any:
	return importlib.import_module(modulename)


def get_attr(method_string: str) -> Any:
	"""The object at a dotted path."""
	module, _dot, name = method_string.rpartition(".")
	return getattr(get_module(module), name)


def call(fn: str | Callable, *args: Any, **kwargs: Any) -> Any:
	"""Call with the arguments that it takes."""
	fn = get_attr(fn) if isinstance(fn, str) else fn
	parameters, takes_all = _parameters(fn)
	barred = ("ignore_permissions", "flags")
	known = {key: value for key, value in kwargs.items() if takes_all or key in parameters}
	return fn(*args, **{key: value for key, value in known.items() if key not in barred})


@functools.lru_cache
def _parameters(fn: Callable) -> tuple[Iterable[str], bool]:
	parameters = inspect.signature(fn).parameters
	return parameters, any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())


def get_request_header(key: str, default: str | None = None) -> str | None:
	return default  # no request comes from outside


def get_app_path(app_name: str, *joins: str) -> str:
	return os.path.join(os.path.dirname(importlib.import_module(app_name).__file__), *joins)


def publish_realtime(event: str | None = None, message: Any = None, **kwargs: Any) -> None:
	"""Captured in `realtime_log`."""
	realtime_log.append(_dict(event=event, message=message, **kwargs))


def get_precision(doctype: str, fieldname: str, currency: str | None = None, doc: Any = None) -> int:
	return get_field_precision(get_meta(doctype).get_field(fieldname))


def clear_cache(user: str | None = None, doctype: str | None = None) -> None:
	"""Forget everything derived from the database."""
	local.__dict__.update(document_cache={}, meta_cache={}, new_doc_templates={}, role_permissions={})
	cache.clear()
	db.value_cache.clear()


__getattr__ = module_getattr(__name__, absent=("in_test",))

# What needs the names above comes last.
from frappe.utils.redis_wrapper import Cache  # noqa: E402

cache = Cache()

from frappe.database import Database  # noqa: E402

db = Database()
get_value = db.get_value

from frappe import permissions, utils  # noqa: E402
from frappe.database.query import get_all, get_list  # noqa: E402, F401
from frappe.model.delete_doc import delete_doc  # noqa: E402, F401
from frappe.model.document import copy_doc, get_doc, new_doc  # noqa: E402, F401
from frappe.model.meta import get_field_precision, get_meta  # noqa: E402
from frappe.permissions import get_roles  # noqa: E402
from frappe.query_builder import qb  # noqa: E402
from frappe.utils.background_jobs import enqueue  # noqa: E402, F401
