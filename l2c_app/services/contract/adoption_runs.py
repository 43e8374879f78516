"""Runs that take over documents that ran before: a dry run per contract first, then the contracts, each by itself.

Whoever may adopt prepares, approves, stops and resumes; the contracts are made in the approver's name.
`adoption_run_work` does the work. Raises AdoptionRunState, RunInProgress, ApproverNeeded.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from l2c_app.core import adoption as rules
from l2c_app.services.batch import steps
from l2c_app.services.contract import adoption
from l2c_app.services.errors import AdoptionRunState, RunInProgress, refuse
from l2c_app.services.follow_up import new_rows

RUN, ROW = "Adoption Run", "Adoption Run Row"
QUEUED, PREPARING, PREVIEW, ADOPTING = "Queued", "Preparing", "Preview", "Adopting"
DONE, FAILED, STOPPED = "Done", "Failed", "Stopped"
LIVE = (QUEUED, PREPARING, ADOPTING)
TO_JUDGE, PLANNED = "To Judge", "Planned"
JOB = "l2c_app.jobs.work_adoption_run"


def prepare(company: str, lines: Sequence[Mapping[str, Any]], *, source: str = "") -> str:
	"""Record a run over lines (mappings of `core.adoption.COLUMNS`) and queue its dry run. Returns its name."""
	adoption.require_adopter()
	frappe.has_permission("Company", "read", doc=company, throw=True)
	_clear_the_way(company)
	groups = rules.groups(lines)
	if not groups:
		refuse(AdoptionRunState, _("There is nothing to adopt."), do=_("Give at least one order or invoice."))
	run = frappe.new_doc(RUN)
	run.update({"company": company, "source": source[:140], "state": QUEUED, "total_rows": len(groups)})
	run.update({"prepared_by": frappe.session.user, "heartbeat_on": now_datetime(), "approved_by": None})
	run.insert(ignore_permissions=True)  # checked above; nobody may insert runs by hand
	new_rows.insert_missing(ROW, [_row(run, number, *group) for number, group in enumerate(groups, 1)])
	queue(run.name)
	return run.name


def _row(run: Document, number: int, reference: str, lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
	known = [{column: line[column] for column in rules.COLUMNS if column in line} for line in lines]
	return {
		"name": f"{run.name}-{number:06d}",
		"run": run.name,
		"reference": reference[:140],
		"sales_order": str(lines[0].get("sales_order") or "")[:140],
		"status": TO_JUDGE,
		"source_lines": json.dumps(known, default=str, ensure_ascii=False),
	}


def approve(name: str) -> None:
	"""Let the dry run become contracts, in the session user's name."""
	run = _locked(name)
	if run.state != PREVIEW or not run.planned_rows:
		refuse(
			AdoptionRunState,
			_("Only a finished dry run with something to adopt can be approved."),
			compared=_(run.state),
		)
	run.db_set({"state": ADOPTING, "approved_by": frappe.session.user, "approved_on": now_datetime()})
	run.db_set({"heartbeat_on": now_datetime(), "progress": 0})
	queue(name)


def stop(name: str) -> None:
	"""End a run after the contract it is at, or drop a dry run; what is adopted stays adopted."""
	run = _locked(name)
	if run.state not in (*LIVE, PREVIEW):
		refuse(AdoptionRunState, _("The run is not going on."), compared=_(run.state))
	run.db_set("state", STOPPED)


def resume(name: str) -> None:
	"""Go on with a stopped or failed run, or one whose process died, where it stands."""
	run = _locked(name)
	if run.state in (PREVIEW, DONE):
		refuse(AdoptionRunState, _("The run is finished."), compared=_(run.state))
	if run.state not in LIVE:
		if _going_on(run.company):
			_refuse_second(run.company)
		left = ADOPTING if run.approved_by else PREPARING
		run.db_set({"state": left, "error": None, "heartbeat_on": now_datetime()})
	queue(name)


def queue(name: str) -> None:
	"""Hand a run to the long queue after the commit. A second job for the same run does no harm: it waits at the lock."""
	frappe.enqueue(JOB, queue="long", enqueue_after_commit=True, run=name)


def forget_rows(run: Document) -> None:
	"""Delete the rows of a run that is being deleted. Raises AdoptionRunState while it is going on."""
	if run.state in LIVE:
		refuse(AdoptionRunState, _("The run is going on."), compared=_(run.state))
	frappe.db.delete(ROW, {"run": run.name})


def stalled() -> list[str]:
	"""Return runs at work that gave no sign of life for some minutes: their process died."""
	return steps.stalled(RUN, LIVE)


def _clear_the_way(company: str) -> None:
	if _going_on(company):
		_refuse_second(company)
	filters = {"company": company, "state": PREVIEW}
	for name in frappe.get_all(RUN, filters=filters, pluck="name", order_by="name"):
		frappe.db.set_value(RUN, name, {"state": STOPPED, "error": _("A newer run was prepared.")})


def _going_on(company: str) -> bool:
	"""Say whether a run of the company is at work; locks what it reads, so that two are not started at once."""
	table = frappe.qb.DocType(RUN)
	query = frappe.qb.from_(table).select(table.name).where(table.company == company)
	return bool(query.where(table.state.isin(LIVE)).for_update().run())


def _refuse_second(company: str) -> None:
	refuse(
		RunInProgress,
		_("A run that adopts documents of {0} is not finished.").format(company),
		do=_("Wait for it, or stop it."),
	)


def _locked(name: str) -> Document:
	adoption.require_adopter()
	run = frappe.get_doc(RUN, name, for_update=True)
	run.check_permission("read")
	return run
