from frappe.model.document import Document

from l2c_app.services.chasing import credit_hold


class CreditRelease(Document):
	def validate(self) -> None:
		credit_hold.refuse_release(self)
