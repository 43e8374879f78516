"""What orders, invoices and payments have in common, and the button Update Items."""

import json

import erpnext
import frappe
from erpnext.accounts.party import (
	get_party_account_currency,
	validate_due_date,
)
from erpnext.accounts.utils import (
	get_account_currency,
	get_fiscal_year,
	get_fiscal_years,
	reconcile_against_document,
)
from erpnext.controllers.status_updater import StatusUpdater, update_order
from erpnext.controllers.taxes_and_totals import calculate_taxes_and_totals
from erpnext.exceptions import InvalidCurrency
from frappe import _, not_emulated
from frappe._emulation import module_getattr
from frappe.query_builder.functions import Sum
from frappe.utils import cint, flt, getdate, money_in_words, nowdate


class InvalidQtyError(frappe.ValidationError):
	pass


class AccountsController(StatusUpdater):
	"""Base of every voucher."""

	@property
	def company_currency(self) -> str:
		return erpnext.get_company_currency(self.company)

	def base_gl(self, **values: object) -> frappe._dict:
		"""One ledger row of this voucher."""
		date = self.get("posting_date")
		years = get_fiscal_years(date, company=self.company)
		if len(years) > 1:
			frappe.throw(_("Multiple fiscal years exist for the date {0}").format(date))
		row = frappe._dict(
			company=self.company, posting_date=date, fiscal_year=years[0][0], voucher_type=self.doctype,
			voucher_no=self.name, remarks=self.get("remarks") or self.get("remark"), debit=0, credit=0,
			is_opening=self.get("is_opening") or "No", project=self.get("project"), voucher_subtype=self.voucher_subtype(),
			debit_in_account_currency=0, credit_in_account_currency=0,
		)  # fmt: skip
		row.update(values)
		row.account_currency = row.account_currency or get_account_currency(row.account)
		return row

	def blank_own_references(self) -> None:
		"""On cancel, ledger rows that point at this voucher lose that, its own too; their opposites may keep it."""
		blank = {"against_voucher_type": None, "against_voucher": None}
		frappe.db.set_value(
			"GL Entry", {"against_voucher_type": self.doctype, "against_voucher": self.name}, blank
		)

	def voucher_subtype(self) -> str:
		"""Kind of voucher, written to every ledger row."""
		if self.doctype == "Sales Invoice":
			return (
				"Credit Note" if self.is_return else "Debit Note" if self.is_debit_note else "Sales Invoice"
			)
		return self.get("payment_type") or self.get("voucher_type") or self.doctype

	def make_advance_payment_ledger_entries(self, references: list[tuple], currency: str) -> None:
		"""v15: a row per order and event, after the ledgers. v16 posts them with the payment ledger."""
		orders = [] if erpnext.V16 else [row for row in references if row[0] == "Sales Order" and row[2]]
		for doctype, name, amount in orders:
			self.post_advance(doctype, name, amount, currency)
		for doctype, name, _amount in orders:
			frappe.get_doc(doctype, name, for_update=True).set_total_advance_paid()

	def post_advance(self, doctype: str, name: str, amount: float, currency: str) -> None:
		"""One row that names the order of an advance: positive in v15, its cancellation negative."""
		submitted = self.docstatus == 1
		row = frappe.new_doc("Advance Payment Ledger Entry")
		row.update(
			dict(company=self.company, voucher_type=self.doctype, voucher_no=self.name, currency=currency,
				against_voucher_type=doctype, against_voucher_no=name, amount=amount if submitted else -amount,
				event="Submit" if submitted else "Cancel")
		)  # fmt: skip
		row.flags.ignore_permissions = 1
		row.save()


def pointed_at(voucher: AccountsController, doctype: str | None, name: str | None) -> dict:
	"""v15 books an advance against its order; v16 against the voucher itself and names the order apart."""
	if erpnext.V16 and doctype == "Sales Order":
		own = dict(against_voucher_type=voucher.doctype, against_voucher=voucher.name)
		return dict(own, advance_voucher_type=doctype, advance_voucher_no=name)
	return dict(against_voucher_type=doctype, against_voucher=name)


class SellingController(AccountsController):
	"""Quotation, order and invoice."""

	def before_selling(self, date_field: str) -> None:
		"""Checks and totals that the three share, in the host's order."""
		self.refuse_what_is_left_out()
		if not self.get("is_return") and not self.get("is_debit_note"):
			for item in self.items:
				if not flt(item.qty):
					frappe.throw(
						_("Row #{0}: Quantity for Item {1} cannot be zero.").format(item.idx, item.item_code),
						InvalidQtyError,
					)
		if not self.get(date_field):
			self.set(date_field, nowdate())
		self.set_missing_values(for_validate=True)
		if self.meta.has_field("fiscal_year") or self.doctype != "Quotation":
			get_fiscal_year(self.get(date_field), company=self.company)
		self.calculate_taxes_and_totals()
		if not self.get("is_return") and flt(self.base_grand_total) < 0:
			frappe.throw(
				_("{0} must be greater than or equal to {1}").format(_("Grand Total (Company Currency)"), 0)
			)

	def after_totals(self) -> None:
		"""Party, currency, text of the total."""
		from erpnext.accounts.party import validate_party_frozen_disabled

		customer = self.get("customer")
		validate_party_frozen_disabled("Customer", customer)
		if customer:
			currency = get_party_account_currency("Customer", customer, self.company)
			if currency != self.company_currency and self.currency != currency:
				message = _("Accounting Entry for {0}: {1} can only be made in currency: {2}")
				frappe.throw(message.format("Customer", customer, currency), InvalidCurrency)
		self.set_total_in_words()

	def refuse_what_is_left_out(self) -> None:
		"""Fields that would trigger a part of the host that is not here."""
		left_out = (
			"is_pos update_stock redeem_loyalty_points coupon_code shipping_rule is_internal_customer auto_repeat "
			"inter_company_order_reference inter_company_invoice_reference taxes_and_charges payment_terms_template "
			"tax_category packed_items timesheets is_opening_entry has_unit_price_items sales_partner is_consolidated"
		).split()
		for field in left_out:
			if field not in self.meta.dropped and self.get(field):
				not_emulated(f"{field} of {self.doctype}")
		if self.get("is_opening") == "Yes":
			not_emulated("opening invoices")

	def set_missing_values(self, for_validate: bool = False) -> None:
		"""What the form would fill in: names, price list, line details."""
		customer = self.get("customer") or (
			self.get("party_name") if self.get("quotation_to") == "Customer" else None
		)
		if customer and not self.get("customer_name"):
			self.customer_name = frappe.get_cached_value("Customer", customer, "customer_name")
		self.fill_party(customer)
		if not self.get("selling_price_list"):
			self.selling_price_list = frappe.db.get_single_value("Selling Settings", "selling_price_list")
		if self.get("selling_price_list") and not self.get("price_list_currency"):
			self.price_list_currency = frappe.get_cached_value(
				"Price List", self.selling_price_list, "currency"
			)
		if not flt(self.get("plc_conversion_rate")):
			self.plc_conversion_rate = 1.0
		if not self.currency:
			self.currency, self.conversion_rate = self.price_list_currency, self.plc_conversion_rate
		for item in self.items:
			self.fill_line(item)

	def fill_party(self, customer: str | None) -> None:
		"""Customer group, territory and team of a document that was never saved."""
		if not customer or not self.is_new():
			return
		known = frappe.get_cached_doc("Customer", customer)
		for field in ("customer_group", "territory", "language"):
			if self.meta.has_field(field) and not self.get(field):
				self.set(field, known.get(field))
		if self.meta.has_field("sales_team") and not self.get("sales_team"):
			for row in known.get("sales_team") or []:
				self.append(
					"sales_team",
					{
						key: row.get(key)
						for key in ("sales_person", "allocated_percentage", "commission_rate")
					},
				)

	def fill_line(self, line: object) -> None:
		"""Item details; the item must be for sale and alive."""
		if not line.item_code:
			return
		item = frappe.get_cached_doc("Item", line.item_code)
		check_item(item)
		if (
			item.is_stock_item
			and self.doctype == "Sales Invoice"
			and not line.get("so_detail")
			and self.get("update_stock")
		):
			not_emulated("stock")
		line.stock_uom = item.stock_uom
		if "ordered_qty" in line.meta.columns and line.get("ordered_qty") is None:
			line.ordered_qty = 0.0
		for field in ("item_name", "description", "item_group", "brand"):
			if not line.get(field) and line.meta.has_field(field):
				line.set(field, item.get(field) or (item.item_name if field == "description" else None))
		line.uom = line.uom or item.sales_uom or item.stock_uom
		line.conversion_factor = (
			1.0 if line.uom == line.stock_uom else flt(line.conversion_factor) or conversion(item, line.uom)
		)
		line.stock_qty = flt(flt(line.qty) * line.conversion_factor, line.precision("stock_qty"))
		if line.meta.has_field("cost_center") and not line.get("cost_center"):
			default = item_default(item, self.company, "selling_cost_center")
			line.cost_center = (
				default or self.get("cost_center") or erpnext.get_default_cost_center(self.company)
			)
		if line.meta.has_field("income_account") and not line.get("income_account"):
			default = item_default(item, self.company, "income_account")
			line.income_account = default or frappe.get_cached_value(
				"Company", self.company, "default_income_account"
			)
		if line.meta.has_field("warehouse") and not line.get("warehouse"):
			default = frappe.db.get_single_value("Stock Settings", "default_warehouse")
			line.warehouse = item_default(item, self.company, "default_warehouse") or default

	def calculate_taxes_and_totals(self) -> None:
		"""Lines, taxes, totals, then the sales team's shares."""
		calculate_taxes_and_totals(self)
		if self.doctype == "Quotation":
			return
		team = self.get("sales_team") or []
		base = sum(flt(row.base_net_amount) for row in self.items if row.get("grant_commission", 1))
		for row in team:
			row.allocated_percentage = flt(row.allocated_percentage, row.precision("allocated_percentage"))
			row.allocated_amount = flt(
				base * row.allocated_percentage / 100, row.precision("allocated_amount")
			)
		if team and abs(sum(flt(row.allocated_percentage) for row in team) - 100) > 0.0001:
			frappe.throw(_("Total allocated percentage for sales team should be 100"))

	def is_rounded_total_disabled(self) -> int:
		return cint(self.get("disable_rounded_total"))

	def set_total_in_words(self) -> None:
		disabled = self.is_rounded_total_disabled()
		self.in_words = money_in_words(
			abs(flt(self.grand_total if disabled else self.rounded_total)), self.currency
		)
		base = self.base_grand_total if disabled else self.base_rounded_total
		self.base_in_words = money_in_words(abs(flt(base)), self.company_currency)

	def validate_uom_is_integer(self, uom_field: str, qty_field: str) -> None:
		"""Pieces come whole."""
		for row in self.items:
			uom = row.get(uom_field)
			if uom and frappe.get_cached_value("UOM", uom, "must_be_whole_number"):
				if (
					abs(cint(row.get(qty_field)) - flt(row.get(qty_field), row.precision(qty_field)))
					> 0.0000001
				):
					from erpnext.utilities.transaction_base import UOMMustBeIntegerError

					message = _("Row {0}: Quantity ({1}) cannot be a fraction.")
					frappe.throw(message.format(row.idx, row.get(qty_field)), UOMMustBeIntegerError)

	# Payment schedule

	def open_total(self) -> tuple[float, float]:
		"""What the schedule spreads, in document and company currency: the total less advances."""
		total, base = (
			self.get("rounded_total") or self.grand_total,
			self.get("base_rounded_total") or self.base_grand_total,
		)
		advance = flt(self.get("total_advance"))
		if advance and self.party_account_currency == self.company_currency:
			base -= advance
			total = flt(base / self.conversion_rate, self.precision("grand_total"))
		elif advance:
			total -= advance
			base = flt(total * self.conversion_rate, self.precision("base_grand_total"))
		return total, base

	def set_payment_schedule(self) -> None:
		"""One row over everything if there is none; amounts from portions."""
		total, base = self.open_total()
		if not self.get("payment_schedule"):
			due = self.get("due_date") or self.get("posting_date") or self.get("transaction_date")
			self.append(
				"payment_schedule",
				dict(due_date=due, invoice_portion=100, payment_amount=total, base_payment_amount=base),
			)
		for row in self.payment_schedule:
			if row.payment_term:
				not_emulated("payment terms")
			if row.invoice_portion:
				row.payment_amount = flt(
					total * flt(row.invoice_portion) / 100, row.precision("payment_amount")
				)
				row.base_payment_amount = flt(
					base * flt(row.invoice_portion) / 100, row.precision("base_payment_amount")
				)
				row.outstanding, row.base_outstanding = row.payment_amount, row.base_payment_amount
			else:
				paid = flt(row.payment_amount) * self.conversion_rate
				row.base_payment_amount = flt(paid, row.precision("base_payment_amount"))
				row.base_outstanding = row.base_payment_amount

	def validate_payment_schedule_dates(self) -> None:
		"""No date twice, none before the order."""
		dates = []
		for row in self.get("payment_schedule"):
			if (
				self.doctype == "Sales Order"
				and row.due_date
				and getdate(row.due_date) < getdate(self.transaction_date)
			):
				frappe.throw(
					_("Row {0}: Due Date in the Payment Terms table cannot be before Posting Date").format(
						row.idx
					)
				)
			dates.append(str(row.due_date))
		if len(dates) != len(set(dates)):
			frappe.throw(_("Rows with duplicate due dates in other rows were found"))

	def validate_payment_schedule_amount(self) -> None:
		"""The rows add up to the total."""
		total, base = self.open_total()
		rows = self.get("payment_schedule")
		gap = sum(flt(row.payment_amount, 2) for row in rows) - flt(total, self.precision("grand_total"))
		base_gap = sum(flt(row.base_payment_amount, 2) for row in rows) - flt(
			base, self.precision("base_grand_total")
		)
		if rows and max(abs(gap), abs(base_gap)) > 0.1:
			frappe.throw(_("Total Payment Amount in Payment Schedule must be equal to Grand / Rounded Total"))

	def validate_invoice_schedule(self) -> None:
		"""An invoice's dates and schedule; a credit note has none."""
		if self.is_return:
			self.payment_schedule = []
			return
		self.validate_payment_schedule_dates()
		due = [str(row.due_date) for row in self.get("payment_schedule") if row.due_date]
		self.due_date = max(due) if due else self.due_date
		self.set_payment_schedule()
		if not self.get("ignore_default_payment_terms_template"):
			self.validate_payment_schedule_amount()
			if not self.due_date:
				frappe.throw(_("Due Date is mandatory"))
			validate_due_date(self.posting_date, self.due_date)

	# Advances

	@frappe.whitelist()
	def set_advances(self) -> None:
		"""Propose money of the invoice's orders, and any on account unless only allocated payments are asked for."""
		self.set("advances", [])
		total = (self.get("base_rounded_total") or self.base_grand_total) if self.in_company_currency() else (
			self.get("rounded_total") or self.grand_total
		)  # fmt: skip
		left = total
		for found in self.get_advance_entries(
			include_unallocated=not cint(self.get("only_include_allocated_payments"))
		):
			allocated = min(left, found.amount)
			left -= flt(allocated)
			self.append(
				"advances",
				dict(reference_type="Payment Entry", reference_name=found.reference_name, reference_row=found.reference_row,
					remarks=found.remarks, advance_amount=flt(found.amount), allocated_amount=allocated,
					ref_exchange_rate=flt(found.exchange_rate), difference_posting_date=self.posting_date, account=found.paid_from),
			)  # fmt: skip

	def in_company_currency(self) -> bool:
		"""Whether the receivable account is kept in company currency."""
		return self.get("party_account_currency") == self.company_currency

	def get_advance_entries(self, include_unallocated: bool = True) -> list:
		"""Submitted receipts that may be drawn: of the invoice's orders first, then what is on account."""
		orders = list({row.sales_order for row in self.items if row.get("sales_order")})
		if frappe.get_all(
			"Journal Entry Account", filters={"party": self.customer, "is_advance": "Yes", "docstatus": 1}
		):
			not_emulated("an advance by Journal Entry")
		payment, reference = frappe.qb.DocType("Payment Entry"), frappe.qb.DocType("Payment Entry Reference")
		base = (
			frappe.qb.from_(payment)
			.select(payment.name.as_("reference_name"), payment.remarks, payment.paid_from)
			.select(payment.source_exchange_rate.as_("exchange_rate"))
			.where(
				(payment.payment_type == "Receive")
				& (payment.party_type == "Customer")
				& (payment.docstatus == 1)
			)
			.where((payment.party == self.customer) & (payment.paid_from == self.debit_to))
			.orderby(payment.posting_date)
			.orderby(payment.creation)
		)
		found = []
		if orders:
			of_order = (reference.reference_doctype == "Sales Order") & reference.reference_name.isin(orders)
			drawn = base.inner_join(reference).on(payment.name == reference.parent).where(of_order)
			found = drawn.select(
				reference.allocated_amount.as_("amount"), reference.name.as_("reference_row")
			).run(as_dict=True)
		if include_unallocated:
			spare = base.select(payment.unallocated_amount.as_("amount")).where(
				payment.unallocated_amount > 0
			)
			found += spare.run(as_dict=True)
		return found

	def draw_advances(self) -> None:
		"""Apply the proposed advances to this invoice."""
		drawn = [row for row in self.get("advances") if flt(row.allocated_amount) > 0]
		if drawn:
			reconcile_against_document([self.drawing(row) for row in drawn])

	def drawing(self, row: object) -> frappe._dict:
		"""What the payment needs to know of one advance."""
		if (
			flt(row.ref_exchange_rate)
			and not self.in_company_currency()
			and flt(row.ref_exchange_rate) != flt(self.conversion_rate)
		):
			not_emulated("exchange gain and loss")
		return frappe._dict(
			voucher_type=row.reference_type, voucher_no=row.reference_name, voucher_detail_no=row.reference_row,
			against_voucher_type=self.doctype, against_voucher=self.name, account=self.debit_to, party_type="Customer",
			party=self.customer, advance_amount=flt(row.advance_amount), allocated_amount=flt(row.allocated_amount),
			outstanding_amount=self.outstanding_amount,
		)  # fmt: skip

	# Orders

	def set_total_advance_paid(self) -> None:
		"""What the advance ledger says of this order; the host never takes it back to zero by itself."""
		ledger = frappe.qb.DocType("Advance Payment Ledger Entry")
		of_order = (ledger.against_voucher_type == self.doctype) & (ledger.against_voucher_no == self.name)
		if erpnext.V16:
			of_order &= ledger.delinked == 0
		row = frappe.qb.from_(ledger).select(Sum(ledger.amount)).where(of_order).run()
		currency = frappe.db.get_value(
			"Advance Payment Ledger Entry", {"against_voucher_no": self.name}, "currency"
		)
		if not currency and not erpnext.V16:
			return
		paid = flt(abs(flt(row[0][0])), self.precision("advance_paid"))
		frappe.db.set_value(self.doctype, self.name, "party_account_currency", currency)
		total = self.get("rounded_total") or self.grand_total
		if self.currency == self.company_currency and paid > total:
			frappe.throw(
				_(
					"Total advance ({0}) against Order {1} cannot be greater than the Grand Total ({2})"
				).format(paid, self.name, total)
			)
		self.db_set("advance_paid", paid)


def check_item(item: object) -> None:
	"""Not disabled, not past its end, no template, for sale."""
	if item.disabled:
		frappe.throw(_("Item {0} is disabled").format(item.name))
	if (
		item.end_of_life
		and getdate(item.end_of_life) <= getdate(nowdate())
		and str(item.end_of_life) != "0000-00-00"
	):
		frappe.throw(_("Item {0} has reached its end of life on {1}").format(item.name, item.end_of_life))
	if item.has_variants:
		frappe.throw(_("Item {0} is a template, please select one of its variants").format(item.name))
	if not item.is_sales_item:
		frappe.throw(_("Item {0} must be a Sales Item").format(item.name))


def conversion(item: object, uom: str) -> float:
	"""Stock units in one unit of sale."""
	return next((flt(row.conversion_factor) for row in item.get("uoms") or [] if row.uom == uom), 1.0)


def item_default(item: object, company: str, field: str) -> str | None:
	"""An item's default for the company."""
	return next((row.get(field) for row in item.get("item_defaults") or [] if row.company == company), None)


@frappe.whitelist()
def update_child_qty_rate(
	parent_doctype: str, trans_items: str, parent_doctype_name: str, child_docname: str = "items"
) -> None:
	"""Change, add or remove lines of a submitted order."""
	order = frappe.get_doc(parent_doctype, parent_doctype_name)
	order.check_permission("write")
	rows = json.loads(trans_items)
	_remove_lines(order, {row.get("docname") for row in rows})
	for row in rows:
		if row.get("item_code"):
			_change_line(order, row)
	order.reload()
	order.flags.ignore_validate_update_after_submit = True
	for line in order.items:
		line.stock_qty = flt(line.qty) * flt(line.conversion_factor)
	order.calculate_taxes_and_totals()
	order.set_total_in_words()
	order.set_payment_schedule()
	order.save()
	order.update_quotations()
	order.db_set("per_delivered", flt(order.per_delivered), update_modified=False)
	update_order(order.name, by_invoice=False)
	order.reload()
	order.set_status()
	order.validate_uom_is_integer("uom", "qty")


def _remove_lines(order: object, kept: set) -> None:
	for line in [line for line in order.items if line.name not in kept]:
		if flt(line.billed_amt) or flt(line.delivered_qty):
			frappe.throw(
				_("Row #{0}: Cannot delete item {1} which has already been billed.").format(
					line.idx, line.item_code
				)
			)
		frappe.db.delete(line.doctype, {"name": line.name})


def _change_line(order: object, row: dict) -> None:
	line = (
		frappe.get_doc(f"{order.doctype} Item", row["docname"])
		if row.get("docname")
		else _new_line(order, row)
	)
	same = all(flt(line.get(key)) == flt(row.get(key, line.get(key))) for key in ("qty", "rate"))
	if (
		row.get("docname")
		and same
		and str(line.delivery_date) == str(row.get("delivery_date") or line.delivery_date)
	):
		return
	if not flt(row.get("qty")):
		frappe.throw(
			_("Row #{0}: Quantity for Item {1} cannot be zero.").format(row.get("idx"), row["item_code"])
		)
	if flt(row["qty"]) < flt(line.delivered_qty):
		frappe.throw(_("Cannot set quantity less than delivered quantity"))
	rate = flt(row.get("rate"), line.precision("rate"))
	if flt(line.billed_amt, 2) > flt(rate * flt(row["qty"], line.precision("qty")), 2) and rate > 0:
		frappe.throw(
			_("Row #{0}: Cannot set Rate if the billed amount is greater than the amount").format(line.idx)
		)
	line.update(
		{
			"qty": flt(row["qty"]),
			"rate": rate,
			"delivery_date": row.get("delivery_date") or line.delivery_date,
		}
	)
	if flt(line.price_list_rate):
		not_emulated("Update Items with a price list rate")
	line.flags.ignore_validate_update_after_submit = True
	line.save() if row.get("docname") else line.db_insert()


def _new_line(order: object, row: dict) -> object:
	line = frappe.new_doc(f"{order.doctype} Item", parent_doc=order, parentfield="items")
	line.update({"item_code": row["item_code"], "uom": row.get("uom"), "qty": row.get("qty"), "docstatus": 1})
	line.update({"delivery_date": order.delivery_date, "idx": len(order.items) + 1, "parent": order.name})
	order.fill_line(line)
	return line


__getattr__ = module_getattr(__name__)
