from frappe.model.document import Document

from l2c_app.services.follow_up import cadence_steps


class SalesCadence(Document):
	def validate(self) -> None:
		cadence_steps.check(self)

	def on_update(self) -> None:
		cadence_steps.store_version(self)

	def on_trash(self) -> None:
		cadence_steps.forget(self)
