"""Reconciling a bank line with a payment, and letting go of it: only by the host's own functions."""

import json

import frappe

from l2c_app.services.ledger.ledger_reads import PAYMENT


def reconcile(line: str, payment: str) -> None:
	"""Allocate a payment to a bank line; the host sets its clearance date."""
	# Only here: the module is no part of what the app needs to be imported.
	from erpnext.accounts.doctype.bank_reconciliation_tool.bank_reconciliation_tool import reconcile_vouchers

	frappe.has_permission("Bank Transaction", "write", doc=line, throw=True)
	reconcile_vouchers(line, json.dumps([{"payment_doctype": PAYMENT, "payment_name": payment}]))


def release(line: str, payment: str) -> None:
	"""Take one payment off a bank line; other vouchers on it stay. The host clears the clearance date."""
	document = frappe.get_doc("Bank Transaction", line, for_update=True)
	if document.docstatus != 1:
		return
	document.check_permission("write")
	rows = [
		row
		for row in document.payment_entries
		if row.payment_document == PAYMENT and row.payment_entry == payment
	]
	for row in rows:
		document.remove_payment_entry(row)
	if rows:
		document.save()
