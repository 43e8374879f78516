"""Status of a document, and what an invoice writes back to the order it bills."""

from collections.abc import Callable

import erpnext
import frappe
from frappe import _
from frappe._emulation import module_getattr
from frappe.model.document import Document
from frappe.query_builder.functions import Sum
from frappe.utils import flt


class OverAllowanceError(frappe.ValidationError):
	pass


Rules = list[tuple[str, Callable[[Document], bool]]]
ORDER: Rules = [
	("Draft", lambda doc: True),
	(
		"To Deliver and Bill",
		lambda doc: doc.docstatus == 1 and not delivered(doc, or_skipped=False) and not billed(doc),
	),
	("To Bill", lambda doc: doc.docstatus == 1 and delivered(doc) and not billed(doc)),
	("To Deliver", lambda doc: doc.docstatus == 1 and not delivered(doc) and billed(doc)),
	("Completed", lambda doc: doc.docstatus == 1 and delivered(doc) and billed(doc)),
	("Cancelled", lambda doc: doc.docstatus == 2),
	("Closed", lambda doc: doc.status == "Closed" and doc.docstatus != 2),
	("On Hold", lambda doc: doc.status == "On Hold"),
]
QUOTATION: Rules = [
	("Draft", lambda doc: True),
	("Open", lambda doc: doc.docstatus == 1),
	("Lost", lambda doc: doc.status == "Lost"),
	("Partially Ordered", lambda doc: doc.ordered_share() == "Partially Ordered"),
	("Ordered", lambda doc: doc.ordered_share() == "Ordered"),
	("Cancelled", lambda doc: doc.docstatus == 2),
]
LEAD: Rules = [
	("Opportunity", lambda doc: doc.has_opportunity()),
	("Quotation", lambda doc: doc.has_quotation()),
	("Converted", lambda doc: doc.has_customer()),
]
OPPORTUNITY: Rules = [
	("Lost", lambda doc: doc.status == "Lost"),
	("Quotation", lambda doc: doc.has_active_quotation()),
	("Converted", lambda doc: doc.has_ordered_quotation()),
	("Closed", lambda doc: doc.status == "Closed"),
]
STATUS = {"Sales Order": ORDER, "Quotation": QUOTATION, "Lead": LEAD, "Opportunity": OPPORTUNITY}
SILENT = ("Cancelled", "Partially Ordered", "Ordered")


def delivered(doc: Document, *, or_skipped: bool = True) -> bool:
	"""Delivered, or nothing to deliver."""
	return bool(flt(doc.per_delivered) >= 100 or (or_skipped and doc.get("skip_delivery_note")))


def billed(doc: Document) -> bool:
	"""Nothing left to bill."""
	return flt(doc.per_billed) >= 100


class StatusUpdater(Document):
	"""Base of documents with a computed status."""

	def set_status(
		self, update: bool = False, status: str | None = None, update_modified: bool = True
	) -> None:
		"""Last rule that holds wins; stored at once if `update`."""
		if self.is_new():
			if self.get("amended_from"):
				self.status = "Draft"
			return
		before = self.status
		if status and update and erpnext.V16:
			self.status = status
		elif status and update:
			self.db_set("status", status)
		self.status = next(
			(name for name, holds in reversed(STATUS[self.doctype]) if holds(self)), self.status
		)
		if self.status != before and self.status not in SILENT:
			self.add_comment("Label", _(self.status))
		if update:
			self.db_set("status", self.status, update_modified=update_modified)


def refuse_odd_signs(doc: Document) -> None:
	"""Positive quantities on sales, negative on returns, no negative rates."""
	for row in doc.items:
		if row.qty < 0 and not doc.get("is_return"):
			frappe.throw(_("For an item {0}, quantity must be positive number").format(row.item_code))
		if row.qty > 0 and doc.get("is_return"):
			frappe.throw(_("For an item {0}, quantity must be negative number").format(row.item_code))
		if flt(row.rate) < 0 and not frappe.db.get_single_value(
			"Selling Settings", "allow_negative_rates_for_items"
		):
			frappe.throw(_("For item {0}, rate must be a positive number").format(row.item_code))


def update_billed(invoice: Document) -> None:
	"""Write billed amounts to the lines of the orders, refuse over-billing, then each order's share and status."""
	lines = sorted({(row.sales_order, row.so_detail) for row in invoice.items if row.so_detail})
	for order in dict.fromkeys(row.sales_order for row in invoice.items if row.so_detail):
		frappe.get_doc("Sales Order", order).update_modified()
	rows = frappe.qb.DocType("Sales Invoice Item")
	for _order, line in lines:
		live = (rows.docstatus == 1) | (rows.parent == invoice.name)
		if invoice.docstatus == 2:
			live = (rows.docstatus == 1) & (rows.parent != invoice.name)
		total = (
			frappe.qb.from_(rows).select(Sum(rows.amount)).where((rows.so_detail == line) & live).run()[0][0]
		)
		frappe.db.set_value("Sales Order Item", line, "billed_amt", flt(total), update_modified=False)
	for order in dict.fromkeys(row.sales_order for row in invoice.items if row.so_detail):
		update_order(order)
	if invoice.docstatus == 1:
		refuse_odd_signs(invoice)
		for _order, line in lines:
			refuse_over_billing(line)


def refuse_over_billing(line: str) -> None:
	"""At most the line's amount plus the allowance."""
	row = frappe.db.get_value("Sales Order Item", line, ["item_code", "amount", "billed_amt"], as_dict=True)
	item_allowance = flt(frappe.get_cached_value("Item", row.item_code, "over_billing_allowance"))
	allowance = item_allowance or flt(
		frappe.db.get_single_value("Accounts Settings", "over_billing_allowance")
	)
	if row.amount and (row.billed_amt - row.amount) / row.amount * 100 - allowance > 0.01:
		if (
			frappe.db.get_single_value("Accounts Settings", "role_allowed_to_over_bill")
			not in frappe.get_roles()
		):
			message = _("This document is over limit by Amount {0} for item {1}.")
			frappe.throw(message.format(row.billed_amt - row.amount, row.item_code), OverAllowanceError)


def update_order(name: str, *, by_invoice: bool = True) -> None:
	"""per_billed and status of an order; Update Items leaves the billing status as it was, as the host does."""
	order = frappe.get_doc("Sales Order", name)
	total = sum(abs(flt(row.amount)) for row in order.items)
	done = sum(min(abs(flt(row.billed_amt)), abs(flt(row.amount))) for row in order.items)
	per_billed = flt(done / total * 100, 6) if total else 0.0
	status = (
		"Fully Billed"
		if per_billed >= 99.999999
		else "Partly Billed"
		if per_billed >= 0.001
		else "Not Billed"
	)
	values = {"per_billed": per_billed, "billing_status": status if by_invoice else order.billing_status}
	frappe.db.set_value("Sales Order", name, values, update_modified=False)
	order.reload()
	order.set_status(update=True)
	order.clear_cache()
	order.notify_update()


__getattr__ = module_getattr(__name__)
