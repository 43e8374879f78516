"""Credit notes: what may be returned."""

import frappe
from frappe import _
from frappe._emulation import module_getattr
from frappe.model.document import Document
from frappe.query_builder.functions import Sum
from frappe.utils import flt, get_datetime


class StockOverReturnError(frappe.ValidationError):
	pass


def returned_quantities(invoice: str) -> dict[str, float]:
	"""Line of the original → quantity on submitted credit notes, positive."""
	note, line = frappe.qb.DocType("Sales Invoice"), frappe.qb.DocType("Sales Invoice Item")
	of_invoice = (note.docstatus == 1) & (note.is_return == 1) & (note.return_against == invoice)
	query = frappe.qb.from_(line).inner_join(note).on(line.parent == note.name).where(of_invoice)
	rows = query.select(line.sales_invoice_item, Sum(line.qty)).groupby(line.sales_invoice_item).run()
	return {name: -flt(qty) for name, qty in rows if name}


def validate_return(doc: Document) -> None:
	"""Same customer and rate, not before the original, never more or dearer than it."""
	if not doc.get("is_return") or not doc.return_against:
		return
	original = frappe.get_doc(doc.doctype, doc.return_against)
	if original.customer != doc.customer:
		frappe.throw(_("The customer does not match with the customer of {0}").format(original.name))
	if original.docstatus == 1:
		when, earliest = (
			get_datetime(f"{row.posting_date} {row.posting_time or '00:00:00'}") for row in (doc, original)
		)
		if when < earliest:
			frappe.throw(_("Posting timestamp must be after {0}").format(earliest))
		if doc.conversion_rate != original.conversion_rate:
			frappe.throw(_("Exchange Rate must be same as {0} {1}").format(doc.doctype, original.name))
	lines, returned = {row.name: row for row in original.items}, returned_quantities(original.name)
	if not any(flt(row.qty) <= 0 for row in doc.items):
		frappe.throw(_("Atleast one item should be entered with negative quantity in return document"))
	for row in doc.items:
		if flt(row.qty) <= 0:
			_check_line(row, lines.get(row.sales_invoice_item), returned)


def _check_line(row: Document, line: Document | None, returned: dict[str, float]) -> None:
	if line is None or line.item_code != row.item_code:
		frappe.throw(
			_("Row # {0}: Returned Item {1} does not exist in the original").format(row.idx, row.item_code)
		)
	left = flt(line.qty - returned.get(line.name, 0.0), row.precision("qty"))
	if left <= 0 and flt(row.qty) >= 0:
		frappe.throw(_("Item {0} has already been returned").format(row.item_code), StockOverReturnError)
	if abs(flt(row.qty, row.precision("qty"))) > left:
		message = _("Row # {0}: Cannot return more than {1} for Item {2}")
		frappe.throw(message.format(row.idx, left, row.item_code), StockOverReturnError)
	if line.rate and flt(row.rate) > line.rate:
		frappe.throw(
			_("Row # {0}: Rate cannot be greater than the rate used in the original").format(row.idx)
		)


__getattr__ = module_getattr(__name__)
