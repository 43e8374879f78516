"""Which customers and orders have a contract: known without a query, so that strangers cost none.

A payment or a ledger row carries only names. Whether they are ours is answered from a set in Redis; a
document of any other customer is left after this look. The set may hold too many names for a moment
(a contract that was rolled back), which costs one needless look; it is rebuilt after every change.
"""

from collections.abc import Iterator

import frappe

KEY = "l2c_contract_customers"
MILESTONES = ("Task", "Project")


def concerns(customer: str | None) -> bool:
	"""Return whether the customer has a submitted contract. No query once the set is warm."""
	return bool(customer) and customer in _known()["customers"]


def concerns_order(order: str | None) -> bool:
	"""Return whether the Sales Order belongs to a contract. No query once the set is warm."""
	return bool(order) and order in _known()["orders"]


def awaits(doctype: str, name: str | None) -> bool:
	"""Return whether a plan row of a submitted contract waits for this Task or Project. No query once the set is warm."""
	return bool(name) and name in _known().get(doctype, ())


def customers() -> set[str]:
	"""Return all customers with a submitted contract."""
	return set(_known()["customers"])


def forget() -> None:
	"""Drop the set now and again after commit: call after any change of a contract or of its orders.

	Now, so that this transaction sees its own contract; after commit, because another process may have
	read the state before it in between.
	"""
	_drop()
	frappe.db.after_commit.add(_drop)


def learn(customer: str | None, orders: list[str]) -> None:
	"""Drop the set if it does not know a customer or order that is known to be ours."""
	if (customer and not concerns(customer)) or not all(concerns_order(order) for order in orders):
		forget()


def verify() -> dict[str, list[str]]:
	"""Compare the set with the database and rebuild it if they differ.

	Returns the names missing from the set and the names it had too many; both empty when it was right.
	"""
	cached, stored = _known(), _read()
	kinds = ("customers", "orders", *MILESTONES)
	missing = [name for kind in kinds for name in sorted(stored[kind] - cached.get(kind, set()))]
	surplus = [name for kind in kinds for name in sorted(cached.get(kind, set()) - stored[kind])]
	if missing or surplus:
		forget()
	return {"missing": missing, "surplus": surplus}


def _known() -> dict[str, set[str]]:
	return frappe.cache.get_value(KEY, generator=_read)


def _drop() -> None:
	frappe.cache.delete_value(KEY)


def _read() -> dict[str, set[str]]:
	"""Read all names, in two statements: whoever looks next pays for them, though he may have no contract."""
	order = frappe.qb.DocType("Sales Order")
	orders = frappe.qb.from_(order).select(order.name)
	orders = orders.where((order.docstatus == 1) & (order.l2c_contract != "")).run(pluck=True)
	customers, awaited = set(), {doctype: set() for doctype in MILESTONES}
	for customer, doctype, name in _contracts():
		if customer:
			customers.add(customer)
		if doctype and name:
			awaited[doctype].add(name)
	return {"customers": customers, "orders": set(orders), **awaited}


def _contracts() -> Iterator[tuple[str | None, str | None, str | None]]:
	"""Yield the customer of each submitted contract with each milestone its rows wait for, None where there is none.

	A row without a name waits for the contract's project.
	"""
	row, contract = frappe.qb.DocType("Sales Contract Plan Row"), frappe.qb.DocType("Sales Contract")
	query = frappe.qb.from_(contract).left_join(row)
	query = query.on((row.parent == contract.name) & row.milestone_type.isin(MILESTONES))
	query = query.select(contract.customer, row.milestone_type, row.milestone, contract.project).distinct()
	for customer, doctype, milestone, project in query.where(contract.docstatus == 1).run():
		yield customer, doctype, milestone or project
