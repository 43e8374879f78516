import frappe
from frappe import _
from frappe.model.document import Document

from l2c_app.services.errors import LogIsAppendOnly


class LeadPoolLog(Document):
	"""Append-only: who did what to which seat, with the values compared. Never contact data."""

	def validate(self) -> None:
		if not self.is_new():
			frappe.throw(_("The pool log is never changed."), LogIsAppendOnly)

	def on_trash(self) -> None:
		frappe.throw(_("The pool log is never deleted."), LogIsAppendOnly)


def on_doctype_update() -> None:
	"""Indexes for the daily quota and for the cool-down of a former holder."""
	frappe.db.add_index("Lead Pool Log", ["pool", "to_holder", "event", "at"], index_name="l2c_quota")
	frappe.db.add_index("Lead Pool Log", ["seat", "from_holder", "at"], index_name="l2c_cool_down")
