"""RPC for the Lead form: seats by lead, so that a form needs no names of seats."""

from typing import Any

import frappe

from l2c_app.services.pool import seat_view


@frappe.whitelist()
def pool_state(lead: str) -> dict[str, Any]:
	"""Return the seats of a lead that this user may know of, and what he may do with each. No contact data."""
	return seat_view.state_of("Lead", lead)
