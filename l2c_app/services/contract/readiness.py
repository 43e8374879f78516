"""What stands in the way of an activation, as a list before anything is made: refusals only where the host would refuse.

Permission: read on the contract. Nothing here is saved.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, getdate, nowdate

from l2c_app.core.names import NO_NAMES
from l2c_app.services.contract import activation, contract_checks
from l2c_app.services.errors import L2CError

REFUSED, WARNING, FINE = "Refused", "Warning", "Fine"
SEE_MARGINS = frozenset({"Accounts User", "Accounts Manager", "System Manager"})


@dataclass(frozen=True)
class Check:
	"""One line of the list: its level, what was looked at, and what was found."""

	level: str
	subject: str
	text: str = ""


def checks(contract: str) -> list[dict[str, str]]:
	"""Return the check list of a contract: {level: Refused, Warning or Fine; subject; text}."""
	document = frappe.get_doc("Sales Contract", contract)
	document.check_permission("read")
	found: list[Check] = []
	for subject, look in (
		(_("Customer"), _customer),
		(_("Receivable Account"), _account),
		(_("Items"), _items),
		(_("Delivery Dates"), _delivery_dates),
		(_("Credit Limit"), _credit_limit),
		(_("Gross Profit"), _margin),
	):
		said = [Check(level, subject, text) for level, text in look(document)]
		found += said or [Check(FINE, subject)]
	return [asdict(check) for check in found]


def _customer(contract: Document) -> Iterator[tuple[str, str]]:
	if not contract.customer:
		yield WARNING, _("The customer is made from the lead at the activation.")
		return
	try:
		contract_checks.open_customer(contract.customer)
	except L2CError as error:
		frappe.clear_messages()
		yield REFUSED, str(error)
	if frappe.db.get_value("Customer", contract.customer, "is_frozen"):
		yield REFUSED, _("Customer {0} is frozen.").format(contract.customer)


def _account(contract: Document) -> Iterator[tuple[str, str]]:
	if not contract.customer:
		return
	try:
		activation.receivable_account(contract)
	except frappe.ValidationError as error:
		frappe.clear_messages()
		yield REFUSED, str(error)


def _items(contract: Document) -> Iterator[tuple[str, str]]:
	codes = [line.item_code for line in contract.items if line.item_code]
	fields = ["name", "disabled", "is_sales_item", "end_of_life", "is_stock_item"]
	found = frappe.get_all(
		"Item", filters={"name": ("in", codes or NO_NAMES)}, fields=fields, order_by="name"
	)
	items = {item.name: item for item in found}
	for line in contract.items:
		item = items.get(line.item_code)
		if not item:
			yield REFUSED, _("Line {0} has no item, or one that does not exist.").format(line.idx)
			continue
		if item.disabled or (item.end_of_life and getdate(item.end_of_life) <= getdate(nowdate())):
			yield (
				REFUSED,
				_("Item {0} of line {1} is disabled or at the end of its life.").format(item.name, line.idx),
			)
		if not item.is_sales_item:
			yield REFUSED, _("Item {0} of line {1} is no sales item.").format(item.name, line.idx)
		if item.is_stock_item and not (line.warehouse or _default_warehouse(item.name, contract.company)):
			yield REFUSED, _("Stock item {0} of line {1} needs a warehouse.").format(item.name, line.idx)


def _default_warehouse(item: str, company: str) -> str | None:
	filters = {"parent": item, "company": company}
	own = frappe.db.get_value("Item Default", filters, "default_warehouse")
	return own or frappe.db.get_single_value("Stock Settings", "default_warehouse")


def _delivery_dates(contract: Document) -> Iterator[tuple[str, str]]:
	for line in contract.items:
		day = line.delivery_date or contract.end_date
		if not day:
			yield (
				WARNING,
				_("Line {0} has no delivery date: the day of the activation is taken.").format(line.idx),
			)
		elif getdate(day) < getdate(nowdate()):
			text = _("The delivery date {1} of line {0} has passed: the day of the activation is taken.")
			yield WARNING, text.format(line.idx, day)


def _credit_limit(contract: Document) -> Iterator[tuple[str, str]]:
	"""The host checks it when the order is submitted; whoever has its credit controller's role passes with a warning."""
	# Only here: the module is no part of what the app needs to be imported.
	from erpnext.selling.doctype.customer.customer import get_credit_limit, get_customer_outstanding

	if not contract.customer:
		return
	limit = flt(get_credit_limit(contract.customer, contract.company))
	if limit <= 0 or _bypassed(contract):
		return
	outstanding = flt(get_customer_outstanding(contract.customer, contract.company))
	after = outstanding + flt(contract.base_grand_total)
	if after > limit:
		role = frappe.db.get_single_value("Accounts Settings", "credit_controller")
		passes = role and role in frappe.get_roles()
		text = _("Credit limit {0}, outstanding {1}, {2} with this contract.")
		yield (WARNING if passes else REFUSED), text.format(limit, outstanding, after)


def _bypassed(contract: Document) -> bool:
	filters = {"parent": contract.customer, "parenttype": "Customer", "company": contract.company}
	return bool(frappe.db.get_value("Customer Credit Limit", filters, "bypass_credit_limit_check"))


def _margin(contract: Document) -> Iterator[tuple[str, str]]:
	"""Compare the net total with the stock's valuation, in company currency; only for those who may see margins."""
	lowest = flt(frappe.get_cached_doc("L2C Settings").lowest_margin_percent)
	if lowest <= 0 or SEE_MARGINS.isdisjoint(frappe.get_roles()):
		return
	cost = sum(_cost(line) for line in contract.items)
	sales = flt(contract.net_total) * flt(contract.conversion_rate or 1)
	percent = flt(100 * (sales - cost) / sales, 2) if sales else 0
	if percent < lowest:
		yield WARNING, _("Gross profit {0} %, at least {1} % is wanted.").format(percent, lowest)


def _cost(line: Document) -> float:
	"""Return what a line costs: at the valuation of its warehouse, else of the item, else at the last purchase rate."""
	filters = {"item_code": line.item_code, "warehouse": line.warehouse or ""}
	rate = frappe.db.get_value("Bin", filters, "valuation_rate")
	if not rate:
		rates = frappe.db.get_value("Item", line.item_code, ["valuation_rate", "last_purchase_rate"]) or ()
		rate = next((rate for rate in rates if rate), 0)
	return flt(rate) * flt(line.qty) * flt(line.conversion_factor or 1)
