"""Holds what the app shows against the native ledgers; every line is a count of differences, and must be zero."""

from dataclasses import dataclass

import frappe
from frappe.query_builder.functions import Sum

from demo.pool_day import PoolDay
from l2c_app.core.money import to_minor
from l2c_app.core.position import position, violations
from l2c_app.services.ledger import audit, ledger_facts
from l2c_app.services.ledger.ledger_amounts import money_unit
from l2c_app.services.pool import invariants


@dataclass(frozen=True)
class Line:
	"""One statement, over how many things it was checked, and how many of them failed."""

	statement: str
	checked: int
	failed: int

	def __str__(self) -> str:
		"""Return the line as printed."""
		return f"{'ok  ' if not self.failed else 'FAIL'} {self.statement}: {self.checked} checked, {self.failed} differ"


def lines() -> list[Line]:
	"""Return the proof, read from the ledgers now."""
	names = frappe.get_all("Sales Contract", filters={"docstatus": 1}, pluck="name", order_by="name")
	known = ledger_facts.read(names)
	today = frappe.utils.getdate()
	broken = [
		contract for contract, facts in known.items() if violations(facts.facts, position(facts.facts, today))
	]
	report = audit.run()
	vouchers, unbalanced = _general_ledger()
	return [
		Line("sum of plan rows = contract total", len(names), len(_wrong_plans(names))),
		Line("the identities between rows, invoices and money hold", len(names), len(broken)),
		Line("debit = credit in the general ledger, by voucher", vouchers, unbalanced),
		Line("payment ledger = general ledger, by customer", report["contracts"], len(report["ledgers"])),
		Line(
			"stored figures = recomputed from the ledger (drift)",
			report["contracts"],
			report["drift"] + len(report["failed"]),
		),
	]


def pool_lines(day: PoolDay) -> list[Line]:
	"""Return the proof of the pool: the rules between seats, owners, log and runs, and the previews of the day."""
	seats = frappe.db.count("Lead Pool Seat", {})
	return [
		Line(
			f"the {len(invariants.RULES)} rules between seats, owners, log, members and runs hold",
			seats,
			len(invariants.check()),
		),
		Line(
			"what distribution and recycle preview = what their runs did, by seat", day.promised, day.broken
		),
	]


def _wrong_plans(names: list[str]) -> list[str]:
	unit = money_unit()
	wrong = []
	for name in names:
		contract = frappe.get_doc("Sales Contract", name)
		rows = sum(to_minor(row.amount, unit) for row in contract.plan_rows)
		if rows != to_minor(contract.grand_total, unit):
			wrong.append(name)
	return wrong


def _general_ledger() -> tuple[int, int]:
	"""Return how many vouchers there are, and how many whose debit and credit differ."""
	entry, unit = frappe.qb.DocType("GL Entry"), money_unit()
	query = (
		frappe.qb.from_(entry).where(entry.is_cancelled == 0).groupby(entry.voucher_type, entry.voucher_no)
	)
	sums = query.select(Sum(entry.debit).as_("debit"), Sum(entry.credit).as_("credit")).run(as_dict=True)
	return len(sums), sum(to_minor(row.debit, unit) != to_minor(row.credit, unit) for row in sums)
