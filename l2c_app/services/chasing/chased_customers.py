"""Customers with an open case or promise, or a message in the queue, known without a query."""

from typing import Any

import frappe
from frappe.utils import add_days, nowdate

from l2c_app.services.chasing import mail_queue

KEY = "l2c_chased_customers"
JUDGED_DAYS = 30
"""So long after its last day a promise that was judged follows the ledger at once; later the hourly job judges it again
where the money is overdue again. Else everybody who ever kept one would be read at each payment for ever."""


def is_chased(customer: str | None) -> bool:
	"""Return whether a payment of the customer changes cases, promises or messages. No query once the set is warm."""
	return bool(customer) and customer in _known()


def learn(customer: str) -> None:
	"""Drop the set when it does not know a customer who is chased from now on. Reads nothing: the next mark does, once."""
	known = frappe.cache.get_value(KEY)
	if known is None or customer not in known:
		forget()


def forget() -> None:
	"""Drop the set, now and after commit: who is chased no longer costs nothing any more, who was renamed is known."""
	_drop()
	frappe.db.after_commit.add(_drop)


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
