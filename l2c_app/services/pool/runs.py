"""Runs over many seats, recorded: who started what, what was planned for each seat and why, what became of it.

A run is planned first (one row per seat) and then done chunk by chunk by `run_work`. A preview stores its rows as planned;
any other run stores a row once, when it is done (`run_rows`, `run_chunks`). A kind of run is a module with
`plan(run)`, which yields `Planned` rows and changes nothing, and `apply(run, rows)`, which does a chunk of them in the
caller's transaction and returns {row name: why not}; None or missing is done. It judges again: the world moved since the plan.
Where it has them, `check(pool, options)` refuses a run before it is recorded, `may_commit(pool)` one that is to change
something; `finish(run)` follows a run that ended well, `stopped(run)` one that a manager ended; `READS` names the cells of a row that `apply` reads, where these
are few: to read a row of many cells takes as long as to do it; `CHUNK` is how many rows it does at once; `whole(run, rows)`
returns what does a chunk behind its rows where none of them is to be judged by itself.
"""

import json
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import NamedTuple

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_fullname, now_datetime, nowdate

from l2c_app.services.errors import NotAPoolManager, RunInProgress, RunStateError, refuse
from l2c_app.services.pool import seat_events, visibility

RECYCLE, DISTRIBUTE, WARN, MOVE, ADMIT = "Recycle", "Distribute", "Warn", "Move", "Admit"
PREVIEW, COMMIT = "Preview", "Commit"
QUEUED, RUNNING, DONE, FAILED, STOPPED = "Queued", "Running", "Done", "Failed", "Stopped"
LIVE = (QUEUED, RUNNING)
PLANNED, SKIPPED = "Planned", "Skipped"
JOB = "l2c_app.jobs.pools.work_pool_run"
HANDLERS: dict[str, str] = {
	DISTRIBUTE: "l2c_app.services.pool.distribution_run",
	RECYCLE: "l2c_app.services.pool.recycle_run",
	WARN: "l2c_app.services.pool.recycle_warnings",
	MOVE: "l2c_app.services.pool.move_run",
	ADMIT: "l2c_app.services.pool.admit_run",
}


class Planned(NamedTuple):
	"""One seat in a plan. `skip`: shown with its reason, never done. `numbers`: what was compared, no contact data."""

	seat: str
	party_type: str = ""
	party: str = ""
	decision: str = ""
	from_user: str | None = None
	to_user: str | None = None
	reason: str = ""
	numbers: dict | None = None
	skip: bool = False


def handler_of(kind: str) -> ModuleType:
	"""Return the module that plans and does runs of a kind. Raises RunStateError for an unknown kind."""
	if kind not in HANDLERS:
		refuse(RunStateError, _("There is no run of kind {0}.").format(kind))
	return import_module(HANDLERS[kind])


def options_of(run: Document) -> dict:
	"""Return the options a run was started with."""
	return json.loads(run.options or "{}")


def names_of(run: Document) -> dict[str, str]:
	"""Return {user: full name} of the users in a run's summary."""
	return {user: get_fullname(user) for user in json.loads(run.summary or "{}") if user}


def start(
	kind: str,
	pool: str,
	*,
	mode: str = PREVIEW,
	options: Mapping[str, object] | None = None,
	seed: str | None = None,
) -> str:
	"""Start a run by the session user's hand and return its name. Raises NotAPoolManager, PoolDisabled, RunInProgress.

	Moving out of a disabled pool stays possible.
	"""
	seat_events.require_manager(pool, frappe.session.user)
	if kind != MOVE:
		seat_events.require_enabled(pool)
	return start_by_system(kind, pool, mode=mode, options=options, seed=seed)


def start_by_system(
	kind: str,
	pool: str,
	*,
	mode: str = COMMIT,
	options: Mapping[str, object] | None = None,
	seed: str | None = None,
) -> str:
	"""Record a run and queue its job behind the commit. For the clock and for callers that checked the rights.

	A pool has one committing run of a kind at a time: RunInProgress. Raises RunStateError where its kind may not commit now.
	"""
	_check(kind, pool, dict(options or {}))
	if mode == COMMIT:
		_refuse_commit(kind, pool)
	run = frappe.new_doc("Pool Run")
	run.update({"kind": kind, "pool": pool, "mode": mode, "seed": seed, "state": QUEUED})
	run.update({"started_by": frappe.session.user, "run_date": nowdate(), "heartbeat_on": now_datetime()})
	run.options = json.dumps(dict(options or {}), default=str, sort_keys=True)
	run.insert(ignore_permissions=True)  # rights were checked by the caller; nobody may insert runs by hand
	queue(run.name)
	return run.name


def live(kind: str, pool: str) -> str | None:
	"""Return the committing run of this kind that a pool has going on, locked; None when there is none."""
	table = frappe.qb.DocType("Pool Run")
	query = frappe.qb.from_(table).select(table.name).orderby(table.name).for_update()
	query = query.where((table.pool == pool) & table.state.isin(LIVE))
	rows = query.where((table.kind == kind) & (table["mode"] == COMMIT)).run()
	return rows[0][0] if rows else None


def _check(kind: str, pool: str, options: dict) -> None:
	handler = handler_of(kind)
	if hasattr(handler, "check"):
		handler.check(pool, options)


def _refuse_commit(kind: str, pool: str) -> None:
	handler = handler_of(kind)
	if hasattr(handler, "may_commit"):
		handler.may_commit(pool)
	first = live(kind, pool)
	if first:
		refuse(
			RunInProgress,
			_("Run {0} of this pool is not finished.").format(first),
			do=_("Wait for it, or stop it."),
		)


def queue(name: str) -> None:
	"""Hand a run to the long queue after the commit. A second job for the same run does no harm: it waits at the lock."""
	frappe.enqueue(JOB, queue="long", enqueue_after_commit=True, run=name)


def commit_preview(name: str) -> None:
	"""Do what a finished preview shows: the same rows, each judged again. Raises RunStateError, RunInProgress, PoolDisabled,
	and what its kind refuses by now."""
	run = _locked(name)
	if run.mode != PREVIEW or run.state != DONE:
		refuse(RunStateError, _("Only a finished preview can be committed."), compared=_(run.state))
	if run.kind != MOVE:
		seat_events.require_enabled(run.pool)
	_check(run.kind, run.pool, options_of(run))
	_refuse_commit(run.kind, run.pool)
	run.db_set({"mode": COMMIT, "state": RUNNING, "progress": 0, "row_cursor": "", "finished_on": None})
	now = now_datetime()
	run.db_set({"heartbeat_on": now, "started_on": now, "started_by": frappe.session.user})
	queue(name)


def stop(name: str) -> None:
	"""Ask a live run to end after the chunk it is at; what is done stays done. Raises RunStateError."""
	run = _locked(name)
	if run.state not in LIVE:
		refuse(RunStateError, _("The run is not going on."), compared=_(run.state))
	run.db_set("stop_requested", 1)
	queue(name)


def resume(name: str) -> None:
	"""Go on with a stopped, failed or hanging run where it stands. Raises RunStateError, RunInProgress."""
	run = _locked(name)
	if run.state == DONE:
		refuse(RunStateError, _("The run is finished."), compared=_(run.state))
	if run.state not in LIVE:
		if run.mode == COMMIT:
			_refuse_commit(run.kind, run.pool)
		run.db_set({"state": RUNNING if run.total_rows else QUEUED, "stop_requested": 0, "error": ""})
	run.db_set("heartbeat_on", now_datetime())
	queue(name)


def _locked(name: str) -> Document:
	"""Lock a run that the session user may steer. Raises NotAPoolManager."""
	run = frappe.get_doc("Pool Run", name, for_update=True)
	if not visibility.manages(run.pool, frappe.session.user):
		refuse(NotAPoolManager, _("Only a manager of pool {0} may do this.").format(run.pool))
	return run


def forget_rows(run: Document) -> None:
	"""Delete the rows and what is left of the plan of a run that is being deleted. Raises RunInProgress while it is going on."""
	if run.state in LIVE:
		refuse(RunInProgress, _("Run {0} of this pool is not finished.").format(run.name))
	for doctype in ("Pool Run Row", "Pool Run Chunk"):
		frappe.db.delete(doctype, {"run": run.name})
