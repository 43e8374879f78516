"""Cases follow a customer or company that is renamed, and two customers that become one have one case again."""

from collections import defaultdict
from typing import Any

import frappe
from frappe.utils import nowdate

from l2c_app.services.chasing import chase_marks, chased_customers
from l2c_app.services.chasing.receivables import Key

CASE, NOTICE = "Collection Case", "Dunning Notice"


def customer_renamed(customer: str) -> None:
	"""Give the live cases of a customer that was renamed, or took another one in, their keys; doors know the new name.

	Of two live cases of one company and currency the older one stays, held as long as either was.
	"""
	_follow({"customer": customer})
	chased_customers.forget()
	chase_marks.mark(customer)


def company_renamed(company: str) -> None:
	"""Give the live cases of a company that was renamed, or took another one in, their keys."""
	_follow({"company": company})


def _follow(filters: dict[str, str]) -> None:
	fields = ["name", "customer", "company", "currency", "held_until", "hold_reason"]
	live = {**filters, "status": ("!=", "Closed")}
	found: dict[Key, list[Any]] = defaultdict(list)
	for row in frappe.get_all(CASE, filters=live, fields=fields, order_by="opened_on, name"):
		found[row.customer, row.company, row.currency].append(row)
	for key, (kept, *others) in found.items():
		for other in others:
			_unite(other, kept)
		names = frappe.db.get_value("Customer", key[0], "customer_name")
		frappe.db.set_value(CASE, kept.name, {"open_key": "\x1f".join(key), "customer_name": names})


def _unite(other: Any, kept: Any) -> None:
	"""Close a case in favour of another: its messages count there."""
	frappe.db.set_value(CASE, other.name, {"status": "Closed", "closed_on": nowdate(), "open_key": None})
	frappe.db.set_value(NOTICE, {"collection_case": other.name}, "collection_case", kept.name)
	if other.held_until and (not kept.held_until or other.held_until > kept.held_until):
		kept.update({"held_until": other.held_until, "hold_reason": other.hold_reason})
		held = {"held_until": kept.held_until, "hold_reason": kept.hold_reason}
		frappe.db.set_value(CASE, kept.name, held)
