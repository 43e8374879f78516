from frappe.model.document import Document

from l2c_app.services.chasing import promises


class PromisetoPay(Document):
	def validate(self) -> None:
		promises.prepare(self)

	def after_insert(self) -> None:
		promises.after_insert(self)
