"""What orders, invoices and payments have in common."""

import erpnext
import frappe
from erpnext.accounts.general_ledger import make_gl_entries, make_reverse_gl_entries, refuse_settings
from erpnext.accounts.party import get_party_account_currency, validate_party_frozen_disabled
from erpnext.accounts.utils import get_account_currency, get_fiscal_year, reconcile_against_document
from erpnext.controllers.status_updater import StatusUpdater
from erpnext.controllers.taxes_and_totals import calculate_taxes_and_totals
from erpnext.controllers.update_items import update_child_qty_rate as update_child_qty_rate
from erpnext.exceptions import (
	InvalidCurrency,
	InvalidQtyError,
	UOMMustBeIntegerError,
	left_out_if,
	refuse_if,
	refuse_left_out,
)
from frappe._emulation import module_getattr
from frappe.query_builder.functions import Sum
from frappe.utils import cint, flt, getdate, nowdate

ADVANCES, ORDER = "Advance Payment Ledger Entry", "Sales Order"
IGNORED_LINKS = ("GL Entry", "Payment Ledger Entry", "Unreconcile Payment", "Unreconcile Payment Entries")


class AccountsController(StatusUpdater):
	"""Base of every voucher."""

	@property
	def company_currency(self) -> str:
		return erpnext.get_company_currency(self.company)

	def base_gl(self, **values: object) -> frappe._dict:
		"""One ledger row of this voucher."""
		date, zero = self.posting_date, dict.fromkeys(("debit", "credit"), 0)
		row = frappe._dict(
			company=self.company, posting_date=date, fiscal_year=get_fiscal_year(date, company=self.company)[0],
			voucher_type=self.doctype, voucher_no=self.name, remarks=self.get("remarks") or self.get("remark"),
			is_opening="No", project=self.get("project"), **zero,
			voucher_subtype=self.get("payment_type") or self.get("voucher_type") or self.doctype,
		)  # fmt: skip
		row.update({f"{side}_in_account_currency": 0 for side in zero})
		row.update(values)
		row.account_currency = row.account_currency or get_account_currency(row.account)
		return row

	def blank_own_references(self) -> None:
		"""On cancel, ledger rows that point at this voucher lose that, its own too; their opposites may keep it."""
		pointing = {"against_voucher_type": self.doctype, "against_voucher": self.name}
		frappe.db.set_value("GL Entry", pointing, dict.fromkeys(pointing))


class PostedByHand(AccountsController):
	"""A payment or journal: posts its rows as they are."""

	def on_submit(self) -> None:
		refuse_if(self.get("difference") or self.get("difference_amount"), "Debit must be equal to Credit")
		make_gl_entries(self.ledger_rows())
		self.after_posting()

	def after_posting(self) -> None:
		"""What follows the ledger."""

	def on_cancel(self) -> None:
		self.ignore_linked_doctypes = (*IGNORED_LINKS, ADVANCES)
		self.blank_own_references()
		make_reverse_gl_entries(self, self.ledger_rows())
		self.after_posting()


class SellingController(AccountsController):
	"""Quotation, order and invoice."""

	def validate_selling(self, date_field: str) -> None:
		"""Checks and totals that the three share."""
		refuse_left_out(self)
		refuse_settings(self.company)
		left_out_if(self.get("is_opening") == "Yes", "opening invoices")
		for item in self.items:
			refuse_if(not flt(item.qty), f"Row {item.idx}: quantity cannot be zero", InvalidQtyError)
		self.set(date_field, self.get(date_field) or nowdate())
		self.set_missing_values()
		if self.meta.has_field("fiscal_year") or self.doctype != "Quotation":
			get_fiscal_year(self.get(date_field), company=self.company)
		self.calculate_taxes_and_totals()
		refuse_if(flt(self.base_grand_total) < 0, "Grand Total must be greater than or equal to 0")
		self.validate_payment_schedule()
		self.validate_uom_is_integer()
		if customer := self.get("customer"):
			validate_party_frozen_disabled("Customer", customer)
			currency = get_party_account_currency("Customer", customer, self.company)
			is_other = currency not in (self.company_currency, self.currency)
			refuse_if(is_other, f"{customer} is booked in {currency}", InvalidCurrency)

	def set_missing_values(self) -> None:
		"""What the form would fill in: names, price list, line details."""
		customer = self.get("customer") or (self.get("quotation_to") == "Customer" and self.party_name)
		if customer:
			known = frappe.get_cached_doc("Customer", customer)
			refuse_left_out(known)
			self.customer_name = self.get("customer_name") or known.customer_name
			for field in ("customer_group", "territory", "language") if self.is_new() else ():
				if self.meta.has_field(field) and not self.get(field):
					self.set(field, known.get(field))
		default = frappe.db.get_single_value("Selling Settings", "selling_price_list")
		self.selling_price_list = self.selling_price_list or default
		currency = frappe.get_cached_value("Price List", self.selling_price_list, "currency")
		self.price_list_currency = self.price_list_currency or currency
		self.plc_conversion_rate = flt(self.plc_conversion_rate) or 1.0
		if not self.currency:
			self.currency, self.conversion_rate = self.price_list_currency, self.plc_conversion_rate
		for item in self.items:
			if item.item_code:
				self.fill_line(item)

	def fill_line(self, line: object) -> None:
		"""Item details; the item must be for sale and alive."""
		item = frappe.get_cached_doc("Item", line.item_code)
		refuse_left_out(item)
		is_over = item.end_of_life and getdate(item.end_of_life) <= getdate(nowdate())
		refuse_if(is_over or item.disabled or not item.is_sales_item, f"{item.name} is not for sale")
		line.stock_uom = item.stock_uom
		line.uom = line.uom or item.sales_uom or item.stock_uom
		left_out_if(line.uom != line.stock_uom, "units other than the item's own")
		line.conversion_factor = 1.0
		line.stock_qty = flt(line.qty, line.precision("stock_qty"))
		company = frappe.get_cached_doc("Company", self.company)
		defaults = dict(
			item_name=item.item_name, description=item.description or item.item_name, item_group=item.item_group,
			brand=item.brand, ordered_qty=0.0, income_account=company.default_income_account,
			cost_center=self.get("cost_center") or company.cost_center,
			warehouse=frappe.db.get_single_value("Stock Settings", "default_warehouse"),
		)  # fmt: skip
		for field, value in defaults.items():
			if line.meta.has_field(field) and not line.get(field):
				line.set(field, value)

	def calculate_taxes_and_totals(self) -> None:
		"""Lines, taxes, totals."""
		calculate_taxes_and_totals(self)

	def validate_uom_is_integer(self, *_fields: str) -> None:
		"""Pieces come whole."""
		for row in self.items:
			whole = row.uom and frappe.get_cached_value("UOM", row.uom, "must_be_whole_number")
			is_part = abs(cint(row.qty) - flt(row.qty, row.precision("qty"))) > 0.0000001
			refuse_if(whole and is_part, f"Row {row.idx}: a fraction of {row.uom}", UOMMustBeIntegerError)

	# Payment schedule

	def open_total(self) -> tuple[float, float]:
		"""What the schedule spreads, in document and company currency: the total less advances."""
		total, base = self.rounded_total or self.grand_total, self.base_rounded_total or self.base_grand_total
		advance = flt(self.get("total_advance"))
		if advance and self.in_company_currency():
			base -= advance
			total = flt(base / self.conversion_rate, self.precision("grand_total"))
		elif advance:
			total -= advance
			base = flt(total * self.conversion_rate, self.precision("base_grand_total"))
		return total, base

	def validate_payment_schedule(self) -> None:
		"""No date twice, none before the order; the last one is an invoice's due date; the sum is the total."""
		dates = [str(row.due_date) for row in self.payment_schedule]
		refuse_if(len(dates) != len(set(dates)), "Rows with duplicate due dates were found")
		is_early = self.doctype == ORDER and min(dates, default="9") < str(self.transaction_date)
		refuse_if(is_early, "Due Date cannot be before Posting Date")
		if dates and self.doctype == "Sales Invoice":
			self.due_date = max(dates)
		self.set_payment_schedule()
		total, base = self.open_total()
		for field, whole in (("payment_amount", total), ("base_payment_amount", base)):
			planned = sum(flt(row.get(field), 2) for row in self.payment_schedule)
			free = self.get("ignore_default_payment_terms_template")
			refuse_if(abs(planned - flt(whole, 2)) > 0.1 and not free, "Payment Schedule must be the total")

	def set_payment_schedule(self) -> None:
		"""One row over everything if there is none; amounts from portions."""
		total, base = self.open_total()
		if not self.payment_schedule:
			due = self.get("due_date") or self.get("posting_date") or self.get("transaction_date")
			self.append("payment_schedule", dict(due_date=due, invoice_portion=100))
		for row in self.payment_schedule:
			if share := flt(row.invoice_portion) / 100:
				row.payment_amount = row.outstanding = flt(total * share, row.precision("payment_amount"))
				row.base_payment_amount = flt(base * share, row.precision("base_payment_amount"))
			else:
				paid = flt(row.payment_amount) * self.conversion_rate
				row.base_payment_amount = flt(paid, row.precision("base_payment_amount"))
			row.base_outstanding = row.base_payment_amount

	def in_company_currency(self) -> bool:
		"""Whether the receivable account is kept in company currency."""
		return self.party_account_currency == self.company_currency

	# Advances

	@frappe.whitelist()
	def set_advances(self) -> None:
		"""Propose money of the invoice's orders, and any on account unless only allocated payments are asked for."""
		self.set("advances", [])
		left = self.total_in_party_currency()
		for found in self.get_advance_entries():
			allocated = min(left, found.advance_amount)
			left -= flt(allocated)
			self.append("advances", dict(found, reference_type="Payment Entry", allocated_amount=allocated))

	def get_advance_entries(self) -> list[frappe._dict]:
		"""Submitted receipts that may be drawn: of the invoice's orders first, then what is on account."""
		orders = list({row.sales_order for row in self.items if row.get("sales_order")})
		payment, reference = frappe.qb.DocType("Payment Entry"), frappe.qb.DocType("Payment Entry Reference")
		mine = (payment.party == self.customer) & (payment.paid_from == self.debit_to)
		base = frappe.qb.from_(payment).where(mine & (payment.docstatus == 1)).select(payment.remarks)
		base = base.orderby(payment.posting_date).orderby(payment.creation)
		names = dict(name="reference_name", paid_from="account", source_exchange_rate="ref_exchange_rate")
		base = base.select(*(payment[field].as_(name) for field, name in names.items()))
		found = []
		if orders:
			of_order = (reference.reference_doctype == ORDER) & reference.reference_name.isin(orders)
			drawn = base.inner_join(reference).on(payment.name == reference.parent).where(of_order)
			drawn = drawn.select(reference.allocated_amount.as_("advance_amount"))
			found = drawn.select(reference.name.as_("reference_row")).run(as_dict=True)
		if not cint(self.only_include_allocated_payments):
			spare = base.select(payment.unallocated_amount.as_("advance_amount"))
			found += spare.where(payment.unallocated_amount > 0).run(as_dict=True)
		return found

	def draw_advances(self) -> None:
		"""Apply the proposed advances to this invoice."""
		drawn = [row for row in self.advances if flt(row.allocated_amount) > 0]
		for row in drawn:
			same = not row.ref_exchange_rate or flt(row.ref_exchange_rate) == flt(self.conversion_rate)
			left_out_if(not same and not self.in_company_currency(), "exchange gain and loss")
		reconcile_against_document(self, drawn)

	def set_total_advance_paid(self) -> None:
		"""What the advance ledger says of this order; in v15 never back to zero by itself."""
		ledger, live = frappe.qb.DocType(ADVANCES), {"delinked": 0} if erpnext.V16 else {}
		of_order = {"against_voucher_type": self.doctype, "against_voucher_no": self.name}
		currency = frappe.db.get_value(ADVANCES, of_order, "currency")
		if not currency and not erpnext.V16:
			return
		query = frappe.qb.from_(ledger).select(Sum(ledger.amount))
		for field, value in (of_order | live).items():
			query = query.where(ledger[field] == value)
		paid = flt(abs(flt(query.run()[0][0])), self.precision("advance_paid"))
		frappe.db.set_value(self.doctype, self.name, "party_account_currency", currency)
		is_more = self.currency == self.company_currency and paid > (self.rounded_total or self.grand_total)
		refuse_if(is_more, "Total advance cannot be greater than the Grand Total")
		self.db_set("advance_paid", paid)


__getattr__ = module_getattr(__name__)
