"""Downloads: PDF of a contract and of a customer's statement. Reading only; each id is checked for the user."""

import frappe
from frappe.utils import getdate

from l2c_app.services.printing import contract_document, statement_document


@frappe.whitelist(methods=["GET", "POST"])
def contract_pdf(contract: str, language: str | None = None) -> None:
	"""Send the PDF of a contract the caller may print."""
	_send(contract, contract_document.contract_pdf(contract, language))


@frappe.whitelist(methods=["GET", "POST"])
def statement_pdf(
	customer: str,
	company: str,
	language: str | None = None,
	since: str | None = None,
	until: str | None = None,
) -> None:
	"""Send the statement of a customer the caller may read, invoices included; of all days, or from and to a date."""
	days = [getdate(day) if day else None for day in (since, until)]
	period = statement_document.Period(*days)
	_send(f"statement-{customer}", statement_document.statement_pdf(customer, company, language, period))


def _send(title: str, content: bytes) -> None:
	frappe.local.response.filename = f"{frappe.scrub(title)}.pdf"
	frappe.local.response.filecontent = content
	frappe.local.response.type = "pdf"
