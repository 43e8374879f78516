"""Figures on how receivables are collected, per customer and for a company, in company currency, from the payment ledger."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import Case
from frappe.query_builder.functions import Max, Sum
from frappe.utils import add_days, add_months, cint, flt, get_first_day, get_last_day, getdate

from l2c_app.core import receivable_measures as rules
from l2c_app.core.money import to_minor
from l2c_app.core.receivable_measures import Payment, Piece
from l2c_app.services.chasing.receivables import INVOICE
from l2c_app.services.ledger.ledger_amounts import money_unit

PAYMENT = "Payment Entry"
MONTHS_BACK = 24
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
COHORT_MONTHS = 12


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
	"""Return per customer with invoices open at any time of the period: rating, weighted delay, trend, and as of its end
	what is open, overdue, and at risk, however old; and how he paid in the two years before."""
	unit = money_unit()
	pieces: dict[str, list[Piece]] = defaultdict(list)
	for row in invoices(company, start, end):
		left, total = to_minor(row.left_base, unit), to_minor(row.total_base, unit)
		due = getdate(row.due or row.first)
		pieces[row.party] += rules.parts_of(row.name, total=total, left=left, due=due, last=row.last)
	paid = _payments(company, end)
	found = [_customer(name, pieces[name], paid[name], end) for name in sorted(pieces)]
	return sorted(found, key=lambda row: (-row["overdue"], row["customer"]))


def cohorts(company: str, *, end: date) -> dict[str, float | None]:
	"""Return per billing month of the last year ("2026-05") the percent unpaid of what was due more than 90 days before."""
	unit = money_unit()
	start = getdate(get_first_day(add_months(end, 1 - COHORT_MONTHS)))
	billed: dict[str, list[tuple[date, int, int]]] = defaultdict(list)
	for row in invoices(company, start, end):
		if row.first < start:
			continue
		left, total = max(0, to_minor(row.left_base, unit)), to_minor(row.total_base, unit)
		billed[row.first.strftime("%Y-%m")].append((getdate(row.due or row.first), total, left))
	return rules.unpaid_after({month: billed[month] for month in sorted(billed)}, today=end)


def _customer(name: str, known: Sequence[Piece], paid: Sequence[Payment], end: date) -> dict[str, Any]:
	unit, ways = money_unit(), rules.ways(paid)
	judged = rules.rating(known, end)
	items = [(piece.due, piece.amount) for piece in known if piece.paid is None]
	return {
		"customer": name,
		"rating": judged.letter,
		"delay": judged.delay,
		"trend": judged.trend,
		"invoices": judged.invoices,
		"open": flt(sum(left for _due, left in items) * unit),
		"overdue": flt(sum(left for due, left in items if due < end) * unit),
		"at_risk": rules.at_risk(items, end),
		"pays_on": "" if ways.weekday is None else _(WEEKDAYS[ways.weekday]),
		"in_parts": ways.in_parts,
	}


def _payments(company: str, end: date) -> dict[str, list[Payment]]:
	"""Return per customer what payments brought of each invoice on each day of two years."""
	entry = frappe.qb.DocType("Payment Ledger Entry")
	query = (
		_ledger(entry, company, end)
		.select(entry.party, entry.against_voucher_no, entry.posting_date, Sum(entry.amount))
		.where((entry.against_voucher_type == INVOICE) & (entry.voucher_type == PAYMENT))
		.where(entry.posting_date >= add_months(end, -MONTHS_BACK))
		.groupby(entry.party, entry.against_voucher_no, entry.posting_date)
	)
	found: dict[str, list[Payment]] = defaultdict(list)
	for customer, invoice, day, amount in query.run():
		found[customer].append(Payment(invoice, getdate(day), -to_minor(amount, money_unit())))
	return found


def invoices(company: str, start: date, end: date) -> list[Any]:
	"""Return invoices that were open at any time of the period, as they stood at its end, in company currency.

	Returns are left out; a settlement in the period means that the invoice was open in it.
	"""
	entry = frappe.qb.DocType("Payment Ledger Entry")
	own = entry.voucher_no == entry.against_voucher_no
	left, total = Sum(entry.amount), Sum(Case().when(own, entry.amount).else_(0))
	query = (
		_ledger(entry, company, end)
		.select(
			entry.party,
			entry.against_voucher_no.as_("name"),
			left.as_("left_base"),
			total.as_("total_base"),
			Max(Case().when(own, entry.due_date)).as_("due"),
			Max(Case().when(own, entry.posting_date)).as_("first"),
			Max(Case().when(entry.voucher_no != entry.against_voucher_no, entry.posting_date)).as_("last"),
		)
		.where(entry.against_voucher_type == INVOICE)
		.groupby(entry.party, entry.against_voucher_no)
		.having((total > 0) & ((left > 0) | (Max(entry.posting_date) >= start)))
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
