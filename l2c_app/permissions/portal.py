"""The host's portal permission: a customer may read and print his own approved contracts."""

from typing import Any

import frappe

from l2c_app.core.names import NO_NAMES
from l2c_app.services.portal import own


def has_website_permission(doc: Any, ptype: str, user: str, verbose: bool = False) -> bool:
	"""Return whether the document is an approved contract of one of the visitor's customers, as stored."""
	if ptype not in ("read", "print") or user != frappe.session.user:
		return False
	filters = {"name": doc.get("name"), "customer": ("in", own.customers() or NO_NAMES), "docstatus": 1}
	return bool(doc.get("name") and frappe.db.exists("Sales Contract", filters))
