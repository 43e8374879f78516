"""The loop under every recorded run: one step, one transaction; what collided begins again, what died goes on later."""

import random
import time
from collections.abc import Callable, Sequence

import frappe
from frappe.utils import add_to_date, now_datetime

from l2c_app.services.errors import ContractChangedMeanwhile, StaleRead

ATTEMPTS = 6
SECONDS_PER_JOB = 240
MINUTES_UNTIL_STALLED = 10
AGAIN = (frappe.QueryDeadlockError, frappe.QueryTimeoutError, StaleRead, ContractChangedMeanwhile)


def repeat(
	step: Callable[[bool], bool],
	*,
	fail: Callable[[Exception], None],
	queue: Callable[[], None],
	commit: Callable[[], None],
	seconds: float = SECONDS_PER_JOB,
) -> None:
	"""Do `step(singly)` until it returns False or the time of one job is over; then `queue` asks for the next job.

	A deadlock, a lock timeout or a stale picture begins the step again, six times at most. Any other error: the step is
	done once more with `singly`, so that only the bad row fails; if even that fails, `fail` records the error.
	"""
	until = time.monotonic() + seconds
	tries, singly = 0, False
	commit()  # what the job has read before is older than the lock that its first step waits for
	while True:
		try:
			more = step(singly)
		except AGAIN as error:
			frappe.db.rollback()
			tries += 1
			if tries >= ATTEMPTS:
				fail(error)
				return commit()
			time.sleep(random.uniform(0, 0.05 * 2**tries))
			continue
		except Exception as error:
			frappe.db.rollback()
			if singly:
				fail(error)
				return commit()
			singly = True
			continue
		commit()
		tries, singly = 0, False
		if not more:
			return None
		if time.monotonic() > until:
			queue()
			return commit()


def stalled(doctype: str, live: Sequence[str]) -> list[str]:
	"""Return runs in a live state that gave no sign of life for some minutes: their process died."""
	silent_since = add_to_date(now_datetime(), minutes=-MINUTES_UNTIL_STALLED)
	filters = {"state": ("in", list(live)), "heartbeat_on": ("<", silent_since)}
	return frappe.get_all(doctype, filters=filters, pluck="name", order_by="name")
