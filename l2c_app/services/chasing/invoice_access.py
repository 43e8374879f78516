"""Who may speak for an invoice with a customer: who reads it, whose customer it is, and the customer at the portal."""

import frappe
from frappe import _

from l2c_app.services.chasing.receivables import INVOICE
from l2c_app.services.pool import visibility
from l2c_app.services.portal import own


def refuse_stranger(invoice: str) -> None:
	"""Raise PermissionError unless the user may read the invoice, sells to its customer, or is the customer."""
	if frappe.has_permission(INVOICE, "read", doc=invoice) or own.owns_invoice(invoice):
		return
	customer = frappe.db.get_value(INVOICE, invoice, "customer")
	team = ("in", sorted(visibility.team(frappe.session.user)))
	for doctype, field in (("Collection Case", "sales_owner"), ("Sales Contract", "contract_owner")):
		if customer and frappe.db.exists(doctype, {"customer": customer, field: team}):
			return
	frappe.throw(_("You may not speak for this invoice"), frappe.PermissionError)
