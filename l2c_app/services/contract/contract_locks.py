"""The order in which money steps lock: contracts by name, their orders, their invoices; a receipt comes after.

Whoever takes part of that chain takes it in this order, so that two steps wait for one another and never in a circle.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

import frappe
from frappe.utils import get_datetime

from l2c_app.services.ledger import affected_contracts
from l2c_app.services.ledger.affected_contracts import Voucher

CONTRACT = "Sales Contract"
Moments = dict[str, tuple[datetime | None, datetime | None]]


def moments(contracts: Collection[str]) -> Moments:
	"""Return when each contract was saved and recomputed last, as this transaction sees it."""
	if not contracts:
		return {}
	fields = ["name", "modified", "recomputed_on"]
	rows = frappe.get_all(CONTRACT, filters={"name": ("in", list(contracts))}, fields=fields, order_by="name")
	return {row.name: (_moment(row.modified), _moment(row.recomputed_on)) for row in rows}


def lock(contracts: Iterable[str], *, with_documents: bool = False) -> Moments:
	"""Lock contracts in order of name, and if asked their submitted orders and invoices. Returns their newest moments."""
	found: Moments = {}
	table = frappe.qb.DocType(CONTRACT)
	for name in sorted(set(contracts)):
		query = frappe.qb.from_(table).select(table.modified, table.recomputed_on).where(table.name == name)
		for modified, recomputed_on in query.for_update().run():
			found[name] = (_moment(modified), _moment(recomputed_on))
	if with_documents and found:
		_lock_rows("Sales Order", _orders(list(found)))
		_lock_rows("Sales Invoice", _invoices(list(found)))
	return found


def lock_for(vouchers: Iterable[Voucher]) -> None:
	"""Lock the contracts of native documents that are about to be posted or cancelled.

	The host locks orders and invoices while it posts, and the recompute would lock their contracts only after that.
	Somebody who holds a contract for longer than the database waits does not stop the document: the recompute before
	the commit tries again and leaves the contract to the audit.
	"""
	try:
		lock(affected_contracts.of_vouchers(vouchers))
	except frappe.QueryTimeoutError:
		frappe.log_error(title="Contract not locked for a native document")


def _orders(contracts: list[str]) -> list[str]:
	filters = {"l2c_contract": ("in", contracts), "docstatus": 1}
	return frappe.get_all("Sales Order", filters=filters, pluck="name", order_by="name")


def _invoices(contracts: list[str]) -> list[str]:
	filters = {"parent": ("in", contracts), "parenttype": CONTRACT}
	billed = frappe.get_all("Plan Billing", filters=filters, pluck="sales_invoice", order_by="sales_invoice")
	if not billed:
		return []
	filters = {"name": ("in", billed), "docstatus": 1}
	return frappe.get_all("Sales Invoice", filters=filters, pluck="name", order_by="name")


def _lock_rows(doctype: str, names: list[str]) -> None:
	table = frappe.qb.DocType(doctype)
	for name in names:
		frappe.qb.from_(table).select(table.name).where(table.name == name).for_update().run()


def _moment(value: datetime | str | None) -> datetime | None:
	return get_datetime(value) if value else None
