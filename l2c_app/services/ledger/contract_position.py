"""What a reader sees of a contract's money: live from the ledger, with the identities it must keep."""

from dataclasses import asdict
from typing import Any

import frappe
from frappe.utils import getdate, nowdate

from l2c_app.core.money import from_minor
from l2c_app.core.position import position, violations
from l2c_app.services.ledger import ledger_facts, recompute


def of_contract(contract: str) -> dict[str, Any]:
	"""Return figures (contract currency), rows, native vouchers for who may see them, and broken identities.

	Needs read permission on the contract.
	"""
	frappe.has_permission("Sales Contract", "read", doc=contract, throw=True)
	return {**live(contract), "vouchers": _vouchers(contract)}


def live(contract: str) -> dict[str, Any]:
	"""Return figures, rows and broken identities. Whoever calls proves that the reader may see the contract."""
	recompute.flush()
	known = ledger_facts.read([contract])[contract]
	found = position(known.facts, getdate(nowdate()))
	broken = [asdict(item) for item in violations(known.facts, found)]
	return {
		**_amounts(asdict(found), known),
		"rows": [_amounts(asdict(row), known) for row in found.rows],
		"currency": known.header.currency,
		"approximate": known.approximate,
		"broken": [_amounts(item, known) for item in broken],
	}


def _amounts(figures: dict[str, Any], known: ledger_facts.ContractFacts) -> dict[str, Any]:
	return {
		key: float(from_minor(value, known.unit)) if isinstance(value, int) else value
		for key, value in figures.items()
		if key != "rows"
	}


def _vouchers(contract: str) -> list[dict[str, Any]]:
	if not frappe.has_permission("Contract Voucher", "read"):
		return []
	fields = ["voucher_type", "voucher_no", "against_type", "against_no", "posting_date", "amount", "kind"]
	return frappe.get_all(
		"Contract Voucher",
		filters={"contract": contract},
		fields=fields,
		order_by="posting_date, voucher_no, against_no",
	)
