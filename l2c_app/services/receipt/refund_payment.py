"""The native Payment Entry that gives money back to a customer: against open credit notes first, then his credit."""

from dataclasses import replace
from typing import Any

import frappe
from erpnext.accounts.party import get_party_account
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, fmt_money

from l2c_app.core import refunds
from l2c_app.core.money import from_minor, to_minor
from l2c_app.services.errors import RefundTooHigh, refuse
from l2c_app.services.ledger import collection_asks, customer_credit, document_owners, ledger_entries
from l2c_app.services.ledger.customer_credit import Credit, Voucher
from l2c_app.services.ledger.ledger_amounts import money_unit
from l2c_app.services.ledger.ledger_reads import INVOICE, PAYMENT
from l2c_app.services.receipt import receipt_payment, receiving_account
from l2c_app.services.receipt.receipt_payment import Receipt


def build(collection: Document, chosen: Receipt) -> Document:
	"""Return the unsaved Payment Entry (Pay) of a refund with its references to credit notes, the oldest first.

	The credit notes are those of the contracts it names, each up to what is said of it. What no credit note takes is
	paid against money on account. Raises RefundTooHigh, ReceivingAccountError, ExchangeRateMissing.
	"""
	account = _party_account(collection)
	credit = _credit(collection, account)
	found = _refund(collection, credit)
	if found.missing:
		_refuse_amount(collection, found)
	payment = frappe.new_doc(PAYMENT)
	payment.update(
		{
			"payment_type": "Pay",
			"party_type": "Customer",
			"party": collection.customer,
			"company": collection.company,
			"posting_date": collection.received_on,
			"mode_of_payment": chosen.mode_of_payment or collection.mode_of_payment,
			"paid_to": account,
			"reference_no": chosen.reference_no or collection.reference_no or collection.name,
			"reference_date": collection.reference_date or collection.received_on,
			"l2c_collection": collection.name,
		}
	)
	_set_amounts(payment, collection, chosen)
	for name, minor in found.notes.items():
		amount = -float(from_minor(minor, money_unit()))
		payment.append(
			"references", {"reference_doctype": INVOICE, "reference_name": name, "allocated_amount": amount}
		)
	return payment


def settle(collection: Document, payment: Document) -> None:
	"""Reconcile what a submitted refund paid against no credit note with the receipts it gives back, by the host.

	Else those receipts would still be offered to the next invoice, or be given back again. The oldest go first;
	journals are left to the accountant.
	"""
	left = to_minor(payment.unallocated_amount, money_unit())
	for voucher in _credit(collection, payment.paid_to).receipts:
		part = min(left, voucher.left) if voucher.doctype == PAYMENT else 0
		if part > 0:
			_reconcile(payment, voucher.name, float(from_minor(part, money_unit())))
			left -= part


def _reconcile(payment: Document, receipt: str, amount: float) -> None:
	tool = frappe.new_doc("Payment Reconciliation")
	tool.update({"company": payment.company, "party_type": "Customer", "party": payment.party})
	tool.update({"receivable_payable_account": payment.paid_to, "payment_name": receipt})
	tool.invoice_name = payment.name
	tool.get_unreconciled_entries()
	invoices = [row.as_dict() for row in tool.invoices if row.invoice_number == payment.name]
	payments = [
		row.as_dict() for row in tool.payments if row.reference_name == receipt and not row.reference_row
	]
	tool.allocate_entries(frappe._dict({"invoices": invoices, "payments": payments}))
	for row in tool.allocation:
		row.allocated_amount = amount
	tool.reconcile()


def _refuse_amount(collection: Document, found: refunds.Refund) -> None:
	there = collection.amount - float(from_minor(found.missing, money_unit()))
	refuse(
		RefundTooHigh,
		_("More is to be given back than the customer has to his credit."),
		compared=_("Refund {0}, credit {1}.").format(
			fmt_money(collection.amount, currency=collection.currency),
			fmt_money(there, currency=collection.currency),
		),
		do=_("Make a credit note, or free an advance from its order by Unreconcile Payment first."),
	)


def _party_account(collection: Document) -> str:
	for row in collection.allocations:
		account = frappe.db.get_value("Sales Contract", row.contract, "receivable_account")
		if account:
			return account
	return get_party_account("Customer", collection.customer, collection.company)


def _credit(collection: Document, account: str) -> Credit:
	"""Return the customer's credit on the account without receipts that are for other contracts than the refund's."""
	credit = customer_credit.read(
		collection.customer, collection.company, collection.currency, account=account
	)
	mine = {row.contract for row in collection.allocations}
	if not mine:
		return credit
	asks: dict[str, list[Any]] = {}
	for ask in collection_asks.of_vouchers([voucher.name for voucher in credit.receipts]):
		asks.setdefault(ask.voucher_no, []).append(ask)
	receipts = [_for_contracts(voucher, asks.get(voucher.name), mine) for voucher in credit.receipts]
	return replace(credit, receipts=tuple(voucher for voucher in receipts if voucher.left > 0))


def _for_contracts(voucher: Voucher, asks: list[Any] | None, contracts: set[str]) -> Voucher:
	if not asks:
		return voucher
	parts = ledger_entries.on_account(asks, money_unit())
	return replace(voucher, left=min(voucher.left, sum(parts.get(name, 0) for name in contracts)))


def _refund(collection: Document, credit: Credit) -> refunds.Refund:
	unit = money_unit()
	asks: dict[str, int] = {}
	for row in collection.allocations:
		asks[row.contract] = asks.get(row.contract, 0) + to_minor(row.amount, unit)
	owners = document_owners.owners([voucher.name for voucher in credit.notes])
	notes = []
	for voucher in credit.notes:
		weights = owners.get(voucher.name, {})
		parts = {name: document_owners.part_of(voucher.left, weights, name) for name in weights}
		notes.append(refunds.Note(voucher.name, parts))
	return refunds.refund(to_minor(collection.amount, unit), asks, notes, on_account=credit.on_account)


def _set_amounts(payment: Document, collection: Document, chosen: Receipt) -> None:
	account = (
		chosen.paid_to
		or collection.paid_to
		or receiving_account.usual(payment.mode_of_payment, collection.company)
	)
	currency = receiving_account.currency_of(account, collection)
	rate = receipt_payment.rate_to_company(
		collection.currency, collection.company, collection.received_on, given=chosen.exchange_rate
	)
	paid_rate = rate if currency == collection.currency else 1
	payment.update(
		{
			"paid_from": account,
			"paid_from_account_currency": currency,
			"paid_to_account_currency": collection.currency,
			"paid_amount": flt(collection.amount * rate / paid_rate, payment.precision("paid_amount")),
			"received_amount": collection.amount,
			"source_exchange_rate": paid_rate,
			"target_exchange_rate": rate,
		}
	)
