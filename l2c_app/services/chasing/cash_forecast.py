"""When open money will probably come in, week by week, kept each Monday and later held against what came.

Open invoices by their due dates and their payer's habit, promises on their day, unbilled plan rows on their due date; all
in company currency. A habit is learned from the invoices that were settled in the last two years.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import frappe
from frappe.utils import add_days, flt, getdate, nowdate

from l2c_app.core import cash_forecast as rules
from l2c_app.core.cash_forecast import Owing, Week
from l2c_app.core.money import exact, from_minor, to_minor
from l2c_app.core.payment_habits import Habits, Paid, learn
from l2c_app.services.chasing import measures, receivables
from l2c_app.services.follow_up import new_rows
from l2c_app.services.ledger import collected
from l2c_app.services.ledger.ledger_amounts import money_unit

WEEK = "Cash Forecast Week"
LOOK_BACK_DAYS, WEEKS, WEEKS_BACK = 730, 13, 8


def expected(company: str) -> dict[date, Week]:
	"""Return {Monday: what is expected}, this week and the twelve after it, in minor units of company currency."""
	return rules.by_week(_owing(company), today=getdate(nowdate()), weeks=WEEKS)


def keep_week() -> Iterator[int]:
	"""Keep this week's forecast of every company that has none yet; yields after each company, for a job to commit."""
	taken_on = rules.monday(getdate(nowdate()))
	there = set(frappe.get_all(WEEK, filters={"taken_on": taken_on}, pluck="company", order_by="name"))
	for company in frappe.get_all("Company", pluck="name", order_by="name"):
		if company not in there:
			yield keep(company, taken_on)


def keep(company: str, taken_on: date) -> int:
	"""Keep the forecast of a company as of now; what is kept stays. Returns how many weeks were new."""
	unit = money_unit()
	rows = [
		{
			"name": new_rows.name_of(company, str(taken_on), str(week)),
			"company": company,
			"taken_on": taken_on,
			"week": week,
			"promised": flt(from_minor(each.promised, unit)),
			"by_habit": flt(from_minor(each.by_habit, unit)),
			"expected": flt(from_minor(each.expected, unit)),
		}
		for week, each in expected(company).items()
	]
	return len(new_rows.insert_missing(WEEK, rows))


def against_actual(company: str) -> list[dict[str, Any]]:
	"""Return a row per week: eight past ones as they were expected on their Monday, with what came, then what is expected."""
	today, unit = getdate(nowdate()), money_unit()
	first = rules.monday(today) - timedelta(weeks=WEEKS_BACK)
	came: dict[date, int] = {}
	for entry in collected.between(company, first, today):
		week = rules.monday(entry.posting_date)
		came[week] = came.get(week, 0) + entry.base_cash
	kept = _kept(company, first)
	rows = []
	for step in range(WEEKS_BACK):
		week = first + timedelta(weeks=step)
		actual, seen = flt(from_minor(came.get(week, 0), unit)), kept.get(week)
		rows.append({"week": week, "expected": seen and flt(seen.expected), "actual": actual})
		rows[-1].update({"promised": seen and flt(seen.promised)})
		rows[-1].update({"difference": actual - flt(seen.expected) if seen else None})
	for week, each in expected(company).items():
		money = {"expected": each.expected, "promised": each.promised}
		rows.append({"week": week, **{field: flt(from_minor(minor, unit)) for field, minor in money.items()}})
	rows[WEEKS_BACK]["actual"] = flt(from_minor(came.get(rules.monday(today), 0), unit))
	return rows


def _kept(company: str, first: date) -> dict[date, Any]:
	"""Return {week: its forecast as taken on its own Monday}."""
	filters = {"company": company, "week": (">=", first)}
	fields = ["week", "taken_on", "expected", "promised"]
	rows = frappe.get_all(WEEK, filters=filters, fields=fields, order_by="week, name")
	return {row.week: row for row in rows if row.week == row.taken_on}


@dataclass(frozen=True)
class _Payers:
	"""What is known of the invoices of a company: dates, who pays them, which are disputed, and the habits learned."""

	invoices: Mapping[str, Any]
	disputed: frozenset[str]
	habits: Habits

	def late_days(self, name: str) -> float:
		"""Return by how many days after its due date an invoice will probably be paid."""
		row = self.invoices.get(name)
		if row is None or not self.habits.sample:
			return 0.0
		return self.habits.expected_days(_traits(row, self.disputed)) - _terms(row)


def _payers(company: str) -> _Payers:
	today = getdate(nowdate())
	start = getdate(add_days(today, -LOOK_BACK_DAYS))
	rows = measures.invoices(company, start, today)
	disputed = frozenset(
		frappe.get_all(
			"Receivable Dispute", filters={"company": company}, pluck="sales_invoice", order_by="name"
		)
	)
	paid = [
		Paid(_traits(row, disputed), (row.last - row.first).days)
		for row in rows
		if row.last and to_minor(row.left_base, money_unit()) <= 0
	]
	return _Payers({row.name: row for row in rows}, disputed, learn(paid))


def _traits(row: Any, disputed: frozenset[str]) -> dict[str, str]:
	return {
		"customer": row.party,
		"terms": str(_terms(row)),
		"disputed": "Yes" if row.name in disputed else "No",
	}


def _terms(row: Any) -> int:
	return (getdate(row.due or row.first) - row.first).days


def _owing(company: str) -> list[Owing]:
	payers, promises = _payers(company), _promises(company)
	found = []
	for (_customer, owner, _currency), pieces in receivables.owed(None).items():
		for piece in pieces if owner == company else ():
			if piece.due is None:
				continue
			promised, day = promises.get(piece.document, (0, None))
			part = min(promised, piece.open)
			promises[piece.document] = (promised - part, day)
			base = piece.base * part // piece.open
			found.append(Owing(piece.base, piece.due, payers.late_days(piece.document), base, day))
	return [*found, *_unbilled(company)]


def _promises(company: str) -> dict[str, tuple[int, date | None]]:
	"""Return {invoice: (minor units still to come, promised day)} of open promises, in account currency."""
	filters = {"company": company, "status": "Open"}
	fields = ["sales_invoice", "amount", "came", "promised_for"]
	rows = frappe.get_all("Promise to Pay", filters=filters, fields=fields, order_by="name")
	unit = money_unit()
	return {
		row.sales_invoice: (max(0, to_minor(row.amount, unit) - to_minor(row.came, unit)), row.promised_for)
		for row in rows
	}


def _unbilled(company: str) -> list[Owing]:
	"""Return what plan rows with a due date leave open and no invoice bills yet, at the rate of their contract."""
	contract, row = frappe.qb.DocType("Sales Contract"), frappe.qb.DocType("Sales Contract Plan Row")
	query = (
		frappe.qb.from_(row)
		.join(contract)
		.on((contract.name == row.parent) & (row.parenttype == "Sales Contract"))
		.select(row.due_date, row.open_amount, row.billed, row.credited, row.settled)
		.select(contract.conversion_rate)
		.where((contract.company == company) & (contract.docstatus == 1) & contract.activated_on.isnotnull())
		.where(contract.terminated_on.isnull() & row.due_date.isnotnull() & (row.open_amount > 0))
		.orderby(row.due_date, row.parent)
	)
	unit, found = money_unit(), []
	for each in query.run(as_dict=True):
		billed = max(exact(0), exact(each.billed) - exact(each.credited) - exact(each.settled))
		left = exact(each.open_amount) - min(exact(each.open_amount), billed)
		if left:
			rate = exact(each.conversion_rate or 1)
			found.append(Owing(to_minor(left * rate, unit), each.due_date))
	return found
