import frappe
from frappe.model.document import Document


class StatementRunRow(Document):
	pass


def on_doctype_update() -> None:
	"""Indexes for the next lines of a run, and for who has got which month."""
	frappe.db.add_index("Statement Run Row", ["run", "status"], index_name="l2c_run_status")
	frappe.db.add_index("Statement Run Row", ["customer", "period_to"], index_name="l2c_customer_month")
