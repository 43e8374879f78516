"""Renewing a contract in two steps: an Opportunity that closes at its end, then a Quotation at a chosen price.

The contract made from that Quotation follows the old one as its child; nothing renews by itself.
"""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, date_diff, flt, getdate, nowdate

from l2c_app.core import contract_end
from l2c_app.core.money import exact
from l2c_app.services.contract import contract_money, contract_state, list_prices, orders
from l2c_app.services.errors import RenewalRefused, refuse

SAME, LIST, UPLIFT = "Same Price", "List Price", "Uplift"
PRICES = (SAME, LIST, UPLIFT)
HEADER = (
	"company",
	"currency",
	"conversion_rate",
	"selling_price_list",
	"taxes_and_charges",
	"tc_name",
	"terms",
)


def default_days() -> int:
	"""Return how many days before the end a renewal is proposed where the contract does not say."""
	return cint(frappe.db.get_single_value("L2C Settings", "renewal_days"))


def is_due(contract: Document) -> bool:
	"""Return whether the renewal of a locked contract is to be proposed today and was not before."""
	if not (contract.auto_renew and contract.end_date) or contract.renewal_opportunity or contract.renewed_by:
		return False
	left = date_diff(contract.end_date, nowdate())
	return 0 <= left <= (cint(contract.renewal_days) or default_days())


def propose(contract: str) -> Document:
	"""Return the renewal Opportunity of a contract, made now unless there is one that is not lost.

	Permission: write on the contract, the host's right to create Opportunities. Raises RenewalRefused.
	"""
	document = _load(contract)
	existing = document.renewal_opportunity
	if existing and not document.renewal_lost and frappe.db.exists("Opportunity", existing):
		return frappe.get_doc("Opportunity", existing)
	return make_opportunity(document)


def make_opportunity(contract: Document) -> Document:
	"""Insert the renewal Opportunity of a locked contract: its lines, its owner, expected to close at its end."""
	opportunity = frappe.get_doc(
		{
			"doctype": "Opportunity",
			"opportunity_from": "Customer",
			"party_name": contract.customer,
			"title": _("Renewal of {0}").format(contract.name),
			"company": contract.company,
			"currency": contract.currency,
			"conversion_rate": contract.conversion_rate,
			"transaction_date": nowdate(),
			"expected_closing": contract.end_date,
			"opportunity_owner": contract.contract_owner,
			"opportunity_amount": contract.net_total,
			"items": [_opportunity_line(line) for line in contract.items],
		}
	).insert()
	contract.renewal_opportunity = opportunity.name
	stored = {"renewal_opportunity": opportunity.name, "renewal_lost": None}
	frappe.db.set_value("Sales Contract", contract.name, stored)
	return opportunity


def _opportunity_line(line: Document) -> dict[str, Any]:
	fields = ("item_code", "item_name", "description", "qty", "uom", "rate", "amount")
	return {field: line.get(field) for field in fields}


def quote(contract: str, *, price: str = SAME, uplift: float = 0) -> Document:
	"""Return a draft Quotation of the renewal: prices as they are, as listed today, or raised by `uplift` percent.

	Permission: as for `propose`, and the host's right to create Quotations. Raises RenewalRefused.
	"""
	if price not in PRICES:
		refuse(
			RenewalRefused,
			_("Choose how the renewal is priced."),
			compared=", ".join(_(price) for price in PRICES),
		)
	opportunity = propose(contract)
	document = frappe.get_doc("Sales Contract", contract)
	rates = _rates(document, price, uplift)
	quotation = frappe.get_doc(
		{
			**{field: document.get(field) for field in HEADER},
			"doctype": "Quotation",
			"quotation_to": "Customer",
			"party_name": document.customer,
			"transaction_date": nowdate(),
			"valid_till": max(getdate(document.end_date), getdate(nowdate())),
			"order_type": "Sales",
			"opportunity": opportunity.name,
			"ignore_pricing_rule": 1,
			"items": [_line(line, rates[line.name]) for line in document.items],
			"taxes": [{field: tax.get(field) for field in orders.TAX_FIELDS} for tax in document.taxes],
		}
	)
	return quotation.insert()


def _line(line: Document, rate: float) -> dict[str, Any]:
	return {**{field: line.get(field) for field in orders.LINE_FIELDS if line.get(field)}, "rate": rate}


def _rates(contract: Document, price: str, uplift: float) -> dict[str, float]:
	if price == LIST:
		return _listed(contract)
	percent = exact(uplift) if price == UPLIFT else exact(0)
	unit = contract_money.payable_unit(contract)
	if price == SAME:
		return {line.name: flt(line.rate) for line in contract.items}
	return {
		line.name: float(contract_end.uplifted(exact(line.rate), percent, unit)) for line in contract.items
	}


def _listed(contract: Document) -> dict[str, float]:
	"""Return today's price of each line in the contract's price list. Raises RenewalRefused for lines without one."""
	prices = list_prices.of_lines(contract, getdate(nowdate()))
	without = [line.item_code for line in contract.items if line.idx not in prices]
	if without:
		refuse(
			RenewalRefused,
			_("Not every item has a price today."),
			compared=_("Price list {0}, without price: {1}.").format(
				contract.selling_price_list or "–", ", ".join(dict.fromkeys(without))
			),
			do=_("Enter the prices, or renew at the same price or with an uplift."),
		)
	return {line.name: flt(prices[line.idx]) for line in contract.items}


def _load(contract: str) -> Document:
	document = contract_state.load(contract)
	document.check_permission("write")
	if document.docstatus != 1 or document.terminated_on or not document.end_date:
		refuse(
			RenewalRefused,
			_("Only a running contract with an end can be renewed."),
			compared=_("Its state is {0}.").format(_(document.status)),
		)
	if document.renewed_by:
		refuse(
			RenewalRefused,
			_("Contract {0} is renewed already.").format(contract),
			compared=_("By {0}.").format(document.renewed_by),
		)
	return document
