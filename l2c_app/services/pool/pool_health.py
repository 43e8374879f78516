"""How the pools' jobs are: last success, last error, runs that hang or failed, and a hand to start a job now."""

import frappe
from frappe import _

from l2c_app.services.errors import NotAPoolManager, UnknownJob, refuse
from l2c_app.services.pool import invariants, job_names, run_work, visibility

TYPE, LOG = "Scheduled Job Type", "Scheduled Job Log"
OURS = "l2c_app.jobs."
LAST_RUNS = 10
ERROR_LENGTH = 1000


def require_viewer() -> None:
	"""Raise NotAPoolManager unless the session user manages a pool or sees everything."""
	user = frappe.session.user
	if not visibility.sees_everything(user) and not visibility.managed_pools(user):
		refuse(NotAPoolManager, _("Only managers of pools see how their jobs are."))


def require_admin() -> None:
	"""Raise NotAPoolManager unless the session user sees everything."""
	if not visibility.sees_everything(frappe.session.user):
		refuse(NotAPoolManager, _("Only a System Manager may do this."))


def report() -> dict:
	"""Return {"jobs", "runs", "may_run"}: what the health form shows. Raises NotAPoolManager.

	Texts of errors are for System Managers only: a traceback may carry data.
	"""
	require_viewer()
	admin = visibility.sees_everything(frappe.session.user)
	return {"jobs": [_job(row, admin) for row in _job_types()], "runs": _runs(), "may_run": admin}


def _job_types() -> list[frappe._dict]:
	return frappe.get_all(
		TYPE,
		filters={"method": ("like", f"{OURS}%")},
		fields=["name", "method", "frequency", "last_execution", "stopped"],
		order_by="method",
	)


def _job(row: frappe._dict, admin: bool) -> dict:
	failed = _last(row.name, "Failed")
	return {
		"method": row.method,
		"name": job_names.of(row.method.removeprefix(OURS)),
		"frequency": row.frequency,
		"stopped": row.stopped,
		"last_started": row.last_execution,
		"last_success": _last(row.name, "Complete").get("modified"),
		"last_error_on": failed.get("modified"),
		"last_error": (failed.get("details") or "")[-ERROR_LENGTH:] if admin else "",
	}


def _last(job: str, status: str) -> frappe._dict:
	rows = frappe.get_all(
		LOG,
		filters={"scheduled_job_type": job, "status": status},
		fields=["modified", "details"],
		order_by="modified desc",
		limit=1,
	)
	return rows[0] if rows else frappe._dict()


def _runs() -> list[dict]:
	hanging = set(run_work.stalled())
	fields = ["name", "kind", "pool", "mode", "state", "progress", "error", "creation"]
	rows = frappe.get_list("Pool Run", fields=fields, order_by="creation desc", limit=LAST_RUNS)
	return [{**row, "stalled": row.name in hanging} for row in rows]


def run_now(method: str) -> bool:
	"""Queue one of our scheduled jobs now; False when it waits or works already. Raises NotAPoolManager, UnknownJob."""
	require_admin()
	name = frappe.db.get_value(TYPE, {"method": method}) if method.startswith(OURS) else None
	if not name:
		refuse(UnknownJob, _("There is no job {0}.").format(method))
	return bool(frappe.get_doc(TYPE, name).enqueue(force=True))


def violations() -> list[dict]:
	"""Return what does not agree between seats, owners, log and runs. Raises NotAPoolManager."""
	require_admin()
	return [vars(violation) for violation in invariants.check()]
