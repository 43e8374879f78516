import frappe
from frappe.model.document import Document


class BillingRunRow(Document):
	pass


def on_doctype_update() -> None:
	"""An index for the next rows of a run."""
	frappe.db.add_index("Billing Run Row", ["run", "status"], index_name="l2c_run_status")
