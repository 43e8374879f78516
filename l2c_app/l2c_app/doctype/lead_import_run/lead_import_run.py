import frappe
from frappe.model.document import Document

from l2c_app.services.lead import import_runs


class LeadImportRun(Document):
	"""One recorded import of a file of leads: a preview first. Written only by the service of imports."""

	def on_trash(self) -> None:
		import_runs.forget_rows(self)


def on_doctype_update() -> None:
	"""An index for the question whether somebody has an import going on."""
	frappe.db.add_index("Lead Import Run", ["started_by", "state"], index_name="l2c_started_by_state")
