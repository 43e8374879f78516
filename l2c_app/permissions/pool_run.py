"""Who sees runs and their rows: managers their pools' runs, System Managers all."""

import frappe

from l2c_app import compat
from l2c_app.services.pool import visibility


def run_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Managers see the runs of the pools they manage."""
	return _of_managed_pools("Pool Run", user)


def row_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""As the runs."""
	return _of_managed_pools("Pool Run Row", user)


def run_has_permission(doc: object, ptype: str = "read", user: str | None = None) -> bool | None:
	"""As the list."""
	allowed = visibility.manages(doc.get("pool"), user or frappe.session.user)
	return compat.no_opinion() if allowed else False


row_has_permission = run_has_permission


def _of_managed_pools(doctype: str, user: str | None) -> str:
	user = user or frappe.session.user
	if visibility.sees_everything(user):
		return ""
	names = ", ".join(frappe.db.escape(name, percent=False) for name in visibility.managed_pools(user))
	return f"(`tab{doctype}`.`pool` in ({names}))" if names else "1=0"
