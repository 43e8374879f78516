"""Downloads: PDF of a contract and of a customer's statement. Reading only; each id is checked for the user."""

import frappe

from l2c_app.services.printing import contract_document, statement_document


@frappe.whitelist(methods=["GET", "POST"])
def contract_pdf(contract: str, language: str | None = None) -> None:
	"""Send the PDF of a contract the caller may print."""
	_send(contract, contract_document.contract_pdf(contract, language))


@frappe.whitelist(methods=["GET", "POST"])
def statement_pdf(customer: str, company: str, language: str | None = None) -> None:
	"""Send the statement of a customer the caller may read, invoices included."""
	_send(f"statement-{customer}", statement_document.statement_pdf(customer, company, language))


def _send(title: str, content: bytes) -> None:
	frappe.local.response.filename = f"{frappe.scrub(title)}.pdf"
	frappe.local.response.filecontent = content
	frappe.local.response.type = "pdf"
