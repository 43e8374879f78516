from frappe.model.document import Document

from l2c_app.services.chasing import policies, policy_checks


class DunningPolicy(Document):
	def validate(self) -> None:
		policy_checks.prepare(self)

	def on_update(self) -> None:
		policies.forget()

	def on_trash(self) -> None:
		policies.forget()
