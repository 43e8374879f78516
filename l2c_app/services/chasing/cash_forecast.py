"""How much open money will probably come in, week by week, kept each Monday and later held against what came.

Every figure can be taken apart into its lines, each with its share and the reason for it. All in company currency.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import frappe
from frappe.utils import flt, getdate, nowdate

from l2c_app.core import cash_forecast as rules
from l2c_app.core.cash_forecast import Week
from l2c_app.core.money import from_minor
from l2c_app.services.chasing import forecast_sources, forecast_texts
from l2c_app.services.follow_up import new_rows
from l2c_app.services.ledger import collected
from l2c_app.services.ledger.ledger_amounts import money_unit

WEEK = "Cash Forecast Week"
WEEKS, WEEKS_BACK = 13, 8


def expected(company: str) -> dict[date, Week]:
	"""Return {Monday: what is expected}, this week and the twelve after it, in minor units of company currency."""
	found, _payers = forecast_sources.read(company)
	return rules.by_week([source.owing for source in found], today=getdate(nowdate()), weeks=WEEKS)


def lines(company: str, week: date) -> list[dict[str, Any]]:
	"""Return what the expectation of a week is made of, the largest first: document, amount, share in percent, and why."""
	today, unit, first = getdate(nowdate()), money_unit(), rules.monday(week)
	found, payers = forecast_sources.read(company)
	rows = []
	for source in found:
		for part in rules.parts(source.owing, today):
			if rules.monday(part.day) != first:
				continue
			amounts = {"amount": part.amount, "expected": part.expected}
			rows.append(
				{
					"document_type": source.doctype,
					"document": source.name,
					"customer": source.customer,
					"day": part.day,
					"share": round(100 * part.share, 1),
					"why": forecast_texts.why(source, part, payers),
					**{field: flt(from_minor(minor, unit)) for field, minor in amounts.items()},
				}
			)
	return sorted(rows, key=lambda row: (-row["expected"], row["document"]))


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
			"gross": flt(from_minor(each.gross, unit)),
		}
		for week, each in expected(company).items()
	]
	return len(new_rows.insert_missing(WEEK, rows))


def against_actual(company: str) -> list[dict[str, Any]]:
	"""Return a row per week: eight past ones as they were expected on their Monday, with what came, then what is expected.

	What cannot be known yet is None: the desk would show a missing figure as nothing paid.
	"""
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
		rows[-1].update({field: seen and flt(seen[field]) for field in ("promised", "gross")})
		rows[-1].update({"difference": actual - flt(seen.expected) if seen else None})
	for week, each in expected(company).items():
		money = {"expected": each.expected, "promised": each.promised, "gross": each.gross}
		shown = {field: flt(from_minor(minor, unit)) for field, minor in money.items()}
		rows.append({"week": week, **shown, "actual": None, "difference": None})
	rows[WEEKS_BACK]["actual"] = flt(from_minor(came.get(rules.monday(today), 0), unit))
	return rows


def _kept(company: str, first: date) -> dict[date, Any]:
	"""Return {week: its forecast as taken on its own Monday}."""
	filters = {"company": company, "week": (">=", first)}
	fields = ["week", "taken_on", "expected", "promised", "gross"]
	rows = frappe.get_all(WEEK, filters=filters, fields=fields, order_by="week, name")
	return {row.week: row for row in rows if row.week == row.taken_on}
