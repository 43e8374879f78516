"""Defaults of the site, kept where the host's wizard keeps them: company and currency in Global Defaults."""

from typing import Any

import frappe
from frappe import _dict

SINGLES = {"Global Defaults": {"company": "default_company", "currency": "default_currency"}}


def _stored() -> _dict:
	cached = frappe.db.value_cache.get("defaults")
	if cached is None:
		cached = _dict()
		for doctype, keys in SINGLES.items():
			values = frappe.db.get_singles_dict(doctype)
			cached.update({key: values[field] for key, field in keys.items() if values.get(field)})
		rows = frappe.db.rows("select field, value from tabSingles where doctype = 'DefaultValue'")
		cached.update({row.field: row.value for row in rows})
		frappe.db.value_cache["defaults"] = cached
	return cached


def get_defaults(user: str | None = None) -> _dict:
	return _dict(_stored(), user=frappe.session.user)


def get_global_default(key: str) -> Any:
	return _stored().get(key) or _stored().get(frappe.scrub(key))


def set_global_default(key: str, value: Any) -> None:
	frappe.db.execute("delete from tabSingles where doctype = ? and field = ?", ["DefaultValue", key])
	frappe.db.execute("insert into tabSingles values (?, ?, ?)", ["DefaultValue", key, value])
	frappe.db.value_cache.clear()


def get_user_default(key: str, user: str | None = None) -> Any:
	return get_global_default(key)


set_default = set_global_default
