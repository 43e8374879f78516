"""The Sales Contract on paper, in English or Chinese, with a watermark until it is signed."""

from functools import partial

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, money_in_words, nowdate
from markupsafe import Markup

from l2c_app.core.amount_in_words import chinese_capitals
from l2c_app.core.money import precision_unit, to_minor
from l2c_app.services.printing import print_renderer

COMPANY_FIELDS = ("company_name", "tax_id", "phone_no", "email")
DUE_EVENTS = {
	"Contract": "the contract date",
	"Order": "the order date",
	"Delivery": "the delivery",
	"Invoice": "the invoice date",
}


def contract_pdf(name: str, language: str | None = None) -> bytes:
	"""Return the PDF of a contract that the user may print. Language: asked, else the contract's, else the user's."""
	contract = frappe.get_doc("Sales Contract", name)
	contract.check_permission("read")
	contract.check_permission("print")
	return print_renderer.to_pdf(contract_html(contract, chosen_language(language, contract.language)))


def chosen_language(*wishes: str | None) -> str:
	"""Return the language to print in: the first wish, else the user's; any Chinese is "zh"."""
	language = next((wish for wish in wishes if wish), frappe.local.lang or "en")
	return "zh" if language.lower().startswith("zh") else language


def contract_html(contract: Document, language: str) -> str:
	"""Return the contract as one HTML page with print styles."""
	return print_renderer.render(
		"contract.html",
		language,
		contract=contract,
		terms=Markup(
			contract.terms or ""
		),  # a Text Editor field: the host cleans it at save; nothing in it is fetched
		seller=seller(contract.company),
		buyer=buyer(contract),
		money=partial(print_renderer.money, currency=contract.currency),
		words=amount_in_words(contract.grand_total, contract.currency, language),
		rows=[plan_row(row, language) for row in contract.plan_rows],
		draft=not contract.signed_on,
		printed_on=nowdate(),
	)


def seller(company: str) -> dict:
	"""Return what the paper says about our side."""
	return frappe.db.get_value("Company", company, COMPANY_FIELDS, as_dict=True) or {}


def buyer(contract: Document) -> dict:
	"""Return what the paper says about the other side: the customer, else the lead the contract started on."""
	if contract.customer:
		fields = ("customer_name", "tax_id", "primary_address")
		customer = frappe.db.get_value("Customer", contract.customer, fields, as_dict=True)
		return {
			"name": customer.customer_name,
			"tax_id": customer.tax_id,
			"address": customer.primary_address,
		}
	return {"name": contract.party_name or contract.lead, "tax_id": None, "address": None}


def amount_in_words(amount: float, currency: str, language: str) -> str:
	"""Return an amount in words: Chinese capitals for Chinese, the host's words in English for all others."""
	if language == "zh":
		digits = print_renderer.fraction_digits(currency)
		return chinese_capitals(
			to_minor(amount, precision_unit(digits)), fraction_digits=digits, currency=currency
		)
	before, frappe.local.lang = frappe.local.lang, "en"
	try:
		return money_in_words(amount, currency)
	finally:
		frappe.local.lang = before


def plan_row(row: Document, language: str) -> dict:
	"""Return a plan row as printed: label, share, amount, and when it is due in words or as a date."""
	return {
		"label": row.label or _("Payment {0}", language).format(row.idx),
		"percent": row.percent,
		"amount": row.amount,
		"billing": _(row.billing, language),
		"due": due_text(row, language),
	}


def due_text(row: Document, language: str) -> str:
	"""Return when a row falls due: its date once known, else the rule, e.g. "30 days after the invoice date"."""
	if row.due_date or row.fixed_date:
		return str(getdate(row.due_date or row.fixed_date))
	event = _(DUE_EVENTS.get(row.due_basis, row.due_basis), language)
	parts = []
	if row.offset_months:
		parts.append(_("{0} months", language).format(row.offset_months))
	if row.offset_days:
		parts.append(_("{0} days", language).format(row.offset_days))
	text = (
		_("{0} after {1}", language).format(" ".join(parts), event)
		if parts
		else _("On {0}", language).format(event)
	)
	if row.after_month_end:
		text += _(", counted from month end", language)
	return text + (_(", end of month", language) if row.end_of_month else "")
