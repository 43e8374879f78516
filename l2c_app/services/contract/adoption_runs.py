"""Runs that take over documents that ran before: a dry run per contract first, then the contracts, each by itself.

Whoever may adopt prepares, approves, stops, resumes and undoes; the contracts are made in the approver's name. What is
adopted at once, from its order's form, is a run of one row that is done: one history and one undo serve both.
`adoption_run_work` does the work. Raises AdoptionRunState, RunInProgress, ApproverNeeded.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime

from l2c_app.core import adoption as rules
from l2c_app.services.batch import approved_runs, steps
from l2c_app.services.batch.approved_runs import PREPARING, QUEUED, UNDONE
from l2c_app.services.contract import adoption, adoption_undo
from l2c_app.services.errors import AdoptionRunState, ContractChangedMeanwhile, refuse
from l2c_app.services.follow_up import new_rows

RUN, ROW = "Adoption Run", "Adoption Run Row"
ADOPTING = "Adopting"
UNDOING = "Undoing"
TO_JUDGE, PLANNED, DONE, KEPT = "To Judge", "Planned", "Done", "Not Undone"
COUNTED = {
	PLANNED: "planned_rows",
	DONE: "done_rows",
	"Skipped": "skipped_rows",
	"Failed": "failed_rows",
	UNDONE: "undone_rows",
	KEPT: "kept_rows",
}
JOB = "l2c_app.jobs.contracts.work_adoption_run"


def _unfinished() -> str:
	return _("A run that adopts documents of {0} is not finished.")


RUNS = approved_runs.Kind(
	run=RUN,
	row=ROW,
	doing=ADOPTING,
	unapproved=PREPARING,
	state_error=AdoptionRunState,
	unfinished=_unfinished,
	undoing=UNDOING,
)


def prepare(company: str, lines: Sequence[Mapping[str, Any]], *, source: str = "") -> str:
	"""Record a run over lines (mappings of `core.adoption.COLUMNS`) and queue its dry run. Returns its name."""
	adoption.require_adopter()
	frappe.has_permission("Company", "read", doc=company, throw=True)
	approved_runs.clear_the_way(RUNS, company)
	groups = rules.groups(lines)
	if not groups:
		refuse(AdoptionRunState, _("There is nothing to adopt."), do=_("Give at least one order or invoice."))
	run = record(company, groups, source=source, state=QUEUED)
	queue(run.name)
	return run.name


def record(
	company: str, groups: Sequence[tuple[str, Sequence[Mapping[str, Any]]]], *, source: str, **values: object
) -> Document:
	"""Insert a run of the session user with a row for each contract to be, and return it. For a step that checked the right.

	`groups`: a reference and its lines each; `values`: of the run's fields, its state among them.
	"""
	run = frappe.new_doc(RUN)
	run.update({"company": company, "source": source[:140], "total_rows": len(groups), "approved_by": None})
	run.update({"prepared_by": frappe.session.user, "heartbeat_on": now_datetime(), **values})
	run.insert(ignore_permissions=True)  # checked by the caller; nobody may insert runs by hand
	new_rows.insert_missing(ROW, [_row(run, number, *group) for number, group in enumerate(groups, 1)])
	return run


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
	unfit = _("Only a finished dry run with something to adopt can be approved.")
	approved_runs.approve(RUNS, _locked(name), unfit)
	queue(name)


def stop(name: str) -> None:
	"""End a run after the contract it is at, or drop a dry run; what is adopted stays adopted."""
	approved_runs.stop(RUNS, _locked(name))


def resume(name: str) -> None:
	"""Go on with a stopped or failed run, or one whose process died, where it stands."""
	approved_runs.resume(RUNS, _locked(name))
	queue(name)


def undo(name: str) -> None:
	"""Take back all contracts of a run that is over, in the session user's name; those that moved on stay and say why.

	Asked again it tries those that stayed; where nothing is left to take back, or it is going on, nothing happens.
	"""
	run = _locked(name)
	if run.state == UNDOING:
		return
	left = {"run": name, "status": ("in", (DONE, KEPT))}
	if not frappe.db.exists(ROW, left):
		if run.state != UNDONE and not frappe.db.exists(ROW, {"run": name, "status": UNDONE}):
			refuse(AdoptionRunState, _("The run has adopted nothing."), compared=_(run.state))
		return
	approved_runs.undo(RUNS, run)
	frappe.db.set_value(ROW, left, {"status": DONE, "error": None, "reason": None})
	queue(name)


def undo_row(name: str) -> None:
	"""Take back the contract of one row at once, in the session user's name. Of one that is undone already nothing happens.

	Raises AdoptionMovedOn, AdoptionRunState, ContractChangedMeanwhile.
	"""
	_take_back(_locked(frappe.db.get_value(ROW, name, "run") or ""), name)


def undo_contract(name: str) -> None:
	"""Take back the adoption of a contract, however it was adopted: as `undo_row` does with its row, and as often.

	Who may adopt and may read the contract does it. Raises AdoptionMovedOn, AdoptionRunState, ContractChangedMeanwhile.
	"""
	adoption.require_adopter()
	frappe.get_doc(adoption_undo.CONTRACT, name).check_permission("read")
	row = frappe.db.get_value(ROW, {"contract": name}, ["name", "run"], as_dict=True)
	if not row:
		adoption_undo.refuse_unknown(name)
	_take_back(frappe.get_doc(RUN, row.run, for_update=True), row.name)


def _take_back(run: Document, name: str) -> None:
	"""Undo a row of a locked run; a run that is done and of which nothing is left by that is undone itself."""
	row = frappe.get_doc(ROW, name, for_update=True)
	if row.status == UNDONE:
		return
	if run.state in RUNS.live or row.status not in (DONE, KEPT):
		states = f"{_(run.state)}, {_(row.status)}"
		refuse(AdoptionRunState, _("The row has no contract that could be undone now."), compared=states)
	_refuse_old_picture(run)
	adoption_undo.undo(row.contract, row.state_at_adoption)
	row.db_set({"error": None, "reason": None, **undone()})
	values: dict[str, object] = dict(counts(run.name))
	if run.state == approved_runs.DONE and not values["done_rows"] and not values["kept_rows"]:
		values |= {"state": UNDONE, "undone_by": row.undone_by, "undone_on": row.undone_on}
	run.db_set(values)


def _refuse_old_picture(run: Document) -> None:
	"""Waiting for the lock does not renew what is read: rows that somebody undid meanwhile would be counted as they were."""
	if get_datetime(frappe.db.get_value(RUN, run.name, "modified")) != get_datetime(run.modified):
		refuse(
			ContractChangedMeanwhile,
			_("Somebody else worked on run {0} at this moment.").format(run.name),
			do=_("Try again."),
		)


def undone() -> dict[str, object]:
	"""Return what a row keeps of being undone now by the session user."""
	return {"status": UNDONE, "undone_by": frappe.session.user, "undone_on": now_datetime()}


def counts(name: str) -> dict[str, int]:
	"""Return how many rows of a run are in each state, by the run's field."""
	return {field: frappe.db.count(ROW, {"run": name, "status": status}) for status, field in COUNTED.items()}


def queue(name: str) -> None:
	"""Hand a run to the long queue after the commit. A second job for the same run does no harm: it waits at the lock."""
	frappe.enqueue(JOB, queue="long", enqueue_after_commit=True, run=name)


def stalled() -> list[str]:
	"""Return runs at work that gave no sign of life for some minutes: their process died."""
	return steps.stalled(RUN, RUNS.live)


def _locked(name: str) -> Document:
	adoption.require_adopter()
	run = frappe.get_doc(RUN, name, for_update=True)
	run.check_permission("read")
	return run
