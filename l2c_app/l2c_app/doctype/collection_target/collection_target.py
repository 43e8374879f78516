from frappe.model.document import Document

from l2c_app.services.chasing import collection_targets


class CollectionTarget(Document):
	def validate(self) -> None:
		collection_targets.prepare(self)
