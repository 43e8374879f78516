import erpnext
import frappe
from erpnext.accounts.party import get_party_account
from erpnext.controllers.accounts_controller import SellingController
from erpnext.controllers.mapping import map_document, map_rows
from frappe import _
from frappe._emulation import module_getattr
from frappe.utils import flt, getdate


class SalesOrder(SellingController):
	def validate(self) -> None:
		self.before_selling("transaction_date")
		self.set_payment_schedule()
		self.validate_payment_schedule_dates()
		self.validate_payment_schedule_amount()
		self.after_totals()
		self.validate_delivery_date()
		self.validate_uom_is_integer("stock_uom", "stock_qty")
		self.validate_uom_is_integer("uom", "qty")
		self.check_quotations()
		self.set_status()
		self.billing_status = self.billing_status or "Not Billed"
		self.delivery_status = self.delivery_status or "Not Delivered"

	def validate_delivery_date(self) -> None:
		"""Every sale is delivered some day, not before it was ordered."""
		if self.order_type not in ("Sales", "Shopping Cart") or self.skip_delivery_note:
			return
		dates = [getdate(row.delivery_date) for row in self.items if row.delivery_date]
		latest = max(dates) if dates else None
		if not self.delivery_date or (latest and getdate(self.delivery_date) != latest):
			self.delivery_date = latest
		if not self.delivery_date:
			frappe.throw(_("Please enter Delivery Date"))
		for row in self.items:
			row.delivery_date = row.delivery_date or self.delivery_date
			if getdate(self.transaction_date) > getdate(row.delivery_date):
				frappe.throw(_("Expected Delivery Date should be after Sales Order Date"))

	def quotations(self) -> set[str]:
		"""Quotations that this order follows."""
		return {row.prevdoc_docname for row in self.items if row.prevdoc_docname}

	def check_quotations(self) -> None:
		"""The quotation must be live."""
		for name in self.quotations():
			_status, docstatus = frappe.db.get_value("Quotation", name, ["status", "docstatus"])
			if docstatus == 2:
				frappe.throw(_("Quotation {0} is cancelled").format(name))

	def on_submit(self) -> None:
		self.check_credit_limit()
		self.update_quotations()

	def check_credit_limit(self) -> None:
		"""Customers with a credit limit are left to the real host."""
		if frappe.db.exists("Customer Credit Limit", {"parent": self.customer, "company": self.company}):
			frappe.not_emulated("credit limits")

	def update_quotations(self) -> None:
		for name in self.quotations():
			quotation = frappe.get_doc("Quotation", name)
			quotation.set_status(update=True)
			quotation.update_opportunity("Converted" if self.docstatus == 1 else "Quotation")

	def on_cancel(self) -> None:
		self.ignore_linked_doctypes = (
			"GL Entry",
			"Payment Ledger Entry",
			"Unreconcile Payment",
			"Unreconcile Payment Entries",
		)
		if frappe.db.exists(
			"Payment Entry Reference",
			{"reference_doctype": self.doctype, "reference_name": self.name, "docstatus": 1},
		):
			frappe.not_emulated("unlink on cancel")
		if self.status == "Closed":
			frappe.throw(_("Closed order cannot be cancelled. Unclose to cancel."))
		if frappe.db.exists("Sales Invoice Item", {"sales_order": self.name, "docstatus": 0}):
			frappe.throw(_("Sales Invoice must be deleted before cancelling this Sales Order"))
		self.update_quotations()
		self.db_set("status", "Cancelled")

	def on_update_after_submit(self) -> None:
		self.check_credit_limit()

	def update_status(self, status: str) -> None:
		"""Close, hold or reopen."""
		modified = frappe.db.get_value(self.doctype, self.name, "modified")
		if str(modified) != str(self.modified):
			frappe.throw(_("{0} {1} has been modified. Please refresh.").format(self.doctype, self.name))
		self.set_status(update=True, status=status)
		self.notify_update()


@frappe.whitelist()
def update_status(status: str, name: str) -> None:
	"""Close, hold or reopen an order."""
	frappe.get_doc("Sales Order", name).update_status(status)


@frappe.whitelist()
def make_sales_invoice(
	source_name: str, target_doc: object = None, ignore_permissions: bool = False, args: object = None
) -> object:
	"""An unsaved invoice over what is not billed yet."""
	source, target = map_document(
		"Sales Order", source_name, "Sales Invoice", leave=("payment_terms_template",)
	)

	def finish(line: object, new: object) -> None:
		new.amount = flt(line.amount) - flt(line.billed_amt)
		new.base_amount = new.amount * flt(source.conversion_rate)
		new.qty = (
			new.amount / flt(line.rate)
			if line.rate and line.billed_amt
			else line.qty - flt(line.returned_qty)
		)

	def is_open(line: object) -> bool:
		return bool(line.qty and (line.base_amount == 0 or abs(flt(line.billed_amt)) < abs(line.amount)))

	map_rows(
		source,
		target,
		"items",
		names={"so_detail": "name", "sales_order": "parent"},
		keep=is_open,
		finish=finish,
	)
	map_rows(source, target, "taxes")
	map_rows(source, target, "sales_team")
	target.flags.ignore_permissions = True
	target.debit_to = get_party_account("Customer", source.customer, source.company)
	target.run_method("set_missing_values")
	if not target.items and not erpnext.V16:
		raise IndexError("list index out of range")  # the host's mapper stumbles over an order that is billed
	target.run_method("calculate_taxes_and_totals")
	if target.get("allocate_advances_automatically"):
		target.set_advances()
	return target


__getattr__ = module_getattr(__name__)
