"""Contract Signing Event: what happened to a signing request, when, and from where. Append-only."""

from frappe.model.document import Document

from l2c_app.services.signing import guard


class ContractSigningEvent(Document):
	def validate(self) -> None:
		guard.refuse_hands(self)
		guard.refuse_change(self)

	def on_trash(self) -> None:
		guard.refuse_change(self)
