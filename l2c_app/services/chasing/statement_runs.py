"""Statement runs: customers of a company and what they owe at the end of a month, shown first, then one mail to each.

Who may write collection cases prepares, takes lines out, approves, stops and resumes; `statement_run_work` does the work.
Raises StatementRunState, RunInProgress and the host's PermissionError.
"""

from collections.abc import Sequence
from datetime import date

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, get_first_day, get_last_day, getdate, now_datetime, nowdate

from l2c_app.core import customer_statements as rules
from l2c_app.core.names import NO_NAMES
from l2c_app.services.batch import approved_runs, steps
from l2c_app.services.batch.approved_runs import PREPARING, PREVIEW, QUEUED
from l2c_app.services.chasing import statement_facts
from l2c_app.services.errors import StatementRunState, refuse

RUN, ROW = "Statement Run", "Statement Run Row"
SENDING = "Sending"
PLANNED, TAKEN_OUT, SENT, SKIPPED, FAILED = "Planned", "Taken Out", "Sent", "Skipped", "Failed"
JOB = "l2c_app.jobs.collections.work_statement_run"


def _unfinished() -> str:
	return _("A run of statements of {0} is not finished.")


RUNS = approved_runs.Kind(
	run=RUN,
	row=ROW,
	doing=SENDING,
	unapproved=PREPARING,
	state_error=StatementRunState,
	unfinished=_unfinished,
)


def prepare(company: str, month: date | str | None = None) -> str:
	"""Record a run over the month that a date lies in (None: last month) and queue its list. Returns its name.

	An older list of the company that nobody approved is stopped; a month that is not over yet is refused.
	"""
	require_finance()
	frappe.has_permission("Company", "read", doc=company, throw=True)
	approved_runs.clear_the_way(RUNS, company)
	since, until = rules.month_before(getdate(nowdate()))
	if month:
		since, until = getdate(get_first_day(month)), getdate(get_last_day(month))
	if until >= getdate(nowdate()):
		refuse(StatementRunState, _("The month is not over yet."), compared=str(until))
	return _record(company, since, until)


def prepare_due() -> list[str]:
	"""Nightly, if L2C Settings name a day: last month's list of every company with receivables, once. Returns the runs."""
	today = getdate(nowdate())
	if not rules.is_due(today, cint(frappe.db.get_single_value("L2C Settings", "statement_day"))):
		return []
	since, until = rules.month_before(today)
	there = frappe.get_all(RUN, filters={"period_to": until}, pluck="company", order_by="company")
	return [
		_record(company, since, until, at_once=cint(_setting("send_statements_at_once")))
		for company in sorted(statement_facts.companies(until).difference(there))
		if not approved_runs.is_going_on(RUNS, company)
	]


def check_day(day: object) -> None:
	"""Refuse a day of the month for the nightly list that some months have not. 0 is never."""
	if not 0 <= cint(day) <= rules.LAST_DAY:
		refuse(
			StatementRunState,
			_("Statements are prepared on a day that every month has."),
			compared=str(day),
			do=_("Choose 1 to {0}, or 0 for never.").format(rules.LAST_DAY),
		)


def take_out(rows: Sequence[str], reason: str) -> int:
	"""Take lines out of a list that is not approved yet; the reason stays with each. Returns how many."""
	if not reason.strip():
		refuse(StatementRunState, _("Taking a customer out needs its reason."))
	by = {"status": TAKEN_OUT, "taken_out_by": frappe.session.user, "reason": reason.strip()[:500]}
	return _change(rows, PLANNED, by)


def put_back(rows: Sequence[str]) -> int:
	"""Put lines back that were taken out of a list. Returns how many."""
	return _change(rows, TAKEN_OUT, {"status": PLANNED, "taken_out_by": None, "reason": None})


def approve(name: str) -> None:
	"""Let the list be sent, in the session user's name. Raises StatementRunState where nobody is left on it."""
	unfit = _("Only a finished list with somebody to write to can be approved.")
	approved_runs.approve(RUNS, locked(name), unfit)
	queue(name)


def stop(name: str) -> None:
	"""End a run after the customer it is at, or drop a list; what is sent stays sent."""
	approved_runs.stop(RUNS, locked(name))


def resume(name: str) -> None:
	"""Go on with a stopped or failed run, or one whose process died, where it stands."""
	approved_runs.resume(RUNS, locked(name))
	queue(name)


def retry(name: str) -> int:
	"""Try those again that got nothing in a run that is done: failed, or without an address. Returns how many."""
	run = locked(name)
	filters = {"run": name, "status": ("in", (FAILED, SKIPPED))}
	rows = frappe.get_all(ROW, filters=filters, pluck="name", order_by="name")
	if run.state != approved_runs.DONE or not rows:
		refuse(StatementRunState, _("Nobody is left to try again."), compared=_(run.state))
	if approved_runs.is_going_on(RUNS, run.company):
		approved_runs.refuse_second(RUNS, run.company)
	frappe.db.set_value(ROW, {"name": ("in", rows)}, {"status": PLANNED, "reason": None})
	run.db_set({"state": SENDING, "approved_by": frappe.session.user, "heartbeat_on": now_datetime()})
	queue(name)
	return len(rows)


def forget(run: Document) -> None:
	"""Refuse that the memory of who has got which month is deleted; else delete the rows with their run."""
	if frappe.db.exists(ROW, {"run": run.name, "status": SENT}):
		refuse(
			StatementRunState,
			_("A run that has sent statements is kept: it knows who has got which month."),
			compared=run.name,
		)
	approved_runs.forget_rows(RUNS, run)


def queue(name: str) -> None:
	"""Hand a run to the long queue after the commit. A second job for the same run does no harm: it waits at the lock."""
	frappe.enqueue(JOB, queue="long", enqueue_after_commit=True, run=name)


def stalled() -> list[str]:
	"""Return runs at work that gave no sign of life for some minutes: their process died."""
	return steps.stalled(RUN, RUNS.live)


def require_finance() -> None:
	"""Refuse who may not write collection cases: the host's PermissionError."""
	frappe.has_permission("Collection Case", "write", throw=True)


def locked(name: str) -> Document:
	"""Return a run that the session user may work with, locked."""
	require_finance()
	run = frappe.get_doc(RUN, name, for_update=True)
	run.check_permission("read")
	frappe.has_permission("Company", "read", doc=run.company, throw=True)
	return run


def _record(company: str, since: date, until: date, *, at_once: int = 0) -> str:
	run = frappe.new_doc(RUN)
	run.update({"company": company, "period_from": since, "period_to": until, "state": QUEUED})
	run.update({"prepared_by": frappe.session.user, "heartbeat_on": now_datetime(), "approved_by": None})
	run.send_at_once = at_once
	run.insert(ignore_permissions=True)  # whoever comes here was asked, or is the scheduler
	queue(run.name)
	return run.name


def _change(rows: Sequence[str], status: str, values: dict[str, object]) -> int:
	names = sorted(set(rows))
	runs = frappe.get_all(ROW, filters={"name": ("in", names or NO_NAMES)}, pluck="run", order_by="run")
	changed = 0
	for name in sorted(set(runs)):
		run = locked(name)
		if run.state != PREVIEW:
			refuse(
				StatementRunState,
				_("Lines change only while the list waits for approval."),
				compared=_(run.state),
			)
		filters = {"run": name, "name": ("in", names), "status": status}
		found = frappe.get_all(ROW, filters=filters, pluck="name", order_by="name")
		frappe.db.set_value(ROW, {"name": ("in", found or NO_NAMES)}, values)
		run.db_set("planned_rows", frappe.db.count(ROW, {"run": name, "status": PLANNED}))
		changed += len(found)
	return changed


def _setting(field: str) -> object:
	return frappe.db.get_single_value("L2C Settings", field)
