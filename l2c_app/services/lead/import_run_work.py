"""The work of an import: plan the rows of the file, then insert them a chunk at a time. A chunk is one transaction.

Each transaction locks the run first, inserts the leads and marks their rows: a process that dies leaves whole chunks, the
next one goes on behind the cursor, and two at once take turns. The job commits.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Count
from frappe.utils import add_to_date, now_datetime

from l2c_app.services.batch import steps
from l2c_app.services.batch.acting import acting_as
from l2c_app.services.lead import import_plan, import_runs, lead_file, lead_import
from l2c_app.services.pool.name_lists import among, each

RUN, ROW = import_runs.RUN, import_runs.ROW
# New leads: some seconds of work, so much is lost by a kill, and so long others wait who save a lead: for its number.
CHUNK = 25
LOOKED_AT = 500  # rows at once; repeated ones cost next to nothing
MINUTES_UNTIL_STALLED = 10
EVENT = "l2c_lead_import"
STATUS = {
	lead_import.INSERTED: import_plan.DONE,
	lead_import.SKIPPED: import_plan.SKIPPED,
	lead_import.FAILED: import_plan.FAILED,
}
COUNTED = {
	"done_rows": import_plan.DONE,
	"skipped_rows": import_plan.SKIPPED,
	"failed_rows": import_plan.FAILED,
}


def work(name: str, *, commit: Callable[[], None], seconds: float = steps.SECONDS_PER_JOB) -> None:
	"""Do a run until it ends or the time of one job is over; then the next job is queued.

	A deadlock, a lock timeout or a stale picture begins the chunk again. Any other error that is not one row's own fails
	the run, which can be resumed.
	"""
	steps.repeat(
		lambda _singly: step(name),
		fail=lambda error: _fail(name, error),
		queue=lambda: import_runs.queue(name),
		commit=commit,
		seconds=seconds,
	)


def step(name: str) -> bool:
	"""Do the next piece of a run: its plan, or one chunk. Returns whether more is to come. Does not commit."""
	run = frappe.get_doc(RUN, name, for_update=True)
	if run.state not in import_runs.LIVE:
		return False
	if run.stop_requested:
		return _finish(run, import_runs.STOPPED)
	import_runs.require_importer(run.started_by)
	if run.state == import_runs.QUEUED:
		return _plan(run)
	rows = _next_rows(run)
	if not rows:
		return _finish(run, import_runs.DONE)
	_apply(run, rows)
	return True


def _plan(run: Document) -> bool:
	with acting_as(run.started_by):
		rows, left = lead_file.read(run.file)
		frappe.db.delete(ROW, {"run": run.name})
		import_plan.store(run, rows)
	values = {"total_rows": len(rows), "left_columns": ", ".join(left)[:500], "state": import_runs.RUNNING}
	_store(run, **values, **_counts(run), started_on=now_datetime())
	return _finish(run, import_runs.DONE) if run.mode == import_runs.PREVIEW else True


def _next_rows(run: Document) -> list[frappe._dict]:
	"""Return the next rows to be judged and inserted: a row that repeats another is looked at again, for that may fail."""
	table = frappe.qb.DocType(ROW)
	query = frappe.qb.from_(table).where((table.run == run.name) & (table.name > (run.row_cursor or "")))
	again = (table.status == import_plan.SKIPPED) & table.decision.isin(import_plan.JUDGED_AGAIN)
	query = query.where((table.status == import_plan.PLANNED) | again)
	query = query.select(table.name, table.idx, table.content, table.decision, table.status)
	rows = query.orderby(table.name).limit(LOOKED_AT).run(as_dict=True)
	new = [place for place, row in enumerate(rows) if row.decision == import_plan.NEW]
	return rows[: new[CHUNK]] if len(new) > CHUNK else rows


def _apply(run: Document, rows: list[frappe._dict]) -> None:
	with acting_as(run.started_by):
		results = lead_import.import_leads(json.loads(row.content) for row in rows)
	_note_results(
		{row.name: result for row, result in zip(rows, results, strict=True) if _is_news(row, result)}
	)
	progress = 100 * rows[-1].idx / max(run.total_rows or 0, 1)
	counts = _counts_after(run, rows, results)
	_store(run, row_cursor=rows[-1].name, progress=progress, **counts)


def _is_news(row: frappe._dict, result: dict) -> bool:
	"""Say whether a result tells more than the plan: a row that repeats another keeps saying which line that is."""
	return row.decision != import_plan.SAME or result["status"] != lead_import.SKIPPED


def _note_results(results: dict[str, dict]) -> None:
	"""Write on rows what became of them, one statement for all of one status and reason."""
	groups: dict[tuple[str, str], dict[str, str | None]] = defaultdict(dict)
	for name, result in results.items():
		groups[result["status"], result["reason"]][name] = result["lead"]
	table = frappe.qb.DocType(ROW)
	for (status, reason), leads in sorted(groups.items()):
		query = frappe.qb.update(table).set(table.status, STATUS[status]).set(table.reason, reason)
		query = query.set(table.modified, now_datetime()).set(table.modified_by, frappe.session.user)
		if status == lead_import.INSERTED:
			# the lead has it now, and who may see it there is another matter
			query = query.set(table.content, None).set(table.lead, each(table.name, leads))
		query.where(among(table.name, leads)).run()


def _counts_after(run: Document, rows: list[frappe._dict], results: list[dict]) -> dict[str, int]:
	"""Return the counts with what became of a piece: to count a hundred thousand rows for each would cost more than most
	pieces. At its end a run counts all of them."""
	became = Counter(STATUS[result["status"]] for result in results)
	became.subtract(Counter(row.status for row in rows))
	return {field: (run.get(field) or 0) + became[status] for field, status in COUNTED.items()}


def _counts(run: Document) -> dict[str, int]:
	table = frappe.qb.DocType(ROW)
	query = frappe.qb.from_(table).select(table.status, Count("*")).where(table.run == run.name)
	counts = dict(query.groupby(table.status).run())
	return {field: counts.get(status, 0) for field, status in COUNTED.items()}


def _finish(run: Document, state: str) -> bool:
	progress = 100 if state == import_runs.DONE else run.progress
	_store(run, state=state, progress=progress, finished_on=now_datetime(), **_counts(run))
	return False


def _store(run: Document, **values: object) -> None:
	run.db_set({**values, "heartbeat_on": now_datetime()})
	fields = ("name", "state", "progress", "total_rows", "done_rows", "skipped_rows", "failed_rows")
	message = {name: run.get(name) for name in fields}
	frappe.publish_realtime(EVENT, message, doctype=RUN, docname=run.name, after_commit=True)


def _fail(name: str, error: Exception) -> None:
	frappe.log_error(title=_("Import {0}").format(name), message=frappe.get_traceback())
	run = frappe.get_doc(RUN, name, for_update=True)
	_store(run, state=import_runs.FAILED, error=str(error)[:1000] or type(error).__name__)


def stalled() -> list[str]:
	"""Return runs at work that gave no sign of life for some minutes, by either side of the clock: their process died."""
	now = now_datetime()
	span = [add_to_date(now, minutes=minutes) for minutes in (-MINUTES_UNTIL_STALLED, MINUTES_UNTIL_STALLED)]
	table = frappe.qb.DocType(RUN)
	beat = table.heartbeat_on
	query = frappe.qb.from_(table).select(table.name).orderby(table.creation, table.name)
	query = query.where(table.state.isin(import_runs.LIVE))
	return [row[0] for row in query.where(beat.isnull() | (beat < span[0]) | (beat > span[1])).run()]
