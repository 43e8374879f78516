"""RPC of the health form: how jobs and runs are, start one now, check what must agree."""

from typing import Any

import frappe

from l2c_app.services.pool import pool_health


@frappe.whitelist()
def report() -> dict[str, Any]:
	"""Return jobs with their last success and error, and the last runs."""
	return pool_health.report()


@frappe.whitelist(methods=["POST"])
def run_now(method: str) -> bool:
	"""Queue a scheduled job of this app now."""
	return pool_health.run_now(method)


@frappe.whitelist(methods=["POST"])
def check() -> list[dict[str, Any]]:
	"""Return every violation found between seats, owners, log and runs."""
	return pool_health.violations()
