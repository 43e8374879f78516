"""Native functions that hand out contact data without asking: what a user may not read is dropped from their answers."""

from collections.abc import Callable, Iterable

import frappe
from frappe import _

from l2c_app.services.pool import visibility
from l2c_app.services.pool.closed_documents import CLOSED_SET, is_closed

MODULE = "L2C App"


def next_in_chain(original: str, ours: str) -> Callable:
	"""Return what would run without us: another app's override before ours, else the native function.

	The host takes the last override; we go on with the one before us, so that nobody's is lost.
	"""
	overrides = frappe.get_hooks("override_whitelisted_methods", {}).get(original, [])
	before = overrides[: overrides.index(ours)] if ours in overrides else overrides
	return frappe.get_attr(before[-1] if before else original)


def _guarded(doctype: str) -> bool:
	"""Return True when search results of a DocType must be judged one by one for the session user."""
	user = frappe.session.user
	if _is_ours(doctype) and not visibility.sees_everything(user):
		return True
	return doctype in CLOSED_SET and visibility.restricted(user)


def _is_ours(doctype: str) -> bool:
	"""Return True for our own documents: a search that asks to ignore permissions would list those of others as well."""
	return frappe.get_meta(doctype).module == MODULE


def readable(doctype: str, names: Iterable[str]) -> set[str]:
	"""Return the names the session user may read; of DocTypes outside the closed set all of them."""
	names = {name for name in names if name}
	if not _guarded(doctype):
		return names
	return {
		name
		for name in names  # the search index may still know documents that are gone
		if frappe.db.exists(doctype, name) and frappe.has_permission(doctype, "read", doc=name)
	}


def only_readable(doctype: str, rows: Iterable | None) -> list | None:
	"""Drop search results of closed documents; rows are dicts (value or name) or sequences with the name first."""
	if rows is None or not _guarded(doctype):
		return rows
	rows = list(rows)
	open_names = readable(doctype, [_name(row) for row in rows])
	return [row for row in rows if _name(row) in open_names]


def _name(row: object) -> str | None:
	if isinstance(row, dict):
		return row.get("value") or row.get("name")  # link search, or a row of a document
	return row[0] if row else None


def only_readable_hits(hits: Iterable | None) -> list | None:
	"""Drop hits of the global search on closed documents."""
	if not hits:
		return hits
	return [hit for hit in hits if readable(hit["doctype"], [hit["name"]])]


def require_open(doctype: str, name: str | None) -> None:
	"""Raise PermissionError when a document is about a lead that is closed to the session user."""
	user = frappe.session.user
	if visibility.restricted(user) and is_closed(doctype, name, user=user):
		frappe.throw(_("Not permitted"), frappe.PermissionError)
