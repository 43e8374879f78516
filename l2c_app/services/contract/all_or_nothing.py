"""A step that fails leaves nothing half-written, also where the caller goes on: a batch, a script, a test."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe


@contextmanager
def all_or_nothing(save_point: str) -> Iterator[None]:
	"""Undo what the block wrote if it raises, and pass the error on. Also a decorator.

	After a deadlock the database has undone the whole transaction, and there is no savepoint to return to.
	"""
	frappe.db.savepoint(save_point)
	try:
		yield
	except frappe.QueryDeadlockError:
		raise
	except Exception:
		frappe.db.rollback(save_point=save_point)
		raise
