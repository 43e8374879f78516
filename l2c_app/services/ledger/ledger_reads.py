"""Set-based reads of native documents and ledgers for many contracts at once. Nothing is judged here.

The payment ledger is read where `delinked` is 0 and by nothing else: a cancelled voucher's rows are either
delinked or cancel out, and neither the status of a voucher nor the sign of a row tells which.
"""

from collections.abc import Collection
from typing import Any

import frappe
from frappe.query_builder.functions import Count, IfNull, Sum

INVOICE, ORDER, PAYMENT, JOURNAL = "Sales Invoice", "Sales Order", "Payment Entry", "Journal Entry"
HEADER_FIELDS = [
	"name",
	"customer",
	"company",
	"currency",
	"conversion_rate",
	"grand_total",
	"docstatus",
	"status",
	"money_status",
	"signed_on",
	"activated_on",
	"terminated_on",
	"start_date",
	"end_date",
	"recomputed_on",
	"to_audit",
	"receivable_account",
	"approximate",
	"collected_percent",
	"adopted_outside",
]
# Stored field: name of the figure in core.position
CONTRACT_FIGURES = {
	"billed": "billed",
	"open_billed": "open_billed",
	"settled": "settled",
	"written_off": "written_off",
	"advance": "advance",
	"collected": "collected",
	"in_clearing": "in_clearing",
	"collected_base": "collected_base",
	"refunded": "refunded",
	"on_account": "on_account",
	"credit_balance": "credit_balance",
	"open_amount": "open",
	"due_amount": "due",
	"overdue_amount": "overdue",
	"open_base": "open_base",
	"overdue_base": "overdue_base",
}
CONTRACT_FIELDS = [*HEADER_FIELDS, *CONTRACT_FIGURES]
ROW_FIGURES = {
	"credited": "credited",
	"billed": "billed",
	"settled": "settled",
	"collected": "collected",
	"written_off": "written_off",
	"in_clearing": "in_clearing",
	"open_amount": "open",
	"due_amount": "due",
	"overdue_amount": "overdue",
	"overdue_billed": "overdue_billed",
}
INVOICE_FIELDS = [
	"name",
	"l2c_contract",
	"return_against",
	"is_return",
	"is_pos",
	"update_billed_amount_in_sales_order",
	"currency",
	"grand_total",
	"rounded_total",
	"base_grand_total",
	"base_rounded_total",
	"posting_date",
]
PAYMENT_FIELDS = [
	"name",
	"payment_type",
	"source_exchange_rate",
	"target_exchange_rate",
	"paid_from_account_currency",
	"paid_to_account_currency",
	"unallocated_amount",
	"docstatus",
	"paid_to",
	"clearance_date",
]
PLAN_FIELDS = ["row_id", "amount", "waived", "due_date", "billing", "status", *ROW_FIGURES]


def contracts(names: Collection[str]) -> list[Any]:
	"""Return the headers of the contracts that exist."""
	filters = {"name": ("in", names)}
	return frappe.get_all("Sales Contract", filters=filters, fields=CONTRACT_FIELDS, order_by="name")


def children(doctype: str, parents: Collection[str], fields: list[str]) -> list[Any]:
	"""Return child rows of contracts, in their order."""
	row = frappe.qb.DocType(doctype)
	query = frappe.qb.from_(row).select(row.name, row.parent, row.idx, *(row[field] for field in fields))
	query = query.where(row.parent.isin(list(parents)) & (row.parenttype == "Sales Contract"))
	return query.orderby(row.parent, row.idx).run(as_dict=True)


def orders(contract_names: Collection[str]) -> list[Any]:
	"""Return the submitted orders under contracts, a row for each submitted `invoice` that bills one; None where none does."""
	order, item = frappe.qb.DocType(ORDER), frappe.qb.DocType("Sales Invoice Item")
	return (
		frappe.qb.from_(order)
		.left_join(item)
		.on((item.sales_order == order.name) & (item.docstatus == 1))
		.select(
			order.name,
			order.l2c_contract,
			order.currency,
			order.grand_total,
			order.rounded_total,
			order.base_grand_total,
			order.base_rounded_total,
			item.parent.as_("invoice"),
		)
		.distinct()
		.where(order.l2c_contract.isin(list(contract_names)) & (order.docstatus == 1))
		.orderby(order.name)
		.run(as_dict=True)
	)


def own_invoices(contract_names: Collection[str]) -> set[str]:
	"""Return the submitted invoices that name one of the contracts."""
	invoice = frappe.qb.DocType(INVOICE)
	query = frappe.qb.from_(invoice).select(invoice.name)
	query = query.where(invoice.l2c_contract.isin(list(contract_names)) & (invoice.docstatus == 1))
	return {row[0] for row in query.run()}


def invoices(names: Collection[str]) -> list[Any]:
	"""Return the submitted invoices among the names, with the returns and debit notes against them."""
	either = {"name": ("in", names), "return_against": ("in", names)}
	return frappe.get_all(
		INVOICE, filters={"docstatus": 1}, or_filters=either, fields=INVOICE_FIELDS, order_by="name"
	)


def invoices_by_order(names: Collection[str]) -> list[Any]:
	"""Return rows of `invoices`, one for each `sales_order` that an invoice bills, None for lines without one.

	Each with the order's contract, the net amount of its lines and how many `disputes` of the invoice are open.
	"""
	invoice, order = frappe.qb.DocType(INVOICE), frappe.qb.DocType(ORDER)
	item = frappe.qb.DocType("Sales Invoice Item")
	return (
		frappe.qb.from_(invoice)
		.left_join(item)
		.on((item.parent == invoice.name) & (item.docstatus == 1))
		.left_join(order)
		.on(order.name == item.sales_order)
		.select(*(invoice[field] for field in INVOICE_FIELDS), _disputes(invoice).as_("disputes"))
		.select(item.sales_order, order.l2c_contract.as_("of_order"), Sum(item.net_amount).as_("net_amount"))
		.where(invoice.name.isin(list(names)) | invoice.return_against.isin(list(names)))
		.where(invoice.docstatus == 1)
		.groupby(invoice.name, item.sales_order)
		.orderby(invoice.name, item.sales_order)
		.run(as_dict=True)
	)


def _disputes(invoice: Any) -> Any:
	"""Return how to count what a customer disputes of an invoice that is neither rejected nor settled in the books."""
	dispute = frappe.qb.DocType("Receivable Dispute")
	unsettled = (dispute.status == "Accepted") & (IfNull(dispute.outcome_document, "") == "")
	query = frappe.qb.from_(dispute).select(Count("*")).where(dispute.sales_invoice == invoice.name)
	return query.where((dispute.status == "Open") | unsettled)


def ledger_rows(names: Collection[str]) -> list[Any]:
	"""Return the live receivable rows against invoices: what is open is their sum, whoever wrote them."""
	entry = frappe.qb.DocType("Payment Ledger Entry")
	return (
		frappe.qb.from_(entry)
		.select(
			entry.against_voucher_no,
			entry.voucher_type,
			entry.voucher_no,
			entry.posting_date,
			entry.account_currency,
			entry.amount,
			entry.amount_in_account_currency,
		)
		.where((entry.delinked == 0) & (entry.account_type == "Receivable"))
		.where((entry.against_voucher_type == INVOICE) & entry.against_voucher_no.isin(list(names)))
		.orderby(entry.against_voucher_no, entry.posting_date, entry.voucher_no)
		.run(as_dict=True)
	)


def payments_on_orders(order_names: Collection[str]) -> list[Any]:
	"""Return what submitted Payment Entries hold on orders, per reference."""
	reference, payment = frappe.qb.DocType("Payment Entry Reference"), frappe.qb.DocType(PAYMENT)
	return (
		frappe.qb.from_(reference)
		.join(payment)
		.on(payment.name == reference.parent)
		.select(reference.reference_name, reference.allocated_amount, payment.posting_date)
		.select(*(payment[field] for field in PAYMENT_FIELDS))
		.where((reference.reference_doctype == ORDER) & reference.reference_name.isin(list(order_names)))
		.where((payment.docstatus == 1) & (payment.party_type == "Customer"))
		.orderby(payment.name, reference.idx)
		.run(as_dict=True)
	)


def journals_on_orders(order_names: Collection[str]) -> list[Any]:
	"""Return what submitted Journal Entries hold on orders, per line."""
	line, journal = frappe.qb.DocType("Journal Entry Account"), frappe.qb.DocType(JOURNAL)
	return (
		frappe.qb.from_(line)
		.join(journal)
		.on(journal.name == line.parent)
		.select(
			line.parent.as_("name"),
			line.reference_name,
			line.account_currency,
			line.credit,
			line.debit,
			line.credit_in_account_currency,
			line.debit_in_account_currency,
			journal.posting_date,
		)
		.where((line.reference_type == ORDER) & line.reference_name.isin(list(order_names)))
		.where((journal.docstatus == 1) & (line.party_type == "Customer"))
		.orderby(line.parent, line.idx)
		.run(as_dict=True)
	)


def payments(names: Collection[str]) -> dict[str, Any]:
	"""Return Payment Entries by name.

	`deducted`: what was deducted of one (company currency), exchange differences left out; None where nothing was.
	"""
	payment, deduction = frappe.qb.DocType(PAYMENT), frappe.qb.DocType("Payment Entry Deduction")
	query = (
		frappe.qb.from_(payment)
		.left_join(deduction)
		.on(
			(deduction.parent == payment.name)
			& (deduction.parenttype == PAYMENT)
			& (deduction.is_exchange_gain_loss == 0)
		)
		.select(*(payment[field] for field in PAYMENT_FIELDS), Sum(deduction.amount).as_("deducted"))
		.where(payment.name.isin(list(names)))
		.groupby(payment.name)
		.orderby(payment.name)
	)
	return {row.name: row for row in query.run(as_dict=True)}


def references(names: Collection[str]) -> list[Any]:
	"""Return all references of Payment Entries."""
	fields = ["parent", "reference_name", "allocated_amount"]
	filters = {"parent": ("in", names), "parenttype": PAYMENT}
	return frappe.get_all("Payment Entry Reference", filters=filters, fields=fields, order_by="parent, idx")


def journals_with_money(names: Collection[str]) -> set[str]:
	"""Return the Journal Entries that move a bank or cash account; the others settle without money."""
	line, account = frappe.qb.DocType("Journal Entry Account"), frappe.qb.DocType("Account")
	query = (
		frappe.qb.from_(line).join(account).on(account.name == line.account).select(line.parent).distinct()
	)
	query = query.where(line.parent.isin(list(names)) & account.account_type.isin(["Bank", "Cash"]))
	return {row[0] for row in query.run()}


def given_back(payments: Collection[str]) -> dict[str, float]:
	"""Return per Payment Entry what submitted other ones hold against it: a refund reconciled with its receipts."""
	reference, payment = frappe.qb.DocType("Payment Entry Reference"), frappe.qb.DocType(PAYMENT)
	query = (
		frappe.qb.from_(reference)
		.join(payment)
		.on(payment.name == reference.parent)
		.select(reference.reference_name, Sum(reference.allocated_amount))
		.where((payment.docstatus == 1) & (reference.reference_doctype == PAYMENT))
		.where(reference.reference_name.isin(list(payments)))
		.groupby(reference.reference_name)
	)
	return dict(query.run())
