"""What must hold after every step: plan = payment ledger = general ledger, and nothing of it is out of date."""

from decimal import Decimal
from typing import Any

import frappe
from frappe.utils import flt, getdate, nowdate

from l2c_app.core.position import Position, position, violations
from l2c_app.services.ledger import audit, figures, ledger_facts, ledger_identities, recompute
from l2c_app.services.ledger.ledger_facts import ContractFacts
from l2c_app.tests import factories
from l2c_app.tests.torture.world import RATES, World

FOUND_BY_AUDIT = ("drifts", "identities", "relinked", "payments", "failed")


def faults(world: World) -> list[str]:
	"""Return everything that is wrong now, in words; empty when the books agree."""
	logged = _logged()
	recompute.flush_before_commit()
	found = [f"error logged: {name}" for name in sorted(_logged() - logged)]
	for name, known in ledger_facts.read(world.contracts).items():
		found += [f"{name}: {text}" for text in _contract(known)]
	found += _ledgers(world)
	return found or _audit(world)


def _contract(known: ContractFacts) -> list[str]:
	now = position(known.facts, getdate(nowdate()))
	found = [f"drift {item}" for item in figures.drifts(known, now)]
	found += [f"broken {item}" for item in violations(known.facts, now)]
	found += ["state is old"] if recompute.status_of(known, now) != known.header.status else []
	found += ["marked for audit"] if known.header.to_audit else []
	return found + _rows(now) + _open(known)


def _rows(now: Position) -> list[str]:
	"""Every row by itself: nothing below zero, nothing above what it asks for."""
	found = []
	for row in now.rows:
		net = row.amount - row.credited - row.waived
		if not 0 <= row.settled <= net:
			found.append(f"row {row.row_id}: settled {row.settled}, net {net}")
		parts = (
			row.amount,
			row.waived,
			row.credited,
			row.collected,
			row.in_clearing,
			row.written_off,
			row.open,
		)
		if min(parts) < 0 or row.collected + row.in_clearing + row.written_off != row.settled:
			found.append(f"row {row.row_id}: {parts}")
	return found


def _open(known: ContractFacts) -> list[str]:
	"""Figures of whole invoices against a plain sum of the payment ledger; shared invoices are left to the customer."""
	found = []
	for invoice in known.facts.invoices:
		owed = _sum({"against_voucher_no": invoice.name})
		if _contracts_of(invoice.name) == {known.header.name} and flt(invoice.open / 100, 2) != owed:
			found.append(f"{invoice.name}: open {invoice.open / 100}, ledger {owed}")
	return found


def _contracts_of(invoice: str) -> set[str]:
	orders = frappe.get_all(
		"Sales Invoice Item", filters={"parent": invoice}, pluck="sales_order", order_by="idx"
	)
	names = [name for name in orders if name]
	linked = frappe.get_all(
		"Sales Order", filters={"name": ("in", names)}, pluck="l2c_contract", order_by="name"
	)
	return {name for name in linked if name}


def _ledgers(world: World) -> list[str]:
	"""The customer as a whole: contracts, payments, journals and both ledgers tell the same."""
	apart = [row for row in ledger_identities.ledger_differences() if row["customer"] == world.customer]
	found = [f"ledgers differ: {row}" for row in apart]
	payments = [row.name for row in world.payments()]
	found += [f"payment differs: {row}" for row in ledger_identities.payment_differences(payments)]
	billed = [row.name for row in (*world.invoices(), *world.notes())] or [""]
	free = -_sum({"against_voucher_no": ("not in", billed)})
	told = flt(sum(flt(_advance(name)) for name in world.contracts) + _free_money(world), 2)
	if abs(free - told) > _host_rounds(world, payments):
		found.append(f"money on no invoice: ledger {free}, documents {told}")
	return found


def _host_rounds(world: World, payments: list[str]) -> float:
	"""The host works open money of foreign payments out of whole cents of company currency: up to half a cent off each."""
	if world.currency == factories.COMPANY_CURRENCY:
		return 0
	return 0.001 + len(payments) * 0.005 / min(RATES[world.currency])


def _advance(contract: str) -> Any:
	return frappe.db.get_value("Sales Contract", contract, "advance")


def _free_money(world: World) -> float:
	"""Return what payments and journals hold that names neither an invoice nor a contract's order."""
	total = Decimal(0)
	for row in world.payments():
		sign = 1 if row.payment_type == "Receive" else -1
		total += sign * Decimal(str(flt(row.unallocated_amount, 2)))
	filters = {
		"parent": ("in", world.journals() or [""]),
		"party": world.customer,
		"reference_name": ("is", "not set"),
	}
	fields = ["credit_in_account_currency", "debit_in_account_currency"]
	for row in frappe.get_all(
		"Journal Entry Account", filters=filters, fields=fields, order_by="parent, idx"
	):
		total += Decimal(str(row.credit_in_account_currency)) - Decimal(str(row.debit_in_account_currency))
	return float(total)


def _sum(filters: dict[str, Any]) -> float:
	"""Add up ledger rows; the host stores parts of a cent where it divides company currency by a rate."""
	rows = frappe.get_all(
		"Payment Ledger Entry",
		filters={"delinked": 0, "party_type": "Customer", **filters},
		pluck="amount_in_account_currency",
		order_by="name",
	)
	return flt(sum(Decimal(str(flt(amount, 2))) for amount in rows), 2)


def _audit(world: World) -> list[str]:
	"""The nightly audit finds nothing to repair."""
	result = audit.run()
	found = [f"audit, {key}: {result[key]}" for key in FOUND_BY_AUDIT if _ours(result[key], world)]
	return found + (
		[f"audit, forgotten customers: {result['customers_missing']}"] if result["customers_missing"] else []
	)


def _ours(rows: list[Any], world: World) -> list[Any]:
	"""Leave out contracts that were in the books before the story."""
	return [
		row for row in rows if not isinstance(row, dict) or row.get("contract") in (None, *world.contracts)
	]


def _logged() -> set[str]:
	rows = frappe.get_all("Error Log", fields=["name", "method"], order_by="creation desc", limit=50)
	return {f"{row.name} {row.method}" for row in rows}
