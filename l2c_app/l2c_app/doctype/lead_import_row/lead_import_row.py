import frappe
from frappe.model.document import Document


class LeadImportRow(Document):
	"""One line of an imported file: what was decided and why, and what became of it. Named by its run and place, written in
	bulk; its contact data are dropped once the lead has them."""


def on_doctype_update() -> None:
	"""An index to count a run's rows by status; the name already sorts them."""
	frappe.db.add_index("Lead Import Row", ["run", "status"], index_name="l2c_run_status")
