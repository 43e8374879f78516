import frappe
from frappe.model.document import Document

from l2c_app.services.pool import party_names


class LeadPoolSeat(Document):
	"""The place of one party in one pool. Written only by the service that moves seats."""

	def onload(self) -> None:
		"""The form shows the real name to who may see the party; it cannot be saved, so that the seat keeps its own."""
		self.party_name = party_names.of_seats([self.name]).get(self.name) or self.party_name


def on_doctype_update() -> None:
	"""One seat per party and pool; indexes for a pool's stock and what is due in it, and for a holder's list."""
	frappe.db.add_unique("Lead Pool Seat", ["party_type", "party", "pool"], constraint_name="l2c_party_pool")
	frappe.db.add_index("Lead Pool Seat", ["pool", "state", "admitted_on"], index_name="l2c_pool_stock")
	# Only held seats have a date: the state would add nothing but one more entry to write with each move.
	frappe.db.add_index("Lead Pool Seat", ["pool", "recycle_on"], index_name="l2c_due")
	frappe.db.add_index("Lead Pool Seat", ["holder", "state"], index_name="l2c_holder_state")
