import erpnext
import frappe
from erpnext.accounts.general_ledger import make_gl_entries, make_reverse_gl_entries
from erpnext.accounts.party import get_party_account, get_party_gle_currency
from erpnext.accounts.utils import get_account_currency
from erpnext.controllers.accounts_controller import SellingController
from erpnext.controllers.mapping import map_document, map_rows
from erpnext.controllers.sales_and_purchase_return import returned_quantities, validate_return
from erpnext.controllers.status_updater import refuse_odd_signs, update_billed
from frappe import _, not_emulated
from frappe._emulation import module_getattr
from frappe.utils import flt, getdate, nowdate, nowtime

IGNORED_LINKS = ("GL Entry", "Payment Ledger Entry", "Unreconcile Payment", "Unreconcile Payment Entries")


class SalesInvoice(SellingController):
	def validate(self) -> None:
		if not self.set_posting_time:
			self.posting_date, self.posting_time = nowdate(), nowtime()
		self.before_selling("posting_date")
		self.refuse_return_against_original()
		validate_return(self)
		self.validate_invoice_schedule()
		self.after_totals()
		if any(not row.reference_type or not row.reference_name for row in self.get("advances")):
			frappe.throw(_("A row in Advance Payments names no Payment Entry or Journal Entry."))
		self.check_party_account()
		if self.allocate_advances_automatically:
			self.set_advances()
			if erpnext.V16:  # in v15 advances drawn here count for what is open only at the next save
				self.calculate_taxes_and_totals()
		self.check_orders()
		self.validate_uom_is_integer("stock_uom", "stock_qty")
		self.validate_uom_is_integer("uom", "qty")
		self.set("advances", [row for row in self.get("advances") if flt(row.allocated_amount)])
		self.check_accounts()
		self.is_opening = self.is_opening or "No"
		self.against_income_account = ",".join(
			dict.fromkeys(row.income_account for row in self.items if row.income_account)
		)
		self.set_status()

	def refuse_return_against_original(self) -> None:
		if self.is_return and self.return_against and not self.update_outstanding_for_self:
			not_emulated("outstanding after credit notes")
		if self.write_off_amount:
			not_emulated("write off on the invoice")

	def set_missing_values(self, for_validate: bool = False) -> None:
		if not self.debit_to:
			self.debit_to = get_party_account("Customer", self.customer, self.company)
		self.party_account_currency = get_account_currency(self.debit_to)
		if not self.due_date and self.customer and not self.get("payment_schedule"):
			self.due_date = self.posting_date
		super().set_missing_values(for_validate)

	def check_party_account(self) -> None:
		"""A receivable ledger account in the currency of the invoice."""
		account = frappe.get_cached_doc("Account", self.debit_to)
		known = get_party_gle_currency("Customer", self.customer, self.company)
		allowed = frappe.db.get_single_value(
			"Accounts Settings", "allow_multi_currency_invoices_against_single_party_account"
		)
		if allowed and account.account_currency != self.currency:
			not_emulated("an invoice in another currency than its receivable account")
		if account.account_currency != self.currency and not known:
			message = _("Party Account {0} currency ({1}) and document currency ({2}) should be same")
			frappe.throw(message.format(self.debit_to, account.account_currency, self.currency))
		if account.report_type != "Balance Sheet":
			frappe.throw(_("Please ensure {0} account is a Balance Sheet account.").format(self.debit_to))
		if self.customer and account.account_type != "Receivable":
			frappe.throw(
				_("Please ensure {0} account {1} is a Receivable account.").format("Debit To", self.debit_to)
			)
		self.party_account_currency = account.account_currency

	def check_orders(self) -> None:
		"""Each order: same customer, company and currency, neither held nor closed."""
		for order in {row.sales_order for row in self.items if row.sales_order}:
			known = frappe.get_doc("Sales Order", order)
			for field in ("customer", "company", "currency"):
				if known.get(field) != self.get(field):
					frappe.throw(_("{0} does not match {1} {2}").format(field, "Sales Order", order))
			if known.status in ("Closed", "On Hold") and not self.is_return:
				frappe.throw(_("{0} {1} is {2}").format("Sales Order", order, known.status))
		for row in self.items:
			if row.get("dn_detail") or row.get("delivery_note"):
				not_emulated("an invoice of a delivery")
			if row.get("enable_deferred_revenue"):
				not_emulated("deferred revenue")
			if row.so_detail and not self.is_return:
				self.check_order_line(row)

	def check_order_line(self, row: object) -> None:
		"""Same item and unit as ordered; same rate where the settings insist."""
		line = frappe.db.get_value(
			"Sales Order Item", row.so_detail, ["item_code", "uom", "conversion_factor"], as_dict=True
		)
		for field in line or {}:
			if (row.get(field) or 0) != line[field]:
				frappe.throw(_("Row {0}: {1} does not match the Sales Order").format(row.idx, field))
		if frappe.db.get_single_value("Selling Settings", "maintain_same_sales_rate"):
			not_emulated("maintain same rate throughout the sales cycle")

	def check_accounts(self) -> None:
		"""Income accounts are ledgers of this company; cost centres belong to it."""
		if not self.conversion_rate:
			frappe.throw(_("Conversion rate cannot be 0"))
		for row in self.items:
			if frappe.get_cached_value("Cost Center", row.cost_center, "company") != self.company:
				frappe.throw(
					_("Row #{0}: Cost Center {1} does not belong to company").format(row.idx, row.cost_center)
				)
			account = frappe.get_cached_doc("Account", row.income_account)
			if account.is_group or account.company != self.company:
				frappe.throw(_("Row {0}: Invalid Income account {1}").format(row.idx, row.income_account))
			if row.income_account == self.debit_to:
				frappe.throw(_("Row {0}: Income account cannot be same as Debit To").format(row.idx))
		for tax in self.taxes:
			if frappe.get_cached_value("Account", tax.account_head, "company") != self.company:
				frappe.throw(
					_("Row {0}: Account {1} does not belong to company").format(tax.idx, tax.account_head)
				)

	def set_status(
		self, update: bool = False, status: str | None = None, update_modified: bool = True
	) -> None:
		"""From docstatus, what is open and when it was due."""
		if self.is_new():
			self.status = "Draft" if self.get("amended_from") else self.status
			return
		if not status:
			self.status = self.computed_status()
		if update:
			self.db_set("status", self.status, update_modified=update_modified)

	def computed_status(self) -> str:
		"""The host's words for the state of an invoice."""
		if self.docstatus != 1:
			return "Cancelled" if self.docstatus == 2 else "Draft"
		outstanding = flt(self.outstanding_amount, self.precision("outstanding_amount"))
		total = self.total_in_party_currency()
		if outstanding > 0 and self.due_on(paid=total - outstanding):
			return "Overdue"
		if 0 < outstanding < total:
			return "Partly Paid"
		if outstanding > 0:
			return "Unpaid"
		if self.is_return == 0 and frappe.db.get_value(
			"Sales Invoice", {"is_return": 1, "return_against": self.name, "docstatus": 1}
		):
			return "Credit Note Issued"
		return "Return" if self.is_return == 1 else "Paid"

	def total_in_party_currency(self) -> float:
		"""The total in the currency of the receivable account."""
		if self.party_account_currency == self.company_currency:
			return flt(self.base_rounded_total or self.base_grand_total, self.precision("base_grand_total"))
		return flt(self.rounded_total or self.grand_total, self.precision("grand_total"))

	def due_on(self, *, paid: float) -> bool:
		"""Whether rows of the schedule due before today add up to more than was paid."""
		rows = [
			row
			for row in self.get("payment_schedule")
			if row.due_date and getdate(row.due_date) < getdate(nowdate())
		]
		field = (
			"base_payment_amount"
			if self.party_account_currency == self.company_currency
			else "payment_amount"
		)
		return flt(paid, 2) < flt(sum(flt(row.get(field)) for row in rows), 2)

	def on_submit(self) -> None:
		for order in {row.sales_order for row in self.items if row.sales_order}:
			if frappe.db.get_value("Sales Order", order, "docstatus") not in (
				(1,) if erpnext.V16 else (0, 1)
			):
				frappe.throw(_("Sales Order {0} is not submitted").format(order))
		refuse_odd_signs(self)
		if not self.is_return or self.update_billed_amount_in_sales_order:
			update_billed(self)
		make_gl_entries(self.ledger_rows())
		if not self.is_return:
			self.draw_advances()

	def ledger_rows(self) -> list[frappe._dict]:
		"""Receivable, taxes, income."""
		if flt(self.rounding_adjustment):
			not_emulated("rounding entries")
		total = flt(self.rounded_total or self.grand_total, self.precision("grand_total"))
		base = flt(self.base_rounded_total or self.base_grand_total, self.precision("base_grand_total"))
		debit = dict(
			account=self.debit_to, party_type="Customer", party=self.customer, due_date=self.due_date,
			against=self.against_income_account, account_currency=self.party_account_currency, cost_center=self.cost_center,
			debit=base, against_voucher_type=self.doctype, against_voucher=self.name, debit_in_transaction_currency=total,
			debit_in_account_currency=base if self.in_company_currency() else total,
		)  # fmt: skip
		rows = [debit] if total else []
		for tax in self.get("taxes"):
			if flt(tax.base_tax_amount_after_discount_amount):
				amounts = (tax.base_tax_amount_after_discount_amount, tax.tax_amount_after_discount_amount)
				rows.append(self.credit(tax.account_head, *amounts, "tax_amount", tax))
		for line in self.items:
			if flt(line.base_net_amount):
				rows.append(
					self.credit(
						line.income_account, line.base_net_amount, line.net_amount, "net_amount", line
					)
				)
		rows = [self.base_gl(**row) for row in rows]
		for row in rows:
			row.update(
				transaction_currency=self.currency, transaction_exchange_rate=self.conversion_rate or 1
			)
		self.refuse_precision_loss(rows)
		return rows

	def credit(self, account: str, base: float, amount: float, field: str, row: object) -> dict:
		"""A row on the other side of the receivable."""
		currency = get_account_currency(account)
		if currency not in (self.company_currency, self.currency):
			frappe.throw(
				_("Account {0} is invalid. Account Currency must be {1}").format(
					account, self.company_currency
				)
			)
		base, amount = flt(base, row.precision(f"base_{field}")), flt(amount, row.precision(field))
		in_account = base if currency == self.company_currency else amount
		return dict(
			account=account, against=self.customer, credit=base, credit_in_account_currency=in_account,
			credit_in_transaction_currency=amount, cost_center=row.cost_center or self.cost_center, account_currency=currency,
			project=row.get("project") or self.project,
		)  # fmt: skip

	def refuse_precision_loss(self, rows: list) -> None:
		"""Foreign lines that do not add up in company currency get a rounding row on the host."""
		difference = flt(sum(flt(row.debit) - flt(row.get("credit")) for row in rows), 2)
		if difference and self.currency != self.company_currency:
			not_emulated("precision loss entry of a foreign invoice")

	def on_cancel(self) -> None:
		self.ignore_linked_doctypes = IGNORED_LINKS
		live = {
			"against_voucher_type": self.doctype,
			"against_voucher_no": self.name,
			"delinked": 0,
			"voucher_no": ("!=", self.name),
		}
		if frappe.db.exists("Payment Ledger Entry", live):
			not_emulated("unlink on cancel")
		for order in {row.sales_order for row in self.items if row.sales_order}:
			if frappe.db.get_value("Sales Order", order, "status") in ("Closed", "On Hold"):
				frappe.throw(_("{0} {1} is closed").format("Sales Order", order))
		if not self.is_return or self.update_billed_amount_in_sales_order:
			update_billed(self)
		self.blank_own_references()
		make_reverse_gl_entries(voucher_type=self.doctype, voucher_no=self.name)
		self.db_set("status", "Cancelled")


@frappe.whitelist()
def make_sales_return(source_name: str, target_doc: object = None) -> object:
	"""An unsaved credit note over what is not returned yet."""
	source, target = map_document("Sales Invoice", source_name, "Sales Invoice")
	if source.is_pos:
		not_emulated("point of sale")
	returned = returned_quantities(source.name)

	def finish(line: object, new: object) -> None:
		new.qty = -(line.qty - returned.get(line.name, 0.0))
		new.stock_qty = flt(new.qty) * flt(line.conversion_factor)
		for field in ("sales_order", "so_detail", "expense_account", "income_account", "cost_center"):
			new.set(field, line.get(field))

	map_rows(source, target, "items", names={"sales_invoice_item": "name"}, finish=finish)
	map_rows(
		source,
		target,
		"taxes",
		finish=lambda tax, new: new.set("tax_amount", -tax.tax_amount if tax.charge_type == "Actual" else 0),
	)
	map_rows(source, target, "sales_team")
	map_rows(source, target, "advances")  # without their references: the host then refuses the note
	target.update({"is_return": 1, "ignore_pricing_rule": 1, "return_against": source.name})
	target.party_account_currency = source.party_account_currency
	target.update_outstanding_for_self = 1
	if target.discount_amount:
		target.discount_amount = -source.discount_amount
	target.run_method("calculate_taxes_and_totals")
	return target


__getattr__ = module_getattr(__name__)
