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
	"""Indexes for reminders (what is planned, not told yet, and due) and for who may see what: the list of a user is put
	together from short ranges of these, of assignee, lead and customer."""
	frappe.db.add_index("Follow Up", ["status", "told", "planned_for"], index_name="l2c_remind")
	frappe.db.add_index("Follow Up", ["owner"], index_name="l2c_owner")
	frappe.db.add_index("Follow Up", ["reference_doctype", "reference_name"], index_name="l2c_about")
