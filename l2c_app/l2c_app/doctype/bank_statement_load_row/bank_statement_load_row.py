import frappe
from frappe.model.document import Document


class BankStatementLoadRow(Document):
	"""One line of a statement, and what became of it. Written only by the service of statement loads."""


def on_doctype_update() -> None:
	"""An index for the next lines of a load."""
	frappe.db.add_index("Bank Statement Load Row", ["statement", "status"], index_name="l2c_statement_status")
