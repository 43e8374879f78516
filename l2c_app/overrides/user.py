"""Native User: a disabled user gives his seats back at once; roles decide who belongs to a pool."""

import frappe
from frappe.model.document import Document

from l2c_app.services.pool import pool_members, seat_events, visibility


def on_update(doc: Document, method: str | None = None) -> None:
	"""Return the seats of a user who was just disabled and resolve the pools again. No query while no pool is enabled."""
	pools = visibility.enabled_pools()
	before = doc.get_doc_before_save()
	if not pools or not before:
		return
	if before.enabled and not doc.enabled:
		seat_events.return_seats([doc.name], rule="holder disabled")
	if before.enabled != doc.enabled or _roles(before) != _roles(doc):
		for pool in pools:
			pool_members.refresh(frappe.get_doc("Lead Pool", pool))


def _roles(doc: Document) -> set[str]:
	return {row.role for row in doc.get("roles") or []}
