"""The nightly audit: every contract is read from the ledger again, and any stored figure that differs is drift.

The goal is always zero. Figures that change by the calendar alone (due, overdue) are no drift: the stored ones
are compared with those of the day they were computed, then brought to today.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import frappe
from frappe.utils import get_datetime, getdate, nowdate

from l2c_app.core.position import position, violations
from l2c_app.services.ledger import (
	contract_customers,
	figures,
	ledger_facts,
	ledger_identities,
	recompute,
	relinking,
)
from l2c_app.services.ledger.ledger_facts import ContractFacts
from l2c_app.services.ledger.ledger_reads import PAYMENT

CHUNK = 200
SHOWN = 100
PROGRESS = "l2c_audit_progress"
FINDINGS = ("drift", "broken", "failed", "relinked", "payments", "customers_missing", "ledgers")


@dataclass
class _Report:
	contracts: int = 0
	drift: int = 0
	broken: int = 0
	drifts: list[dict[str, Any]] = field(default_factory=list)
	identities: list[dict[str, Any]] = field(default_factory=list)
	relinked: list[dict[str, Any]] = field(default_factory=list)
	payments: list[dict[str, Any]] = field(default_factory=list)
	failed: list[str] = field(default_factory=list)

	def add_drifts(self, found: list[dict[str, Any]]) -> None:
		self.drift += len(found)
		self.drifts = (self.drifts + found)[:SHOWN]

	def add_broken(self, found: list[dict[str, Any]]) -> None:
		self.broken += len(found)
		self.identities = (self.identities + found)[:SHOWN]


def run(commit: Callable[[], None] | None = None) -> dict[str, Any]:
	"""Recompute all submitted contracts, report drift and repair it. Returns counts and the first findings.

	First links anew what a failed hook left undone. Also verifies the set of contract customers, each payment's open
	money, and that payment ledger and general ledger agree per customer. What is found is logged as one error of the
	site. With `commit`, which jobs pass, each chunk is committed, and a killed run goes on where it stopped that day.
	"""
	recompute.flush()
	last, report = _progress() if commit else ("", _Report())
	for names in _chunks(last):
		_audit_chunk(names, report)
		if commit:
			commit()
			_remember(names[-1], report)
	customers = contract_customers.verify()
	result = {
		**asdict(report),
		"customers_missing": customers["missing"],
		"ledgers": ledger_identities.ledger_differences(),
	}
	if any(result[key] for key in FINDINGS):
		frappe.log_error(title="Contract audit found differences", message=frappe.as_json(result))
	if commit:
		commit()
		frappe.cache.delete_value(PROGRESS)
	return result


def _progress() -> tuple[str, _Report]:
	"""Return where today's run was killed, and what it had found; the beginning if it was not."""
	stored = frappe.cache.get_value(PROGRESS)
	if not stored or stored["day"] != nowdate():
		return "", _Report()
	return stored["last"], _Report(**stored["report"])


def _remember(last: str, report: _Report) -> None:
	frappe.cache.set_value(PROGRESS, {"day": nowdate(), "last": last, "report": asdict(report)})


def _audit_chunk(names: list[str], report: _Report) -> None:
	vouchers: set[str] = set()
	for contract, known in ledger_facts.read(names).items():
		report.contracts += 1
		_audit_isolated(contract, known, report)
		vouchers |= {entry.voucher_no for entry in known.facts.entries if entry.voucher_type == PAYMENT}
		vouchers |= {ask.voucher_no for ask in known.facts.asks if ask.voucher_type == PAYMENT}
	report.payments = (report.payments + ledger_identities.payment_differences(vouchers))[:SHOWN]


def _audit_isolated(contract: str, known: ContractFacts, report: _Report) -> None:
	frappe.db.savepoint(recompute.SAVE_POINT)
	try:
		_audit(_relinked(known, report), report)
	except frappe.QueryDeadlockError:
		raise
	except Exception:
		frappe.db.rollback(save_point=recompute.SAVE_POINT)
		frappe.log_error(
			title="Contract audit failed", reference_doctype="Sales Contract", reference_name=contract
		)
		report.failed.append(contract)


def _relinked(known: ContractFacts, report: _Report) -> ContractFacts:
	"""Return the facts after what a failed hook left undone is done; the same ones if nothing was."""
	name = known.header.name
	done = relinking.relink(known)
	if not done:
		return known
	report.relinked = (report.relinked + done)[:SHOWN]
	recompute.flush()
	return ledger_facts.read([name])[name]


def _audit(known: ContractFacts, report: _Report) -> None:
	computed_on = known.header.recomputed_on
	then = getdate(get_datetime(computed_on)) if computed_on else getdate(nowdate())
	drift = figures.drifts(known, position(known.facts, then))
	today = position(known.facts, getdate(nowdate()))
	broken = violations(known.facts, today)
	name = known.header.name
	report.add_broken([{"contract": name, **asdict(item)} for item in broken])
	changed = (
		drift or figures.drifts(known, today) or recompute.status_of(known, today) != known.header.status
	)
	if not changed and not known.header.to_audit:
		return
	if recompute.lock_unchanged(known):
		recompute.store(known, today)
		report.add_drifts([asdict(item) for item in drift])


def _chunks(last: str) -> Iterator[list[str]]:
	while True:
		names = frappe.get_all(
			"Sales Contract",
			filters={"docstatus": 1, "name": (">", last)},
			pluck="name",
			order_by="name",
			limit=CHUNK,
		)
		if not names:
			return
		yield names
		last = names[-1]
