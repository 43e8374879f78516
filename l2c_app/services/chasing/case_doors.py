"""What a ledger door does to cases before the commit: only what must be true at that moment, for the accountant waits.

Promises are judged and queued messages taken back at once, and a case shows what is owed and closes. What follows from it
(gates, next action, rank, rating) is read again by a job within minutes; sending asks every gate itself.
"""

from collections.abc import Collection
from typing import Any

import frappe

from l2c_app.services.chasing import cases, mail_queue, promises, receivables
from l2c_app.services.chasing.receivables import Key, Position


def pass_through(customers: Collection[str]) -> None:
	"""Bring promises, queued messages and the money of cases up to date. Twice changes nothing."""
	whole = mail_queue.customers_waiting(customers)
	if promises.judge(customers):
		whole.update(customers)
	whole |= _store_money(set(customers) - whole)
	if whole:
		cases.refresh(whole)


def read_again() -> dict[str, int]:
	"""Work out what the doors left of cases. Returns counts of cases."""
	filters = {"read_again": 1, "status": ("!=", "Closed")}
	marked = frappe.get_all(cases.CASE, filters=filters, fields=["name", "customer"], order_by="name")
	if not marked:
		return {}
	names = {"name": ("in", [row.name for row in marked])}
	frappe.db.set_value(cases.CASE, names, "read_again", 0, update_modified=False)
	return cases.refresh({row.customer for row in marked})


def _store_money(customers: Collection[str]) -> set[str]:
	"""Store what is owed in open cases. Returns the customers who owe and have no case: theirs may have to be opened."""
	if not customers:
		return set()
	fields = ["name", "customer", "company", "currency", *cases.OWED]
	filters = {"customer": ("in", sorted(customers)), "status": ("!=", "Closed")}
	rows = frappe.get_all(cases.CASE, filters=filters, fields=fields, order_by="name")
	known, found = {_key(row): row for row in rows}, receivables.positions(customers)
	for key, case in known.items():
		_store_one(case, found.get(key))
	return {key[0] for key, position in found.items() if position.overdue > 0 and key not in known}


def _store_one(case: Any, position: Position | None) -> None:
	if position is None or position.overdue <= 0:
		cases.close(case)
		return
	values = cases.money(position)
	if cases.changed(case, values):
		frappe.db.set_value(cases.CASE, case.name, {**values, "read_again": 1})


def _key(row: Any) -> Key:
	return row.customer, row.company, row.currency
