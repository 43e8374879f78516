"""Who sees the app on the apps screen."""

import frappe

ROLES = frozenset({"Sales User", "Sales Manager", "Accounts User", "Accounts Manager", "System Manager"})


def has_app_permission() -> bool:
	"""Return True for users with a role that the app serves."""
	return not ROLES.isdisjoint(frappe.get_roles())
