"""The work of a statement load: some lines at a time become Bank Transactions, or are cancelled again.

A step is one transaction that locks the load first: a process that dies leaves whole lines, the next one goes on with
those that are not done, and two at once take turns. The job commits.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_to_date, flt, now_datetime

from l2c_app.services.batch import steps
from l2c_app.services.batch.acting import acting_as
from l2c_app.services.receipt import statement_loads, statement_rows
from l2c_app.services.receipt.statement_rows import DONE, FAILED, KEPT, LINE, NEW, ROW, UNDONE

LOAD = statement_loads.LOAD
AT_ONCE = 50
MINUTES_UNTIL_STALLED = 10
EVENT = "l2c_statement_load"
TAKEN = ("Unclaimed", "Reported", "Confirmed")
COUNTS = {"Double": "double_rows", "Refused": "refused_rows", DONE: "done_rows", FAILED: "failed_rows"}
COUNTS |= {UNDONE: "undone_rows", KEPT: "kept_rows", NEW: "new_rows"}


def work(name: str, *, commit: Callable[[], None], seconds: float = steps.SECONDS_PER_JOB) -> None:
	"""Do a load, or undo it, until it is done or the time of one job is over."""
	steps.repeat(
		lambda singly: step(name, singly=singly),
		fail=lambda error: _fail(name, error),
		queue=lambda: statement_loads.queue(name),
		commit=commit,
		seconds=seconds,
	)


def step(name: str, *, singly: bool = False) -> bool:
	"""Do the next lines of a load, only one if `singly`. Returns whether more is to come. Does not commit."""
	load = frappe.get_doc(LOAD, name, for_update=True)
	if load.state == statement_loads.LOADING:
		return _step(load, NEW, load.loaded_by, "submit", singly)
	if load.state == statement_loads.UNDOING:
		return _step(load, DONE, load.undone_by, "cancel", singly)
	return False


def stalled() -> list[str]:
	"""Return loads at work that gave no sign of life for some minutes: their process died."""
	filters = {
		"state": ("in", statement_loads.LIVE),
		"heartbeat_on": ("<", add_to_date(now_datetime(), minutes=-MINUTES_UNTIL_STALLED)),
	}
	return frappe.get_all(LOAD, filters=filters, pluck="name", order_by="name")


def _step(load: Document, status: str, user: str, right: str, singly: bool) -> bool:
	"""Take the next rows of a status in the name of who asked for it, who must still have the right."""
	filters = {"statement": load.name, "status": status}
	limit = 1 if singly else AT_ONCE
	rows = frappe.get_all(ROW, filters=filters, fields=statement_rows.FIELDS, order_by="name", limit=limit)
	if not rows:
		over = statement_loads.DONE if status == NEW else statement_loads.UNDONE
		_store(load, state=over, progress=100)
		return False
	with acting_as(user):
		frappe.has_permission(LINE, right, user=user, throw=True)
		if status == NEW:
			_load_rows(load, rows, singly)
		else:
			for row in rows:
				_one(row, _undo, singly)
	_count(load)
	return True


def _load_rows(load: Document, rows: list[Any], singly: bool) -> None:
	doubles = {
		row.name for row in statement_rows.double_now(load, rows) if _note(row, row.status, row.reason)
	}
	for row in rows:
		if row.name not in doubles:
			_one(row, lambda row: _make(load, row), singly)


def _one(row: Any, do: Callable[[Any], None], singly: bool) -> None:
	"""Do one line on its own savepoint: what the host refuses, and alone also any other error, is noted on the row."""
	frappe.db.savepoint("l2c_statement_row")
	try:
		do(row)
	except frappe.ValidationError as error:
		_failed(row, error)
	except steps.AGAIN:
		raise
	except Exception as error:
		if not singly:
			raise
		_failed(row, error)


def _failed(row: Any, error: Exception) -> None:
	frappe.db.rollback(save_point="l2c_statement_row")
	text = frappe.utils.strip_html(str(error)) or type(error).__name__
	_note(row, FAILED if row.status == NEW else KEPT, text[:500])


def _make(load: Document, row: Any) -> None:
	line = frappe.get_doc(statement_rows.native(load, row)).insert()
	line.submit()
	frappe.db.set_value(ROW, row.name, {"status": DONE, "bank_transaction": line.name})


def _undo(row: Any) -> None:
	"""Cancel a bank line that nothing has taken; the gone and the cancelled are undone already."""
	if frappe.db.get_value(LINE, row.bank_transaction, "docstatus") == 1:
		line = frappe.get_doc(LINE, row.bank_transaction, for_update=True)
		kept = _why_kept(line)
		if kept:
			_note(row, KEPT, kept)
			return
		line.cancel()
	_note(row, UNDONE, "")


def _why_kept(line: Document) -> str:
	if line.payment_entries or flt(line.allocated_amount):
		return _("It is reconciled with {0}.").format(
			", ".join(row.payment_entry for row in line.payment_entries) or flt(line.allocated_amount)
		)
	filters = {"bank_transaction": line.name, "status": ("in", TAKEN)}
	collection = frappe.db.get_value("Collection", filters, "name")
	return _("Its money is receipt {0}.").format(collection) if collection else ""


def _note(row: Any, status: str, reason: str) -> bool:
	frappe.db.set_value(ROW, row.name, {"status": status, "reason": reason})
	return True


def _count(load: Document) -> None:
	rows = frappe.get_all(ROW, filters={"statement": load.name}, pluck="status", order_by="name")
	found = Counter(rows)
	left = found[NEW] if load.state == statement_loads.LOADING else found[DONE]
	moved = len(rows) - found["Double"] - found["Refused"]
	values = {field: found[status] for status, field in COUNTS.items()}
	_store(load, **values, progress=100 * (moved - left) / max(moved, 1))


def _store(load: Document, **values: object) -> None:
	load.db_set({**values, "heartbeat_on": now_datetime()})
	message = {name: load.get(name) for name in ("name", "state", "progress")}
	frappe.publish_realtime(EVENT, message, doctype=LOAD, docname=load.name, after_commit=True)


def _fail(name: str, error: Exception) -> None:
	frappe.log_error(title=f"Bank statement {name}", message=frappe.get_traceback())
	load = frappe.get_doc(LOAD, name, for_update=True)
	_store(load, state=statement_loads.FAILED, error=str(error)[:1000] or type(error).__name__)
