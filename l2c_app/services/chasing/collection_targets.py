"""Collection targets of a month for a sales person, a team or a company, held against what came in."""

from collections import defaultdict
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.utils import flt, get_first_day, get_last_day, getdate

from l2c_app.core.money import from_minor
from l2c_app.services.chasing import sales_shares
from l2c_app.services.errors import CollectionTargetError, refuse
from l2c_app.services.ledger import collected
from l2c_app.services.ledger.ledger_amounts import money_unit

TARGET = "Collection Target"


def prepare(target: Any) -> None:
	"""Keep the first day of the month, one target per month and sales person. Raises CollectionTargetError. For validate."""
	target.month = get_first_day(target.month)
	if flt(target.amount) <= 0:
		refuse(CollectionTargetError, _("A target needs an amount"), compared=str(flt(target.amount)))
	target.target_key = "\x1f".join((str(target.month), target.company, target.sales_person or ""))
	other = frappe.db.exists(TARGET, {"target_key": target.target_key, "name": ("!=", target.name)})
	if other:
		refuse(CollectionTargetError, _("There is a target for this month already"), compared=other)


def against_collected(company: str, *, start: date, end: date) -> list[dict[str, Any]]:
	"""Return per target of the months from one day to another: target, collected and percent, in company currency.

	A group of sales people counts all below it, a target without a sales person the whole company.
	"""
	months = {"month": ("between", (get_first_day(start), end)), "company": company}
	fields = ["month", "sales_person", "amount"]
	targets = frappe.get_all(TARGET, filters=months, fields=fields, order_by="month, sales_person")
	if not targets:
		return []
	came = _by_month(company, start=targets[0].month, end=targets[-1].month)
	teams = _teams({row.sales_person for row in targets if row.sales_person})
	return [_row(row, came[row.month], teams) for row in targets]


def _row(target: Any, came: dict[str, int], teams: dict[str, set[str]]) -> dict[str, Any]:
	people = teams.get(target.sales_person, set()) if target.sales_person else came.keys()
	got = flt(from_minor(sum(came.get(person, 0) for person in people), money_unit()))
	return {
		"month": target.month,
		"sales_person": target.sales_person,
		"target": flt(target.amount),
		"collected": got,
		"percent": flt(100 * got / target.amount, 1),
	}


def _by_month(company: str, *, start: date, end: date) -> dict[date, dict[str, int]]:
	"""Return {first day of month: {sales person: minor units that came in}}."""
	sums: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
	for entry in collected.between(company, getdate(start), getdate(get_last_day(end))):
		sums[getdate(get_first_day(entry.posting_date))][entry.target] += entry.base_cash
	found: dict[date, dict[str, int]] = defaultdict(dict)
	found.update({month: sales_shares.shares(documents) for month, documents in sums.items()})
	return found


def _teams(people: set[str]) -> dict[str, set[str]]:
	"""Return the sales people below and including each of these."""
	rows = frappe.get_all("Sales Person", fields=["name", "lft", "rgt"], order_by="lft")
	tree = {row.name: row for row in rows}
	return {
		person: {row.name for row in rows if tree[person].lft <= row.lft and row.rgt <= tree[person].rgt}
		for person in people
		if person in tree
	}
