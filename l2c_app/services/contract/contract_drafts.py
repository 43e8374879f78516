"""Starting a contract from what is there: a Quotation, an Opportunity, a Lead, a Customer, or nothing.

Items, taxes, terms and sales team are carried once; payment terms become plan rows. Returns unsaved documents.
Permission: read on the source and create on Sales Contract.
"""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt

from l2c_app.core import plan
from l2c_app.services.contract import orders, renewal_chain
from l2c_app.services.errors import ContractPartyError, refuse
from l2c_app.services.pool import joint_pursuit

HEADER_FIELDS = (
	"company",
	"currency",
	"conversion_rate",
	"selling_price_list",
	"taxes_and_charges",
	"apply_discount_on",
	"additional_discount_percentage",
	"discount_amount",
	"tc_name",
	"terms",
	"letter_head",
	"language",
	"cost_center",
	"project",
)
LINE_FIELDS = (*orders.LINE_FIELDS, "rate")
DAYS_AFTER_MONTH = "Day(s) after the end of the invoice month"
MONTHS_AFTER_MONTH = "Month(s) after the end of the invoice month"
SOURCES = ("Quotation", "Opportunity", "Lead", "Customer")


def create_from(source_doctype: str = "", source_name: str = "", *, company: str | None = None) -> Document:
	"""Return an unsaved Sales Contract filled from the source; an empty one without a source.

	Raises ContractPartyError for a source of another kind, PermissionError if the user may not read it.
	"""
	frappe.has_permission("Sales Contract", "create", throw=True)
	contract = frappe.new_doc("Sales Contract")
	contract.company = company or frappe.defaults.get_user_default("Company")
	if not source_doctype:
		_set_currency(contract)
		return contract
	if source_doctype not in SOURCES:
		refuse(
			ContractPartyError,
			_("A contract cannot start from a {0}.").format(source_doctype),
			do=_("Start it from one of: {0}.").format(", ".join(_(source) for source in SOURCES)),
		)
	source = frappe.get_doc(source_doctype, source_name)
	source.check_permission("read")
	_fill(contract, source)
	contract.source_doctype, contract.source_name = source.doctype, source.name
	if source.doctype == "Quotation":
		renewal_chain.carry(contract, source.name)
	return contract


def _fill(contract: Document, source: Document) -> None:
	fill = {
		"Quotation": _from_quotation,
		"Opportunity": _from_opportunity,
		"Lead": _from_lead,
		"Customer": _from_customer,
	}
	fill[source.doctype](contract, source)
	_set_currency(contract)
	_set_sales_team(contract, source)
	if not contract.plan_rows:
		_set_plan(contract, source.get("payment_terms_template") or source.get("payment_terms"))


def _from_quotation(contract: Document, quotation: Document) -> None:
	_set_party(contract, quotation.quotation_to, quotation.party_name)
	contract.update({field: quotation.get(field) for field in HEADER_FIELDS if quotation.get(field)})
	for line in quotation.items:
		if not line.get("is_alternative"):
			_append_line(contract, line, quotation_item=line.name)
	for tax in quotation.taxes:
		contract.append("taxes", {field: tax.get(field) for field in orders.TAX_FIELDS})


def _from_opportunity(contract: Document, opportunity: Document) -> None:
	_set_party(contract, opportunity.opportunity_from, opportunity.party_name)
	contract.update({field: opportunity.get(field) for field in HEADER_FIELDS if opportunity.get(field)})
	for line in opportunity.get("items") or []:
		if line.item_code:
			_append_line(contract, line)


def _from_lead(contract: Document, lead: Document) -> None:
	_set_party(contract, "Lead", lead.name)
	if lead.get("company"):
		contract.company = lead.company


def _from_customer(contract: Document, customer: Document) -> None:
	_set_party(contract, "Customer", customer.name)
	contract.currency = customer.get("default_currency")
	contract.selling_price_list = customer.get("default_price_list")


def _set_party(contract: Document, kind: str, name: str) -> None:
	"""Name the party; a lead that is a customer already is named as both."""
	if kind == "Customer":
		contract.customer = name
		contract.party_name = frappe.db.get_value("Customer", name, "customer_name")
	elif kind == "Lead":
		contract.lead = name
		contract.customer = frappe.db.get_value(
			"Customer", {"lead_name": name, "disabled": 0}, order_by="creation asc"
		)
		contract.party_name = frappe.db.get_value("Lead", name, "title")
	contract.title = (contract.party_name or "")[:140]


def _append_line(contract: Document, line: Document, **more: Any) -> None:
	values = {field: line.get(field) for field in LINE_FIELDS if line.get(field)}
	contract.append("items", {**values, "amount": flt(line.get("amount")), **more})


def _set_currency(contract: Document) -> None:
	if not contract.currency and contract.company:
		contract.currency = frappe.get_cached_value("Company", contract.company, "default_currency")


def _set_sales_team(contract: Document, source: Document) -> None:
	team = source.get("sales_team")
	if not team and contract.customer:
		team = frappe.get_doc("Customer", contract.customer).get("sales_team")
	if not team:
		team = joint_pursuit.team_of(contract.lead, contract.customer)
	for member in team or []:
		contract.append("sales_team", {field: member.get(field) for field in orders.TEAM_FIELDS})


def _set_plan(contract: Document, template: str | None) -> None:
	"""Turn payment terms into plan rows: one invoice, its parts due after it. Without terms: one row due with the order."""
	if not template:
		contract.append(
			"plan_rows", {"row_id": "R1", "percent": 100, "billing": plan.OWN_INVOICE, "due_basis": "Order"}
		)
		return
	terms = frappe.get_doc("Payment Terms Template", template).terms
	for index, (term, row_id) in enumerate(zip(terms, plan.next_row_ids([], len(terms)), strict=True)):
		contract.append("plan_rows", _row_of_term(term, row_id, first=index == 0))


def _row_of_term(term: Document, row_id: str, *, first: bool) -> dict[str, Any]:
	return {
		"row_id": row_id,
		"label": term.get("description") or term.get("payment_term"),
		"percent": term.invoice_portion,
		"billing": plan.OWN_INVOICE if first else plan.WITH_ROW,
		"with_row": "" if first else "R1",
		"due_basis": "Invoice",
		"offset_days": 0 if term.due_date_based_on == MONTHS_AFTER_MONTH else term.credit_days or 0,
		"offset_months": term.credit_months or 0 if term.due_date_based_on == MONTHS_AFTER_MONTH else 0,
		"end_of_month": int(term.due_date_based_on == MONTHS_AFTER_MONTH),
		"after_month_end": int(term.due_date_based_on == DAYS_AFTER_MONTH),
	}
