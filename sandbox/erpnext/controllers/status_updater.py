"""Status of a document, and what an invoice writes back to the order it bills."""

from collections.abc import Callable

import erpnext
import frappe
from erpnext.exceptions import OverAllowanceError, refuse_if
from frappe.model.document import Document
from frappe.query_builder.functions import Sum
from frappe.utils import flt

Rules = list[tuple[str, Callable[[Document], bool]]]
ORDER: Rules = [
	("Draft", lambda doc: True),
	("To Deliver and Bill", lambda doc: doc.docstatus == 1),
	("To Bill", lambda doc: doc.docstatus == 1 and flt(doc.per_delivered) >= 100),
	("To Deliver", lambda doc: doc.docstatus == 1 and flt(doc.per_billed) >= 100),
	("Completed", lambda doc: doc.docstatus == 1 and min(flt(doc.per_delivered), flt(doc.per_billed)) >= 100),
	("Cancelled", lambda doc: doc.docstatus == 2),
	("Closed", lambda doc: doc.status == "Closed" and doc.docstatus != 2),
	("On Hold", lambda doc: doc.status == "On Hold"),
]
QUOTATION: Rules = [
	("Draft", lambda doc: True),
	("Open", lambda doc: doc.docstatus == 1),
	("Lost", lambda doc: doc.status == "Lost"),
	("Ordered", lambda doc: doc.is_ordered()),
	("Cancelled", lambda doc: doc.docstatus == 2),
]
LEAD: Rules = [
	("Opportunity", lambda doc: doc.is_met("Opportunity", "party_name", status=("!=", "Lost"))),
	("Quotation", lambda doc: doc.is_met("Quotation", "party_name", docstatus=1, status=("!=", "Lost"))),
	("Converted", lambda doc: doc.is_met("Customer", "lead_name")),
]
STATUS = {"Sales Order": ORDER, "Quotation": QUOTATION, "Lead": LEAD}


class StatusUpdater(Document):
	"""Base of documents with a computed status."""

	def set_status(
		self, update: bool = False, status: str | None = None, update_modified: bool = True
	) -> None:
		"""Last rule that holds wins; stored at once if `update`."""
		if self.is_new():
			self.status = "Draft" if self.get("amended_from") else self.status
			return
		if status and erpnext.V16:
			self.status = status
		elif status:
			self.db_set("status", status)
		rules = reversed(STATUS[self.doctype])
		self.status = next((name for name, holds in rules if holds(self)), self.status)
		if update:
			self.db_set("status", self.status, update_modified=update_modified)


def update_billed(invoice: Document) -> None:
	"""Write billed amounts to the lines of the orders, refuse over-billing, then each order's share and status."""
	orders = dict.fromkeys(row.sales_order for row in invoice.items if row.so_detail)
	for order in orders:
		frappe.get_doc("Sales Order", order).update_modified()
	lines = sorted({row.so_detail for row in invoice.items if row.so_detail})
	rows = frappe.qb.DocType("Sales Invoice Item")
	for line in lines:
		counted = (rows.docstatus == 1) | (rows.parent == invoice.name)
		if invoice.docstatus == 2:
			counted = (rows.docstatus == 1) & (rows.parent != invoice.name)
		total = frappe.qb.from_(rows).select(Sum(rows.amount)).where((rows.so_detail == line) & counted).run()
		frappe.db.set_value("Sales Order Item", line, "billed_amt", flt(total[0][0]), update_modified=False)
	for order in orders:
		update_order(order)
	if invoice.docstatus == 1:
		for row in invoice.items:
			refuse_if(flt(row.qty) < 0 or flt(row.rate) < 0, f"{row.item_code}: must be a positive number")
		for line in lines:
			refuse_over_billing(line)


def refuse_over_billing(line: str) -> None:
	"""At most the line's amount."""
	row = frappe.db.get_value("Sales Order Item", line, ["item_code", "amount", "billed_amt"], as_dict=True)
	is_over = row.amount and (row.billed_amt - row.amount) / row.amount * 100 > 0.01
	refuse_if(is_over, f"{row.item_code} is over limit", OverAllowanceError)


def update_order(name: str, *, by_invoice: bool = True) -> None:
	"""per_billed and status of an order; Update Items leaves the billing status as it was, as the host does."""
	order = frappe.get_doc("Sales Order", name)
	total = sum(abs(flt(row.amount)) for row in order.items)
	done = sum(min(abs(flt(row.billed_amt)), abs(flt(row.amount))) for row in order.items)
	share = flt(done / total * 100, 6) if total else 0.0
	words = ((99.999999, "Fully Billed"), (0.001, "Partly Billed"), (0, "Not Billed"))
	status = next(word for least, word in words if share >= least) if by_invoice else order.billing_status
	values = {"per_billed": share, "billing_status": status}
	frappe.db.set_value("Sales Order", name, values, update_modified=False)
	order.reload()
	order.set_status(update=True)
	order.clear_cache()
	order.notify_update()
