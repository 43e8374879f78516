"""Contracts show how much of them was collected, and rows whose invoices are disputed say so: no audit shall call it drift."""

import frappe

from l2c_app.services.ledger import recompute


def execute() -> None:
	"""Read every submitted contract from the ledger again. Safe to repeat."""
	for name in frappe.get_all("Sales Contract", filters={"docstatus": 1}, pluck="name", order_by="name"):
		recompute.recompute(name)
