"""The work of a statement run: list who owes what, then one mail per customer, judged again at that moment.

A step is one transaction that locks the run first and writes mail and line together: a process that dies leaves whole
customers, the next one goes on with those that are not done, and two at once take turns. The job commits.
"""

from collections.abc import Callable
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, formatdate, getdate, now_datetime

from l2c_app.services.batch import approved_runs, steps
from l2c_app.services.batch.acting import acting_as
from l2c_app.services.chasing import mails, statement_facts, statement_runs
from l2c_app.services.chasing.statement_facts import Stated
from l2c_app.services.chasing.statement_runs import FAILED, PLANNED, ROW, RUN, SENT, SKIPPED
from l2c_app.services.follow_up import new_rows
from l2c_app.services.printing import contract_document, print_renderer, statement_document

SAVE_POINT = "l2c_statement"
EVENT = "l2c_statement_run"
COUNTED = {PLANNED: "planned_rows", SENT: "done_rows", SKIPPED: "skipped_rows", FAILED: "failed_rows"}


def work(name: str, *, commit: Callable[[], None], seconds: float = steps.SECONDS_PER_JOB) -> None:
	"""Do a run until its list is made, or until all is sent, or the time of one job is over."""
	steps.repeat(
		lambda _singly: step(name),
		fail=lambda error: _fail(name, error),
		queue=lambda: statement_runs.queue(name),
		commit=commit,
		seconds=seconds,
	)


def step(name: str) -> bool:
	"""Do the next piece of a run. Returns whether more is to come. Does not commit."""
	run = frappe.get_doc(RUN, name, for_update=True)
	if run.state in (approved_runs.QUEUED, approved_runs.PREPARING):
		return _list(run)
	return _send_next(run) if run.state == statement_runs.SENDING else False


def _list(run: Document) -> bool:
	"""List the customers; the run then waits for its approval, unless the settings let it send at once."""
	found = statement_facts.read(run.company, getdate(run.period_from), getdate(run.period_to))
	frappe.db.delete(ROW, {"run": run.name})
	if found:
		rows = [_row(run, number, each) for number, each in enumerate(found.values(), start=1)]
		new_rows.insert_missing(ROW, rows)
	sends = bool(run.send_at_once and any(not each.reason for each in found.values()))
	values = {"approved_by": run.prepared_by, "approved_on": now_datetime()} if sends else {}
	state = statement_runs.SENDING if sends else approved_runs.PREVIEW
	_store(run, state=state, total_rows=len(found), **values)
	return sends


def _row(run: Document, number: int, each: Stated) -> dict[str, Any]:
	return {
		"name": f"{run.name}-{number:06d}",
		"run": run.name,
		"company": run.company,
		"period_to": run.period_to,
		"customer": each.customer,
		"currency": frappe.get_cached_value("Company", run.company, "default_currency"),
		"amount": each.amount,
		"balances": each.balances,
		"recipient": each.address,
		"status": SKIPPED if each.reason else PLANNED,
		"reason": statement_facts.reason_text(each.reason) if each.reason else None,
	}


def _send_next(run: Document) -> bool:
	"""Write to the next customer in the approver's name, who must still have the right."""
	filters = {"run": run.name, "status": PLANNED}
	rows = frappe.get_all(ROW, filters=filters, fields=["name", "customer"], order_by="name", limit=1)
	if not rows:
		_store(run, state=approved_runs.DONE)
		return False
	with acting_as(run.approved_by):
		statement_runs.require_finance()
		_isolated(run, rows[0])
	_store(run)
	return True


def _isolated(run: Document, row: Any) -> None:
	"""Do one customer; whatever it raises is its result, but a collision begins the step again."""
	frappe.db.savepoint(SAVE_POINT)
	try:
		values = _send(run, row.customer)
	except steps.AGAIN:
		raise
	except Exception as error:
		frappe.db.rollback(save_point=SAVE_POINT)
		frappe.log_error(title="Statement not sent", reference_doctype=ROW, reference_name=row.name)
		frappe.clear_messages()
		values = {"status": FAILED, "reason": str(error)[:500] or type(error).__name__}
	frappe.db.set_value(ROW, row.name, values)


def _send(run: Document, customer: str) -> dict[str, Any]:
	period = statement_document.Period(getdate(run.period_from), getdate(run.period_to))
	before = _sent_already(run, customer)
	if before:
		return {"status": SKIPPED, "reason": _("This month was sent by {0} already.").format(before)}
	each = statement_facts.read(run.company, period.since, period.until, [customer]).get(customer)
	if each is None:
		return {"status": SKIPPED, "reason": _("Nothing was booked up to the end of the month.")}
	if each.reason:
		return {"status": SKIPPED, "reason": statement_facts.reason_text(each.reason)}
	return {
		"status": SENT,
		"reason": None,
		"sent_on": now_datetime(),
		"sent_for": new_rows.name_of(run.company, customer, str(period.until)),
		"communication": _mail(run, each, period),
		"amount": each.amount,
		"balances": each.balances,
		"recipient": each.address,
	}


def _mail(run: Document, each: Stated, period: statement_document.Period) -> str:
	language = contract_document.chosen_language(each.language, frappe.db.get_default("lang"))
	html = statement_document.statement_html(each.customer, run.company, language, period)
	name = frappe.scrub(f"{_('Statement of Account', language)} {each.customer} {period.until}")
	return mails.queue(
		each.address,
		subject=_("Statement of account with {0} as of {1}", language).format(
			run.company, formatdate(period.until)
		),
		message=_message(run, each, period, language),
		about=("Customer", each.customer),
		papers=[{"fname": f"{name}.pdf", "fcontent": print_renderer.to_pdf(html)}],
	)


def _message(run: Document, each: Stated, period: statement_document.Period, language: str) -> str:
	title = frappe.get_cached_value("Customer", each.customer, "customer_name")
	first = _("Dear {0},", language).format(title)
	what = _("Attached is your statement of account with {0} from {1} to {2}.", language)
	balance = _("Your balance is {0}.", language).format(each.balances)
	ask = _("Please tell us if it does not agree with your books.", language)
	what = what.format(run.company, formatdate(period.since), formatdate(period.until))
	return "".join(f"<p>{escape_html(text)}</p>" for text in (first, f"{what} {balance}", ask))


def _sent_already(run: Document, customer: str) -> str | None:
	"""Return the run that wrote to this customer about this month; a merge of customers makes two lines one customer."""
	filters = {"customer": customer, "company": run.company, "period_to": run.period_to, "status": SENT}
	return frappe.db.get_value(ROW, filters, "run")


def _store(run: Document, **values: object) -> None:
	for status, column in COUNTED.items():
		values[column] = frappe.db.count(ROW, {"run": run.name, "status": status})
	if run.state == statement_runs.SENDING:
		total = sum(values[column] for column in COUNTED.values())
		values["progress"] = 100 * (total - values["planned_rows"]) / max(total, 1)
	run.db_set({**values, "heartbeat_on": now_datetime()})
	message = {name: run.get(name) for name in ("name", "state", "progress")}
	frappe.publish_realtime(EVENT, message, doctype=RUN, docname=run.name, after_commit=True)


def _fail(name: str, error: Exception) -> None:
	frappe.log_error(title=f"Statement run {name}", message=frappe.get_traceback())
	run = frappe.get_doc(RUN, name, for_update=True)
	_store(run, state=approved_runs.FAILED, error=str(error)[:1000] or type(error).__name__)
