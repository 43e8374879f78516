import erpnext
import frappe
from erpnext.accounts.party import get_party_account
from erpnext.controllers.accounts_controller import IGNORED_LINKS, SellingController
from erpnext.controllers.mapping import map_document, map_rows
from erpnext.exceptions import left_out_if, refuse_if
from frappe._emulation import module_getattr
from frappe.utils import flt, getdate


class SalesOrder(SellingController):
	def validate(self) -> None:
		self.validate_selling("transaction_date")
		self.validate_delivery_date()
		for name in self.quotations():
			refuse_if(frappe.db.get_value("Quotation", name, "docstatus") == 2, f"{name} is cancelled")
		self.set_status()
		self.billing_status = self.billing_status or "Not Billed"
		self.delivery_status = self.delivery_status or "Not Delivered"

	def validate_delivery_date(self) -> None:
		"""Every sale is delivered some day, not before it was ordered."""
		left_out_if(self.order_type != "Sales", f"orders of type {self.order_type}")
		dates = [getdate(row.delivery_date) for row in self.items if row.delivery_date]
		self.delivery_date = max(dates) if dates else self.delivery_date
		refuse_if(not self.delivery_date, "Please enter Delivery Date")
		for row in self.items:
			row.delivery_date = row.delivery_date or self.delivery_date
			is_early = getdate(row.delivery_date) < getdate(self.transaction_date)
			refuse_if(is_early, "Expected Delivery Date should be after Sales Order Date")

	def quotations(self) -> set[str]:
		"""Quotations that this order follows."""
		return {row.prevdoc_docname for row in self.items if row.prevdoc_docname}

	def on_submit(self) -> None:
		self.update_quotations()

	def update_quotations(self) -> None:
		for name in self.quotations():
			frappe.get_doc("Quotation", name).set_status(update=True)

	def on_cancel(self) -> None:
		self.ignore_linked_doctypes = IGNORED_LINKS
		advance = {"reference_doctype": self.doctype, "reference_name": self.name, "docstatus": 1}
		left_out_if(frappe.db.exists("Payment Entry Reference", advance), "unlink on cancel")
		refuse_if(self.status == "Closed", "Closed order cannot be cancelled. Unclose to cancel.")
		draft = frappe.db.exists("Sales Invoice Item", {"sales_order": self.name, "docstatus": 0})
		refuse_if(draft, "Sales Invoice must be deleted before cancelling this Sales Order")
		self.update_quotations()
		self.db_set("status", "Cancelled")

	def update_status(self, status: str) -> None:
		"""Close, hold or reopen."""
		self.set_status(update=True, status=status)
		self.notify_update()


@frappe.whitelist()
def make_sales_invoice(
	source_name: str, target_doc: object = None, ignore_permissions: bool = False
) -> object:
	"""An unsaved invoice over what is not billed yet."""
	source, target = map_document("Sales Order", source_name, "Sales Invoice")

	def change(line: object, new: object) -> bool:
		new.amount = flt(line.amount) - flt(line.billed_amt)
		new.base_amount = new.amount * flt(source.conversion_rate)
		new.qty = new.amount / flt(line.rate) if line.rate and line.billed_amt else line.qty
		return bool(line.qty and (line.base_amount == 0 or abs(flt(line.billed_amt)) < abs(line.amount)))

	map_rows(source, target, "items", names={"so_detail": "name", "sales_order": "parent"}, change=change)
	map_rows(source, target, "taxes")
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
