"""The Sales Contract on paper, in English, Chinese or both in one, with a watermark until it is signed."""

from functools import partial

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, nowdate
from markupsafe import Markup

from l2c_app.services.contract import contract_clauses
from l2c_app.services.printing import print_renderer
from l2c_app.services.printing.amounts import amount_in_words
from l2c_app.services.printing.print_renderer import BOTH

SIDE_BY_SIDE, STACKED = "Side by Side", "Stacked"
COMPANY_FIELDS = ("company_name", "tax_id", "phone_no", "email")


def contract_pdf(name: str, language: str | None = None) -> bytes:
	"""Return the PDF of a contract that the user may print. Language: asked, else as the contract says, else the user's.

	"both" is English and Chinese in one paper.
	"""
	contract = frappe.get_doc("Sales Contract", name)
	contract.check_permission("read")
	contract.check_permission("print")
	return print_renderer.to_pdf(contract_html(contract, paper_language(contract, language)))


def paper_language(contract: Document, asked: str | None = None) -> str:
	"""Return the language of a contract's paper: "both", or the one that is asked, the contract's, or the user's."""
	if asked == BOTH or (not asked and contract.languages_on_paper in (SIDE_BY_SIDE, STACKED)):
		return BOTH
	return chosen_language(asked, contract.language)


def chosen_language(*wishes: str | None) -> str:
	"""Return the language to print in: the first wish, else the user's; any Chinese is "zh"."""
	language = next((wish for wish in wishes if wish), frappe.local.lang or "en")
	return "zh" if language.lower().startswith("zh") else language


def contract_html(contract: Document, language: str, *, for_signing: bool = False) -> str:
	"""Return the contract as one HTML page with print styles. `for_signing`: its text is final, so no watermark."""
	text = partial(print_renderer.text, language=language)
	return print_renderer.render(
		"contract.html",
		language,
		contract=contract,
		terms=Markup(
			contract.terms or ""
		),  # a Text Editor field: the host cleans it at save; nothing in it is fetched
		clauses=printed_clauses(contract, language),
		stacked=contract.languages_on_paper == STACKED,
		seller=seller(contract.company),
		buyer=buyer(contract),
		sides=signing_sides(contract),
		money=partial(print_renderer.money, currency=contract.currency),
		words=text(lambda one: amount_in_words(contract.grand_total, contract.currency, one)),
		rows=[plan_row(row, language) for row in contract.plan_rows],
		draft=not (contract.signed_on or for_signing),
		printed_on=nowdate(),
	)


def printed_clauses(contract: Document, language: str) -> list[list[dict]]:
	"""Return the clauses as printed: each a list of its versions in the paper's languages, in the contract's order.

	A version is {title, text, language}; its text is clean HTML. A clause that is not there in the asked language is
	printed in the one it has.
	"""
	groups: dict[str, list[dict]] = {}
	texts = contract_clauses.printed_texts(contract)
	for row, text in zip(contract.clauses, texts, strict=True):
		version = {"title": row.title, "text": Markup(text), "language": (row.language or "")[:2]}
		groups.setdefault(row.clause or f"free {row.idx}", []).append(version)
	return [_versions(group, language) for group in groups.values()]


def _versions(group: list[dict], language: str) -> list[dict]:
	wanted = print_renderer.LANGUAGES_OF_BOTH if language == BOTH else (language[:2],)
	chosen = [version for code in wanted for version in group if version["language"] == code]
	return chosen or group[:1]


def signing_sides(contract: Document) -> dict[str, list[dict]]:
	"""Return who signs for whom: {side: [{name, title, signed_on}]}, in the order of signing, at least one each.

	Without signatories the customer's is whoever the signature of the contract names.
	"""
	sides: dict[str, list[dict]] = {"Company": [], "Customer": []}
	for row in sorted(contract.signatories, key=lambda row: (row.signing_order or 0, row.idx)):
		signed_on = row.signed_on if row.status == "Signed" else None
		sides[row.side].append({"name": row.full_name, "title": row.title, "signed_on": signed_on})
	nobody = {"name": None, "title": None, "signed_on": None}
	signed = {"name": contract.signed_by, "title": None, "signed_on": contract.signed_on}
	return {"Company": sides["Company"] or [nobody], "Customer": sides["Customer"] or [signed]}


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


def plan_row(row: Document, language: str) -> dict:
	"""Return a plan row as printed: label, share, amount, and when it is due in words or as a date."""
	text = partial(print_renderer.text, language=language)
	return {
		"label": row.label or text(lambda one: _("Payment {0}", one).format(row.idx)),
		"percent": row.percent,
		"amount": row.amount,
		"billing": text(lambda one: _(row.billing, one)),
		"due": text(lambda one: due_text(row, one)),
	}


def due_text(row: Document, language: str) -> str:
	"""Return when a row falls due: its date once known, else the rule, e.g. "30 days after the invoice date"."""
	if row.due_date or row.fixed_date:
		return str(getdate(row.due_date or row.fixed_date))
	event = due_event(row.due_basis, language)
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


def due_event(basis: str, language: str) -> str:
	"""Return the event that a row waits for, as the paper names it."""
	events = {
		"Contract": _("the contract date", language),
		"Order": _("the order date", language),
		"Delivery": _("the delivery", language),
		"Invoice": _("the invoice date", language),
	}
	return events.get(basis) or _(basis, language)
