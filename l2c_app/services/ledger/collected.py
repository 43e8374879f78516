"""What came in between two days, in company currency: on invoices and on orders, under a contract or not.

Money only, as core.position counts it: without write-offs, credit notes and deductions, and not yet what waits in clearing.
It counts on its posting date and on the document that it is applied to now.
"""

from collections.abc import Collection
from datetime import date
from typing import Any

import frappe

from l2c_app.core.facts import Entry
from l2c_app.services.ledger import ledger_entries, ledger_reads
from l2c_app.services.ledger.ledger_amounts import money_unit
from l2c_app.services.ledger.ledger_reads import INVOICE, JOURNAL, ORDER, PAYMENT

TOTALS = ["name", "currency", "grand_total", "rounded_total", "base_grand_total", "base_rounded_total"]


def between(company: str, start: date, end: date) -> list[Entry]:
	"""Return what came in from one day to another, one entry per voucher and document; `base_cash` is what to add up."""
	rows = _ledger(company, start, end)
	documents = _invoices({row.against_voucher_no for row in rows})
	known = [row for row in rows if row.against_voucher_no in documents]
	orders = _orders(company, start, end)
	found = ledger_entries.entries(known, documents, orders, money_unit(), until=end)
	return [entry for entry in found if entry.base_cash and entry.posting_date >= start]


def _ledger(company: str, start: date, end: date) -> list[Any]:
	"""Return the live rows that other vouchers, or the till, wrote on invoices between two days."""
	entry = frappe.qb.DocType("Payment Ledger Entry")
	paid = (entry.voucher_type != INVOICE) | (entry.voucher_no == entry.against_voucher_no)
	return (
		frappe.qb.from_(entry)
		.select(entry.against_voucher_no, entry.voucher_type, entry.voucher_no, entry.posting_date)
		.select(entry.account_currency, entry.amount, entry.amount_in_account_currency)
		.where((entry.delinked == 0) & (entry.account_type == "Receivable") & (entry.company == company))
		.where((entry.against_voucher_type == INVOICE) & (entry.party_type == "Customer") & paid)
		.where((entry.posting_date >= start) & (entry.posting_date <= end))
		.orderby(entry.against_voucher_no, entry.posting_date, entry.voucher_no)
		.run(as_dict=True)
	)


def _invoices(names: Collection[str]) -> dict[str, Any]:
	return {row.name: row for row in ledger_reads.invoices(sorted(names))} if names else {}


def _orders(company: str, start: date, end: date) -> dict[str, Any]:
	"""Return the orders that money posted between two days lies on."""
	names: set[str] = set()
	for child, parent, kind in (
		("Payment Entry Reference", PAYMENT, "reference_doctype"),
		("Journal Entry Account", JOURNAL, "reference_type"),
	):
		row, voucher = frappe.qb.DocType(child), frappe.qb.DocType(parent)
		query = frappe.qb.from_(row).join(voucher).on(voucher.name == row.parent)
		query = query.select(row.reference_name).distinct().where(row[kind] == ORDER)
		query = query.where((voucher.docstatus == 1) & (voucher.company == company))
		query = query.where((voucher.posting_date >= start) & (voucher.posting_date <= end))
		names.update(found[0] for found in query.run())
	if not names:
		return {}
	filters = {"name": ("in", sorted(names))}
	return {row.name: row for row in frappe.get_all(ORDER, filters=filters, fields=TOTALS, order_by="name")}
