"""Billing requests (开票申请): sales ask for the invoice of plan rows, accounts issue it or say why not.

Raised by who sees the contract and may create requests; answered by who may create Sales Invoices. The invoices are
native ones, made by `billing.bill_row` in the accountant's own name. Nobody edits a request: steps change it.
"""

from collections.abc import Sequence
from datetime import date

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, now_datetime, nowdate

from l2c_app.core.names import NO_NAMES
from l2c_app.services.billing import billing, billing_links, due_rows, requested_rows
from l2c_app.services.billing.requested_rows import ISSUED, REJECTED, REQUEST, REQUESTED
from l2c_app.services.contract import contract_money, contract_state
from l2c_app.services.contract.all_or_nothing import all_or_nothing
from l2c_app.services.errors import (
	BillingRequestExists,
	BillingRequestRefused,
	BillingRequestState,
	refuse,
)
from l2c_app.services.ledger import recompute

BY_STEP = "l2c_by_step"


def ask(
	contract: str, row_ids: Sequence[str], *, tax_title: str = "", tax_id: str = "", note: str = ""
) -> str:
	"""Ask accounts to bill rows of an active contract. Returns the request.

	Raises what `fill` raises, and the host's PermissionError for contracts of others.
	"""
	request = frappe.new_doc(REQUEST)
	request.update({"contract": contract, "tax_title": tax_title, "tax_id": tax_id, "note": note})
	for row_id in row_ids:
		request.append("rows", {"row_id": row_id})
	return request.insert().name


def fill(request: Document) -> None:
	"""Fill a new request from its contract, whatever was sent along, and refuse what cannot be billed.

	Raises ContractStateError, BillingRequestRefused, BillingRequestExists, RowNotBillable and DraftInvoiceExists.
	"""
	contract = contract_state.load(request.contract)  # locked: two requests for a row take turns
	contract.check_permission("read")
	contract_state.require(contract, running=True)
	_refuse_delivery(contract)
	request.update({"state": REQUESTED, "requested_by": frappe.session.user, "requested_on": nowdate()})
	request.update(
		{"customer": contract.customer, "company": contract.company, "currency": contract.currency}
	)
	for field in ("tax_invoice_no", "tax_invoice_date", "answered_by", "answered_on", "reject_reason"):
		request.set(field, None)
	_fill_rows(request, contract)


def _refuse_delivery(contract: Document) -> None:
	if contract.bill_by == due_rows.DELIVERY:
		refuse(
			BillingRequestRefused,
			_("Contract {0} is billed by delivery.").format(contract.name),
			do=_("Make the invoice from the Delivery Note."),
		)


def _fill_rows(request: Document, contract: Document) -> None:
	recompute.recompute(contract.name)
	contract = contract_state.load(contract.name)
	asked = requested_rows.open_rows([contract.name])
	labels = {row.row_id: row.label for row in contract.plan_rows}
	rows = contract_money.bill_rows(contract, billing_links.drafts(contract))
	left = {row.row_id: row.to_bill for row in rows}
	for row in request.rows:
		_refuse_asked(contract.name, row.row_id, asked)
		billing.what_to_bill(contract, rows, row.row_id)
		asked[contract.name, row.row_id] = "–"
		amount = contract_money.stored(left[row.row_id], contract)
		values = {"label": labels[row.row_id], "amount": amount, "currency": contract.currency}
		row.update({**values, "sales_invoice": None})
	request.asked_amount = sum(row.amount for row in request.rows)


def _refuse_asked(contract: str, row_id: str, asked: dict[tuple[str, str], str]) -> None:
	if (contract, row_id) in asked:
		refuse(
			BillingRequestExists,
			_("Row {0} is asked for already.").format(row_id),
			compared=_("Request {0}.").format(asked[contract, row_id]),
			do=_("Wait for the answer of accounts."),
		)


def guard(request: Document) -> None:
	"""Refuse changes to a stored request that no step of ours makes. Raises BillingRequestState."""
	if not request.is_new() and not request.flags.get(BY_STEP):
		refuse(
			BillingRequestState,
			_("A billing request is not edited."),
			do=_("Reject it with a reason, and ask again."),
		)


@all_or_nothing("l2c_issue_request")
def issue(name: str, *, tax_invoice_no: str = "", tax_invoice_date: date | str | None = None) -> list[str]:
	"""Make the native invoices of a request and keep the number of the tax invoice on it and on the rows.

	Returns the invoices; rows billed together share one. Raises BillingRequestState and what `billing.bill_row` raises.
	"""
	request = _open_request(name)
	for row in request.rows:
		row.sales_invoice = _invoice_of(request, row.row_id) or billing.bill_row(request.contract, row.row_id)
	number = {"tax_invoice_no": tax_invoice_no.strip() or None}
	number["tax_invoice_date"] = getdate(tax_invoice_date or nowdate()) if number["tax_invoice_no"] else None
	_note_number(request, number)
	_answer(request, ISSUED, **number)
	return sorted({row.sales_invoice for row in request.rows})


def reject(name: str, *, reason: str) -> None:
	"""Answer a request with the reason why it is not billed. Raises BillingRequestState, BillingRequestRefused."""
	if not reason.strip():
		refuse(BillingRequestRefused, _("A rejection needs its reason."))
	_answer(_open_request(name), REJECTED, reject_reason=reason.strip())


def _open_request(name: str) -> Document:
	frappe.has_permission("Sales Invoice", "create", throw=True)
	request = frappe.get_doc(REQUEST, name, for_update=True)
	request.check_permission("read")
	if request.state != REQUESTED:
		refuse(BillingRequestState, _("The request is answered already."), compared=_(request.state))
	return request


def _invoice_of(request: Document, row_id: str) -> str | None:
	"""Return the invoice that this step just made for a row billed together with an earlier one of the request."""
	made = [row.sales_invoice for row in request.rows if row.sales_invoice]
	filters = {"parent": request.contract, "row_id": row_id, "sales_invoice": ("in", made or NO_NAMES)}
	return frappe.db.get_value("Plan Billing", filters, "sales_invoice")


def _note_number(request: Document, number: dict[str, object]) -> None:
	contract = contract_state.load(request.contract)
	asked = {row.row_id for row in request.rows}
	for row in contract.plan_rows:
		if row.row_id in asked:
			row.update(number)
	contract_state.save(contract)


def _answer(request: Document, state: str, **values: object) -> None:
	request.update({"state": state, "answered_by": frappe.session.user, "answered_on": now_datetime()})
	request.update(values)
	request.flags[BY_STEP] = True
	request.save(ignore_permissions=True)  # nobody may write requests by hand; the step was checked above
