"""The host as it is without us: our document events taken out, statements counted. For tests and benchmarks."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

import frappe

from l2c_app import hooks
from l2c_app.setup.leftovers import our_doctypes

TWO_POOLS = r"`pool` IN \(\S+,\S+\) ORDER BY `pool`,`user` FOR UPDATE$"
"""How the members of two pools are locked: both at once, in the order of pools and names."""


@contextmanager
def without_our_events() -> Iterator[None]:
	"""Run a block as if the app had no document events."""
	all_events = frappe.get_doc_hooks()
	ours = {handler for events in hooks.doc_events.values() for handler in handlers(events)}
	rest = {
		doctype: {
			event: [handler for handler in handlers if handler not in ours]
			for event, handlers in events.items()
		}
		for doctype, events in all_events.items()
	}
	with patch.object(frappe, "get_doc_hooks", lambda: rest):
		yield


def statements(action: Callable[[], object]) -> list[str]:
	"""Return the statements that an action sends to the database."""
	found: list[str] = []
	original = frappe.db.__class__.sql

	def counted(database: object, query: object, *arguments: object, **options: object) -> object:
		found.append(str(query))
		return original(database, query, *arguments, **options)

	with patch.object(frappe.db.__class__, "sql", counted):
		action()
	return found


def first_locks(action: Callable[[], object]) -> dict[str, str]:
	"""Return {DocType: the statement that locks rows of it first} in the order in which an action locks them."""
	found: dict[str, str] = {}
	for text in statements(action):
		lock = re.match(
			r"(?:SELECT .*? FROM|UPDATE|DELETE FROM) `tab([^`]+)`", text, re.DOTALL | re.IGNORECASE
		)
		if lock and (text.upper().rstrip().endswith("FOR UPDATE") or not text.upper().startswith("SELECT")):
			found.setdefault(lock[1], text)
	return found


def mentions_us(statement: str) -> bool:
	"""Return whether a statement reads or writes a table of ours (our columns are part of any native row)."""
	return any(f"`tab{doctype}`" in statement for doctype in our_doctypes())


def handlers(events: dict) -> Iterator[str]:
	"""Yield the dotted names of all handlers of a document's events."""
	for handlers in events.values():
		yield from [handlers] if isinstance(handlers, str) else handlers
