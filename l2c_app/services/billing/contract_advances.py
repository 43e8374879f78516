"""Pulling a contract's own deposits into its invoice: money on its orders, and money earmarked for it; no other."""

from decimal import Decimal

import frappe
from frappe.model.document import Document
from frappe.query_builder.functions import IfNull, Sum
from frappe.utils import flt

from l2c_app.core import billing
from l2c_app.core.money import from_minor, to_minor
from l2c_app.services.contract import contract_money
from l2c_app.services.ledger import customer_credit
from l2c_app.services.ledger.ledger_amounts import money_unit


def pull(invoice: Document, contract: Document, *, limit: int) -> int:
	"""Put deposits of the contract on an unsaved invoice, oldest first, up to `limit` units. Returns what was pulled.

	The host would offer any money of the customer; what is not this contract's is left out. On a receivable in
	company currency (approximate) nothing is pulled: the share cannot be told exactly.
	"""
	if limit <= 0 or invoice.party_account_currency != invoice.currency:
		invoice.set("advances", [])
		return 0
	unit = contract_money.stored_unit(contract)
	invoice.only_include_allocated_payments = 0
	invoice.set_advances()
	offered = [(row, _own_part(row, contract)) for row in invoice.advances]
	usable = _not_paid_out(
		[(row, to_minor(amount, unit)) for row, amount in offered if amount], invoice, unit=unit
	)
	parts = billing.pull_advances([amount for _row, amount in usable], limit)
	kept = []
	for (row, _amount), part in zip(usable, parts, strict=True):
		if part:
			row.allocated_amount = float(from_minor(part, unit))
			kept.append(row)
	invoice.set("advances", kept)
	for index, row in enumerate(invoice.advances, 1):
		row.idx = index
	invoice.calculate_taxes_and_totals()
	return sum(parts)


def _not_paid_out(
	usable: list[tuple[Document, int]], invoice: Document, *, unit: Decimal
) -> list[tuple[Document, int]]:
	"""Cut money on account to what is there: the host goes on offering a receipt that was paid back without naming it."""
	if not any(_on_account(row) for row, _amount in usable):
		return usable
	credit = customer_credit.read(invoice.customer, invoice.company, invoice.party_account_currency)
	there, found = to_minor(from_minor(max(0, credit.on_account), money_unit()), unit), []
	for row, amount in usable:
		part = min(amount, there) if _on_account(row) else amount
		there -= part if _on_account(row) else 0
		found.append((row, part))
	return found


def _on_account(row: Document) -> bool:
	return row.reference_type == "Payment Entry" and not row.reference_row


def renew(invoice: Document) -> None:
	"""Read again what the advances of a draft were taken from, as another draft may have been submitted since.

	The host compares that amount with the payment's and refuses if it differs, although enough may be left. What is
	drawn stays; money that is gone is refused by the host.
	"""
	for row in invoice.get("advances") or ():
		if row.reference_type != "Payment Entry" or not row.allocated_amount:
			continue
		left = _left(row)
		if left is not None and flt(left - row.allocated_amount, row.precision("allocated_amount")) >= 0:
			row.advance_amount = left


def _left(row: Document) -> float | None:
	if not row.reference_row:
		return frappe.db.get_value("Payment Entry", row.reference_name, "unallocated_amount")
	filters = {"name": row.reference_row, "parent": row.reference_name}
	return frappe.db.get_value("Payment Entry Reference", filters, "allocated_amount")


def _own_part(row: Document, contract: Document) -> float:
	"""Return how much of an offered advance the contract may still draw (account currency); 0 for other money.

	The host offers money again that other drafts have drawn already and books it to whoever is submitted first.
	"""
	free = flt(row.advance_amount) - _drawn(row)
	if _on_account(row):
		free = min(free, _earmarked(row.reference_name, contract) - _drawn(row, contract))
	else:
		child = (
			"Payment Entry Reference" if row.reference_type == "Payment Entry" else "Journal Entry Account"
		)
		if not row.reference_row or _reference(row, child) != contract.sales_order:
			return 0
	return max(0, flt(free, contract.precision("grand_total")))


def _drawn(row: Document, contract: Document | None = None) -> float:
	"""Return what draft invoices, of all contracts or of one, have drawn of an offered advance."""
	advance, invoice = frappe.qb.DocType("Sales Invoice Advance"), frappe.qb.DocType("Sales Invoice")
	query = (
		frappe.qb.from_(advance)
		.join(invoice)
		.on(invoice.name == advance.parent)
		.select(Sum(advance.allocated_amount))
		.where((invoice.docstatus == 0) & (advance.parenttype == "Sales Invoice"))
		.where(advance.reference_type == row.reference_type)
		.where(advance.reference_name == row.reference_name)
		.where(IfNull(advance.reference_row, "") == (row.reference_row or ""))
	)
	if contract:
		query = query.where(invoice.l2c_contract == contract.name)
	found = query.run()
	return flt(found[0][0]) if found else 0


def _reference(row: Document, doctype: str) -> str | None:
	return frappe.db.get_value(doctype, row.reference_row, "reference_name")


def _earmarked(payment: str, contract: Document) -> float:
	"""Return what the payment's Collection says is for the contract, less what of it the contract has already.

	The rest of the payment may be another contract's: its part must not be taken twice.
	"""
	collection = frappe.db.get_value("Payment Entry", payment, "l2c_collection")
	if not collection:
		return 0
	filters = {"parent": collection, "parenttype": "Collection"}
	asks = frappe.get_all(
		"Collection Allocation", filters=filters, fields=["contract", "amount"], order_by="idx"
	)
	asked = sum(ask.amount for ask in asks if ask.contract == contract.name)
	if all(ask.contract == contract.name for ask in asks):
		return asked
	return max(0, flt(asked - _applied(payment, contract), contract.precision("grand_total")))


def _applied(payment: str, contract: Document) -> float:
	"""Return what a payment has on orders and invoices of the contract (account currency)."""
	filters = {"l2c_contract": contract.name, "docstatus": 1}
	orders = frappe.get_all("Sales Order", filters=filters, pluck="name", order_by="name")
	names = [*orders, *(link.sales_invoice for link in contract.plan_billing)]
	filters = {"parent": payment, "parenttype": "Payment Entry", "reference_name": ("in", names)}
	return sum(
		frappe.get_all("Payment Entry Reference", filters=filters, pluck="allocated_amount", order_by="idx")
	)
