"""Ending a contract: cancelling while nothing lives under it, else terminating. Nothing here commits."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import nowdate

from l2c_app.services.contract import (
	contract_locks,
	contract_money,
	contract_state,
	order_state,
	orders,
	settlement,
)
from l2c_app.services.contract.order_state import CLOSED
from l2c_app.services.errors import ContractStateError, LiveOrderExists, refuse
from l2c_app.services.follow_up import follow_ups
from l2c_app.services.ledger import contract_customers, recompute
from l2c_app.services.receipt import settlement_refund


def refuse_cancel_with_order(contract: Document) -> None:
	"""A contract is cancelled only while no live order exists. Raises LiveOrderExists."""
	live = orders.live_order(contract.name)
	if live:
		refuse(
			LiveOrderExists,
			_("Contract {0} has a live order and cannot be cancelled.").format(contract.name),
			compared=_("Order {0}.").format(live.name),
			do=_("Terminate the contract, or cancel the order first."),
		)


def cancelled(contract: Document) -> None:
	"""Call off what rules planned on a contract that was cancelled. For its own event."""
	follow_ups.call_off(contract.doctype, contract.name, reason=_("The contract was cancelled."))


def terminate(contract: str, *, reason: str, performed: float | None = None, fee: float = 0) -> Document:
	"""End an active contract: what is not billed is waived and the order closed natively. Returns the contract.

	Permission: submit on the contract (managers), and the user's native right to close the order. What is billed stays
	due. With `performed` (contract currency) the invoices must add up to it; it is kept with the `fee`, and what was collected
	beyond both is reported as a refund. A terminated contract is never active again. Raises ContractStateError,
	ContractChangedMeanwhile, DraftInvoiceExists, SettlementOpen.
	"""
	document = _load_for_end(contract, reason)
	if performed is not None:
		settlement.require_settled(document, performed)
		document.settled_value, document.termination_fee = performed, fee
	for row in document.plan_rows:
		left = contract_money.in_units(row.amount, document) - contract_money.in_units(row.billed, document)
		row.waived = contract_money.stored(max(0, left), document)
	document.terminated_on = nowdate()
	document.termination_reason = reason.strip()
	_close_order(document)
	contract_state.save(document)
	if performed is not None:
		settlement_refund.report(document)
	contract_customers.forget()
	recompute.mark([contract])
	follow_ups.call_off("Sales Contract", contract, reason=_("The contract was terminated."))
	return document


def _load_for_end(contract: str, reason: str) -> Document:
	contract_state.load_newest(contract)
	recompute.recompute(contract)
	document = contract_state.load(contract)
	document.check_permission("submit")
	contract_state.require(document)
	if not reason.strip():
		refuse(ContractStateError, _("Say why the contract ends."))
	order_state.refuse_drafts(document)
	return document


def _close_order(contract: Document) -> None:
	live = orders.live_order(contract.name)
	if live and live.docstatus == 1:
		contract_locks.lock_documents(
			"Sales Order", [live.name]
		)  # whoever posts against it waits for the contract
		order = frappe.get_doc("Sales Order", live.name)
		order.check_permission("submit")
		order.flags[contract_state.BY_SERVICE] = True  # the contract in hand is saved here, not by the hook
		if order.status != CLOSED:
			order.update_status(CLOSED)
		contract.order_state = CLOSED
