"""How payers of a company behave, learned from its last two years: when they pay, what they keep, how disputes end."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
from frappe.utils import add_days, getdate, nowdate

from l2c_app.core import cash_forecast as rules
from l2c_app.core.money import to_minor
from l2c_app.core.payment_habits import Habits, Paid, learn
from l2c_app.services.chasing import measures
from l2c_app.services.ledger.ledger_amounts import money_unit

LOOK_BACK_DAYS = 730


@dataclass(frozen=True)
class Record:
	"""How often something came true, of how many, and the share that follows for the next one."""

	hits: float
	seen: int
	share: float


@dataclass(frozen=True)
class Payers:
	"""What is known of the invoices of a company: dates, who pays them, which are disputed, and what was learned."""

	invoices: Mapping[str, Any]
	disputed: frozenset[str]
	habits: Habits
	paid: Mapping[int, float]
	kept: Mapping[str, Record]
	kept_by_all: Record
	payable: Record

	def late_days(self, name: str) -> float:
		"""Return by how many days after its due date an invoice will probably be paid."""
		row = self.invoices.get(name)
		if row is None or not self.habits.sample:
			return 0.0
		return self.habits.expected_days(_traits(row, self.disputed)) - _terms(row)

	def paid_share(self, due: date) -> float:
		"""Return which share of invoices as late as one due on a day is paid after all."""
		return rules.paid_share(dict(self.paid), (getdate(nowdate()) - due).days)

	def kept_of(self, customer: str) -> Record:
		"""Return how a customer keeps his promises; like everybody while he has given none."""
		return self.kept.get(customer, Record(0, 0, self.kept_by_all.share))


def read(company: str) -> Payers:
	"""Read the last two years of a company."""
	today = getdate(nowdate())
	start = getdate(add_days(today, -LOOK_BACK_DAYS))
	rows = measures.invoices(company, start, today)
	disputes = frappe.get_all(
		"Receivable Dispute",
		filters={"company": company},
		fields=["sales_invoice", "status", "outcome"],
		order_by="name",
	)
	disputed = frozenset(row.sales_invoice for row in disputes)
	unit = money_unit()
	settled = {row.name for row in rows if row.last and to_minor(row.left_base, unit) <= 0}
	paid = [Paid(_traits(row, disputed), (row.last - row.first).days) for row in rows if row.name in settled]
	ages = [
		(((row.last if row.name in settled else today) - _due(row)).days, row.name in settled) for row in rows
	]
	by_all, kept = _kept(company, start)
	return Payers(
		{row.name: row for row in rows},
		disputed,
		learn(paid),
		rules.paid_shares(ages),
		kept,
		by_all,
		_payable(disputes),
	)


def _kept(company: str, start: date) -> tuple[Record, dict[str, Record]]:
	"""Return how promises were kept, by all and by each customer; one that was kept by half counts half."""
	filters = {"company": company, "judge_on": (">=", start)}
	filters["status"] = ("in", ("Kept", "Partially Kept", "Broken"))
	fields = ["customer", "amount", "came", "status"]
	seen: dict[str, list[float]] = defaultdict(list)
	for row in frappe.get_all("Promise to Pay", filters=filters, fields=fields, order_by="name"):
		part = 1.0 if row.status == "Kept" else min(1.0, row.came / row.amount) if row.amount else 0.0
		seen[row.customer].append(part)
	every = [part for parts in seen.values() for part in parts]
	by_all = Record(sum(every), len(every), rules.share(sum(every), len(every), rules.KEPT))
	return by_all, {
		customer: Record(sum(parts), len(parts), rules.share(sum(parts), len(parts), by_all.share))
		for customer, parts in seen.items()
	}


def _payable(disputes: list[Any]) -> Record:
	decided = [row.outcome == "Payable" for row in disputes if row.status != "Open"]
	return Record(sum(decided), len(decided), rules.share(sum(decided), len(decided), rules.PAYABLE))


def _traits(row: Any, disputed: frozenset[str]) -> dict[str, str]:
	return {
		"customer": row.party,
		"terms": str(_terms(row)),
		"disputed": "Yes" if row.name in disputed else "No",
	}


def _due(row: Any) -> date:
	return getdate(row.due or row.first)


def _terms(row: Any) -> int:
	return (_due(row) - row.first).days
