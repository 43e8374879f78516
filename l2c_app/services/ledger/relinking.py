"""Putting back what a failed hook left undone: the nightly audit runs the same code as the hook did.

A hook on a native document never stops it. Where it failed, a submitted invoice is on no plan, a cancelled one still
is, an order was not taken, or a receipt is still confirmed by a payment that is gone.
"""

from collections.abc import Collection
from typing import Any

import frappe

from l2c_app.services.billing import billing_links
from l2c_app.services.contract import contract_natives, milestones
from l2c_app.services.ledger import document_owners
from l2c_app.services.ledger.ledger_facts import ContractFacts
from l2c_app.services.ledger.ledger_reads import INVOICE, ORDER
from l2c_app.services.receipt import collection_vouchers


def relink(known: ContractFacts) -> list[dict[str, Any]]:
	"""Link what belongs to the contract and is not linked, and take off what is gone. Returns what was done.

	What a hook did in time costs three small queries here. Errors reach the caller.
	"""
	name = known.header.name
	steps = [
		*_orders(name),
		*_milestones(name),
		*_gone_invoices(name),
		*_unlinked_invoices(known),
		*_gone_vouchers(name),
	]
	done = []
	for doctype, document, step in steps:
		step()
		done.append({"contract": name, "document_type": doctype, "document": document})
	return done


def _unlinked_invoices(known: ContractFacts) -> list[tuple]:
	"""Submitted invoices whose shares in the plan are not their total."""
	shares: dict[str, int] = {}
	for share in known.facts.billing:
		shares[share.invoice] = shares.get(share.invoice, 0) + share.amount
	late = [
		invoice.name
		for invoice in known.facts.invoices
		if invoice.total > 0 and shares.get(invoice.name, 0) != invoice.total
	]
	return [(INVOICE, name, lambda name=name: _link_invoice(name)) for name in late]


def _link_invoice(name: str) -> None:
	invoice = frappe.get_doc(INVOICE, name)
	if not invoice.l2c_contract:
		invoice.db_set("l2c_contract", contract_natives.contract_of_lines(invoice), update_modified=False)
	billing_links.on_invoice_submit(invoice, document_owners.of_document(invoice))


def _gone_invoices(contract: str) -> list[tuple]:
	filters = {"parent": contract, "parenttype": "Sales Contract"}
	linked = set(
		frappe.get_all("Plan Billing", filters=filters, pluck="sales_invoice", order_by="sales_invoice")
	)
	gone = sorted(linked - _live(INVOICE, linked, (0, 1)))
	return [(INVOICE, name, lambda name=name: billing_links.on_invoice_gone(name)) for name in gone]


def _orders(contract: str) -> list[tuple]:
	"""The contract's order was cancelled, or an amended one waits to take its place."""
	order = frappe.db.get_value("Sales Contract", contract, "sales_order")
	if not order or frappe.db.get_value(ORDER, order, "docstatus") != 2:
		return []
	filters = {"amended_from": order, "docstatus": 1}
	successor = frappe.db.get_value(ORDER, filters, order_by="creation asc")
	if not successor:
		return [(ORDER, order, lambda: contract_natives.drop_order(order, contract))]
	return [
		(ORDER, successor, lambda: contract_natives.take_order(frappe.get_doc(ORDER, successor), contract))
	]


def _milestones(contract: str) -> list[tuple]:
	"""The contract has rows that wait for milestones which were reached or undone without an event."""
	filters = {"parent": contract, "parenttype": "Sales Contract", "due_basis": "Milestone"}
	if not frappe.db.exists("Sales Contract Plan Row", filters):
		return []
	document = frappe.get_doc("Sales Contract", contract)
	before = [(row.released_on, row.taken_back_on) for row in document.plan_rows]
	milestones.follow(document)
	if before == [(row.released_on, row.taken_back_on) for row in document.plan_rows]:
		return []
	return [("Sales Contract", contract, lambda: contract_natives.look_again(contract))]


def _gone_vouchers(contract: str) -> list[tuple]:
	"""Receipts of the contract that are confirmed by a cancelled or deleted document."""
	asks = frappe.get_all(
		"Collection Allocation", filters={"contract": contract}, pluck="parent", order_by="name"
	)
	if not asks:
		return []
	filters = {"name": ("in", asks), "status": "Confirmed"}
	fields = ["voucher_type", "voucher_no"]
	steps = []
	for row in frappe.get_all("Collection", filters=filters, fields=fields, order_by="name"):
		if row.voucher_type and not _live(row.voucher_type, [row.voucher_no], (1,)):
			voucher = frappe._dict(doctype=row.voucher_type, name=row.voucher_no)
			deleted = not frappe.db.exists(row.voucher_type, row.voucher_no)
			steps.append((row.voucher_type, row.voucher_no, _voucher_gone(voucher, deleted)))
	return steps


def _voucher_gone(voucher: Any, deleted: bool) -> Any:
	return lambda: collection_vouchers.voucher_gone(voucher, deleted=deleted)


def _live(doctype: str, names: Collection[str], states: tuple[int, ...]) -> set[str]:
	if not names:
		return set()
	filters = {"name": ("in", list(names)), "docstatus": ("in", states)}
	return set(frappe.get_all(doctype, filters=filters, pluck="name", order_by="name"))
