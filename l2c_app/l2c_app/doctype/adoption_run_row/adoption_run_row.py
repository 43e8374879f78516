import frappe
from frappe.model.document import Document


class AdoptionRunRow(Document):
	pass


def on_doctype_update() -> None:
	"""An index for the next contracts of a run."""
	frappe.db.add_index("Adoption Run Row", ["run", "status"], index_name="l2c_run_status")
