"""Totals of a selling document: lines, taxes on the net total (added or included), fixed charges, discount.

Everything rounds per line and per tax at the field's precision, in document and in company currency apart.
"""

import json

import erpnext
import frappe
from frappe import _
from frappe._emulation import module_getattr
from frappe.utils import cint, flt

ROUNDED = "price_list_rate discount_percentage discount_amount rate qty amount net_rate net_amount margin_rate_or_amount".split()


class calculate_taxes_and_totals:
	"""Calculates on construction, as on the host."""

	def __init__(self, doc: object) -> None:
		self.doc, self.discounted, self.spread = doc, False, None
		if not doc.get("items"):
			return
		self._calculate()
		if doc.get("apply_discount_on") and (doc.discount_amount or doc.additional_discount_percentage):
			if doc.get("is_cash_or_non_trade_discount"):
				frappe.not_emulated("cash discount")
			self._apply_discount()
		elif doc.meta.has_field("base_discount_amount"):
			doc.base_discount_amount = 0
		if doc.doctype == "Sales Invoice":
			self._outstanding()

	def _base(self, row: object, *fields: str) -> None:
		for field in fields:
			value = flt(
				flt(row.get(field), row.precision(field)) * self.doc.conversion_rate,
				row.precision(f"base_{field}"),
			)
			row.set(f"base_{field}", value)

	def _calculate(self) -> None:
		self.diff = 0
		self._conversion_rate()
		if not self.discounted:
			for item in self.doc.items:
				self._line(item)
		for tax in self.doc.get("taxes"):
			self._start_tax(tax)
		self._take_out_included()
		self._net_total()
		self._taxes()
		self._totals()

	def _conversion_rate(self) -> None:
		doc, currency = self.doc, erpnext.get_company_currency(self.doc.company)
		if not doc.currency or doc.currency == currency:
			doc.currency, doc.conversion_rate = currency, 1.0
		elif not doc.conversion_rate:
			message = _(
				"Conversion Rate is mandatory. Maybe Currency Exchange record is not created for {0} to {1}."
			)
			frappe.throw(message.format(doc.currency, currency))
		doc.conversion_rate = flt(doc.conversion_rate)

	def _line(self, item: object) -> None:
		if item.get("pricing_rules") or item.get("item_tax_template"):
			frappe.not_emulated("pricing rules and item tax templates")
		for field in ROUNDED:
			item.set(field, flt(item.get(field), item.precision(field)))
		if item.discount_percentage == 100:
			item.rate = 0.0
		elif item.price_list_rate and not item.rate:
			item.rate = flt(
				item.price_list_rate * (1 - item.discount_percentage / 100), item.precision("rate")
			)
			item.discount_amount = item.price_list_rate * item.discount_percentage / 100
		self._margin(item)
		item.net_rate = item.rate
		item.amount = flt(item.rate * item.qty, item.precision("amount"))
		if not item.qty and self.doc.get("is_return"):
			item.amount = flt(-item.rate, item.precision("amount"))
		item.net_amount = item.amount
		self._base(item, "price_list_rate", "rate", "net_rate", "amount", "net_amount")

	def _margin(self, item: object) -> None:
		item.rate_with_margin = item.base_rate_with_margin = 0.0
		if item.price_list_rate and item.rate > item.price_list_rate:
			item.margin_type = "Amount"
			item.margin_rate_or_amount = flt(
				item.rate - item.price_list_rate, item.precision("margin_rate_or_amount")
			)
			item.rate_with_margin = item.rate
			item.rate = flt(item.rate * (1 - item.discount_percentage / 100), item.precision("rate"))
			item.discount_amount = item.rate_with_margin - item.rate
		elif item.price_list_rate:
			if item.margin_rate_or_amount:
				frappe.not_emulated("a margin below the price list rate")
			item.discount_amount = item.price_list_rate - item.rate

	def _start_tax(self, tax: object) -> None:
		first = cint(tax.idx) == 1
		if tax.charge_type not in ("On Net Total", "Actual"):
			if first or cint(tax.row_id) >= cint(tax.idx):
				frappe.throw(
					_(
						"Cannot refer row number greater than or equal to current row number for this Charge type"
					)
				)
			frappe.not_emulated(f"charge type {tax.charge_type}")
		if cint(tax.included_in_print_rate) and tax.charge_type == "Actual":
			frappe.throw(
				_("Charge of type 'Actual' in row {0} cannot be included in Item Rate").format(tax.idx)
			)
		tax.item_wise_tax_detail = {}
		tax.total = tax.tax_amount_after_discount_amount = 0.0
		if tax.charge_type == "Actual":
			tax.tax_amount = flt(tax.tax_amount, tax.precision("tax_amount"))
		elif not self._keeps_tax():
			tax.tax_amount = 0.0

	def _rate(self, tax: object) -> float:
		"""v16 keeps rates by account: of two rows on one account the last rules (a fixed charge has none).

		A row marked as set by an item's template is left out of that.
		"""
		if not erpnext.V16:
			return flt(tax.rate)
		rows = [row for row in self.doc.get("taxes") if not row.get("set_by_item_tax_template")]
		same = [row.rate for row in rows if row.account_head == tax.account_head]
		return flt(same[-1] if same else tax.rate)

	def _keeps_tax(self) -> bool:
		"""A discount on the grand total leaves the tax before discount as it was."""
		return self.discounted and self.doc.apply_discount_on == "Grand Total"

	def _take_out_included(self) -> None:
		fraction = sum(
			self._rate(tax) / 100 for tax in self.doc.get("taxes") if cint(tax.included_in_print_rate)
		)
		if not fraction or self.discounted:
			return
		for item in self.doc.items:
			if item.qty:
				item.net_amount = flt(item.amount / (1 + fraction), item.precision("net_amount"))
				item.net_rate = flt(item.net_amount / item.qty, item.precision("net_rate"))
				self._base(item, "net_rate", "net_amount")

	def _net_total(self) -> None:
		doc = self.doc
		doc.total_qty = sum(flt(item.qty) for item in doc.items)
		sums = {
			"total": "amount",
			"base_total": "base_amount",
			"net_total": "net_amount",
			"base_net_total": "base_net_amount",
		}
		for total, field in sums.items():
			doc.set(total, flt(sum(flt(item.get(field)) for item in doc.items), doc.precision(total)))

	def _taxes(self) -> None:
		doc = self.doc
		taxes = doc.get("taxes")
		left = {tax.idx: tax.tax_amount for tax in taxes if tax.charge_type == "Actual"}
		for item in doc.items:
			for tax in taxes:
				amount = self._share(item, tax, left, last=item is doc.items[-1])
				if tax.charge_type != "Actual" and not self._keeps_tax():
					tax.tax_amount += amount
				tax.tax_amount_after_discount_amount += amount
		if (
			taxes
			and doc.apply_discount_on == "Grand Total"
			and (self.discounted or doc.discount_amount or doc.additional_discount_percentage)
		):
			self._spread(taxes)
		running = doc.net_total
		for tax in taxes:
			tax.tax_amount = flt(tax.tax_amount, tax.precision("tax_amount"))
			after = flt(tax.tax_amount_after_discount_amount, tax.precision("tax_amount"))
			tax.tax_amount_after_discount_amount = after
			self._base(tax, "tax_amount", "tax_amount_after_discount_amount")
			running = tax.total = flt(running + after, tax.precision("total"))
			self._base(tax, "total")
			tax.item_wise_tax_detail = json.dumps(tax.item_wise_tax_detail, separators=(",", ":"))

	def _share(self, item: object, tax: object, left: dict, *, last: bool) -> float:
		if tax.charge_type == "Actual":
			amount = item.net_amount * tax.tax_amount / self.doc.net_total if self.doc.net_total else 0.0
			left[tax.idx] -= amount
			amount += left[tax.idx] if last else 0
		else:
			amount = self._rate(tax) / 100 * item.net_amount
		detail = tax.item_wise_tax_detail.get(item.item_code, [0, 0.0])
		tax.item_wise_tax_detail[item.item_code] = [
			flt(tax.rate),
			detail[1] + amount * self.doc.conversion_rate,
		]
		return amount

	def _spread(self, taxes: list) -> None:
		"""Remember the unrounded grand total of the first pass; what rounding leaves over goes to the grand total."""
		running = self.doc.net_total
		for tax in taxes:
			after = tax.tax_amount_after_discount_amount
			after = flt(after, tax.precision("tax_amount")) if self.discounted else after
			running = flt(running + after, tax.precision("total"))
		if self.discounted:
			self.diff = flt(
				self.spread - self.doc.discount_amount - running, self.doc.precision("grand_total")
			)
		else:
			self.spread = running

	def _included_difference(self) -> None:
		"""With included taxes the grand total is the price, though net and tax round apart."""
		doc, taxes = self.doc, self.doc.get("taxes")
		if not any(cint(tax.included_in_print_rate) for tax in taxes):
			return
		on_top = sum(tax.tax_amount_after_discount_amount for tax in taxes if not tax.included_in_print_rate)
		diff = doc.total + on_top - flt(taxes[-1].total)
		if self.discounted and doc.discount_amount:
			diff -= flt(doc.discount_amount)
		diff = flt(diff, doc.precision("rounding_adjustment"))
		self.diff = diff if abs(diff) <= 5 / 10 ** taxes[-1].precision("tax_amount") else 0

	def _totals(self) -> None:
		doc, taxes = self.doc, self.doc.get("taxes")
		self._included_difference()
		doc.grand_total = flt(taxes[-1].total) + self.diff if taxes else flt(doc.net_total)
		charges = doc.grand_total - doc.net_total - self.diff if taxes else 0.0
		doc.total_taxes_and_charges = flt(charges, doc.precision("total_taxes_and_charges"))
		self._base(doc, "total_taxes_and_charges")
		base = (
			flt(doc.grand_total * doc.conversion_rate) if doc.total_taxes_and_charges else doc.base_net_total
		)
		doc.grand_total = flt(doc.grand_total, doc.precision("grand_total"))
		doc.base_grand_total = flt(base, doc.precision("base_grand_total"))
		self._round()

	def _round(self) -> None:
		doc = self.doc
		if doc.is_rounded_total_disabled():
			doc.rounded_total = doc.base_rounded_total = doc.rounding_adjustment = (
				doc.base_rounding_adjustment
			) = 0
			return
		step = flt(frappe.get_cached_value("Currency", doc.currency, "smallest_currency_fraction_value"))
		rounded = round(doc.grand_total / step) * step if step else float(round(doc.grand_total))
		doc.rounded_total = flt(rounded, doc.precision("rounded_total"))
		doc.rounding_adjustment = flt(
			doc.rounded_total - doc.grand_total, doc.precision("rounding_adjustment")
		)
		self._base(doc, "rounding_adjustment", "rounded_total")

	def _apply_discount(self) -> None:
		doc = self.doc
		if doc.additional_discount_percentage:
			on = flt(doc.get(frappe.scrub(doc.apply_discount_on)))
			doc.discount_amount = flt(
				on * doc.additional_discount_percentage / 100, doc.precision("discount_amount")
			)
		doc.base_discount_amount = flt(
			doc.discount_amount * doc.conversion_rate, doc.precision("base_discount_amount")
		)
		total = self._discount_base()
		expected = net = 0
		for item in doc.items if total else ():
			share = flt(doc.discount_amount) * item.net_amount / total
			expected += item.net_amount - share
			item.net_amount = flt(item.net_amount - share, item.precision("net_amount"))
			net += item.net_amount
			rest = flt(expected - net, doc.precision("net_total"))
			item.net_amount = flt(item.net_amount + rest, item.precision("net_amount"))
			net += rest
			item.distributed_discount_amount = flt(
				share + rest, item.precision("distributed_discount_amount")
			)
			item.net_rate = flt(item.net_amount / item.qty, item.precision("net_rate")) if item.qty else 0
			self._base(item, "net_rate", "net_amount")
		if total:
			self.discounted = True
			self._calculate()

	def _discount_base(self) -> float:
		doc, taxes = self.doc, self.doc.get("taxes")
		if doc.apply_discount_on == "Net Total" or not taxes:
			return doc.net_total
		fixed = sum(tax.tax_amount for tax in taxes if tax.charge_type == "Actual")
		return (self.spread if self.spread is not None else doc.grand_total) - fixed

	def _outstanding(self) -> None:
		doc = self.doc
		doc.total_advance = flt(
			sum(flt(row.allocated_amount) for row in doc.get("advances")), doc.precision("total_advance")
		)
		same = doc.party_account_currency == doc.currency
		total = (
			(doc.rounded_total or doc.grand_total)
			if same
			else (doc.base_rounded_total or doc.base_grand_total)
		)
		if doc.docstatus == 2:
			return
		if total > 0 and doc.total_advance > total:
			frappe.throw(
				_("Advance amount cannot be greater than {0} {1}").format(doc.party_account_currency, total)
			)
		if doc.docstatus == 0:
			kept = doc.is_return and doc.return_against and not doc.update_outstanding_for_self
			open_amount = 0 if kept else flt(total - doc.total_advance, doc.precision("outstanding_amount"))
			doc.outstanding_amount = open_amount


__getattr__ = module_getattr(__name__)
