"""RPC of handing over the work of somebody who leaves. The service checks who may."""

import frappe

from l2c_app.services.contract import hand_over as service
from l2c_app.services.errors.recovery import retrying


@frappe.whitelist()
def count(former: str) -> dict[str, int]:
	"""Return how much open work a user has that the session user may hand over."""
	return service.count(former)


@frappe.whitelist(methods=["POST"])
def hand_over(former: str, successor: str, reason: str) -> str:
	"""Give a user's open work to another one. Returns the record of it."""
	return retrying(lambda: service.hand_over(former, successor, reason=reason))
