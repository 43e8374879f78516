import frappe
from frappe.model.document import Document


class FollowUpEffort(Document):
	"""Evidence that a user worked on a party. Written only by the service that records effort."""


def on_doctype_update() -> None:
	"""Indexes for the effort of a party's holders, for the evidence of a document, and for an author's last notes."""
	frappe.db.add_index("Follow Up Effort", ["party_type", "party", "user"], index_name="l2c_party_user")
	frappe.db.add_index("Follow Up Effort", ["source_doctype", "source_name"], index_name="l2c_source")
	frappe.db.add_index("Follow Up Effort", ["user", "kind", "recorded_at"], index_name="l2c_user_kind")
