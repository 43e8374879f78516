"""Totals of a selling document: lines, taxes on the net total, fixed charges.

Everything rounds per line and per tax at the field's precision, in document and in company currency apart.
"""

import erpnext
import frappe
from erpnext.exceptions import left_out_if, refuse_if
from frappe.utils import cint, flt

ACTUAL, ON_NET = "Actual", "On Net Total"


class calculate_taxes_and_totals:
	"""Calculates on construction, as on the host."""

	def __init__(self, doc: object) -> None:
		self.doc, self.taxes = doc, doc.get("taxes")
		if not doc.get("items"):
			return
		is_discounted = doc.discount_amount or doc.additional_discount_percentage
		left_out_if(is_discounted, "discounts on a whole document")
		doc.base_discount_amount = 0
		self._conversion_rate()
		for item in doc.items:
			self._line(item)
		for prefix in ("", "base_"):
			amount = sum(flt(item.get(f"{prefix}amount")) for item in doc.items)
			self._round(doc, **{f"{prefix}total": amount, f"{prefix}net_total": amount})
		doc.total_qty = sum(flt(item.qty) for item in doc.items)
		self._sum_taxes()
		self._totals()

	def _round(self, row: object, **values: float) -> None:
		for field, value in values.items():
			row.set(field, flt(value, row.precision(field)))

	def _base(self, row: object, *fields: str) -> None:
		for field in fields:
			value = flt(row.get(field), row.precision(field)) * self.doc.conversion_rate
			self._round(row, **{f"base_{field}": value})

	def _conversion_rate(self) -> None:
		doc, currency = self.doc, erpnext.get_company_currency(self.doc.company)
		if not doc.currency or doc.currency == currency:
			doc.currency, doc.conversion_rate = currency, 1.0
		refuse_if(not doc.conversion_rate, "Conversion Rate is mandatory")
		doc.conversion_rate = flt(doc.conversion_rate)

	def _line(self, item: object) -> None:
		self._round(item, rate=item.rate, qty=item.qty, price_list_rate=item.price_list_rate)
		left_out_if(item.price_list_rate not in (0, item.rate), "discounts on list prices, margins")
		item.discount_amount = 0.0
		self._round(item, amount=item.rate * item.qty)
		item.net_rate, item.net_amount = item.rate, item.amount
		self._base(item, "price_list_rate", "rate", "net_rate", "amount", "net_amount")

	def _sum_taxes(self) -> None:
		running = self.doc.net_total
		for tax in self.taxes:
			self._check_tax(tax)
			if tax.charge_type == ON_NET:
				tax.tax_amount = 0.0
				for item in self.doc.items:
					tax.tax_amount += self._rate(tax) / 100 * item.net_amount
			self._round(tax, tax_amount=tax.tax_amount, tax_amount_after_discount_amount=tax.tax_amount)
			self._round(tax, total=running + tax.tax_amount)
			self._base(tax, "tax_amount", "tax_amount_after_discount_amount", "total")
			running = tax.total

	def _check_tax(self, tax: object) -> None:
		if tax.charge_type not in (ON_NET, ACTUAL):
			refuse_if(tax.idx == 1 or cint(tax.row_id) >= tax.idx, "Cannot refer to this or a later row")
			frappe.not_emulated(f"charge type {tax.charge_type}")
		is_included = cint(tax.included_in_print_rate)
		refuse_if(is_included and tax.charge_type == ACTUAL, "A fixed charge cannot be included")
		left_out_if(is_included, "taxes included in the rate")

	def _rate(self, tax: object) -> float:
		"""v16 keeps rates by account: of two rows on one account the last rules (a fixed charge has none).

		A row marked as set by an item's template is left out of that.
		"""
		rows = [row for row in self.taxes if not row.get("set_by_item_tax_template")] if erpnext.V16 else []
		same = [row.rate for row in rows if row.account_head == tax.account_head]
		return flt(same[-1] if same else tax.rate)

	def _totals(self) -> None:
		doc = self.doc
		total = flt(self.taxes[-1].total) if self.taxes else flt(doc.net_total)
		self._round(doc, total_taxes_and_charges=total - doc.net_total)
		self._base(doc, "total_taxes_and_charges")
		base = flt(total * doc.conversion_rate) if doc.total_taxes_and_charges else doc.base_net_total
		self._round(doc, grand_total=total, base_grand_total=base)
		self._rounded_total()

	def _rounded_total(self) -> None:
		doc = self.doc
		if cint(doc.get("disable_rounded_total")):
			for field in ("rounded_total", "rounding_adjustment"):
				doc.update({field: 0, f"base_{field}": 0})
			return
		step = flt(frappe.get_cached_value("Currency", doc.currency, "smallest_currency_fraction_value")) or 1
		self._round(doc, rounded_total=round(doc.grand_total / step) * step)
		self._round(doc, rounding_adjustment=doc.rounded_total - doc.grand_total)
		self._base(doc, "rounding_adjustment", "rounded_total")
