from frappe.model.document import Document

from l2c_app.services.chasing import dispute_owners, disputes


class ReceivableDispute(Document):
	def validate(self) -> None:
		disputes.prepare(self)

	def after_insert(self) -> None:
		dispute_owners.tell(self)

	def on_update(self) -> None:
		disputes.after_save(self)

	def after_delete(self) -> None:
		disputes.after_save(self)
