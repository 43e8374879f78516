"""What a contract has for the variables of its clauses, written in the language of the clause."""

from collections.abc import Callable
from functools import cache

import frappe
from frappe.model.document import Document
from frappe.utils import getdate, strip_html

from l2c_app.services.printing import print_renderer
from l2c_app.services.printing.amounts import amount_in_words


def of(contract: Document) -> Callable[[str | None], dict[str, str]]:
	"""Return a function from a clause's language to {variable: text}, "" where the contract has none."""

	@cache
	def known(language: str) -> dict[str, str]:
		return _values(contract, language)

	return lambda language: known("zh" if (language or "").lower().startswith("zh") else "en")


def _values(contract: Document, language: str) -> dict[str, str]:
	return {
		"contract_no": contract.name or "",
		"contract_title": contract.title or "",
		"contract_date": _day(contract.transaction_date),
		"start_date": _day(contract.start_date),
		"end_date": _day(contract.end_date),
		"currency": contract.currency or "",
		"project": contract.project or "",
		"last_due_date": max(
			(_day(row.due_date or row.fixed_date) for row in contract.plan_rows), default=""
		),
		**_amounts(contract, language),
		**_customer(contract),
		**_company(contract),
		"customer_signatory": _signatories(contract, "Customer", language),
		"company_signatory": _signatories(contract, "Company", language),
	}


def _amounts(contract: Document, language: str) -> dict[str, str]:
	fields = {"net_total": "net_total", "taxes": "total_taxes_and_charges", "total": "grand_total"}
	amounts = {
		name: print_renderer.money(contract.get(field), contract.currency) for name, field in fields.items()
	}
	words = amount_in_words(contract.grand_total or 0, contract.currency, language)
	return {**amounts, "total_in_words": words}


def _customer(contract: Document) -> dict[str, str]:
	fields = ["customer_name", "tax_id", "primary_address"]
	found = contract.customer and frappe.db.get_value("Customer", contract.customer, fields, as_dict=True)
	customer = found or {"customer_name": contract.party_name}
	address = " ".join(strip_html((customer.get("primary_address") or "").replace("<br>", ", ")).split())
	return {
		"customer_name": customer.get("customer_name") or "",
		"customer_tax_id": customer.get("tax_id") or "",
		"customer_address": address.strip(", "),
	}


def _company(contract: Document) -> dict[str, str]:
	company = frappe.db.get_value("Company", contract.company, ["company_name", "tax_id"], as_dict=True)
	return {"company_name": company.company_name or "", "company_tax_id": company.tax_id or ""}


def _signatories(contract: Document, side: str, language: str) -> str:
	names = [row.full_name for row in contract.signatories if row.side == side]
	return ("、" if language == "zh" else ", ").join(names)


def _day(value: object) -> str:
	return str(getdate(value)) if value else ""
