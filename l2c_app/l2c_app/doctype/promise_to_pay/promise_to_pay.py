from frappe.model.document import Document

from l2c_app.services.chasing import chase_marks, promises


class PromisetoPay(Document):
	def validate(self) -> None:
		promises.prepare(self)

	def after_insert(self) -> None:
		promises.after_insert(self)

	def on_update(self) -> None:
		chase_marks.mark(self.customer)  # its case waits for it, or no longer
