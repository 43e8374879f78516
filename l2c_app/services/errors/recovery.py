"""After an error: back to a savepoint, or begin again. After a deadlock the database has undone the whole transaction."""

from collections.abc import Callable
from typing import TypeVar

import frappe

from l2c_app.services.errors import StaleRead

ATTEMPTS = 5
AGAIN = (StaleRead, frappe.QueryDeadlockError)
Answer = TypeVar("Answer")


def undo(save_point: str, error: Exception) -> None:
	"""Return to a savepoint after an error, to go on behind it. A deadlock is raised again: the savepoint went with the
	transaction, and with it all that the caller wrote before."""
	if isinstance(error, frappe.QueryDeadlockError):
		raise error
	frappe.db.rollback(save_point=save_point)


def retrying(action: Callable[[], Answer]) -> Answer:
	"""Run an action that comes first in its transaction; on a stale picture or a deadlock roll back and run it again."""
	for _attempt in range(ATTEMPTS - 1):
		try:
			return action()
		except AGAIN:
			frappe.db.rollback()
			frappe.clear_messages()
	return action()
