"""Contracts that were cancelled showed what had been open on them, in sums of lists and reports as well."""

import frappe

from l2c_app.services.ledger import recompute


def execute() -> None:
	"""Read every cancelled contract from the ledger again. Safe to repeat."""
	for name in frappe.get_all("Sales Contract", filters={"docstatus": 2}, pluck="name", order_by="name"):
		recompute.recompute(name)
