"""Accountants close, hold and reopen the native order: the contract follows, its owner is told.

Rows of an order that is closed or on hold are not billed. What a close leaves unbilled is waived once somebody confirms it,
and comes back when the order is opened again. A terminated contract stays as it ended. Nothing here commits.
"""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from l2c_app.services.billing import billing_links
from l2c_app.services.contract import contract_money, contract_natives, contract_state
from l2c_app.services.errors import ContractStateError, DraftInvoiceExists, refuse
from l2c_app.services.follow_up import reminders
from l2c_app.services.ledger import recompute

CLOSED, ON_HOLD = "Closed", "On Hold"
FINANCE_MANAGER = "Accounts Manager"


def of_order(status: str | None) -> str:
	"""Return what the status of an order means for its contract: closed, on hold, or nothing."""
	return status if status in (CLOSED, ON_HOLD) else ""


def follow(order: Document) -> None:
	"""Keep the contract of a submitted order in step with its state. One small query if nothing changed."""
	contract, state = order.get("l2c_contract"), of_order(order.status)
	if order.docstatus != 1 or order.flags.get(contract_state.BY_SERVICE):
		return
	if (frappe.db.get_value("Sales Contract", contract, "order_state") or "") != state:
		contract_natives.quietly(lambda: _follow(contract, order.name, state), [contract])


def _follow(name: str, order: str, state: str) -> None:
	contract = contract_state.load(name)
	if contract.sales_order != order:
		return
	contract.order_state = state
	if state != CLOSED and not contract.terminated_on:
		_give_back(contract)
	contract_state.save(contract)
	_tell(contract, state)


def _give_back(contract: Document) -> None:
	for row in contract.plan_rows:
		left = _units(row.waived, contract) - _units(row.waived_with_order, contract)
		row.waived, row.waived_with_order = contract_money.stored(max(0, left), contract), 0


def _tell(contract: Document, state: str) -> None:
	"""Leave a note on the contract and tell its owner, unless it was the owner who did it."""
	contract.add_comment("Comment", escape_html(_said(contract, state, None)))
	if contract.contract_owner == frappe.session.user:
		return
	message = _said(contract, state, reminders.language_of(contract.contract_owner))
	frappe.get_doc(
		{
			"doctype": "Notification Log",
			"type": "Alert",
			"for_user": contract.contract_owner,
			"document_type": "Sales Contract",
			"document_name": contract.name,
			"subject": escape_html(message),
		}
	).insert(ignore_permissions=True)  # written by the system; nobody's request chooses who reads it


def _said(contract: Document, state: str, language: str | None) -> str:
	texts = {
		CLOSED: _(
			"Order {0} was closed by {1}: its open rows are not billed. Waive them, or have the order opened again.",
			language,
		),
		ON_HOLD: _(
			"Order {0} was put on hold by {1}: its open rows are not billed until it goes on.", language
		),
		"": _("Order {0} was opened again by {1}: its rows are billed as planned.", language),
	}
	text = texts[state]
	if contract.terminated_on:
		text = _("Order {0} was changed by {1}; contract {2} stays terminated.", language)
	return text.format(contract.sales_order, frappe.session.user, contract.name)


def waive_closed(contract: str) -> Document:
	"""Waive what the closed order leaves unbilled, by whoever may end contracts or manages the accounts.

	Returns the contract. Raises ContractStateError, DraftInvoiceExists.
	"""
	contract_state.load_newest(contract)
	recompute.recompute(contract)
	document = contract_state.load(contract)
	document.check_permission("read")
	if FINANCE_MANAGER not in frappe.get_roles():
		document.check_permission("submit")
	contract_state.require(document, running=True)
	if document.order_state != CLOSED:
		refuse(
			ContractStateError,
			_("The order of contract {0} is not closed.").format(contract),
			do=_("Close the order first, or terminate the contract."),
		)
	refuse_drafts(document)
	for row in document.plan_rows:
		left = _units(row.amount, document) - _units(row.billed, document) - _units(row.waived, document)
		if left > 0:
			taken = _units(row.waived_with_order, document) + left
			row.waived_with_order = contract_money.stored(taken, document)
			row.waived = contract_money.stored(_units(row.waived, document) + left, document)
	contract_state.save(document)
	recompute.mark([contract])
	return document


def refuse_drafts(contract: Document) -> None:
	"""Refuse while draft invoices of the contract wait. Raises DraftInvoiceExists."""
	waiting = sorted(billing_links.drafts(contract))
	if waiting:
		refuse(
			DraftInvoiceExists,
			_("Draft invoices of the contract must be settled first."),
			compared=_("Drafts: {0}.").format(", ".join(waiting)),
			do=_("Submit or delete them."),
		)


def _units(amount: float | None, contract: Document) -> int:
	return contract_money.in_units(amount, contract)
