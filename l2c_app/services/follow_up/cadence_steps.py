"""The steps of a cadence: checked when saved, kept as a version that running enrolments never lose."""

import json
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, get_time

from l2c_app.core.cadence import Problem, State, Step, problems
from l2c_app.services.errors import CadenceInUse, CadenceStepsError, refuse


def check(cadence: Document) -> None:
	"""Check the steps and count the version up when they changed. For the validate event. Raises CadenceStepsError."""
	found = problems(steps_of(cadence))
	if found:
		refuse(
			CadenceStepsError,
			_("The steps of cadence {0} cannot be followed").format(cadence.cadence_name),
			compared=" ".join(_("Row {0}: {1}.").format(row, _words(problem)) for row, problem in found),
		)
	before = cadence.get_doc_before_save()
	cadence.version = cint(before.version) if before else 0
	if not before or _shape(before) != _shape(cadence):
		cadence.version += 1


def store_version(cadence: Document) -> None:
	"""Keep the steps of a new version. For the on_update event."""
	known = {"cadence": cadence.name, "version": cadence.version}
	if not frappe.db.exists("Sales Cadence Version", known):
		shape = _shape(cadence)
		version = frappe.get_doc({"doctype": "Sales Cadence Version", **known, **shape})
		version.insert(ignore_permissions=True)  # a copy made by us of what the user may write


def forget(cadence: Document) -> None:
	"""Remove the versions of a cadence that goes. For the on_trash event. Raises CadenceInUse while somebody runs through it."""
	running = frappe.db.count(
		"Sales Cadence Enrolment", {"cadence": cadence.name, "state": State.RUNNING.value}
	)
	if running:
		refuse(
			CadenceInUse,
			_("Cadence {0} cannot be deleted").format(cadence.name),
			compared=_("Running enrolments: {0}").format(running),
			do=_("Disable it, or end the enrolments first."),
		)
	for doctype in ("Sales Cadence Enrolment", "Sales Cadence Version"):
		frappe.db.delete(doctype, {"cadence": cadence.name})


def steps_of(cadence: Document) -> list[Step]:
	"""Return the steps of a cadence as it is now, in their order."""
	return [
		Step(
			day=cint(row.day),
			kind=row.kind or "",
			at=_time(row.at),
			template=(row.email_template or "") if row.kind == "Mail" else "",
			note=row.note or "",
			only_if=row.only_if or "Always",
		)
		for row in cadence.get("steps") or []
	]


def steps_of_version(text: str) -> list[Step]:
	"""Return the steps kept in a version."""
	return [Step(**{**row, "at": get_time(row["at"])}) for row in json.loads(text)]


def _shape(cadence: Document) -> dict[str, Any]:
	rows = [{**asdict(step), "at": step.at.isoformat()} for step in steps_of(cadence)]
	return {
		"steps": json.dumps(rows, ensure_ascii=False, indent=1),
		"business_days": cint(cadence.business_days),
		"holiday_list": cadence.holiday_list or "",
	}


def _time(value: Any) -> Any:
	return get_time(str(value) if isinstance(value, timedelta) else value or "09:00:00")


def _words(problem: Problem) -> str:
	return {
		Problem.NO_STEPS: _("there is no step"),
		Problem.TOO_MANY: _("there are more than fifty steps"),
		Problem.NEGATIVE: _("the day is negative"),
		Problem.BACKWARDS: _("the day lies before the one of the step above"),
		Problem.NO_TEMPLATE: _("a mail needs a template"),
		Problem.NO_MAIL_BEFORE: _("the condition looks at a mail, and there is none above"),
	}[problem]
