import frappe
from frappe.model.document import Document


class LeadPoolMembership(Document):
	"""One row per pool and user, resolved from the pool's member rows: the row that a claim locks."""


def on_doctype_update() -> None:
	"""Make (pool, user) unique."""
	frappe.db.add_unique("Lead Pool Membership", ["pool", "user"], constraint_name="l2c_pool_user")
