from frappe.model.document import Document

from l2c_app.services.receipt import payer_aliases


class PayerAlias(Document):
	def validate(self) -> None:
		payer_aliases.prepare(self)
