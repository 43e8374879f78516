"""Customers with an open case or promise, or a message in the queue, known without a query; what the ledger did to them
is worked out before commit."""

from typing import Any

import frappe
from frappe.utils import add_days, nowdate

from l2c_app.services.chasing import mail_queue

KEY = "l2c_chased_customers"
JUDGED_DAYS = 30
"""So long after its last day a promise that was judged follows the ledger at once; later the hourly job judges it again
where the money is overdue again. Else everybody who ever kept one would be read at each payment for ever."""
SAVE_POINT = "l2c_chase"


def mark(customer: str | None) -> None:
	"""Note a chased customer whose case and promises must be read again before commit. No query once the set is warm."""
	if customer and customer in _known():
		_marks().add(customer)


def learn(customer: str) -> None:
	"""Drop the set when it does not know a customer who is chased from now on. Reads nothing: the next mark does, once."""
	known = frappe.cache.get_value(KEY)
	if known is None or customer not in known:
		forget()


def forget() -> None:
	"""Drop the set, now and after commit: who is chased no longer costs nothing any more, who was renamed is known."""
	_drop()
	frappe.db.after_commit.add(_drop)


def flush() -> list[str]:
	"""Bring the marked customers up to date, now. Returns them. Errors reach the caller."""
	from l2c_app.services.chasing import case_doors

	names = sorted(getattr(frappe.local, "l2c_chased", None) or ())
	frappe.local.l2c_chased = None
	if names:
		case_doors.pass_through(names)
	return names


def _flush_before_commit() -> None:
	"""As flush; a failure is logged and left to the hourly job, for the accountant's document comes first."""
	if not getattr(frappe.local, "l2c_chased", None):
		return
	frappe.db.savepoint(SAVE_POINT)
	try:
		flush()
	except frappe.QueryDeadlockError:
		raise
	except Exception:
		frappe.db.rollback(save_point=SAVE_POINT)
		frappe.log_error(title="Collection cases not refreshed")


def _marks() -> set[str]:
	marks = getattr(frappe.local, "l2c_chased", None)
	if marks is None:
		marks = frappe.local.l2c_chased = set()
		frappe.db.before_commit.add(_flush_before_commit)
		frappe.db.after_rollback.add(_forget)
	return marks


def _forget() -> None:
	frappe.local.l2c_chased = None


def _known() -> set[str]:
	return frappe.cache.get_value(KEY, generator=_read)


def _drop() -> None:
	frappe.cache.delete_value(KEY)


def _read() -> set[str]:
	found = mail_queue.customers_waiting()
	since = add_days(nowdate(), -JUDGED_DAYS)
	filters: tuple[tuple[str, dict[str, Any]], ...] = (
		("Collection Case", {"status": ("!=", "Closed")}),
		("Promise to Pay", {"status": "Open"}),
		("Promise to Pay", {"status": ("not in", ("Open", "Withdrawn")), "judge_on": (">=", since)}),
	)
	for doctype, wanted in filters:
		found.update(frappe.get_all(doctype, filters=wanted, pluck="customer", order_by="name"))
	return found
