"""Billing runs: rows due of a company, first as a preview, then as invoices in the name of whoever approved it.

Who may create Sales Invoices prepares, stops and resumes; who may submit them approves. `billing_run_work` does the work.
Raises BillingRunState, RunInProgress and the host's PermissionError.
"""

from datetime import date

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, now_datetime, nowdate

from l2c_app.services.batch import approved_runs
from l2c_app.services.batch.approved_runs import QUEUED
from l2c_app.services.contract import orders
from l2c_app.services.errors import BillingRunState

RUN, ROW = "Billing Run", "Billing Run Row"
BILLING = "Billing"
JOB = "l2c_app.jobs.contracts.work_billing_run"


def _unfinished() -> str:
	return _("A billing run of {0} is not finished.")


RUNS = approved_runs.Kind(
	run=RUN,
	row=ROW,
	doing=BILLING,
	unapproved=QUEUED,
	state_error=BillingRunState,
	unfinished=_unfinished,
)


def prepare(company: str, up_to: date | str | None = None, posting_date: date | str | None = None) -> str:
	"""Record a run over what is due up to a date (site date by default) and queue its preview. Returns its name.

	Whether its invoices are submitted is kept as L2C Settings say now. An older preview of the company that nobody
	approved is stopped; a run that is going on is not disturbed: RunInProgress.
	"""
	frappe.has_permission("Sales Invoice", "create", throw=True)
	frappe.has_permission("Company", "read", doc=company, throw=True)
	approved_runs.clear_the_way(RUNS, company)
	run = frappe.new_doc(RUN)
	run.update({"company": company, "up_to": getdate(up_to or nowdate()), "state": QUEUED})
	run.update({"posting_date": getdate(posting_date or nowdate()), "heartbeat_on": now_datetime()})
	run.update({"prepared_by": frappe.session.user, "approved_by": None})
	run.submit_invoices = int(orders.settings_flag("submit_invoices"))
	run.insert(ignore_permissions=True)  # checked above; nobody may insert runs by hand
	queue(run.name)
	return run.name


def approve(name: str) -> None:
	"""Let the preview become invoices, in the session user's name: needs the right to submit Sales Invoices."""
	run = _locked(name)
	require_approver(frappe.session.user)
	approved_runs.approve(RUNS, run, _("Only a finished preview with rows to bill can be approved."))
	queue(name)


def stop(name: str) -> None:
	"""End a run after the row it is at, or drop a preview; what is billed stays billed."""
	approved_runs.stop(RUNS, _locked(name))


def resume(name: str) -> None:
	"""Go on with a stopped or failed run, or one whose process died, where it stands."""
	approved_runs.resume(RUNS, _locked(name))
	queue(name)


def queue(name: str) -> None:
	"""Hand a run to the long queue after the commit. A second job for the same run does no harm: it waits at the lock."""
	frappe.enqueue(JOB, queue="long", enqueue_after_commit=True, run=name)


def require_approver(user: str) -> None:
	"""Refuse users who may not make and submit Sales Invoices, or are disabled: the host's PermissionError."""
	if not frappe.db.get_value("User", user, "enabled"):
		frappe.throw(_("User {0} is disabled").format(user), frappe.PermissionError)
	for right in ("create", "submit"):
		frappe.has_permission("Sales Invoice", right, user=user, throw=True)


def prepare_at_night() -> list[str]:
	"""Prepare a run for every company with something due, if L2C Settings ask for it. Returns the runs."""
	if not orders.settings_flag("prepare_billing_nightly"):
		return []
	filters = {"docstatus": 1, "activated_on": ("is", "set"), "terminated_on": ("is", "not set")}
	companies = sorted(
		set(frappe.get_all("Sales Contract", filters=filters, pluck="company", order_by="company"))
	)
	return [prepare(company) for company in companies if not approved_runs.is_going_on(RUNS, company)]


def _locked(name: str) -> Document:
	frappe.has_permission("Sales Invoice", "create", throw=True)
	run = frappe.get_doc(RUN, name, for_update=True)
	run.check_permission("read")
	return run
