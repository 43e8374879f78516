"""Set-based reads for matching bank lines: lines, open invoices and plan rows, payers, payments in the books already."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
from frappe.query_builder.functions import Sum
from frappe.utils import getdate

from l2c_app.core.bank_text import number_key
from l2c_app.core.money import from_minor, to_minor
from l2c_app.core.open_items import Item
from l2c_app.services.ledger.ledger_amounts import money_unit
from l2c_app.services.ledger.ledger_reads import INVOICE, ORDER, PAYMENT

LINE = "Bank Transaction"
PLAN_ROW = "Plan Row"
LINE_FIELDS = [
	"name",
	"date",
	"bank_account",
	"company",
	"currency",
	"deposit",
	"withdrawal",
	"unallocated_amount",
	"description",
	"reference_number",
	"transaction_id",
	"party_type",
	"party",
	"bank_party_name",
	"bank_party_account_number",
	"bank_party_iban",
]


@dataclass(frozen=True)
class Open:
	"""An open document of a customer: where a payment is applied, and by which account it is owed."""

	item: Item
	reference_type: str
	reference_name: str
	account: str | None
	contract: str | None
	row_id: str | None = None


def bank_lines(company: str, bank_account: str | None, since: date) -> list[Any]:
	"""Return all submitted lines since a day, also those done and those that went out: they tell what is twice."""
	filters: dict[str, Any] = {"company": company, "docstatus": 1, "date": (">=", since)}
	if bank_account:
		filters["bank_account"] = bank_account
	return frappe.get_all(LINE, filters=filters, fields=LINE_FIELDS, order_by="date, name")


def open_documents(company: str, today: date, customer: str | None = None) -> list[Open]:
	"""Return what customers, or one of them, owe a company: invoices by the payment ledger, and plan rows that no invoice
	bills yet."""
	return [*_invoices(company, customer), *_plan_rows(company, today, customer)]


def _invoices(company: str, customer: str | None) -> list[Open]:
	entry, invoice = frappe.qb.DocType("Payment Ledger Entry"), frappe.qb.DocType(INVOICE)
	owed = Sum(entry.amount_in_account_currency)
	query = (
		frappe.qb.from_(entry)
		.join(invoice)
		.on(invoice.name == entry.against_voucher_no)
		.select(entry.against_voucher_no, entry.party, entry.account, entry.account_currency)
		.select(owed.as_("owed"), invoice.due_date, invoice.posting_date, invoice.po_no, invoice.l2c_contract)
		.where((entry.delinked == 0) & (entry.account_type == "Receivable") & (entry.company == company))
		.where((entry.against_voucher_type == INVOICE) & (entry.party_type == "Customer"))
		.groupby(entry.against_voucher_no, entry.party, entry.account, entry.account_currency)
		.groupby(invoice.due_date, invoice.posting_date, invoice.po_no, invoice.l2c_contract)
		.having(owed > 0)
		.orderby(entry.against_voucher_no, entry.account)
	)
	rows = (query.where(entry.party == customer) if customer else query).run(as_dict=True)
	unit = money_unit()
	return [_open_invoice(row, to_minor(row.owed, unit)) for row in rows if to_minor(row.owed, unit) > 0]


def _open_invoice(row: Any, owed: int) -> Open:
	name = row.against_voucher_no
	numbers = tuple(number for number in (name, row.po_no, row.l2c_contract) if number)
	due = getdate(row.due_date or row.posting_date)
	item = Item(f"{name}|{row.account}", row.party, owed, row.account_currency, due, numbers)
	return Open(item, INVOICE, name, row.account, row.l2c_contract)


def _plan_rows(company: str, today: date, customer: str | None) -> list[Open]:
	"""Return unbilled parts of rows that may be paid now: deposits, and what is due although nobody billed it."""
	contract, row = frappe.qb.DocType("Sales Contract"), frappe.qb.DocType("Sales Contract Plan Row")
	order = frappe.qb.DocType(ORDER)
	query = (
		frappe.qb.from_(row)
		.join(contract)
		.on(contract.name == row.parent)
		.join(order)
		.on((order.name == contract.sales_order) & (order.docstatus == 1))
		.select(row.parent, row.row_id, row.due_date, row.billed, row.credited, row.settled, row.open_amount)
		.select(contract.customer, contract.currency, contract.sales_order, contract.receivable_account)
		.select(contract.signed_on, order.po_no, order.transaction_date)
		.where((contract.company == company) & (contract.docstatus == 1) & (row.open_amount > 0))
		.where((row.billing == "Advance") | (row.due_date <= today))
		.where((row.parenttype == "Sales Contract") & order.status.notin(["Closed", "On Hold"]))
		.orderby(row.parent, row.idx)
	)
	rows = (query.where(contract.customer == customer) if customer else query).run(as_dict=True)
	found = [_open_row(row) for row in rows]
	return [each for each in found if each.item.open > 0]


def _open_row(row: Any) -> Open:
	unit = money_unit()
	billed = to_minor(row.billed, unit) - to_minor(row.credited, unit) - to_minor(row.settled, unit)
	unbilled = to_minor(row.open_amount, unit)
	unbilled -= min(unbilled, max(0, billed))
	numbers = tuple(number for number in (row.parent, row.sales_order, row.po_no) if number)
	due = getdate(row.due_date or row.transaction_date)
	item = Item(f"{row.parent}|{row.row_id}", row.customer, unbilled, row.currency, due, numbers)
	return Open(item, ORDER, row.sales_order, row.receivable_account, row.parent, row.row_id)


def part(opened: Open, amount: int, currency: str) -> dict[str, Any]:
	"""Return what a Bank Match Part says of an open document that gets an amount (minor units)."""
	unit = money_unit()
	return {
		"reference_type": opened.reference_type,
		"reference_name": opened.reference_name,
		"contract": opened.contract,
		"row_id": opened.row_id,
		"due_date": opened.item.due,
		"open_amount": float(from_minor(opened.item.open, unit)),
		"amount": float(from_minor(amount, unit)),
		"currency": currency,
	}


def payer_names() -> list[tuple[str, str]]:
	"""Return (name, customer) of all customers in use, with the learned names."""
	rows = frappe.get_all(
		"Customer", filters={"disabled": 0}, fields=["name", "customer_name"], order_by="name"
	)
	aliases = frappe.get_all(
		"Payer Alias",
		filters={"kind": "Name"},
		fields=["value", "shown", "customer"],
		order_by="creation, name",
	)
	return [(row.customer_name or row.name, row.name) for row in rows] + [
		(row.shown or row.value, row.customer) for row in aliases
	]


def pays_for() -> dict[str, set[str]]:
	"""Return {customer: those for whom it was seen to pay}."""
	filters = {"kind": "Customer"}
	found: dict[str, set[str]] = {}
	for row in frappe.get_all(
		"Payer Alias", filters=filters, fields=["payer", "customer"], order_by="creation, name"
	):
		found.setdefault(row.payer, set()).add(row.customer)
	return found


def customer_titles(names: Iterable[str | None]) -> dict[str, str]:
	"""Return the name of each customer as people know it."""
	wanted = sorted({name for name in names if name})
	if not wanted:
		return {}
	filters = {"name": ("in", wanted)}
	rows = frappe.get_all("Customer", filters=filters, fields=["name", "customer_name"], order_by="name")
	return {row.name: row.customer_name for row in rows}


def payer_accounts() -> dict[str, str]:
	"""Return {account in normal form: customer} of native bank accounts and learned ones; two owners are nobody's."""
	found: dict[str, set[str]] = {}
	filters = {"party_type": "Customer", "party": ("is", "set"), "disabled": 0}
	fields = ["iban", "bank_account_no", "party"]
	for row in frappe.get_all("Bank Account", filters=filters, fields=fields, order_by="name"):
		for number in (row.iban, row.bank_account_no):
			found.setdefault(number_key(number), set()).add(row.party)
	aliases = frappe.get_all(
		"Payer Alias", filters={"kind": "Account"}, fields=["value", "customer"], order_by="creation, name"
	)
	for row in aliases:
		found.setdefault(row.value, set()).add(row.customer)
	found.pop("", None)
	return {number: next(iter(owners)) for number, owners in found.items() if len(owners) == 1}


def unclear_payments(company: str, accounts: Collection[str], since: date) -> list[Any]:
	"""Return receipts booked to bank accounts that no bank line has confirmed yet."""
	filters = {
		"company": company,
		"docstatus": 1,
		"payment_type": "Receive",
		"party_type": "Customer",
		"paid_to": ("in", list(accounts)),
		"clearance_date": ("is", "not set"),
		"posting_date": (">=", since),
	}
	fields = ["name", "party", "paid_to", "received_amount", "posting_date", "reference_no"]
	return frappe.get_all(PAYMENT, filters=filters, fields=fields, order_by="posting_date, name")


def ledger_accounts(bank_accounts: Collection[str]) -> dict[str, str]:
	"""Return the ledger account of each bank account."""
	if not bank_accounts:
		return {}
	filters = {"name": ("in", list(bank_accounts))}
	rows = frappe.get_all("Bank Account", filters=filters, fields=["name", "account"], order_by="name")
	return {row.name: row.account for row in rows}
