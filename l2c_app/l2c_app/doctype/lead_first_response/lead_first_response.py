import frappe
from frappe.model.document import Document


class LeadFirstResponse(Document):
	"""How long one owner took to answer, from his assignment. Written only by the service that keeps the clocks."""


def on_doctype_update() -> None:
	"""One clock per hold of a seat; an index for the clocks that run."""
	frappe.db.add_unique("Lead First Response", ["seat", "holder", "assigned_on"], constraint_name="l2c_hold")
	frappe.db.add_index("Lead First Response", ["status", "response_by"], index_name="l2c_running")
