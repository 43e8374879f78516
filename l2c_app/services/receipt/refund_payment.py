"""The native Payment Entry that gives money back to a customer: against open credit notes first, then his credit."""

from typing import Any

import frappe
from erpnext.accounts.party import get_party_account
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Min, Sum
from frappe.utils import flt, fmt_money

from l2c_app.core.money import from_minor, to_minor
from l2c_app.services.errors import RefundTooHigh, refuse
from l2c_app.services.ledger.ledger_amounts import money_unit
from l2c_app.services.ledger.ledger_reads import INVOICE, PAYMENT
from l2c_app.services.receipt import receipt_payment, receiving_account
from l2c_app.services.receipt.receipt_payment import Receipt, Target


def build(collection: Document, chosen: Receipt) -> Document:
	"""Return the unsaved Payment Entry (Pay) of a refund with its references to credit notes, the oldest first.

	What no credit note takes is paid against money on account. Raises RefundTooHigh, ReceivingAccountError,
	ExchangeRateMissing.
	"""
	account = _party_account(collection)
	credits = _credits(collection, account)
	wanted = to_minor(collection.amount, money_unit())
	there = -sum(row["open"] for row in credits)
	if wanted > there:
		refuse(
			RefundTooHigh,
			_("More is to be given back than the customer has to his credit."),
			compared=_("Refund {0}, credit {1}.").format(
				fmt_money(collection.amount, currency=collection.currency),
				fmt_money(float(from_minor(there, money_unit())), currency=collection.currency),
			),
			do=_("Make a credit note, or free an advance from its order by Unreconcile Payment first."),
		)
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
	for doctype, name, amount in _targets(credits, wanted):
		payment.append(
			"references", {"reference_doctype": doctype, "reference_name": name, "allocated_amount": amount}
		)
	return payment


def _party_account(collection: Document) -> str:
	for row in collection.allocations:
		account = frappe.db.get_value("Sales Contract", row.contract, "receivable_account")
		if account:
			return account
	return get_party_account("Customer", collection.customer, collection.company)


def _credits(collection: Document, account: str) -> list[dict[str, Any]]:
	"""Return the vouchers of a customer with a negative balance on his account, in minor units, the oldest first."""
	entry = frappe.qb.DocType("Payment Ledger Entry")
	balance = Sum(entry.amount_in_account_currency)
	rows = (
		frappe.qb.from_(entry)
		.select(entry.against_voucher_type, entry.against_voucher_no, balance.as_("open"))
		.where((entry.delinked == 0) & (entry.account == account) & (entry.company == collection.company))
		.where((entry.party_type == "Customer") & (entry.party == collection.customer))
		.where(entry.account_currency == collection.currency)
		.groupby(entry.against_voucher_type, entry.against_voucher_no)
		.having(balance < 0)
		.orderby(Min(entry.posting_date), entry.against_voucher_no)
		.run(as_dict=True)
	)
	unit = money_unit()
	return [
		{
			"doctype": row.against_voucher_type,
			"name": row.against_voucher_no,
			"open": to_minor(row.open, unit),
		}
		for row in rows
		if row.against_voucher_type != "Sales Order"
	]


def _targets(credits: list[dict[str, Any]], wanted: int) -> list[Target]:
	found = []
	for row in credits:
		part = min(wanted, -row["open"]) if row["doctype"] == INVOICE else 0
		if part > 0:
			found.append((row["doctype"], row["name"], -float(from_minor(part, money_unit()))))
			wanted -= part
	return found


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
