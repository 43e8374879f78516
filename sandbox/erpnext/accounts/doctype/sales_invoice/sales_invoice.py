import erpnext
import frappe
from erpnext.accounts.general_ledger import make_gl_entries, make_reverse_gl_entries
from erpnext.accounts.party import get_party_account, get_party_gle_currency
from erpnext.accounts.utils import get_account_currency
from erpnext.controllers.accounts_controller import IGNORED_LINKS, SellingController
from erpnext.controllers.status_updater import update_billed
from erpnext.exceptions import left_out_if, refuse_if
from frappe._emulation import module_getattr
from frappe.utils import flt, getdate, nowdate, nowtime


class SalesInvoice(SellingController):
	def validate(self) -> None:
		if not self.set_posting_time:
			self.posting_date, self.posting_time = nowdate(), nowtime()
		self.validate_selling("posting_date")
		refuse_if(getdate(self.due_date) < getdate(self.posting_date), "Due before Posting Date")
		self.check_party_account()
		if self.allocate_advances_automatically:
			self.set_advances()
			if erpnext.V16:  # in v15 advances drawn here count for what is open only at the next save
				self.calculate_taxes_and_totals()
		self.check_orders()
		self.set("advances", [row for row in self.advances if flt(row.allocated_amount)])
		refuse_if(any(not row.reference_name for row in self.advances), "An advance names no payment")
		self.check_accounts()
		self.is_opening = self.is_opening or "No"
		self.against_income_account = ",".join(dict.fromkeys(row.income_account for row in self.items))
		self.set_status()

	def set_missing_values(self) -> None:
		self.debit_to = self.debit_to or get_party_account("Customer", self.customer, self.company)
		self.party_account_currency = get_account_currency(self.debit_to)
		if not self.due_date and not self.payment_schedule:
			self.due_date = self.posting_date
		super().set_missing_values()

	def calculate_taxes_and_totals(self) -> None:
		"""Totals, advances and what is open of a draft."""
		super().calculate_taxes_and_totals()
		self.total_advance = flt(sum(flt(row.allocated_amount) for row in self.advances), 2)
		total = self.total_in_party_currency()
		refuse_if(0 < total < self.total_advance and self.docstatus < 2, "Advance is greater than the total")
		if self.docstatus == 0:
			self.outstanding_amount = flt(total - self.total_advance, self.precision("outstanding_amount"))

	def check_party_account(self) -> None:
		"""A receivable account in the currency of the invoice."""
		account = frappe.get_cached_doc("Account", self.debit_to)
		is_other = account.account_currency != self.currency
		booked = get_party_gle_currency("Customer", self.customer, self.company)
		refuse_if(is_other and not booked, f"{account.name} and the document should have the same currency")
		refuse_if(account.account_type != "Receivable", f"{account.name} is not Receivable")

	def orders(self) -> list[str]:
		"""Orders that this invoice bills."""
		return list(dict.fromkeys(row.sales_order for row in self.items if row.sales_order))

	def check_orders(self) -> None:
		"""Each order: same customer, company, currency, item and unit, neither held nor closed."""
		for name in self.orders():
			order = frappe.get_doc("Sales Order", name)
			for field in ("customer", "company", "currency"):
				refuse_if(order.get(field) != self.get(field), f"{field} does not match {name}")
			refuse_if(order.status in ("Closed", "On Hold"), f"{name} is {order.status}")
		for row in self.items:
			ordered = frappe.db.get_value("Sales Order Item", row.so_detail or "", ["item_code", "uom"])
			refuse_if(ordered not in (None, (row.item_code, row.uom)), f"Row {row.idx}: not as ordered")

	def check_accounts(self) -> None:
		"""Income accounts are ledgers of this company; cost centres and tax accounts belong to it."""
		used = [("Cost Center", row.cost_center) for row in self.items]
		used += [("Account", row.income_account) for row in self.items]
		used += [("Account", tax.account_head) for tax in self.taxes]
		for doctype, name in used:
			known = frappe.get_cached_doc(doctype, name)
			refuse_if(known.company != self.company, f"{name} does not belong to company")
			is_wrong = doctype == "Account" and (known.is_group or name == self.debit_to)
			refuse_if(is_wrong, f"Invalid account {name}")

	def set_status(
		self, update: bool = False, status: str | None = None, update_modified: bool = True
	) -> None:
		"""From docstatus, what is open and when it was due."""
		if self.is_new():
			self.status = "Draft" if self.amended_from else self.status
			return
		self.status = status or self.computed_status()
		if update:
			self.db_set("status", self.status, update_modified=update_modified)

	def computed_status(self) -> str:
		"""The host's words for the state of an invoice."""
		if self.docstatus != 1:
			return "Cancelled" if self.docstatus == 2 else "Draft"
		left, total = flt(self.outstanding_amount, 2), self.total_in_party_currency()
		if left <= 0:
			return "Paid"
		past = [row for row in self.payment_schedule if getdate(row.due_date) < getdate(nowdate())]
		field = "base_payment_amount" if self.in_company_currency() else "payment_amount"
		if flt(total - left, 2) < flt(sum(flt(row.get(field)) for row in past), 2):
			return "Overdue"
		return "Partly Paid" if left < total else "Unpaid"

	def total_in_party_currency(self) -> float:
		"""The total in the currency of the receivable account."""
		if self.in_company_currency():
			return flt(self.base_rounded_total or self.base_grand_total, self.precision("base_grand_total"))
		return flt(self.rounded_total or self.grand_total, self.precision("grand_total"))

	# Posting

	def on_submit(self) -> None:
		for order in self.orders():
			docstatus = frappe.db.get_value("Sales Order", order, "docstatus")
			refuse_if(docstatus == 2 or (erpnext.V16 and docstatus == 0), f"{order} is not submitted")
		update_billed(self)
		make_gl_entries(self.ledger_rows())
		self.draw_advances()

	def ledger_rows(self) -> list[frappe._dict]:
		"""Receivable, taxes, income."""
		left_out_if(flt(self.rounding_adjustment), "rounding entries")
		debit = dict(
			account=self.debit_to, party_type="Customer", party=self.customer, due_date=self.due_date,
			against=self.against_income_account, cost_center=self.cost_center, debit=self.base_grand_total,
			against_voucher_type=self.doctype, against_voucher=self.name, debit_in_transaction_currency=self.grand_total,
			debit_in_account_currency=self.total_in_party_currency(),
		)  # fmt: skip
		rows = [debit] if self.grand_total else []
		rows += [self.credit(tax, tax.account_head, "tax_amount_after_discount_amount") for tax in self.taxes]
		rows += [self.credit(line, line.income_account, "net_amount") for line in self.items]
		shared = dict(transaction_currency=self.currency, transaction_exchange_rate=self.conversion_rate)
		return [self.base_gl(**row, **shared) for row in rows]

	def credit(self, row: object, account: str, field: str) -> dict:
		"""A row on the other side of the receivable."""
		currency, amount, base = get_account_currency(account), row.get(field), row.get(f"base_{field}")
		refuse_if(currency not in (self.company_currency, self.currency), f"{account} is in {currency}")
		return dict(
			account=account, against=self.customer, credit=base, credit_in_transaction_currency=amount,
			credit_in_account_currency=base if currency == self.company_currency else amount,
			cost_center=row.cost_center or self.cost_center, project=row.get("project") or self.project,
		)  # fmt: skip

	def on_cancel(self) -> None:
		self.ignore_linked_doctypes = IGNORED_LINKS
		against = {"against_voucher_type": self.doctype, "against_voucher_no": self.name, "delinked": 0}
		is_paid = frappe.db.exists("Payment Ledger Entry", {**against, "voucher_no": ("!=", self.name)})
		left_out_if(is_paid, "unlink on cancel")
		for order in self.orders():
			status = frappe.db.get_value("Sales Order", order, "status")
			refuse_if(status in ("Closed", "On Hold"), f"{order} is {status}")
		update_billed(self)
		self.blank_own_references()
		make_reverse_gl_entries(self)
		self.db_set("status", "Cancelled")


__getattr__ = module_getattr(__name__)
