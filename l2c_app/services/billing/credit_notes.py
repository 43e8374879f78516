"""Credit notes on invoices of contracts: the native return, with the answer whether the part may be billed again."""

import frappe
from frappe import _
from frappe.model.document import Document

from l2c_app.services.errors import CreditNoteRefused, refuse


def draft(invoice: str, *, bill_again: bool) -> Document:
	"""Return the unsaved native return of an invoice, made by the host's mapper with the user's own rights.

	`bill_again`: the order counts the part as not billed, so its row can be billed once more; otherwise it is forgiven
	and shows as credited on the row. Raises CreditNoteRefused.
	"""
	# Only here: the module is no part of what the app needs to be imported.
	from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return

	frappe.has_permission("Sales Invoice", "create", throw=True)
	original = frappe.get_doc("Sales Invoice", invoice)
	original.check_permission("read")
	if original.docstatus != 1 or original.is_return or not original.get("l2c_contract"):
		refuse(
			CreditNoteRefused,
			_("{0} is no submitted invoice of a contract.").format(invoice),
			do=_("Open the invoice that is to be credited."),
		)
	credit = make_sales_return(invoice)
	credit.update_billed_amount_in_sales_order = int(bill_again)
	return credit
