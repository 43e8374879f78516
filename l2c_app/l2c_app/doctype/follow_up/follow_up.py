from frappe.model.document import Document

from l2c_app.services.follow_up import follow_up_checks, follow_ups


class FollowUp(Document):
	def validate(self) -> None:
		follow_up_checks.prepare(self)

	def on_update(self) -> None:
		follow_ups.after_save(self)

	def after_delete(self) -> None:
		follow_ups.after_delete(self)
