"""What the clock does with enrolments: who has a reason to leave leaves, and due steps are done, each exactly once."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, now_datetime

from l2c_app.core.cadence import MAIL, OnlyIf, State, Step, exit_of, next_due, skipped
from l2c_app.core.follow_up import Status
from l2c_app.services.errors.recovery import retrying, undo
from l2c_app.services.follow_up import (
	cadence_exits,
	cadence_mail,
	cadence_steps,
	cadences,
	follow_up_settings,
)

PAGE = 500
FIELDS = (
	"name",
	"cadence",
	"version",
	"assigned_to",
	"party_type",
	"party",
	"started_on",
	"next_step",
	"next_on",
	"last_mail",
	"problem",
)


def run() -> dict[str, int]:
	"""Advance everything in one transaction. Returns counts."""
	total: dict[str, int] = {}
	for counts in chunks():
		total = {key: total.get(key, 0) + counts.get(key, 0) for key in total.keys() | counts.keys()}
	return total


def chunks() -> Iterator[dict[str, int]]:
	"""Advance the running enrolments, 500 at a time, so that a job can commit between. Yields counts.

	Reasons to leave are looked for with a few queries for all 500. A step that fails is undone and noted on its
	enrolment, and tried again by the next run; the others go on. A disabled cadence pauses.
	"""
	after = ""
	while rows := _running(after):
		yield retrying(partial(_advance, rows))
		after = rows[-1].name


def _running(after: str) -> list[Any]:
	return frappe.get_all(
		"Sales Cadence Enrolment",
		filters={"state": State.RUNNING.value, "name": (">", after)},
		fields=list(FIELDS),
		order_by="name",
		limit=PAGE,
	)


def _advance(rows: Sequence[Any]) -> dict[str, int]:
	counts = {"left": 0, "steps": 0, "finished": 0, "failed": 0}
	leaving: dict[Any, list[str]] = {}
	for name, reasons in cadence_exits.reasons(rows).items():
		leaving.setdefault(exit_of(reasons), []).append(name)
	for reason, names in leaving.items():
		cadences.end(names, reason)
		counts["left"] += len(names)
	gone = {name for names in leaving.values() for name in names}
	enabled = set(frappe.get_all("Sales Cadence", filters={"enabled": 1}, pluck="name", order_by="name"))
	now = now_datetime()
	for row in rows:
		if row.name not in gone and row.cadence in enabled and row.next_on.date() <= now.date():
			for key, value in _safely(row, now).items():
				counts[key] += value
	return counts


def _safely(row: Any, now: datetime) -> dict[str, int]:
	frappe.db.savepoint("l2c_cadence_step")
	try:
		return _do_due_steps(row, now)
	except Exception as error:
		undo("l2c_cadence_step", error)
		problem = str(error)[:500]
		if problem != row.problem:
			frappe.log_error(title=f"Cadence step of {row.name}")
			frappe.db.set_value("Sales Cadence Enrolment", row.name, "problem", problem)
		return {"failed": 1}


def _do_due_steps(row: Any, now: datetime) -> dict[str, int]:
	locked = frappe.get_doc("Sales Cadence Enrolment", row.name, for_update=True)
	if locked.state != State.RUNNING.value or cint(locked.next_step) != cint(row.next_step):
		return {}
	version = frappe.get_doc("Sales Cadence Version", {"cadence": row.cadence, "version": row.version})
	steps = cadence_steps.steps_of_version(version.steps)
	calendar = follow_up_settings.cadence_calendar(version)
	number, due, done, problem = cint(row.next_step), row.next_on, 0, ""
	while due and _is_due(steps[number], due, now):
		problem = _do(locked, steps[number], number=number, due=due) or problem
		done, on = done + 1, max(due, now) if due <= now else due
		due, number = next_due(steps, number, on=on, calendar=calendar), number + 1
	if done:
		values = {"next_step": number, "next_on": due, "last_step_on": now, "problem": problem}
		frappe.db.set_value("Sales Cadence Enrolment", row.name, {**values, "last_mail": locked.last_mail})
	if not due:
		cadences.end([row.name], None)
	return {"steps": done, "finished": int(not due)}


def _is_due(step: Step, due: datetime, now: datetime) -> bool:
	"""Return True when the time has come. A plain call of today is planned in the morning, for its own hour."""
	ahead = step.kind != MAIL and step.only_if == OnlyIf.ALWAYS
	return due <= now or (ahead and due.date() == now.date())


def _do(enrolment: Any, step: Step, *, number: int, due: datetime) -> str:
	"""Do one step. Returns what the user should know, "" when all went well."""
	if skipped(step, last_mail_opened=cadence_mail.opened(enrolment.last_mail)):
		return ""
	if step.kind == MAIL:
		if not cadence_mail.address_of(enrolment):
			return _("Step {0} was skipped: there is no mail address.").format(number + 1)
		enrolment.last_mail = cadence_mail.send(enrolment, step.template, number=number)
		return ""
	follow_up = frappe.new_doc("Follow Up")
	follow_up.update(
		{
			"reference_doctype": enrolment.party_type,
			"reference_name": enrolment.party,
			"status": Status.PLANNED.value,
			"follow_up_type": step.kind,
			"planned_for": max(due, now_datetime()),
			"assigned_to": enrolment.assigned_to,
			"note": step.note,
		}
	)
	follow_up.flags.l2c_enrolment = enrolment.name
	follow_up.insert(ignore_permissions=True)  # the one who enrolled had the right; the clock acts for him
	return ""
