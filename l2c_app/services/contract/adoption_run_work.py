"""The work of a run of adoptions: judge every contract by a dry run, then adopt them one by one, or take them back.

A step is one transaction that locks the run first: a process that dies leaves whole contracts, the next one goes on with
those that are not done. A refusal is a result of its row, not of the run. The job commits.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import fmt_money, formatdate, now_datetime

from l2c_app.core.adoption import Case
from l2c_app.services.batch import approved_runs, steps
from l2c_app.services.batch.acting import acting_as
from l2c_app.services.contract import adoption, adoption_runs, adoption_undo
from l2c_app.services.contract.adoption import Result
from l2c_app.services.contract.adoption_runs import DONE, KEPT
from l2c_app.services.contract.all_or_nothing import all_or_nothing

RUN, ROW = adoption_runs.RUN, adoption_runs.ROW
SKIPPED = "Skipped"
SAVE_POINT = "l2c_adopt_row"
EVENT = "l2c_adoption_run"
LEFT = {adoption_runs.ADOPTING: adoption_runs.PLANNED, adoption_runs.UNDOING: DONE}
Answer = TypeVar("Answer")


def work(name: str, *, commit: Callable[[], None], seconds: float = steps.SECONDS_PER_JOB) -> None:
	"""Do a run until its dry run is made, or until all is adopted, or the time of one job is over."""
	steps.repeat(
		lambda _singly: step(name),
		fail=lambda error: _fail(name, error),
		queue=lambda: adoption_runs.queue(name),
		commit=commit,
		seconds=seconds,
	)


def step(name: str) -> bool:
	"""Do the next contract of a run. Returns whether more is to come. Does not commit."""
	run = frappe.get_doc(RUN, name, for_update=True)
	if run.state in (approved_runs.QUEUED, approved_runs.PREPARING):
		return _judge(run)
	if run.state == adoption_runs.UNDOING:
		return _undo(run)
	return _adopt(run) if run.state == adoption_runs.ADOPTING else False


@all_or_nothing("l2c_adopt_at_once")
def adopt_at_once(reference: str, lines: Sequence[Mapping[str, Any]]) -> Result:
	"""Adopt one contract in the session user's name and record it as a run of one row that is done.

	`lines`: as of `adoption_runs.prepare`, all of this contract. Raises what `adoption.case_of` and `adoption.adopt` do.
	"""
	result = adoption.adopt(adoption.case_of(reference, lines))
	company = frappe.db.get_value("Sales Contract", result.contract, "company")
	approval = {"approved_by": frappe.session.user, "approved_on": now_datetime()}
	run = adoption_runs.record(
		company, [(reference, lines)], source=reference, state=approved_runs.DONE, **approval
	)
	_answer(_next(run, adoption_runs.TO_JUDGE), result, DONE)
	_store(run)
	return result


def _judge(run: Document) -> bool:
	row = _next(run, adoption_runs.TO_JUDGE)
	if not row:
		_store(run, state=approved_runs.PREVIEW, progress=100)
		return False
	with acting_as(run.prepared_by):
		result = _isolated(lambda: adoption.preview(_case(row)), lambda error: _refused(row, error))
	_answer(row, result, SKIPPED if result.error else adoption_runs.PLANNED)
	_store(run, state=approved_runs.PREPARING)
	return True


def _adopt(run: Document) -> bool:
	"""Adopt the next planned contract in the approver's name, who must still have the right."""
	row = _next(run, adoption_runs.PLANNED)
	if not row:
		_store(run, state=approved_runs.DONE, progress=100)
		return False
	with acting_as(run.approved_by):
		adoption.require_adopter()
		result = _isolated(lambda: adoption.adopt(_case(row)), lambda error: _refused(row, error))
	_answer(row, result, DONE if result.contract else SKIPPED)
	_store(run)
	return True


def _undo(run: Document) -> bool:
	"""Take the next contract back in the name of who asked for it, who must still have the right."""
	row = _next(run, DONE)
	if not row:
		_store(run, state=approved_runs.UNDONE, progress=100)
		return False
	with acting_as(run.undone_by):
		adoption.require_adopter()
		frappe.db.set_value(ROW, row.name, _isolated(lambda: _taken_back(row), _kept))
	_store(run)
	return True


def _taken_back(row: Any) -> dict[str, object]:
	adoption_undo.undo(row.contract, row.state_at_adoption)
	return adoption_runs.undone()


def _kept(error: Exception) -> dict[str, object]:
	return {"status": KEPT, "error": type(error).__name__, "reason": str(error)}


def _case(row: Any) -> Case:
	return adoption.case_of(row.reference, json.loads(row.source_lines))


def _isolated(do: Callable[[], Answer], refused: Callable[[Exception], Answer]) -> Answer:
	"""Do one contract; whatever it raises is its result (`refused`), but a collision begins the step again."""
	frappe.db.savepoint(SAVE_POINT)
	try:
		return do()
	except steps.AGAIN:
		raise
	except Exception as error:
		frappe.db.rollback(save_point=SAVE_POINT)
		if not isinstance(error, frappe.ValidationError | frappe.PermissionError):
			frappe.log_error(title="Running documents not adopted", message=frappe.get_traceback())
		frappe.clear_messages()
		return refused(error)


def _refused(row: Any, error: Exception) -> Result:
	return Result(row.reference, row.sales_order or "", error=type(error).__name__, reason=str(error))


def _answer(row: Any, result: Result, status: str) -> None:
	values = {
		"status": status,
		"error": result.error,
		"reason": result.reason,
		"contract": result.contract or None,
	}
	if result.contract:
		values["state_at_adoption"] = adoption_undo.state_of(result)
	if not result.error:
		values |= {
			"customer": result.customer,
			"currency": result.currency,
			"total": result.total,
			"sales_order": result.sales_order,
			"differences": "\n".join(result.differences),
			"plan": "\n".join(_row_text(plan_row, result.currency) for plan_row in result.rows),
			**{name: result.figures[name] for name in ("billed", "collected", "open_amount")},
		}
	frappe.db.set_value(ROW, row.name, values)


def _row_text(row: dict[str, Any], currency: str) -> str:
	text = _("{0} {1}: {2} due {3}, collected {4}")
	due = formatdate(row["due_date"]) if row["due_date"] else "–"
	label = row["label"] or _(row["billing"])
	amount, collected = (fmt_money(row[name], currency=currency) for name in ("amount", "collected"))
	return text.format(row["row_id"], label, amount, due, collected)


def _next(run: Document, status: str) -> Any | None:
	fields = ["name", "reference", "sales_order", "source_lines", "contract", "state_at_adoption"]
	filters = {"run": run.name, "status": status}
	rows = frappe.get_all(ROW, filters=filters, fields=fields, order_by="name", limit=1)
	return rows[0] if rows else None


def _store(run: Document, **values: object) -> None:
	values |= adoption_runs.counts(run.name)
	status = LEFT.get(run.state, adoption_runs.TO_JUDGE)
	left = frappe.db.count(ROW, {"run": run.name, "status": status})
	values.setdefault("progress", 100 * (run.total_rows - left) / max(run.total_rows, 1))
	run.db_set({**values, "heartbeat_on": now_datetime()})
	message = {name: run.get(name) for name in ("name", "state", "progress")}
	frappe.publish_realtime(EVENT, message, doctype=RUN, docname=run.name, after_commit=True)


def _fail(name: str, error: Exception) -> None:
	frappe.log_error(title=f"Adoption run {name}", message=frappe.get_traceback())
	run = frappe.get_doc(RUN, name, for_update=True)
	_store(run, state=approved_runs.FAILED, error=str(error)[:1000] or type(error).__name__)
