import frappe
from frappe import _
from frappe.model.document import Document

from l2c_app.services.errors import LogIsAppendOnly


class LeadContactReveal(Document):
	"""Append-only: who saw the contact data of which lead, and why. Never the data."""

	def validate(self) -> None:
		if not self.is_new():
			frappe.throw(_("The log of reveals is never changed."), LogIsAppendOnly)

	def on_trash(self) -> None:
		frappe.throw(_("The log of reveals is never deleted."), LogIsAppendOnly)


def on_doctype_update() -> None:
	"""Index for the daily cap."""
	frappe.db.add_index("Lead Contact Reveal", ["user", "pool", "at"], index_name="l2c_reveal_cap")
