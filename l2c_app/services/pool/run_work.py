"""The work of a run: plan its rows, then do them a chunk at a time. A chunk is one transaction.

Each transaction locks the run's row first, moves the seats and writes or marks the rows. A process that dies in between
leaves nothing half done, the next one goes on behind the cursor; two at once take turns. The job commits.
"""

import json
from collections import Counter
from collections.abc import Callable
from itertools import islice

import frappe
from frappe.model.document import Document
from frappe.utils import add_to_date, now_datetime

from l2c_app.services.batch import steps
from l2c_app.services.batch.steps import AGAIN, SECONDS_PER_JOB
from l2c_app.services.errors import L2CError
from l2c_app.services.pool import run_chunks, run_rows, runs
from l2c_app.services.pool.run_rows import Likeness, Row

CHUNK = 1000
MINUTES_UNTIL_STALLED = 10
EVENT = "l2c_pool_run"
ROW_FIELDS = ("seat", "party", "numbers", *Likeness._fields)


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
	chunk = run_chunks.first(run)
	if chunk and not singly and _done_whole(handler, run, chunk):
		return True
	rows = run_rows.to_do(run.name, chunk.rows) if chunk else _shown_rows(run, handler)
	if not rows:
		return _finish(run, runs.DONE)
	outcome = _apply_singly(handler, run, rows) if singly else handler.apply(run, rows)
	_record(run, rows, _answers(outcome), chunk)
	return True


# The plan


def _plan(run: Document) -> bool:
	by_user: dict[str, dict[str, int]] = {}
	handler = runs.handler_of(run.kind)
	planned = iter(handler.plan(run))
	frappe.db.delete("Pool Run Row", {"run": run.name})
	run_chunks.forget(run.name)
	place = 0
	while some := list(islice(planned, getattr(handler, "CHUNK", CHUNK))):
		rows = run_rows.of_plan(some, place + 1)
		place += len(rows)
		_keep(run, rows)
		_count(rows, by_user)
	skipped = sum(counts["skipped"] for counts in by_user.values())
	values = {"total_rows": place, "skipped_rows": skipped, "state": runs.RUNNING}
	values |= {"started_on": run.started_on or now_datetime(), "heartbeat_on": now_datetime()}
	run.db_set({**values, "summary": json.dumps(by_user, sort_keys=True)})
	return _finish(run, runs.DONE) if run.mode == runs.PREVIEW else True


def _keep(run: Document, rows: list[Row]) -> None:
	"""Store what a preview shows as rows; of any other run only what stays as it is, the rest as a chunk to be done."""
	if run.mode == runs.PREVIEW:
		run_rows.insert(run, rows)
		return
	run_rows.insert(run, [row for row in rows if row.like.status == runs.SKIPPED])
	run_chunks.store(run, [row for row in rows if row.like.status == runs.PLANNED])


def _count(rows: list[Row], by_user: dict[str, dict[str, int]]) -> None:
	for like, count in Counter([row.like for row in rows]).items():
		user = by_user.setdefault(like.to_user or like.from_user or "", {"planned": 0, "skipped": 0})
		user[like.status.lower()] += count


# A chunk


def _shown_rows(run: Document, handler: object) -> list[frappe._dict]:
	"""Return the next rows of a run that was shown first."""
	return frappe.get_all(
		"Pool Run Row",
		filters={"run": run.name, "status": runs.PLANNED, "name": (">", run.row_cursor or "")},
		fields=["name", *getattr(handler, "READS", ROW_FIELDS)],
		order_by="name",
		limit=getattr(handler, "CHUNK", CHUNK),
	)


def _done_whole(handler: object, run: Document, chunk: run_chunks.Chunk) -> bool:
	"""Do a chunk of which no row is to be judged by itself, after its rows are written; False when one is, or the kind of
	run knows no such way."""
	write = handler.whole(run, chunk.rows) if hasattr(handler, "whole") else None
	if not write:
		return False
	run_rows.insert_ended(run, chunk.rows, {})
	rows = run_rows.range_of(run.name, chunk.rows)
	write(rows)
	run_chunks.forget(run.name, chunk.name)
	_go_on(run, rows.last, Counter({runs.DONE: len(chunk.rows)}))
	return True


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


def _answers(outcome: dict[str, object]) -> run_rows.Answers:
	answers = {}
	for name, answer in outcome.items():
		if answer is not None:
			status = runs.SKIPPED if isinstance(answer, L2CError | str) else runs.FAILED
			answers[name] = status, str(answer)[:500]
	return answers


def _record(
	run: Document, rows: list[frappe._dict], answers: run_rows.Answers, chunk: run_chunks.Chunk | None
) -> None:
	"""Write what became of the rows of a chunk and move the cursor behind them."""
	last = rows[-1].name
	if chunk:
		run_rows.insert_ended(run, chunk.rows, answers)
		run_chunks.forget(run.name, chunk.name)
	else:
		run_rows.mark(run, last, answers)
	ends = Counter(status for status, _reason in answers.values())
	ends[runs.DONE] = len(rows) - len(answers)
	_go_on(run, last, ends)


def _go_on(run: Document, last: str, ends: Counter) -> None:
	"""Count how rows ended, move the cursor behind the last of them, tell who watches."""
	values = {"done_rows": (run.done_rows or 0) + ends[runs.DONE]}
	values |= {"skipped_rows": (run.skipped_rows or 0) + ends[runs.SKIPPED]}
	values |= {"failed_rows": (run.failed_rows or 0) + ends[runs.FAILED]}
	values |= {"row_cursor": last, "heartbeat_on": now_datetime()}
	place = int(last.rpartition("-")[2])
	run.db_set({**values, "progress": 100 * place / max(run.total_rows or 0, 1)})
	_tell(run)


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
