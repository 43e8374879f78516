"""Contract Signing Request: one person asked to sign one contract. Written by the signing services alone."""

from frappe.model.document import Document

from l2c_app.services.signing import guard


class ContractSigningRequest(Document):
	def validate(self) -> None:
		guard.refuse_hands(self)

	def on_trash(self) -> None:
		guard.refuse_hands(self)
