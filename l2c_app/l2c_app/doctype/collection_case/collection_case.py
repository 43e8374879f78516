import frappe
from frappe.model.document import Document

from l2c_app.services.chasing import chase_marks


class CollectionCase(Document):
	def after_insert(self) -> None:
		chase_marks.learn(self.customer)


def on_doctype_update() -> None:
	"""An index for reading the live cases of customers."""
	frappe.db.add_index("Collection Case", ["customer", "status"], index_name="l2c_customer_status")
