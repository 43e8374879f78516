import frappe
from frappe.model.document import Document

from l2c_app.services.batch import approved_runs
from l2c_app.services.contract import adoption_runs


class AdoptionRun(Document):
	"""One recorded take-over of documents that ran before: a dry run first. Written only by its service."""

	def on_trash(self) -> None:
		approved_runs.forget_rows(adoption_runs.RUNS, self)


def on_doctype_update() -> None:
	"""An index for the question whether a company has a run at work."""
	frappe.db.add_index("Adoption Run", ["company", "state"], index_name="l2c_company_state")
