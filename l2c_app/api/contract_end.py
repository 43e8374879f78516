"""RPC of ending contracts: settlement in money, and what a closed order leaves unbilled. The services check every name."""

from typing import Any

import frappe

from l2c_app.services.contract import order_state, settlement
from l2c_app.services.errors.recovery import retrying
from l2c_app.services.ledger import recompute


@frappe.whitelist()
def propose(contract: str, performed: float | None = None, fee: float = 0) -> dict[str, Any]:
	"""Return what an early end of the contract means in money."""
	return settlement.propose(contract, performed=performed, fee=fee)


@frappe.whitelist(methods=["POST"])
def draft(contract: str, performed: float, fee: float = 0, fee_item: str = "") -> list[dict[str, str]]:
	"""Make the native drafts of a settlement. Returns them as {doctype, name}."""
	return retrying(lambda: settlement.draft(contract, performed=performed, fee=fee, fee_item=fee_item))


@frappe.whitelist(methods=["POST"])
def waive_closed(contract: str) -> None:
	"""Waive what the closed order of a contract leaves unbilled."""
	retrying(lambda: order_state.waive_closed(contract))
	recompute.flush()
