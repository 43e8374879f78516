"""The native Sales Order of a contract: what it carries, and making it by the host's own mapper where one exists.

Permission: the acting user's native rights on Sales Order. Nothing here commits.
"""

from typing import Any

import frappe
from erpnext.selling.doctype.quotation.quotation import make_sales_order
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, getdate, nowdate

from l2c_app.services.contract import contract_locks, contract_money
from l2c_app.services.errors import ContractTotalDiffers, LiveOrderExists, NoLiveOrder, refuse
from l2c_app.services.ledger import contract_customers, recompute

TAX_FIELDS = (
	"charge_type",
	"row_id",
	"account_head",
	"description",
	"cost_center",
	"rate",
	"tax_amount",
	"included_in_print_rate",
)
LINE_FIELDS = (
	"item_code",
	"item_name",
	"description",
	"qty",
	"uom",
	"conversion_factor",
	"warehouse",
	"item_tax_template",
	"cost_center",
	"project",
)
TEAM_FIELDS = ("sales_person", "allocated_percentage", "commission_rate")


def live_order(contract: str) -> frappe._dict | None:
	"""Return name and docstatus of the contract's order that is not cancelled, the submitted one first, else None."""
	rows = frappe.get_all(
		"Sales Order",
		filters={"l2c_contract": contract, "docstatus": ("<", 2)},
		fields=["name", "docstatus", "grand_total"],
		order_by="docstatus desc, creation, name",
		limit=1,
	)
	return rows[0] if rows else None


def submitted(contract: Document) -> Document:
	"""Return the contract's submitted order as it is now, locked: somebody may have cancelled or deleted it meanwhile.

	Not waited for: whoever posts against the order holds it, and waits for the contract that is held here. Raises
	NoLiveOrder, ContractChangedMeanwhile.
	"""
	live = live_order(contract.name)
	contract_locks.lock_documents("Sales Order", [live.name] if live else [])
	try:
		order = frappe.get_doc("Sales Order", live.name, for_update=True) if live else None
	except frappe.DoesNotExistError:
		frappe.clear_last_message()
		order = None
	if not order or order.docstatus != 1:
		refuse(
			NoLiveOrder,
			_("Contract {0} has no submitted order.").format(contract.name),
			compared=_("Live order: {0}.").format(live.name if live else "–"),
			do=_("Submit the order, or make one from the contract."),
		)
	return order


def make(contract: Document, *, submit: bool) -> Document:
	"""Make the contract's order: by the Quotation's mapper if it came from one, then overlaid by the contract's lines.

	Raises LiveOrderExists, ContractTotalDiffers, and whatever the host refuses (credit limit, expired quotation).
	"""
	_refuse_second_order(contract)
	from_quotation = contract.source_doctype == "Quotation" and contract.source_name
	order = make_sales_order(contract.source_name) if from_quotation else frappe.new_doc("Sales Order")
	fill(order, contract)
	order.l2c_contract = contract.name
	order.flags.l2c_by_service = (
		True  # the contract in hand is saved by the caller, not by the hook on the order
	)
	order.insert()
	_refuse_other_total(order, contract)
	if submit:
		order.submit()
	_remember(order, contract)
	return order


def _refuse_second_order(contract: Document) -> None:
	existing = live_order(contract.name)
	if existing:
		refuse(
			LiveOrderExists,
			_("Contract {0} has an order already.").format(contract.name),
			compared=_("Its live order is {0}.").format(existing.name),
			do=_("Change that order by a revision of the contract, or cancel it first."),
		)


def _refuse_other_total(order: Document, contract: Document) -> None:
	total = order.rounded_total or order.grand_total
	if flt(total - contract.grand_total, order.precision("grand_total")):
		refuse(
			ContractTotalDiffers,
			_("The order would have another total than the contract."),
			compared=_("Contract {0}, order {1} {2}.").format(contract.grand_total, total, contract.currency),
			do=_(
				"Save the contract again so that its totals follow the present taxes, then have it approved."
			),
		)


def _remember(order: Document, contract: Document) -> None:
	contract.sales_order = order.name
	for line, ordered in zip(contract.items, order.items, strict=True):
		line.sales_order_item = ordered.name
	contract_customers.forget()
	recompute.mark([contract.name])


def fill(order: Document, contract: Document) -> None:
	"""Put header, lines, taxes, team, terms and dimensions of the contract on an unsaved order.

	No payment terms go along: the plan stays on the contract, the order gets the one schedule row the host makes.
	"""
	order.update(_header(contract))
	_fill_lines(order, contract)
	order.set("taxes", [{field: tax.get(field) for field in TAX_FIELDS} for tax in contract.taxes])
	if contract.sales_team:
		team = [{field: member.get(field) for field in TEAM_FIELDS} for member in contract.sales_team]
		order.set("sales_team", team)


def _header(contract: Document) -> dict[str, Any]:
	header = {
		"company": contract.company,
		"transaction_date": nowdate(),
		"delivery_date": _delivery_date(contract.end_date),
		"currency": contract.currency,
		"conversion_rate": contract.conversion_rate,
		"ignore_pricing_rule": 1,
		"disable_rounded_total": 1,
		"payment_terms_template": "",
		"ignore_default_payment_terms_template": 1,
		"payment_schedule": [],
		"taxes_and_charges": contract.taxes_and_charges,
		"apply_discount_on": contract.apply_discount_on,
		"additional_discount_percentage": contract.additional_discount_percentage,
		"discount_amount": contract.discount_amount,
		"coupon_code": None,
	}
	carried = (
		"selling_price_list",
		"customer",
		"tc_name",
		"terms",
		"cost_center",
		"project",
		"letter_head",
		"language",
	)
	header.update({field: contract.get(field) for field in carried if contract.get(field)})
	header.update(_shared_fields(contract, "Sales Order"))
	return header


def _shared_fields(source: Document, target_doctype: str) -> dict[str, Any]:
	"""Return values of custom fields that both sides have: accounting dimensions, without which submit fails."""
	target = frappe.get_meta(target_doctype)
	names = [field.fieldname for field in source.meta.fields if field.get("is_custom_field")]
	return {name: source.get(name) for name in names if source.get(name) and target.has_field(name)}


def _delivery_date(wanted: Any) -> Any:
	"""The host wants a delivery date on or after the order date, also for services."""
	today = getdate(nowdate())
	return max(getdate(wanted), today) if wanted else today


def _fill_lines(order: Document, contract: Document) -> None:
	mapped = {
		line.get("quotation_item"): line for line in order.get("items") or [] if line.get("quotation_item")
	}
	order.set("items", [])
	for line in contract.items:
		values = {field: line.get(field) for field in LINE_FIELDS if line.get(field)}
		values |= _shared_fields(line, "Sales Order Item")
		values["delivery_date"] = _delivery_date(line.delivery_date or contract.end_date)
		# Agreed rates are no discount on a list price: Update Items would turn every change into a margin.
		values |= {"rate": line.rate, "price_list_rate": 0, "pricing_rules": ""}
		values |= {
			"discount_percentage": 0,
			"discount_amount": 0,
			"margin_type": "",
			"margin_rate_or_amount": 0,
		}
		base = mapped.get(line.quotation_item) if line.quotation_item else None
		row = order.append("items", base) if base else order.append("items", {})
		row.update(values)


def settings_flag(fieldname: str) -> bool:
	"""Return a check box of L2C Settings."""
	return bool(frappe.get_cached_doc("L2C Settings").get(fieldname))


def total_with_outside(contract: Document, order: Document) -> float:
	"""Return what the plan rows add up to: the order's total, and adopted invoices that bill no order."""
	return flt(order.rounded_total or order.grand_total) + flt(contract.adopted_outside)


def totals_in_step(contract: Document, order_total: float) -> bool:
	"""Return whether the plan rows add up to a total to the unit."""
	rows = sum(contract_money.in_units(row.amount, contract) for row in contract.plan_rows)
	return rows == contract_money.in_units(order_total, contract)
