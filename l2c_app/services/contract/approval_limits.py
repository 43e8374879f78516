"""Whether a draft is above what a manager may approve, and why; and that nobody submits past the active workflow."""

from decimal import Decimal

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.workflow import get_transitions, get_workflow, get_workflow_name, has_approval_access
from frappe.query_builder.functions import Sum
from frappe.utils import flt, fmt_money, getdate

from l2c_app.core import approval
from l2c_app.core.money import exact
from l2c_app.services.contract import list_prices
from l2c_app.services.errors import ApproverNeeded, refuse

SETTINGS = "L2C Settings"
STATE_FIELD = "workflow_state"
SUBMITTED = "1"


def refresh(contract: Document) -> None:
	"""Set on a draft whether somebody higher must approve it, with the reasons. Does not save."""
	limits = _limits()
	_set_list_prices(contract)
	found = approval.reasons(_offer(contract, limits), limits)
	contract.needs_higher_approval = int(bool(found))
	contract.approval_reasons = "\n".join(_said(reason, contract, limits) for reason in found)


def _set_list_prices(contract: Document) -> None:
	"""Show beside each line what the price list says on the contract's day, and by how much the line is below."""
	prices = list_prices.of_lines(contract, getdate(contract.transaction_date))
	below = approval.line_discounts(
		{line.idx: (exact(line.rate), exact(prices.get(line.idx))) for line in contract.items}
	)
	for line in contract.items:
		line.list_rate = prices.get(line.idx) or 0
		line.list_discount = flt(below.get(line.idx), 2)


def require_approver(contract: Document) -> None:
	"""Refuse a submit that the active workflow gives to somebody else, also where it is asked for by its own call.

	The host checks a change of the workflow's state, not a plain submit. Raises ApproverNeeded.
	"""
	if contract.flags.ignore_permissions or not contract.meta.has_field(STATE_FIELD):
		return
	if not get_workflow_name(contract.doctype) or _may_submit(contract):
		return
	refuse(
		ApproverNeeded,
		_("Contract {0} is not yours to approve.").format(contract.name),
		compared=(contract.approval_reasons or "").replace("\n", " "),
		do=_("Send it for approval; somebody who may approve it does the rest."),
	)


def _may_submit(contract: Document) -> bool:
	"""Ask the host's workflow with the values of now and the state as stored."""
	workflow = get_workflow(contract.doctype)
	before = contract.get_doc_before_save()
	state = before.get(workflow.workflow_state_field) if before else None
	asked = frappe.get_doc({**contract.as_dict(), "docstatus": 0, workflow.workflow_state_field: state})
	final = {row.state for row in workflow.states if str(row.doc_status) == SUBMITTED}
	return bool(state) and any(
		step.next_state in final and has_approval_access(frappe.session.user, asked, step)
		for step in get_transitions(asked, workflow)
	)


def _limits() -> approval.Limits:
	def value(field: str) -> Decimal:
		return exact(flt(frappe.db.get_single_value(SETTINGS, field)))

	return approval.Limits(
		amount=value("approval_amount"),
		discount=value("approval_discount"),
		line_discount=value("approval_line_discount"),
		margin=value("approval_margin"),
		non_standard=bool(value("approval_non_standard")),
	)


def _offer(contract: Document, limits: approval.Limits) -> approval.Offer:
	whole = approval.discount_percent(
		exact(contract.additional_discount_percentage),
		exact(contract.discount_amount),
		exact(contract.grand_total),
	)
	lines = [(exact(line.amount), exact(flt(line.list_rate) * flt(line.qty))) for line in contract.items]
	return approval.Offer(
		amount=exact(contract.base_grand_total),
		discount=approval.with_list_prices(whole, lines),
		line_discount=max((exact(line.list_discount) for line in contract.items), default=approval.NONE),
		margin=approval.margin_percent(_priced_lines(contract)) if limits.margin else None,
		non_standard=bool(contract.non_standard),
	)


def _said(reason: str, contract: Document, limits: approval.Limits) -> str:
	"""Say a reason with its limit. A margin is named without its figure: sales may not see cost."""
	if reason == approval.AMOUNT:
		currency = frappe.get_cached_value("Company", contract.company, "default_currency")
		return _("The total {0} is above {1}.").format(
			fmt_money(contract.base_grand_total, currency=currency),
			fmt_money(float(limits.amount), currency=currency),
		)
	texts = {
		approval.DISCOUNT: _("The discount is above {0} percent.").format(_percent(limits.discount)),
		approval.LINE_DISCOUNT: _("Below the price list by more than {0} percent: {1}.").format(
			_percent(limits.line_discount), _far_below(contract, limits)
		),
		approval.MARGIN: _("The margin is below {0} percent.").format(_percent(limits.margin)),
		approval.NON_STANDARD: _("Clauses are not standard."),
	}
	return texts[reason]


def _far_below(contract: Document, limits: approval.Limits) -> str:
	lines = [line for line in contract.items if exact(line.list_discount) > limits.line_discount]
	return ", ".join(
		f"#{line.idx} {line.item_code} {_percent(exact(line.list_discount))} %" for line in lines
	)


def _percent(value: Decimal) -> str:
	return f"{value.normalize():f}"


def _priced_lines(contract: Document) -> list[tuple[Decimal, Decimal | None]]:
	"""Return (price, cost) per line in company currency, the discount of the whole contract shared by price."""
	costs = _costs({line.item_code for line in contract.items}, contract.company)
	gross = sum(flt(line.amount) for line in contract.items)
	share = flt(contract.conversion_rate or 1) * (flt(contract.net_total) / gross if gross else 1)
	lines = []
	for line in contract.items:
		cost = costs.get(line.item_code)
		units = flt(line.qty) * flt(line.conversion_factor or 1)
		lines.append((exact(flt(line.amount) * share), exact(cost * units) if cost else None))
	return lines


def _costs(items: set[str], company: str) -> dict[str, float]:
	"""Return the cost of one stock unit: what the company's stock is worth, else the last purchase, else the item's own."""
	known = frappe.get_all(
		"Item",
		filters={"name": ("in", list(items))},
		fields=["name", "last_purchase_rate", "valuation_rate"],
		order_by="name",
	)
	costs = {item.name: flt(item.last_purchase_rate) or flt(item.valuation_rate) for item in known}
	return costs | _stock_values(items, company)


def _stock_values(items: set[str], company: str) -> dict[str, float]:
	stock, warehouse = frappe.qb.DocType("Bin"), frappe.qb.DocType("Warehouse")
	rows = (
		frappe.qb.from_(stock)
		.join(warehouse)
		.on(warehouse.name == stock.warehouse)
		.where((warehouse.company == company) & stock.item_code.isin(list(items)) & (stock.actual_qty > 0))
		.groupby(stock.item_code)
		.select(stock.item_code, Sum(stock.stock_value), Sum(stock.actual_qty))
	).run()
	return {item: flt(value) / flt(quantity) for item, value, quantity in rows if flt(value) > 0}
