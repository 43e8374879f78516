"""The nightly audit: every contract is read from the ledger again, and any stored figure that differs is drift.

The goal is always zero. Figures that change by the calendar alone (due, overdue) are no drift: the stored ones
are compared with those of the day they were computed, then brought to today.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import frappe
from frappe.query_builder.functions import Sum
from frappe.utils import get_datetime, getdate, nowdate

from l2c_app.core.money import to_minor
from l2c_app.core.position import position, violations
from l2c_app.services.ledger import contract_customers, figures, ledger_facts, recompute
from l2c_app.services.ledger.ledger_amounts import money_unit
from l2c_app.services.ledger.ledger_facts import ContractFacts

CHUNK = 200
SHOWN = 100


@dataclass
class _Report:
	contracts: int = 0
	drifts: list[dict[str, Any]] = field(default_factory=list)
	broken: list[dict[str, Any]] = field(default_factory=list)
	failed: list[str] = field(default_factory=list)


def run() -> dict[str, Any]:
	"""Recompute all submitted contracts, report drift and repair it. Returns counts and the first findings.

	Also verifies the set of contract customers, and that payment ledger and general ledger agree per customer.
	What is found is logged as one error of the site.
	"""
	recompute.flush()
	report = _Report()
	for names in _chunks():
		for contract, known in ledger_facts.read(names).items():
			report.contracts += 1
			_audit_isolated(contract, known, report)
	customers = contract_customers.verify()
	result = {
		"contracts": report.contracts,
		"drift": len(report.drifts),
		"broken": len(report.broken),
		"failed": report.failed,
		"drifts": report.drifts[:SHOWN],
		"identities": report.broken[:SHOWN],
		"customers_missing": customers["missing"],
		"ledgers": ledger_differences(),
	}
	if any(result[key] for key in ("drift", "broken", "failed", "customers_missing", "ledgers")):
		frappe.log_error(title="Contract audit found differences", message=frappe.as_json(result))
	return result


def ledger_differences() -> list[dict[str, Any]]:
	"""Return the contract customers whose payment ledger and general ledger differ, in company currency."""
	customers = sorted(contract_customers.customers())
	if not customers:
		return []
	unit = money_unit()
	payment, general = _payment_ledger(customers), _general_ledger(customers)
	return [
		{
			"company": key[0],
			"customer": key[1],
			"payment_ledger": payment.get(key, 0),
			"general_ledger": general.get(key, 0),
		}
		for key in sorted(payment.keys() | general.keys())
		if to_minor(payment.get(key, 0), unit) != to_minor(general.get(key, 0), unit)
	]


def _audit_isolated(contract: str, known: ContractFacts, report: _Report) -> None:
	frappe.db.savepoint(recompute.SAVE_POINT)
	try:
		_audit(known, report)
	except frappe.QueryDeadlockError:
		raise
	except Exception:
		frappe.db.rollback(save_point=recompute.SAVE_POINT)
		frappe.log_error(
			title="Contract audit failed", reference_doctype="Sales Contract", reference_name=contract
		)
		report.failed.append(contract)


def _audit(known: ContractFacts, report: _Report) -> None:
	computed_on = known.header.recomputed_on
	then = getdate(get_datetime(computed_on)) if computed_on else getdate(nowdate())
	drift = figures.drifts(known, position(known.facts, then))
	today = position(known.facts, getdate(nowdate()))
	broken = violations(known.facts, today)
	name = known.header.name
	report.broken += [{"contract": name, **asdict(item)} for item in broken]
	changed = (
		drift or figures.drifts(known, today) or recompute.status_of(known, today) != known.header.status
	)
	if not changed and not known.header.to_audit:
		return
	if recompute.lock_unchanged(known):
		recompute.store(known, today)
		report.drifts += [asdict(item) for item in drift]


def _chunks() -> Iterator[list[str]]:
	last = ""
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


def _payment_ledger(customers: list[str]) -> dict[tuple[str, str], float]:
	entry = frappe.qb.DocType("Payment Ledger Entry")
	query = (
		frappe.qb.from_(entry)
		.select(entry.company, entry.party, Sum(entry.amount))
		.where((entry.delinked == 0) & (entry.party_type == "Customer") & entry.party.isin(customers))
		.groupby(entry.company, entry.party)
	)
	return {(company, party): amount or 0 for company, party, amount in query.run()}


def _general_ledger(customers: list[str]) -> dict[tuple[str, str], float]:
	entry = frappe.qb.DocType("GL Entry")
	query = (
		frappe.qb.from_(entry)
		.select(entry.company, entry.party, Sum(entry.debit) - Sum(entry.credit))
		.where((entry.is_cancelled == 0) & (entry.party_type == "Customer") & entry.party.isin(customers))
		.groupby(entry.company, entry.party)
	)
	return {(company, party): amount or 0 for company, party, amount in query.run()}
