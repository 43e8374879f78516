"""Set-based reads of native documents and ledgers for many contracts at once. Nothing is judged here.

The payment ledger is read where `delinked` is 0 and by nothing else: a cancelled voucher's rows are either
delinked or cancel out, and neither the status of a voucher nor the sign of a row tells which.
"""

from collections.abc import Collection, Iterable
from typing import Any

import frappe
from frappe.query_builder.functions import Sum

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
PLAN_FIELDS = ["row_id", "amount", "waived", "due_date", "billing", "status", *ROW_FIGURES]


def contracts(names: Collection[str]) -> list[Any]:
	"""Return the headers of the contracts that exist."""
	filters = {"name": ("in", names)}
	return frappe.get_all("Sales Contract", filters=filters, fields=CONTRACT_FIELDS, order_by="name")


def children(doctype: str, parents: Collection[str], fields: list[str]) -> list[Any]:
	"""Return child rows of contracts, in their order."""
	filters = {"parent": ("in", parents), "parenttype": "Sales Contract"}
	return frappe.get_all(
		doctype, filters=filters, fields=["name", "parent", "idx", *fields], order_by="parent, idx"
	)


def orders(contract_names: Collection[str]) -> list[Any]:
	"""Return the submitted orders under contracts."""
	fields = [
		"name",
		"l2c_contract",
		"currency",
		"grand_total",
		"rounded_total",
		"base_grand_total",
		"base_rounded_total",
	]
	filters = {"l2c_contract": ("in", contract_names), "docstatus": 1}
	return frappe.get_all(ORDER, filters=filters, fields=fields, order_by="name")


def invoice_names(
	contract_names: Collection[str], order_names: Collection[str], billed: Iterable[str]
) -> set[str]:
	"""Return the invoices that belong to contracts: by their orders, by their own link, by plan billing."""
	names = set(billed)
	names.update(
		frappe.get_all(
			INVOICE,
			filters={"l2c_contract": ("in", contract_names), "docstatus": 1},
			pluck="name",
			order_by="name",
		)
	)
	if order_names:
		item = frappe.qb.DocType("Sales Invoice Item")
		query = frappe.qb.from_(item).select(item.parent).distinct()
		query = query.where(item.sales_order.isin(list(order_names)) & (item.docstatus == 1))
		names.update(row[0] for row in query.run())
	return names


def invoices(names: Collection[str]) -> list[Any]:
	"""Return the submitted invoices among the names, with the returns and debit notes against them."""
	fields = [
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
	either = {"name": ("in", names), "return_against": ("in", names)}
	return frappe.get_all(
		INVOICE, filters={"docstatus": 1}, or_filters=either, fields=fields, order_by="name"
	)


def invoice_items(names: Collection[str]) -> list[Any]:
	"""Return net amounts of invoice lines with the order each line bills, and the order's contract."""
	item, order = frappe.qb.DocType("Sales Invoice Item"), frappe.qb.DocType(ORDER)
	return (
		frappe.qb.from_(item)
		.left_join(order)
		.on(order.name == item.sales_order)
		.select(item.parent, item.net_amount, item.sales_order, order.l2c_contract)
		.where(item.parent.isin(list(names)) & (item.docstatus == 1))
		.orderby(item.parent, item.idx)
		.run(as_dict=True)
	)


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
		.select(
			reference.reference_name,
			reference.allocated_amount,
			payment.name,
			payment.payment_type,
			payment.posting_date,
			payment.source_exchange_rate,
			payment.target_exchange_rate,
			payment.paid_from_account_currency,
			payment.paid_to_account_currency,
		)
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
	"""Return Payment Entries by name."""
	fields = [
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
	rows = frappe.get_all(PAYMENT, filters={"name": ("in", names)}, fields=fields, order_by="name")
	return {row.name: row for row in rows}


def deductions(names: Collection[str]) -> dict[str, float]:
	"""Return per Payment Entry what was deducted (company currency), exchange differences left out."""
	filters = {"parent": ("in", names), "parenttype": PAYMENT, "is_exchange_gain_loss": 0}
	sums: dict[str, float] = {}
	for row in frappe.get_all(
		"Payment Entry Deduction", filters=filters, fields=["parent", "amount"], order_by="parent, idx"
	):
		sums[row.parent] = sums.get(row.parent, 0) + row.amount
	return {name: amount for name, amount in sums.items() if amount}


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


def disputed(names: Collection[str]) -> set[str]:
	"""Return the invoices of which a customer disputes something that is neither rejected nor settled in the books."""
	filters = {"sales_invoice": ("in", list(names)), "status": ("in", ["Open", "Accepted"])}
	fields = ["sales_invoice", "status", "outcome_document"]
	rows = (
		frappe.get_all("Receivable Dispute", filters=filters, fields=fields, order_by="name") if names else []
	)
	return {row.sales_invoice for row in rows if row.status == "Open" or not row.outcome_document}
