"""Totals of a selling document: lines, taxes on the net total (added or included), fixed charges, discount.

Everything rounds per line and per tax at the field's precision, in document and in company currency apart.
"""

import json

import erpnext
import frappe
from erpnext.exceptions import left_out_if, refuse_if
from frappe.utils import cint, flt

ACTUAL, ON_NET = "Actual", "On Net Total"


class calculate_taxes_and_totals:
	"""Calculates on construction, as on the host."""

	def __init__(self, doc: object) -> None:
		self.doc, self.taxes, self.discounted, self.spread = doc, doc.get("taxes"), False, None
		if not doc.get("items"):
			return
		self._calculate()
		if doc.apply_discount_on and (doc.discount_amount or doc.additional_discount_percentage):
			self._apply_discount()
		elif doc.meta.has_field("base_discount_amount"):
			doc.base_discount_amount = 0

	def _round(self, row: object, **values: float) -> None:
		for field, value in values.items():
			row.set(field, flt(value, row.precision(field)))

	def _base(self, row: object, *fields: str) -> None:
		for field in fields:
			value = flt(row.get(field), row.precision(field)) * self.doc.conversion_rate
			self._round(row, **{f"base_{field}": value})

	def _calculate(self) -> None:
		self.diff = 0
		self._conversion_rate()
		if not self.discounted:
			for item in self.doc.items:
				self._line(item)
		for tax in self.taxes:
			self._start_tax(tax)
		if not self.discounted:
			self._take_out_included()
		for total, field in (("total", "amount"), ("net_total", "net_amount")):
			for prefix in ("", "base_"):
				amount = sum(flt(item.get(prefix + field)) for item in self.doc.items)
				self._round(self.doc, **{prefix + total: amount})
		self.doc.total_qty = sum(flt(item.qty) for item in self.doc.items)
		self._share_taxes()
		self._sum_taxes()
		self._totals()

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

	def _start_tax(self, tax: object) -> None:
		if tax.charge_type not in (ON_NET, ACTUAL):
			refuse_if(tax.idx == 1 or cint(tax.row_id) >= tax.idx, "Cannot refer to this or a later row")
			frappe.not_emulated(f"charge type {tax.charge_type}")
		fixed = tax.charge_type == ACTUAL
		refuse_if(fixed and cint(tax.included_in_print_rate), "A fixed charge cannot be included")
		tax.item_wise_tax_detail = {}
		tax.total = tax.tax_amount_after_discount_amount = 0.0
		if fixed:
			self._round(tax, tax_amount=tax.tax_amount)
		elif not self._keeps_tax():
			tax.tax_amount = 0.0

	def _rate(self, tax: object) -> float:
		"""v16 keeps rates by account: of two rows on one account the last rules (a fixed charge has none).

		A row marked as set by an item's template is left out of that.
		"""
		rows = [row for row in self.taxes if not row.get("set_by_item_tax_template")] if erpnext.V16 else []
		same = [row.rate for row in rows if row.account_head == tax.account_head]
		return flt(same[-1] if same else tax.rate)

	def _keeps_tax(self) -> bool:
		"""A discount on the grand total leaves the tax before discount as it was."""
		return self.discounted and self.doc.apply_discount_on == "Grand Total"

	def _take_out_included(self) -> None:
		fraction = sum(self._rate(tax) / 100 for tax in self.taxes if cint(tax.included_in_print_rate))
		for item in self.doc.items if fraction else ():
			if item.qty:
				self._set_net(item, item.amount / (1 + fraction))

	def _set_net(self, item: object, amount: float) -> None:
		self._round(item, net_amount=amount)
		self._round(item, net_rate=item.net_amount / item.qty if item.qty else 0)
		self._base(item, "net_rate", "net_amount")

	def _share_taxes(self) -> None:
		left = {tax.idx: tax.tax_amount for tax in self.taxes if tax.charge_type == ACTUAL}
		for item in self.doc.items:
			for tax in self.taxes:
				amount = self._share(item, tax, left)
				if tax.charge_type != ACTUAL and not self._keeps_tax():
					tax.tax_amount += amount
				tax.tax_amount_after_discount_amount += amount
				known = tax.item_wise_tax_detail.get(item.item_code, (0, 0.0))[1]
				detail = [flt(tax.rate), known + amount * self.doc.conversion_rate]
				tax.item_wise_tax_detail[item.item_code] = detail

	def _share(self, item: object, tax: object, left: dict) -> float:
		"""A line's part of a tax; the last line takes what is left of a fixed charge."""
		if tax.charge_type != ACTUAL:
			return self._rate(tax) / 100 * item.net_amount
		amount = item.net_amount * tax.tax_amount / self.doc.net_total if self.doc.net_total else 0.0
		left[tax.idx] -= amount
		return amount + (left[tax.idx] if item is self.doc.items[-1] else 0)

	def _sum_taxes(self) -> None:
		doc = self.doc
		has_discount = self.discounted or doc.discount_amount or doc.additional_discount_percentage
		if self.taxes and doc.apply_discount_on == "Grand Total" and has_discount:
			self._spread()
		running = doc.net_total
		for tax in self.taxes:
			after = flt(tax.tax_amount_after_discount_amount, tax.precision("tax_amount"))
			tax.tax_amount_after_discount_amount = after
			self._round(tax, tax_amount=tax.tax_amount, total=running + after)
			self._base(tax, "tax_amount", "tax_amount_after_discount_amount", "total")
			running = tax.total
			tax.item_wise_tax_detail = json.dumps(tax.item_wise_tax_detail, separators=(",", ":"))

	def _spread(self) -> None:
		"""Remember the unrounded grand total of the first pass; what rounding leaves over goes to the grand total."""
		running = self.doc.net_total
		for tax in self.taxes:
			after = tax.tax_amount_after_discount_amount
			after = flt(after, tax.precision("tax_amount")) if self.discounted else after
			running = flt(running + after, tax.precision("total"))
		if self.discounted:
			self.diff = flt(self.spread - self.doc.discount_amount - running, 2)
		else:
			self.spread = running

	def _included_difference(self) -> None:
		"""With included taxes the grand total is the price, though net and tax round apart."""
		doc, last = self.doc, self.taxes[-1]
		on_top = sum(t.tax_amount_after_discount_amount for t in self.taxes if not t.included_in_print_rate)
		discount = flt(doc.discount_amount) if self.discounted else 0
		diff = flt(doc.total + on_top - flt(last.total) - discount, doc.precision("rounding_adjustment"))
		self.diff = diff if abs(diff) <= 5 / 10 ** last.precision("tax_amount") else 0

	def _totals(self) -> None:
		doc = self.doc
		if any(cint(tax.included_in_print_rate) for tax in self.taxes):
			self._included_difference()
		total = flt(self.taxes[-1].total) + self.diff if self.taxes else flt(doc.net_total)
		self._round(doc, total_taxes_and_charges=total - doc.net_total - self.diff if self.taxes else 0.0)
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

	def _apply_discount(self) -> None:
		doc = self.doc
		if doc.additional_discount_percentage:
			on = flt(doc.get(frappe.scrub(doc.apply_discount_on)))
			self._round(doc, discount_amount=on * doc.additional_discount_percentage / 100)
		self._round(doc, base_discount_amount=doc.discount_amount * doc.conversion_rate)
		total = self._discount_base()
		expected = net = 0
		for item in doc.items if total else ():
			share = flt(doc.discount_amount) * item.net_amount / total
			expected += item.net_amount - share
			rounded = flt(item.net_amount - share, item.precision("net_amount"))
			rest = flt(expected - net - rounded, doc.precision("net_total"))
			self._set_net(item, rounded + rest)
			net += item.net_amount
			self._round(item, distributed_discount_amount=share + rest)
		if total:
			self.discounted = True
			self._calculate()

	def _discount_base(self) -> float:
		if self.doc.apply_discount_on == "Net Total" or not self.taxes:
			return self.doc.net_total
		fixed = sum(tax.tax_amount for tax in self.taxes if tax.charge_type == ACTUAL)
		return (self.doc.grand_total if self.spread is None else self.spread) - fixed
