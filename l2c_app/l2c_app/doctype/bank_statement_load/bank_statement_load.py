import frappe
from frappe.model.document import Document

from l2c_app.services.receipt import statement_loads


class BankStatementLoad(Document):
	"""One recorded import of a bank statement: a preview first. Written only by the service of statement loads."""

	def on_trash(self) -> None:
		statement_loads.forget_rows(self)


def on_doctype_update() -> None:
	"""An index for the question whether a bank account has a load at work."""
	frappe.db.add_index("Bank Statement Load", ["bank_account", "state"], index_name="l2c_bank_account_state")
