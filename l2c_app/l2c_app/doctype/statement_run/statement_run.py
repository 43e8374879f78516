import frappe
from frappe.model.document import Document

from l2c_app.services.chasing import statement_runs


class StatementRun(Document):
	"""Customer statements of one company and month: a list first. Written only by the service of statement runs."""

	def on_trash(self) -> None:
		statement_runs.forget(self)


def on_doctype_update() -> None:
	"""An index for the question whether a company has a run at work."""
	frappe.db.add_index("Statement Run", ["company", "state"], index_name="l2c_company_state")
