import frappe
from frappe.model.document import Document


class PoolRunRow(Document):
	"""One seat in a run: what was decided and why, and what became of it. Named by its run and place, written
	in bulk: of a preview as planned, else once, as it ended."""


def on_doctype_update() -> None:
	"""An index for a run's rows of one status; the name already sorts them."""
	frappe.db.add_index("Pool Run Row", ["run", "status"], index_name="l2c_run_status")
