"""What happens to a contract when its native order, deliveries or invoices change under it.

Called from the hooks on native documents after their guard. Nothing here may stop a native document: each step runs
on a savepoint; a failure is logged and leaves the contract to the nightly audit.
"""

from collections.abc import Callable

import frappe
from frappe.model.document import Document

from l2c_app.services.billing import billing_links
from l2c_app.services.contract import contract_dates, contract_state, milestones
from l2c_app.services.ledger import contract_customers, document_owners, recompute

SAVE_POINT = "l2c_native"
ORDERS = "l2c_orders"
"""Flag of an invoice that is being saved: its orders, read once by its validation."""


def quietly(step: Callable[[], None], contracts: list[str]) -> None:
	"""Run a step of ours on a native document's back. A deadlock is passed on: the host's work is undone as well."""
	frappe.db.savepoint(SAVE_POINT)
	try:
		step()
	except frappe.QueryDeadlockError:
		raise
	except Exception:
		frappe.db.rollback(save_point=SAVE_POINT)
		frappe.log_error(title="Contract not kept in step with a native document")
		for name in contracts:
			frappe.db.set_value("Sales Contract", name, "to_audit", 1, update_modified=False)
	recompute.mark(contracts)


def order_submitted(order: Document) -> None:
	"""Follow an order: an amended one takes its predecessor's place, as does one that a person submitted."""
	contract = order.get("l2c_contract") or _contract_of_predecessor(order)
	if not contract:
		return
	quietly(lambda: take_order(order, contract), [contract])


def _contract_of_predecessor(order: Document) -> str | None:
	if not order.get("amended_from"):
		return None
	return frappe.db.get_value("Sales Order", order.amended_from, "l2c_contract")


def take_order(order: Document, name: str) -> None:
	"""Put a submitted order in the place of the contract's; one that has another live order lets go of it."""
	contract = contract_state.load(name)
	if contract.docstatus != 1 or contract.terminated_on or _has_other_order(contract, order):
		order.db_set("l2c_contract", None, update_modified=False)
		return
	if order.get("l2c_contract") != name:
		order.db_set("l2c_contract", name, update_modified=False)
	if contract.sales_order != order.name:
		contract.sales_order = order.name
		_match_lines(contract, order)
	_refresh(contract)
	contract_customers.forget()


def _has_other_order(contract: Document, order: Document) -> bool:
	"""One live order per contract: a copy of it is an order of its own."""
	if contract.sales_order in (None, "", order.name):
		return False
	return frappe.db.get_value("Sales Order", contract.sales_order, "docstatus") == 1


def _match_lines(contract: Document, order: Document) -> None:
	"""Point the contract's lines at the new order's, where both have the same lines."""
	if [line.item_code for line in contract.items] == [line.item_code for line in order.items]:
		for line, ordered in zip(contract.items, order.items, strict=True):
			line.sales_order_item = ordered.name


def order_cancelled(order: Document) -> None:
	"""The contract has no order any more; its deposits are on account of the customer, as natively."""
	contract = order.l2c_contract
	quietly(lambda: drop_order(order.name, contract), [contract])


def drop_order(order: str, name: str) -> None:
	"""Let go of a cancelled order."""
	contract = contract_state.load(name)
	if contract.sales_order == order:
		contract.sales_order = ""
		for line in contract.items:
			line.sales_order_item = ""
		_refresh(contract)


def invoice_submitted(invoice: Document) -> None:
	"""Link a submitted invoice to the plans of its contracts. Returns follow by themselves at the recompute."""
	weights = document_owners.of_document(invoice, orders=invoice.flags.pop(ORDERS, None))
	names = [name for name in weights if name]
	if names and not invoice.get("is_return"):
		quietly(lambda: billing_links.on_invoice_submit(invoice, weights), names)
	recompute.mark(names)


def invoice_gone(invoice: Document) -> None:
	"""Take a cancelled or deleted invoice off the plans."""
	quietly(
		lambda: billing_links.on_invoice_gone(invoice.name),
		[invoice.l2c_contract] if invoice.l2c_contract else [],
	)


def contract_of_lines(invoice: Document) -> str | None:
	"""Return the contract of the orders an invoice bills, None if there is none, more than one, or another customer's."""
	orders = invoice.flags[ORDERS] = document_owners.orders_of(invoice)
	names = {name for name in document_owners.of_document(invoice, orders=orders) if name}
	name = names.pop() if len(names) == 1 else None
	customers = {owner.contract: owner.customer for owner in orders.values() if owner}
	customer = customers.get(name) or (
		frappe.db.get_value("Sales Contract", name, "customer") if name else None
	)
	return name if customer == invoice.get("customer") else None


def delivered(note: Document) -> None:
	"""Read the delivery dates of the note's orders again: rows that wait for delivery become due."""
	orders = sorted({line.against_sales_order for line in note.items if line.against_sales_order})
	rows = frappe.get_all(
		"Sales Order", filters={"name": ("in", orders)}, fields=["l2c_contract"], order_by="name"
	)
	for name in sorted({row.l2c_contract for row in rows if row.l2c_contract}):
		quietly(lambda contract=name: _refresh(contract_state.load(contract)), [name])


def milestone_changed(doctype: str, name: str) -> None:
	"""Read a task or project again: the rows that wait for it become due, or wait again."""
	for contract in milestones.waiting_for(doctype, name):
		quietly(lambda contract=contract: look_again(contract), [contract])


def look_again(contract: str) -> None:
	"""Read the events that a contract's rows wait for."""
	_refresh(contract_state.load(contract))


def _refresh(contract: Document) -> None:
	contract_dates.refresh(contract)
	contract_state.save(contract)
