"""Seats are found by the day they are due without their state: one index less changes whenever a seat is given."""

import frappe


def execute() -> None:
	"""Drop the index that the new one replaces."""
	if frappe.db.has_index("tabLead Pool Seat", "l2c_pool_due"):
		frappe.db.sql_ddl("ALTER TABLE `tabLead Pool Seat` DROP INDEX `l2c_pool_due`")
