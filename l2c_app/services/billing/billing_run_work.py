"""The work of a billing run: list what is due, judge it contract by contract, then bill row by row.

A step is one transaction that locks the run first: a process that dies leaves whole rows, the next one goes on with
those that are not done, and two at once take turns. The job commits.
"""

from collections.abc import Callable
from itertools import groupby
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import getdate, now_datetime

from l2c_app.core.names import NO_NAMES
from l2c_app.services.batch import approved_runs, steps
from l2c_app.services.batch.acting import acting_as
from l2c_app.services.billing import billing, billing_preview, billing_runs, due_rows
from l2c_app.services.follow_up import new_rows
from l2c_app.services.ledger import recompute

RUN, ROW = billing_runs.RUN, billing_runs.ROW
TO_JUDGE, PLANNED, DONE, SKIPPED, FAILED = "To Judge", "Planned", "Done", "Skipped", "Failed"
JUDGED_AT_ONCE = 50
EVENT = "l2c_billing_run"


def work(name: str, *, commit: Callable[[], None], seconds: float = steps.SECONDS_PER_JOB) -> None:
	"""Do a run until its preview is made, or until it is billed, or the time of one job is over."""
	steps.repeat(
		lambda _singly: step(name),
		fail=lambda error: _fail(name, error),
		queue=lambda: billing_runs.queue(name),
		commit=commit,
		seconds=seconds,
	)


def step(name: str) -> bool:
	"""Do the next piece of a run. Returns whether more is to come. Does not commit."""
	run = frappe.get_doc(RUN, name, for_update=True)
	if run.state == approved_runs.QUEUED:
		return _list(run)
	if run.state == approved_runs.PREPARING:
		return _judge(run)
	return _bill(run) if run.state == billing_runs.BILLING else False


def stalled() -> list[str]:
	"""Return runs at work that gave no sign of life for some minutes: their process died."""
	return steps.stalled(RUN, billing_runs.RUNS.live)


def _list(run: Document) -> bool:
	"""List the rows that are due, those of one contract behind each other."""
	with acting_as(run.prepared_by):
		due = due_rows.find(company=run.company, today=getdate(run.up_to))
	due.sort(key=lambda row: row.parent)
	heads = _heads({row.parent for row in due})
	frappe.db.delete(ROW, {"run": run.name})
	rows = [_row(run, number, row, heads[row.parent]) for number, row in enumerate(due, start=1)]
	if rows:
		new_rows.insert_missing(ROW, rows)
	_store(run, state=approved_runs.PREPARING, total_rows=len(rows), planned_rows=0, skipped_rows=0)
	return True


def _heads(contracts: set[str]) -> dict[str, Any]:
	found = frappe.get_all(
		"Sales Contract",
		filters={"name": ("in", sorted(contracts) or NO_NAMES)},
		fields=["name", "party_name", "currency"],
		order_by="name",
	)
	return {head.name: head for head in found}


def _row(run: Document, number: int, due: Any, head: Any) -> dict[str, Any]:
	return {
		"name": f"{run.name}-{number:06d}",
		"run": run.name,
		"contract": due.parent,
		"customer": head.party_name,
		"currency": head.currency,
		"row_id": due.row_id,
		"label": due.label,
		"due_date": due.due_date,
		"status": TO_JUDGE,
	}


def _judge(run: Document) -> bool:
	"""Judge the rows of some contracts; the last step shows the preview."""
	waiting = _rows(run, TO_JUDGE, limit=JUDGED_AT_ONCE)
	if not waiting:
		_store(run, state=approved_runs.PREVIEW, progress=100)
		return False
	# A contract is judged whole: its later rows know what its earlier ones would bill.
	waiting += _rest_of(run, waiting[-1])
	planned, skipped = 0, 0
	with acting_as(run.prepared_by):
		for contract, group in groupby(waiting, key=lambda row: row.contract):
			rows = {row.row_id: row.name for row in group}
			for answer in billing_preview.judge(contract, list(rows), posting_date=getdate(run.posting_date)):
				_answer(rows[answer.row_id], answer)
				planned, skipped = planned + (not answer.error), skipped + bool(answer.error)
	judged = run.planned_rows + run.skipped_rows + planned + skipped
	values = {"planned_rows": run.planned_rows + planned, "skipped_rows": run.skipped_rows + skipped}
	_store(run, **values, progress=100 * judged / max(run.total_rows, 1))
	return True


def _rest_of(run: Document, last: Any) -> list[Any]:
	filters = {"run": run.name, "status": TO_JUDGE, "contract": last.contract, "name": (">", last.name)}
	return frappe.get_all(ROW, filters=filters, fields=["name", "contract", "row_id"], order_by="name")


def _answer(row: str, answer: billing_preview.Judged) -> None:
	values = {"status": SKIPPED if answer.error else PLANNED, "error": answer.error, "reason": answer.reason}
	frappe.db.set_value(ROW, row, {**values, "amount": answer.amount, "advances": answer.advances})


def _bill(run: Document) -> bool:
	"""Bill the next planned row in the approver's name, who must still have the right."""
	billing_runs.require_approver(run.approved_by)
	rows = _rows(run, PLANNED, limit=1)
	if not rows:
		_store(run, state=approved_runs.DONE, progress=100)
		return False
	row = rows[0]
	with acting_as(run.approved_by):
		result = billing.bill_isolated(
			row.contract,
			row.row_id,
			posting_date=getdate(run.posting_date),
			submit=bool(run.submit_invoices),
			approved=True,
			again=steps.AGAIN,
		)
		recompute.flush()
	_finish_row(run, row.name, result)
	return True


def _finish_row(run: Document, row: str, result: billing.Billed) -> None:
	refused = SKIPPED if result.refused else FAILED
	status = DONE if result.invoice else refused
	values = {"status": status, "invoice": result.invoice, "error": result.error, "reason": result.message}
	if result.invoice:
		values["amount"] = frappe.db.get_value("Sales Invoice", result.invoice, "grand_total")
	frappe.db.set_value(ROW, row, values)
	field = {DONE: "done_rows", SKIPPED: "skipped_rows", FAILED: "failed_rows"}[status]
	left = frappe.db.count(ROW, {"run": run.name, "status": PLANNED})
	progress = 100 * (run.planned_rows - left) / max(run.planned_rows, 1)
	_store(run, **{field: (run.get(field) or 0) + 1}, progress=progress)


def _rows(run: Document, status: str, *, limit: int) -> list[Any]:
	filters = {"run": run.name, "status": status}
	fields = ["name", "contract", "row_id"]
	return frappe.get_all(ROW, filters=filters, fields=fields, order_by="name", limit=limit)


def _store(run: Document, **values: object) -> None:
	run.db_set({**values, "heartbeat_on": now_datetime()})
	fields = ("name", "state", "progress")
	message = {name: run.get(name) for name in fields}
	frappe.publish_realtime(EVENT, message, doctype=RUN, docname=run.name, after_commit=True)


def _fail(name: str, error: Exception) -> None:
	frappe.log_error(title=f"Billing run {name}", message=frappe.get_traceback())
	run = frappe.get_doc(RUN, name, for_update=True)
	_store(run, state=approved_runs.FAILED, error=str(error)[:1000] or type(error).__name__)
