import frappe
from frappe.model.document import Document


class LeadPoolSeat(Document):
	"""The place of one party in one pool. Written only by the service that moves seats."""


def on_doctype_update() -> None:
	"""One seat per party and pool; indexes for a pool's stock and what is due in it, and for a holder's list."""
	frappe.db.add_unique("Lead Pool Seat", ["party_type", "party", "pool"], constraint_name="l2c_party_pool")
	frappe.db.add_index("Lead Pool Seat", ["pool", "state", "admitted_on"], index_name="l2c_pool_stock")
	frappe.db.add_index("Lead Pool Seat", ["pool", "state", "recycle_on"], index_name="l2c_pool_due")
	frappe.db.add_index("Lead Pool Seat", ["holder", "state"], index_name="l2c_holder_state")
