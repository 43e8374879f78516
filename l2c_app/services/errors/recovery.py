"""After an error: back to a savepoint, or begin again. After a deadlock the database has undone the whole transaction."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

import frappe

from l2c_app.services.errors import ContractChangedMeanwhile, StaleRead

ATTEMPTS = 5
AGAIN = (StaleRead, ContractChangedMeanwhile, frappe.QueryDeadlockError)
PAUSE = 0.05
Answer = TypeVar("Answer")


def undo(save_point: str, error: Exception) -> None:
	"""Return to a savepoint after an error, to go on behind it. A deadlock is raised again: the savepoint went with the
	transaction, and with it all that the caller wrote before."""
	if isinstance(error, frappe.QueryDeadlockError):
		raise error
	frappe.db.rollback(save_point=save_point)


def retrying(action: Callable[[], Answer]) -> Answer:
	"""Run an action that comes first in its transaction; on a stale picture or a deadlock roll back and run it again.

	Each time after a longer pause, in which whoever was there first may finish.
	"""
	for attempt in range(ATTEMPTS - 1):
		try:
			return action()
		except AGAIN:
			frappe.db.rollback()
			frappe.clear_messages()
			time.sleep(random.uniform(PAUSE, PAUSE * 2 ** (attempt + 1)))
	return action()
