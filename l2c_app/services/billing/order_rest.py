"""What is left to bill of an order, counted from the invoices themselves: drafts count, forgiven returns do not."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt

from l2c_app.core.money import to_minor


@dataclass(frozen=True)
class Rest:
	"""Amounts left in units: by order line, of the fixed discount, of Actual and of rated taxes by account.

	`undelivered`: value of what is not delivered, for stock lines only. `invoices`: how many there are.
	"""

	lines: dict[str, int]
	discount: int
	actual: dict[str, int]
	rated: dict[str, int]
	undelivered: dict[str, int]
	invoices: int
	unit: Decimal


def read(order: Document, *, unit: Decimal) -> Rest:
	"""Read what is left of an order after its draft and submitted invoices."""
	names = invoices_of(order.name)
	billed = _billed_lines(names, unit)
	return Rest(
		lines={line.name: to_minor(line.amount, unit) - billed.get(line.name, 0) for line in order.items},
		discount=to_minor(order.discount_amount, unit) - _billed_discount(names, unit),
		actual=_rest_of_actual(order, names, unit=unit),
		rated=_rest_of_rated(order, names, unit=unit),
		undelivered=_undelivered(order, unit),
		invoices=len(names),
		unit=unit,
	)


def rounding_text() -> str:
	"""Return the description of the tax line that books what rounding left over."""
	return _("Rounding of the taxes over all invoices of the order")


def invoices_of(order: str) -> list[str]:
	"""Return the draft and submitted invoices with lines of the order; returns only if they may be billed again."""
	line, invoice = frappe.qb.DocType("Sales Invoice Item"), frappe.qb.DocType("Sales Invoice")
	rows = (
		frappe.qb.from_(line)
		.join(invoice)
		.on(invoice.name == line.parent)
		.where((line.sales_order == order) & (invoice.docstatus < 2))
		.where((invoice.is_return == 0) | (invoice.update_billed_amount_in_sales_order == 1))
		.select(invoice.name)
		.distinct()
	).run()
	return sorted(row[0] for row in rows)


def _billed_lines(names: Collection[str], unit: Decimal) -> dict[str, int]:
	billed: dict[str, int] = {}
	for row in _children("Sales Invoice Item", names, ["so_detail", "amount"]):
		if row.so_detail:
			billed[row.so_detail] = billed.get(row.so_detail, 0) + to_minor(row.amount, unit)
	return billed


def _billed_discount(names: Collection[str], unit: Decimal) -> int:
	if not names:
		return 0
	rows = frappe.get_all(
		"Sales Invoice", filters={"name": ("in", list(names))}, fields=["discount_amount"], order_by="name"
	)
	return sum(to_minor(row.discount_amount, unit) for row in rows)


def _rest_of_actual(order: Document, names: Collection[str], *, unit: Decimal) -> dict[str, int]:
	left: dict[str, int] = {}
	for tax in order.taxes:
		if tax.charge_type == "Actual":
			left[tax.account_head] = left.get(tax.account_head, 0) + to_minor(tax.tax_amount, unit)
	fields = ["charge_type", "account_head", "tax_amount", "description"]
	for tax in _children("Sales Taxes and Charges", names, fields):
		if tax.charge_type == "Actual" and tax.account_head in left and tax.description != rounding_text():
			left[tax.account_head] -= to_minor(tax.tax_amount, unit)
	return left


def _rest_of_rated(order: Document, names: Collection[str], *, unit: Decimal) -> dict[str, int]:
	"""Rates give each invoice its own rounding; what earlier invoices booked as rounding counts as tax."""
	left: dict[str, int] = {}
	for tax in order.taxes:
		if tax.charge_type != "Actual":
			amount = to_minor(tax.tax_amount_after_discount_amount, unit)
			left[tax.account_head] = left.get(tax.account_head, 0) + amount
	fields = ["charge_type", "account_head", "tax_amount_after_discount_amount", "description"]
	for tax in _children("Sales Taxes and Charges", names, fields):
		if tax.account_head in left and (tax.charge_type != "Actual" or tax.description == rounding_text()):
			left[tax.account_head] -= to_minor(tax.tax_amount_after_discount_amount, unit)
	return left


def _children(doctype: str, names: Collection[str], fields: list[str]) -> list[frappe._dict]:
	if not names:
		return []
	filters = {"parent": ("in", list(names)), "parenttype": "Sales Invoice"}
	return frappe.get_all(doctype, filters=filters, fields=fields, order_by="parent, idx")


def _undelivered(order: Document, unit: Decimal) -> dict[str, int]:
	values = {}
	for line in order.items:
		if frappe.get_cached_value("Item", line.item_code, "is_stock_item"):
			open_quantity = max(0, flt(line.qty) - flt(line.delivered_qty))
			values[line.name] = to_minor(open_quantity * flt(line.rate), unit)
	return values
