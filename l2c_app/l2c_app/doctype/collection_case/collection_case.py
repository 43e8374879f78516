import frappe
from frappe.model.document import Document

from l2c_app.services.chasing import chased_customers


class CollectionCase(Document):
	def after_insert(self) -> None:
		chased_customers.learn(self.customer)


def on_doctype_update() -> None:
	"""An index for reading the live cases of customers."""
	frappe.db.add_index("Collection Case", ["customer", "status"], index_name="l2c_customer_status")
