"""Rows of our own log-like tables, whose name is the hash of what makes them unique: written once, many at a time."""

import hashlib
from collections.abc import Sequence
from typing import Any

import frappe
from frappe.utils import now_datetime

STAMPS = ("owner", "creation", "modified", "modified_by", "docstatus", "idx")
CHUNK = 500


def name_of(*parts: str) -> str:
	"""Return the name of the row of these parts: equal parts, equal name, so the primary key keeps a row single."""
	return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:40]


def insert_missing(doctype: str, rows: Sequence[dict[str, Any]]) -> set[str]:
	"""Insert the rows (each with its `name`) that are not there yet, one statement per 500. Returns the new names.

	All rows have the same fields. Another process that inserts the same row at the same moment makes this fail as a
	duplicate of the primary key; the row is then found at the next attempt.
	"""
	by_name = {row["name"]: row for row in rows}
	there: set[str] = set()
	names = sorted(by_name)
	for start in range(0, len(names), CHUNK):
		filters = {"name": ("in", names[start : start + CHUNK])}
		there.update(frappe.get_all(doctype, filters=filters, pluck="name", order_by="name"))
	fresh = [name for name in names if name not in there]
	for start in range(0, len(fresh), CHUNK):
		_insert(doctype, [by_name[name] for name in fresh[start : start + CHUNK]])
	return set(fresh)


def _insert(doctype: str, rows: Sequence[dict[str, Any]]) -> None:
	at, user = now_datetime(), frappe.session.user
	fields = list(rows[0])
	query = frappe.qb.into(frappe.qb.DocType(doctype)).columns(*STAMPS, *fields)
	for row in rows:
		query = query.insert(user, at, at, user, 0, 0, *(row[field] for field in fields))
	query.run()
