from frappe.model.document import Document

from l2c_app.services.billing import billing_requests


class BillingRequest(Document):
	"""Sales ask for an invoice, accounts answer. Whatever path inserts it, the service fills and judges it."""

	def before_insert(self) -> None:
		billing_requests.fill(self)

	def validate(self) -> None:
		billing_requests.guard(self)
