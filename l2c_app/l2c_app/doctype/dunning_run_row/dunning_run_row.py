import frappe
from frappe.model.document import Document


class DunningRunRow(Document):
	pass


def on_doctype_update() -> None:
	"""An index for the lines of a run that wait."""
	frappe.db.add_index("Dunning Run Row", ["run", "state"], index_name="l2c_run_state")
