from frappe.model.document import Document

from l2c_app.services.chasing import disputes


class ReceivableDispute(Document):
	def validate(self) -> None:
		disputes.prepare(self)

	def on_update(self) -> None:
		disputes.after_save(self)

	def after_delete(self) -> None:
		disputes.after_save(self)
