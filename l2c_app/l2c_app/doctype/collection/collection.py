from frappe.model.document import Document

from l2c_app.services.receipt import collection_checks


class Collection(Document):
	def validate(self) -> None:
		collection_checks.prepare(self)
