"""Figures on how receivables are collected, per customer and for a company, in company currency, from the payment ledger."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

import frappe
from frappe.query_builder import Case
from frappe.query_builder.functions import Max, Sum
from frappe.utils import add_days, add_months, cint, flt, get_first_day, get_last_day, getdate

from l2c_app.core import receivable_measures as rules
from l2c_app.core.money import to_minor
from l2c_app.core.receivable_measures import Piece
from l2c_app.services.chasing.receivables import INVOICE
from l2c_app.services.ledger.ledger_amounts import money_unit

MONTHS_BACK = 24


def company_figures(company: str, *, start: date, end: date) -> dict[str, float | None]:
	"""Return DSO (simple, countback), collection effectiveness over the period, and the share at risk at its end."""
	documents = _documents(company, end)
	closing = sum(row[0] for row in documents)
	current = sum(left for left, due in documents if due is None or due >= end)
	months = _sales_by_month(company, end)
	sales = _sales(company, start, end)
	opening = sum(left for left, _due in _documents(company, getdate(add_days(start, -1))))
	return {
		"dso": rules.dso_simple(closing, sales, (end - start).days + 1),
		"dso_countback": rules.dso_countback(closing, months),
		"effectiveness": rules.effectiveness(opening, sales, closing, current),
		"at_risk": rules.at_risk([(due, left) for left, due in documents if due and left > 0], end),
	}


def customers(company: str, *, start: date, end: date) -> list[dict[str, Any]]:
	"""Return per customer with invoices of the period: rating, weighted delay, trend, open, overdue and at-risk share."""
	unit = money_unit()
	pieces: dict[str, list[tuple[Piece, int]]] = defaultdict(list)
	for row in _invoices(company, start, end):
		left, total = to_minor(row.left_base, unit), to_minor(row.total_base, unit)
		due = getdate(row.due or row.first)
		paid = None if left > 0 else row.last
		pieces[row.party].append((Piece(total, due, paid, row.name), left))
	found = [_customer(name, pieces[name], end) for name in sorted(pieces)]
	return sorted(found, key=lambda row: (-row["overdue"], row["customer"]))


def _customer(name: str, known: Sequence[tuple[Piece, int]], end: date) -> dict[str, Any]:
	unit = money_unit()
	judged = rules.rating([piece for piece, _left in known], end)
	items = [(piece.due, left) for piece, left in known if left > 0]
	return {
		"customer": name,
		"rating": judged.letter,
		"delay": judged.delay,
		"trend": judged.trend,
		"invoices": judged.invoices,
		"open": flt(sum(left for _due, left in items) * unit),
		"overdue": flt(sum(left for due, left in items if due < end) * unit),
		"at_risk": rules.at_risk(items, end),
	}


def _invoices(company: str, start: date, end: date) -> list[Any]:
	"""Return invoices posted in the period as they stood at its end, in company currency; returns are left out."""
	entry = frappe.qb.DocType("Payment Ledger Entry")
	own = entry.voucher_no == entry.against_voucher_no
	first = Max(Case().when(own, entry.posting_date))
	query = (
		_ledger(entry, company, end)
		.select(
			entry.party,
			entry.against_voucher_no.as_("name"),
			Sum(entry.amount).as_("left_base"),
			Sum(Case().when(own, entry.amount).else_(0)).as_("total_base"),
			Max(Case().when(own, entry.due_date)).as_("due"),
			first.as_("first"),
			Max(entry.posting_date).as_("last"),
		)
		.where(entry.against_voucher_type == INVOICE)
		.groupby(entry.party, entry.against_voucher_no)
		.having((first >= start) & (Sum(Case().when(own, entry.amount).else_(0)) > 0))
	)
	return query.run(as_dict=True)


def _documents(company: str, end: date) -> list[tuple[int, date | None]]:
	"""Return (minor units, due date) of every document with a balance at the end of a day, credits negative."""
	entry = frappe.qb.DocType("Payment Ledger Entry")
	own = entry.voucher_no == entry.against_voucher_no
	query = (
		_ledger(entry, company, end)
		.select(Sum(entry.amount), Max(Case().when(own, entry.due_date)))
		.groupby(entry.against_voucher_type, entry.against_voucher_no)
		.having(Sum(entry.amount) != 0)
	)
	unit = money_unit()
	return [(to_minor(amount, unit), getdate(due) if due else None) for amount, due in query.run()]


def _ledger(entry: Any, company: str, end: date) -> Any:
	return (
		frappe.qb.from_(entry)
		.where(
			(entry.delinked == 0) & (entry.account_type == "Receivable") & (entry.party_type == "Customer")
		)
		.where((entry.company == company) & (entry.posting_date <= end))
	)


def _sales(company: str, start: date, end: date) -> int:
	invoice = frappe.qb.DocType(INVOICE)
	query = frappe.qb.from_(invoice).select(Sum(invoice.base_grand_total))
	query = query.where((invoice.docstatus == 1) & (invoice.company == company))
	rows = query.where((invoice.posting_date >= start) & (invoice.posting_date <= end)).run()
	return to_minor(rows[0][0] or 0, money_unit())


def _sales_by_month(company: str, end: date) -> list[tuple[int, int]]:
	"""Return (sales, days) of the months back from a day, the latest first and only up to that day."""
	found = []
	for back in range(MONTHS_BACK):
		first = getdate(get_first_day(add_months(end, -back)))
		last = min(end, getdate(get_last_day(first)))
		found.append((_sales(company, first, last), cint((last - first).days + 1)))
	return found
