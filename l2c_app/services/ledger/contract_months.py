"""Billed, collected and open of contracts as of any past day, kept month by month, and what changed since it was kept.

As of a day means posted up to it, by today's plan. A closed month that is changed later, by a back-dated or cancelled
voucher or by money applied differently, is not corrected silently: the kept figures stay and the difference is listed.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import frappe
from frappe.utils import add_days, flt, get_first_day, get_last_day, getdate, now_datetime, nowdate

from l2c_app.core.money import from_minor, to_minor
from l2c_app.core.position import position
from l2c_app.services.follow_up import new_rows
from l2c_app.services.ledger import ledger_facts
from l2c_app.services.ledger.ledger_amounts import money_unit
from l2c_app.services.ledger.ledger_facts import ContractFacts

MONTH = "Contract Month"
CLOSED_AFTER_DAYS = 5
"""So many days into a month the one before counts as closed: accountants book the last receipts until then."""
CHUNK = 500
FIGURES = ("billed", "collected", "written_off", "open_amount")


def as_of(names: Sequence[str], day: date) -> list[dict[str, Any]]:
	"""Return the figures of these contracts as of a day, in contract currency, those that had begun by then."""
	return [row for row, _known in _rows(names, day)]


def keep_closed_month() -> Iterator[int]:
	"""Keep last month's figures of contracts that have none yet, once it is closed; yields rows for a job to commit.

	Killed, it goes on where it stopped.
	"""
	today = getdate(nowdate())
	if today.day <= CLOSED_AFTER_DAYS:
		return
	month_end = getdate(add_days(get_first_day(today), -1))
	there = set(frappe.get_all(MONTH, filters={"month_end": month_end}, pluck="contract", order_by="name"))
	filters = {"docstatus": 1, "activated_on": ("<=", month_end)}
	live = frappe.get_all("Sales Contract", filters=filters, pluck="name", order_by="name")
	names = [name for name in live if name not in there]
	for start in range(0, len(names), CHUNK):
		yield keep(names[start : start + CHUNK], month_end)


def keep(names: Sequence[str], month_end: date) -> int:
	"""Keep the figures of contracts as of the last day of a month; what is kept stays. Returns how many were new."""
	rows = [
		{
			"name": new_rows.name_of(row["contract"], str(month_end)),
			"month_end": month_end,
			"taken_on": now_datetime(),
			**{field: row[field] for field in ("contract", "company", "customer", "currency", *FIGURES)},
		}
		for row in as_of(names, month_end)
	]
	return len(new_rows.insert_missing(MONTH, rows)) if rows else 0


def late_changes(company: str, month: date) -> list[dict[str, Any]]:
	"""Return the contracts whose figures of a kept month are different now: kept, now, and the vouchers of the change."""
	month_end = getdate(get_last_day(month))
	filters = {"company": company, "month_end": month_end}
	fields = ["contract", "customer", "currency", "taken_on", *FIGURES]
	kept = {
		row.contract: row
		for row in frappe.get_all(MONTH, filters=filters, fields=fields, order_by="contract")
	}
	found = []
	for now, known in _rows(sorted(kept), month_end):
		before = kept.pop(now["contract"])
		if any(_differs(before[field], now[field]) for field in FIGURES):
			vouchers = _changed_vouchers(known, month_end, before.taken_on)
			found.append(_change(before, now, vouchers))
	nothing = dict.fromkeys(FIGURES, 0.0)
	return found + [_change(row, nothing, []) for row in kept.values() if any(row[each] for each in FIGURES)]


def _rows(names: Sequence[str], day: date) -> Iterator[tuple[dict[str, Any], ContractFacts]]:
	for start in range(0, len(names), CHUNK):
		for known in ledger_facts.read(names[start : start + CHUNK], until=day).values():
			row = _figures(known, day)
			begun = known.header.activated_on and getdate(known.header.activated_on) <= day
			if known.header.docstatus == 1 and (begun or row["billed"] or row["collected"]):
				yield row, known


def _figures(known: ContractFacts, day: date) -> dict[str, Any]:
	found, header = position(known.facts, day), known.header
	amounts = {
		"total": known.facts.total,
		"billed": found.billed,
		"collected": found.collected,
		"written_off": found.written_off,
		"open_amount": found.open,
	}
	return {
		"contract": header.name,
		"company": header.company,
		"customer": header.customer,
		"currency": header.currency,
		**{field: flt(from_minor(amount, known.unit)) for field, amount in amounts.items()},
	}


def _change(before: Any, now: dict[str, Any], vouchers: list[str]) -> dict[str, Any]:
	row = {field: before[field] for field in ("contract", "customer", "currency", "taken_on")}
	for field in FIGURES:
		row.update({field: flt(before[field]), f"{field}_now": now[field]})
		row[f"{field}_change"] = flt(now[field] - flt(before[field]), 9)
	return {**row, "vouchers": ", ".join(vouchers)}


def _differs(one: Any, other: Any) -> bool:
	return to_minor(one, money_unit()) != to_minor(other, money_unit())


def _changed_vouchers(known: ContractFacts, month_end: date, since: Any) -> list[str]:
	"""Return the vouchers with ledger rows of the month on documents of a contract, written or undone since."""
	documents = [*(invoice.name for invoice in known.facts.invoices), *known.orders]
	if not documents:
		return []
	entry = frappe.qb.DocType("Payment Ledger Entry")
	query = (
		frappe.qb.from_(entry)
		.select(entry.voucher_no)
		.distinct()
		.where(entry.against_voucher_no.isin(documents) & (entry.posting_date <= month_end))
		.where((entry.creation > since) | (entry.modified > since))
		.orderby(entry.voucher_no)
	)
	return [row[0] for row in query.run()]
