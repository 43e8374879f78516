import frappe
from frappe.model.document import Document

from l2c_app.services.follow_up import follow_up_checks, follow_ups


class FollowUp(Document):
	def validate(self) -> None:
		follow_up_checks.prepare(self)

	def on_update(self) -> None:
		follow_ups.after_save(self)

	def after_delete(self) -> None:
		follow_ups.after_delete(self)


def on_doctype_update() -> None:
	"""An index for reminders: what is planned, not told yet, and due."""
	frappe.db.add_index("Follow Up", ["status", "told", "planned_for"], index_name="l2c_remind")
