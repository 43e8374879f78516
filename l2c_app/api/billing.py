"""RPC of billing runs and billing requests. The services check the user's right on every name."""

from typing import Any

import frappe

from l2c_app.services.billing import billing_requests, billing_runs, credit_notes
from l2c_app.services.receipt import money_at_hand


@frappe.whitelist(methods=["POST"])
def prepare_run(company: str, up_to: str | None = None, posting_date: str | None = None) -> str:
	"""Record a billing run and return its name; its preview is made in the background."""
	return billing_runs.prepare(company, up_to, posting_date)


@frappe.whitelist(methods=["POST"])
def approve_run(run: str) -> None:
	"""Let a preview become invoices in the session user's name."""
	billing_runs.approve(run)


@frappe.whitelist(methods=["POST"])
def stop_run(run: str) -> None:
	"""End a run after the row it is at."""
	billing_runs.stop(run)


@frappe.whitelist(methods=["POST"])
def resume_run(run: str) -> None:
	"""Go on with a stopped, failed or hanging run."""
	billing_runs.resume(run)


@frappe.whitelist(methods=["POST"])
def ask(contract: str, row_ids: list | str, tax_title: str = "", tax_id: str = "", note: str = "") -> str:
	"""Ask accounts for the invoice of plan rows. Returns the request."""
	rows = [str(row_id) for row_id in frappe.parse_json(row_ids) or []]
	return billing_requests.ask(contract, rows, tax_title=tax_title, tax_id=tax_id, note=note)


@frappe.whitelist(methods=["POST"])
def issue(request: str, tax_invoice_no: str = "", tax_invoice_date: str | None = None) -> list[str]:
	"""Make the invoices of a request. Returns them."""
	return billing_requests.issue(request, tax_invoice_no=tax_invoice_no, tax_invoice_date=tax_invoice_date)


@frappe.whitelist(methods=["POST"])
def reject(request: str, reason: str) -> None:
	"""Answer a request with the reason why it is not billed."""
	billing_requests.reject(request, reason=reason)


@frappe.whitelist(methods=["POST"])
def credit_note(invoice: str, bill_again: bool | int | str = False) -> dict[str, Any]:
	"""Return an unsaved credit note; `bill_again`: its part may be billed again, otherwise it is forgiven."""
	return credit_notes.draft(invoice, bill_again=bool(frappe.utils.cint(bill_again))).as_dict()


@frappe.whitelist()
def at_hand(doctype: str, name: str) -> dict[str, Any]:
	"""Return what the customer of an invoice or a receipt has paid that no document has taken yet."""
	return money_at_hand.of_document(doctype, name)
