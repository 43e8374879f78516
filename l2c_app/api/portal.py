"""What a customer does at the portal. Every method proves that the document is his own before it does anything."""

import frappe
from frappe.rate_limiter import rate_limit

from l2c_app.services.portal import answers

HOUR = 60 * 60


@frappe.whitelist(methods=["POST"])
@rate_limit(limit=60, seconds=HOUR)
def promise(invoice: str, amount: float | str, promised_for: str, note: str = "") -> str:
	"""Promise to pay. Returns the promise."""
	return answers.promise(invoice, amount=amount, promised_for=promised_for, note=note)


@frappe.whitelist(methods=["POST"])
@rate_limit(limit=60, seconds=HOUR)
def promise_rows(contract: str, rows: list | str, promised_for: str, note: str = "") -> str:
	"""Promise plan rows: [{row_id, amount}]. Returns the promise."""
	return answers.promise_rows(contract, rows=frappe.parse_json(rows), promised_for=promised_for, note=note)


@frappe.whitelist(methods=["POST"])
@rate_limit(limit=60, seconds=HOUR)
def dispute(invoice: str, code: str, amount: float | str, note: str) -> str:
	"""Dispute an amount. Returns the dispute."""
	return answers.dispute(invoice, code=code, amount=amount, note=note)


@frappe.whitelist(methods=["POST"])
def pay(invoice: str) -> str:
	"""Return the address where the invoice is paid."""
	return answers.pay(invoice)


@frappe.whitelist(methods=["POST"])
@rate_limit(limit=60, seconds=HOUR)
def signing_link(contract: str) -> str:
	"""Return a fresh link to the page where the visitor signs."""
	return answers.signing_link(contract)


@frappe.whitelist(methods=["GET", "POST"])
@rate_limit(limit=60, seconds=HOUR)
def statement_pdf(customer: str, company: str) -> None:
	"""Send the statement of an own customer."""
	frappe.local.response.filename = f"statement-{frappe.scrub(customer)}.pdf"
	frappe.local.response.filecontent = answers.statement_pdf(customer, company)
	frappe.local.response.type = "pdf"
