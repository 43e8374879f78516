"""What the lines of a contract cost in its price list on a day, by the host's Item Prices, read once for all lines."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import flt, getdate

FIELDS = ["item_code", "uom", "customer", "currency", "price_list_rate", "valid_from", "valid_upto"]


def of_lines(contract: Document, on: date) -> dict[int, float]:
	"""Return {idx: price of one unit of the line} in contract currency, of lines that have one.

	The price of the customer comes before that of everybody, one in the line's unit before one in the stock unit, the
	latest before an older one. A price in another currency than the contract's or the company's says nothing.
	"""
	if not contract.selling_price_list or not contract.items:
		return {}
	prices, stock_units = _prices(contract, on), _stock_units(contract)
	own = frappe.get_cached_value("Company", contract.company, "default_currency")
	rates = {own: 1 / flt(contract.conversion_rate or 1), contract.currency: 1.0}
	found = {}
	for line in contract.items:
		price = _best(line, prices[line.item_code], stock_units.get(line.item_code), rates)
		if price is not None:
			found[line.idx] = price
	return found


def _best(line: Any, prices: Iterable[Any], stock_unit: str | None, rates: dict[str, float]) -> float | None:
	for by_customer in (True, False):
		for units, factor in (((line.uom, "", None), 1.0), ((stock_unit,), flt(line.conversion_factor or 1))):
			for price in prices:
				if bool(price.customer) == by_customer and price.uom in units and price.currency in rates:
					return flt(price.price_list_rate) * factor * rates[price.currency]
	return None


def _prices(contract: Document, on: date) -> dict[str, list[Any]]:
	filters = {
		"item_code": ("in", sorted({line.item_code for line in contract.items})),
		"price_list": contract.selling_price_list,
		"selling": 1,
		"customer": ("in", [contract.customer, "", None]),
	}
	found: dict[str, list[Any]] = defaultdict(list)
	for price in frappe.get_all(
		"Item Price", filters=filters, fields=FIELDS, order_by="valid_from desc, name"
	):
		begun = not price.valid_from or getdate(price.valid_from) <= on
		if begun and (not price.valid_upto or getdate(price.valid_upto) >= on):
			found[price.item_code].append(price)
	return found


def _stock_units(contract: Document) -> dict[str, str]:
	filters = {"name": ("in", sorted({line.item_code for line in contract.items}))}
	rows = frappe.get_all("Item", filters=filters, fields=["name", "stock_uom"], order_by="name")
	return {row.name: row.stock_uom for row in rows}
