from frappe.model.document import Document

from l2c_app.services.ledger import clearing, clearing_doors


class ReceiptSettings(Document):
	def validate(self) -> None:
		clearing.check_settings(self)

	def on_update(self) -> None:
		clearing_doors.settings_changed(self)
