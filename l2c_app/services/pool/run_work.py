"""The work of a run: plan its rows, then do them a chunk at a time. A chunk is one transaction.

Each transaction locks the run's row first, moves the seats and marks the rows. A process that dies in between leaves
nothing half done, the next one goes on behind the cursor; two at once take turns. The job commits.
"""

import json
from collections.abc import Callable, Sequence
from itertools import islice

import frappe
from frappe.model.document import Document
from frappe.utils import add_to_date, now_datetime
from pypika.terms import LiteralValue

from l2c_app.services.batch import steps
from l2c_app.services.batch.steps import AGAIN, SECONDS_PER_JOB
from l2c_app.services.errors import L2CError
from l2c_app.services.pool import runs
from l2c_app.services.pool.name_lists import among, quoted

CHUNK = 1000
MINUTES_UNTIL_STALLED = 10
EVENT = "l2c_pool_run"
OWN = ("name", "idx", "seat", "party", "numbers")  # cells of one row; many rows share all others
SHARED = ("owner", "creation", "modified", "modified_by", "docstatus", "run", "pool")
SHARED += ("party_type", "status", "decision", "from_user", "to_user", "reason")
ROW_FIELDS = (
	"run",
	"pool",
	"seat",
	"party_type",
	"party",
	"status",
	"decision",
	"from_user",
	"to_user",
	"reason",
	"numbers",
)


def work(name: str, *, commit: Callable[[], None], seconds: float = SECONDS_PER_JOB) -> None:
	"""Do a run until it ends or the time of one job is over; then the next job is queued.

	A deadlock, a lock timeout or a stale picture begins the chunk again. Any other error: the chunk is done row by row,
	so that only the bad row fails; if even that fails, the run is Failed with its error and can be resumed.
	"""
	steps.repeat(
		lambda singly: step(name, singly=singly),
		fail=lambda error: _fail(name, error),
		queue=lambda: runs.queue(name),
		commit=commit,
		seconds=seconds,
	)


def step(name: str, *, singly: bool = False) -> bool:
	"""Do the next piece of a run: its plan, or one chunk. Returns whether more is to come. Does not commit."""
	run = frappe.get_doc("Pool Run", name, for_update=True)
	if run.state not in runs.LIVE:
		return False
	if run.stop_requested:
		return _finish(run, runs.STOPPED)
	handler = runs.handler_of(run.kind)
	if hasattr(handler, "lock"):
		handler.lock(run)
	if run.state == runs.QUEUED:
		return _plan(run)
	rows = _next_rows(run, handler)
	if not rows:
		return _finish(run, runs.DONE)
	outcome = _apply_singly(handler, run, rows) if singly else handler.apply(run, rows)
	_mark(run, rows, outcome)
	return True


# The plan


def _plan(run: Document) -> bool:
	counts = {runs.PLANNED: 0, runs.SKIPPED: 0}
	by_user: dict[str, dict[str, int]] = {}
	planned = iter(runs.handler_of(run.kind).plan(run))
	frappe.db.delete("Pool Run Row", {"run": run.name})
	place = 0
	while chunk := list(islice(planned, CHUNK)):
		_insert(run, chunk, place)
		place += len(chunk)
		for row in chunk:
			_count(row, counts, by_user)
	values = {"total_rows": place, "skipped_rows": counts[runs.SKIPPED], "state": runs.RUNNING}
	values |= {"started_on": run.started_on or now_datetime(), "heartbeat_on": now_datetime()}
	run.db_set({**values, "summary": json.dumps(by_user, sort_keys=True)})
	return _finish(run, runs.DONE) if run.mode == runs.PREVIEW else True


def _count(row: runs.Planned, counts: dict[str, int], by_user: dict[str, dict[str, int]]) -> None:
	counts[runs.SKIPPED if row.skip else runs.PLANNED] += 1
	user = by_user.setdefault(row.to_user or row.from_user or "", {"planned": 0, "skipped": 0})
	user["skipped" if row.skip else "planned"] += 1


def _insert(run: Document, planned: Sequence[runs.Planned], place: int) -> None:
	"""Insert rows under names that sort as they were planned: the cursor of the run walks along them.

	The cells are written out, as one text behind the first name: to bind a million of them costs more than to store them.
	"""
	table, at, user = frappe.qb.DocType("Pool Run Row"), now_datetime(), frappe.session.user
	stamps = user, at, at, user, 0, run.name, run.pool
	shared: dict[tuple, str] = {}
	rows = []
	for number, row in enumerate(planned, start=place + 1):
		like = row.party_type, runs.SKIPPED if row.skip else runs.PLANNED, *row[3:7]
		if like not in shared:
			shared[like] = ",".join([_cell(value) for value in (*stamps, *like)])
		numbers = json.dumps(row.numbers, default=str, sort_keys=True) if row.numbers else None
		own = f"{number},{quoted(row.seat)},{quoted(row.party)},{_cell(numbers)}"
		rows.append((f"{run.name}-{number:08d}", f"{own},{shared[like]}"))
	first, *others = rows
	values = first[1] + "".join(f"),({_cell(name)},{cells}" for name, cells in others)
	frappe.qb.into(table).columns(*OWN, *SHARED).insert((first[0], LiteralValue(values))).run()


def _cell(value: object) -> str:
	return "NULL" if value is None else quoted(str(value))


# A chunk


def _next_rows(run: Document, handler: object) -> list[frappe._dict]:
	return frappe.get_all(
		"Pool Run Row",
		filters={"run": run.name, "status": runs.PLANNED, "name": (">", run.row_cursor or "")},
		fields=["name", *getattr(handler, "READS", ROW_FIELDS)],
		order_by="name",
		limit=getattr(handler, "CHUNK", CHUNK),
	)


def _apply_singly(handler: object, run: Document, rows: list[frappe._dict]) -> dict[str, object]:
	"""Do rows one by one, each behind its own savepoint: one bad row does not take the others along."""
	outcome: dict[str, object] = {}
	for row in rows:
		frappe.db.savepoint("l2c_run_row")
		try:
			outcome |= handler.apply(run, [row])
		except AGAIN:
			raise
		except Exception as error:
			frappe.db.rollback(save_point="l2c_run_row")
			if not isinstance(error, L2CError):
				frappe.log_error(title=f"{run.name}: {row.name}")
			outcome[row.name] = error
	return outcome


def _mark(run: Document, rows: list[frappe._dict], outcome: dict[str, object]) -> None:
	"""Mark the rows of a chunk and move the cursor behind them."""
	refused: dict[tuple[str, str], list[str]] = {}
	for row in rows:
		answer = outcome.get(row.name)
		if answer is not None:
			status = runs.SKIPPED if isinstance(answer, L2CError | str) else runs.FAILED
			refused.setdefault((status, str(answer)[:500]), []).append(row.name)
	counts = {runs.SKIPPED: run.skipped_rows or 0, runs.FAILED: run.failed_rows or 0}
	for (status, reason), names in refused.items():
		_write_refused(names, status, reason)
		counts[status] += len(names)
	last = rows[-1].name
	_write_done(run, last)
	done = len(rows) - sum(len(names) for names in refused.values())
	values = {"done_rows": (run.done_rows or 0) + done, "skipped_rows": counts[runs.SKIPPED]}
	values |= {"failed_rows": counts[runs.FAILED], "row_cursor": last, "heartbeat_on": now_datetime()}
	place = int(last.rpartition("-")[2])
	run.db_set({**values, "progress": 100 * place / max(run.total_rows or 0, 1)})
	_tell(run)


def _write_refused(names: list[str], status: str, reason: str) -> None:
	table = frappe.qb.DocType("Pool Run Row")
	query = frappe.qb.update(table).set(table.status, status).set(table.reason, reason)
	query.where(among(table.name, names)).run()


def _write_done(run: Document, last: str) -> None:
	"""Mark what is still planned between cursor and last row. When that was stands in the log of the pool: a stamp of its
	own on each row would cost as much as the mark."""
	table = frappe.qb.DocType("Pool Run Row")
	query = frappe.qb.update(table).set(table.status, runs.DONE)
	query = query.where((table.name > (run.row_cursor or "")) & (table.name <= last))
	query.where((table.run == run.name) & (table.status == runs.PLANNED)).run()


def _finish(run: Document, state: str) -> bool:
	run.db_set({"state": state, "finished_on": now_datetime(), "heartbeat_on": now_datetime()})
	if state == runs.DONE:
		run.db_set("progress", 100)
	follows = getattr(runs.handler_of(run.kind), "finish" if state == runs.DONE else "stopped", None)
	if run.mode == runs.COMMIT and follows:
		follows(run)
	_tell(run)
	return False


def _tell(run: Document) -> None:
	fields = ("name", "state", "progress", "total_rows", "done_rows", "skipped_rows", "failed_rows")
	message = {name: run.get(name) for name in fields}
	frappe.publish_realtime(EVENT, message, doctype="Pool Run", docname=run.name, after_commit=True)


def _fail(name: str, error: Exception) -> None:
	frappe.log_error(title=f"Pool run {name}", message=frappe.get_traceback())
	run = frappe.get_doc("Pool Run", name, for_update=True)
	run.db_set({"state": runs.FAILED, "error": str(error)[:1000] or type(error).__name__})
	_tell(run)


def stalled() -> list[str]:
	"""Return live runs that gave no sign of life for some minutes: their process died.

	So does one whose sign lies as far ahead, for the clock was set back since; one alive only gets a second job, which
	waits at the lock.
	"""
	now = now_datetime()
	span = [add_to_date(now, minutes=minutes) for minutes in (-MINUTES_UNTIL_STALLED, MINUTES_UNTIL_STALLED)]
	table = frappe.qb.DocType("Pool Run")
	query = frappe.qb.from_(table).select(table.name).orderby(table.creation, table.name)
	query = query.where(table.state.isin(runs.LIVE))
	beat = table.heartbeat_on
	return [row[0] for row in query.where(beat.isnull() | (beat < span[0]) | (beat > span[1])).run()]
