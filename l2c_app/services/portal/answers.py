"""What a customer may do at the portal: promise, dispute, pay, sign, and have his statement. Only about his own.

Each step first proves that the document is the visitor's and then writes what its own service checks; the visitor has
no right of his own on our documents. A promise from the portal is judged like any other but pauses no reminder.
"""

import math
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_fullname

from l2c_app.core.names import NO_NAMES
from l2c_app.services.chasing import dispute_owners
from l2c_app.services.contract import contract_end_reminders
from l2c_app.services.errors import DisputeRefused, NoOnlinePayment, PromiseRefused, SigningStateError, refuse
from l2c_app.services.follow_up import reminders
from l2c_app.services.portal import own
from l2c_app.services.printing import contract_document, print_renderer, statement_document
from l2c_app.services.signing import requests

MOST_TEXT = 1000
PAYABLE = ("Requested", "Initiated", "Partially Paid")


def promise(invoice: str, *, amount: float | str, promised_for: str, note: str = "") -> str:
	"""Promise to pay an own invoice. Returns the name. Raises PermissionError, PromiseRefused."""
	own.refuse_foreign_invoice(invoice)
	if not promised_for:
		refuse(PromiseRefused, _("Say when you will pay."))
	made = frappe.new_doc("Promise to Pay")
	made.update({"sales_invoice": invoice, "promised_for": promised_for})
	made.amount = _amount(amount, PromiseRefused)
	made.update({"channel": "Portal", "pauses": 0, "promised_by": _visitor(), "note": note[:MOST_TEXT]})
	made.insert(ignore_permissions=True)  # about his own invoice, proven above
	_tell_promise(made, dispute_owners.responsible(invoice))
	return made.name


def promise_rows(contract: str, *, rows: list[Any], promised_for: str, note: str = "") -> str:
	"""Promise open plan rows of an own contract, billed or not. Returns the name. Raises PermissionError, PromiseRefused.

	`rows`: [{"row_id", "amount"}] in contract currency; without an amount all that is open, as at the desk.
	"""
	owned = own.contract(contract)
	if not promised_for:
		refuse(PromiseRefused, _("Say when you will pay."))
	if not all(isinstance(row, dict) for row in rows):
		refuse(PromiseRefused, _("Name the plan rows that are promised, each once."))
	made = frappe.new_doc("Promise to Pay")
	made.update({"sales_contract": contract, "promised_for": promised_for, "note": note[:MOST_TEXT]})
	made.update({"channel": "Portal", "pauses": 0, "promised_by": _visitor()})
	for row in rows:
		made.append(
			"rows",
			{"row_id": str(row.get("row_id") or ""), "amount": _amount(row.get("amount"), PromiseRefused)},
		)
	made.insert(ignore_permissions=True)  # about his own contract, proven above
	_tell_promise(made, contract_end_reminders.owner_or_above(owned) or owned.owner)
	return made.name


def _amount(value: object, error: type[Exception]) -> float:
	"""Read an amount that a page sends: a plain number, empty for all that is open. With other separators it is refused."""
	try:
		amount = float(value or 0)
	except (TypeError, ValueError):
		amount = math.nan
	if not math.isfinite(amount):
		refuse(
			error,
			_("The amount must be a plain number."),
			compared=str(value)[:40],
			do=_("Write it with a point and without other separators, as 1234.50."),
		)
	return amount


def _tell_promise(made: Document, user: str) -> None:
	text = _("{0} promised a payment at the portal.", reminders.language_of(user)).format(made.customer)
	reminders.bell(user, text, document=(made.doctype, made.name))


def dispute(invoice: str, *, code: str, amount: float | str, note: str) -> str:
	"""Dispute an amount of an own invoice; whoever chases the customer answers. Returns the name.

	Raises PermissionError, DisputeRefused.
	"""
	own.refuse_foreign_invoice(invoice)
	made = frappe.new_doc("Receivable Dispute")
	made.update({"sales_invoice": invoice, "code": code, "note": note[:MOST_TEXT]})
	made.amount = _amount(amount, DisputeRefused)
	made.update({"responsible": dispute_owners.responsible(invoice), "deadline": dispute_owners.deadline()})
	made.insert(ignore_permissions=True)  # about his own invoice, proven above
	return made.name


def pay(invoice: str) -> str:
	"""Return the address where an own invoice is paid: that of the host's open Payment Request.

	Finance, or the host's own rules, make the request; a visitor makes no document of the books. Raises NoOnlinePayment.
	"""
	own.refuse_foreign_invoice(invoice)
	url = payment_urls([invoice]).get(invoice)
	if not url:
		refuse(
			NoOnlinePayment,
			_("Invoice {0} cannot be paid online yet.").format(invoice),
			do=_("Pay by bank transfer and name the invoice, or ask us for a payment link."),
		)
	return url


def payment_urls(invoices: list[str]) -> dict[str, str]:
	"""Return {invoice: address} of the open payment requests that a gateway takes."""
	rows = frappe.get_all(
		"Payment Request",
		filters={
			"reference_doctype": "Sales Invoice",
			"reference_name": ("in", invoices or NO_NAMES),
			"docstatus": 1,
			"status": ("in", PAYABLE),
		},
		fields=["reference_name", "payment_url"],
		order_by="creation",
	)
	return {row.reference_name: row.payment_url for row in rows if row.payment_url}


def signing_link(contract: str) -> str:
	"""Return a fresh link for the visitor's own open request; the one in his mail is dead then.

	Raises PermissionError, SigningStateError.
	"""
	own.contract(contract)
	email = frappe.db.get_value("User", frappe.session.user, "email")
	filters = {"contract": contract, "email": email, "status": ("in", ["Sent", "Viewed"])}
	name = frappe.db.get_value(requests.REQUEST, filters) if email else None
	if not name:
		refuse(SigningStateError, _("Nothing waits for your signature here."))
	return requests.renew(name)


def statement_pdf(customer: str, company: str) -> bytes:
	"""Return the statement of an own customer. Raises PermissionError, NothingToState."""
	own.refuse_foreign_customer(customer)
	wish = frappe.db.get_value("Customer", customer, "language")
	language = contract_document.chosen_language(wish)
	return print_renderer.to_pdf(statement_document.statement_html(customer, company, language))


def _visitor() -> str:
	return get_fullname(frappe.session.user)[:140]
