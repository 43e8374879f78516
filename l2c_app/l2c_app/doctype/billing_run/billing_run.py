import frappe
from frappe.model.document import Document

from l2c_app.services.batch import approved_runs
from l2c_app.services.billing import billing_runs


class BillingRun(Document):
	"""One recorded billing of what is due: a preview first. Written only by the service of billing runs."""

	def on_trash(self) -> None:
		approved_runs.forget_rows(billing_runs.RUNS, self)


def on_doctype_update() -> None:
	"""An index for the question whether a company has a run at work."""
	frappe.db.add_index("Billing Run", ["company", "state"], index_name="l2c_company_state")
