"""Follow ups: logged, planned, completed, cancelled, closed. The DocType controller and the API end here.

Permissions: a caller needs the host's right on Follow Up (see permissions/follow_up) and read on the document it is
about. Nothing here commits. Raises FollowUpIncompleteError, FollowUpDateError, FollowUpStateError and
FollowUpAssigneeError.
"""

from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from l2c_app.core.follow_up import Status
from l2c_app.services.follow_up import effort, follow_up_checks, follow_up_party, follow_up_todos, note_effort

RESULT_FIELDS = (
	"follow_up_type",
	"outcome",
	"intent",
	"note",
	"closes",
	"next_action",
	"next_action_on",
	"close_reason",
)


# What a person does


def log(
	reference_doctype: str,
	reference_name: str,
	*,
	result: dict[str, Any],
	follow_up: str = "",
	evidence: tuple[str, str] | None = None,
) -> Document:
	"""Record what was done about a document, and plan what comes next. Returns the done Follow Up.

	`result` holds the RESULT_FIELDS. With `follow_up` the planned one of that name is completed instead of a new one
	being added. `evidence` is the mail, call or event (DocType, name) it was offered for, which counts by itself.
	"""
	if follow_up:
		return complete(follow_up, result=result, evidence=evidence)
	done = _new(reference_doctype, reference_name, status=Status.DONE.value, **_only_results(result))
	done.flags.l2c_evidence = evidence
	return done.insert()


def plan(
	reference_doctype: str,
	reference_name: str,
	*,
	follow_up_type: str,
	planned_for: datetime,
	assigned_to: str = "",
	note: str = "",
	visit_after: str = "",
	occasion: str = "",
) -> Document:
	"""Plan a follow up for the user or for a colleague. Returns the planned Follow Up.

	`visit_after`: what a return visit comes after; `occasion`: what else a rule plans it for, to do so once. No request can
	set them.
	"""
	values = {"follow_up_type": follow_up_type, "planned_for": planned_for, "note": note}
	if assigned_to:
		values["assigned_to"] = assigned_to
	planned = _new(reference_doctype, reference_name, status=Status.PLANNED.value, **values)
	planned.flags.l2c_visit_after = visit_after
	planned.flags.l2c_occasion = occasion
	return planned.insert()


def complete(name: str, *, result: dict[str, Any], evidence: tuple[str, str] | None = None) -> Document:
	"""Turn a planned follow up into a done one; its next action becomes the next planned one."""
	follow_up = _load(name)
	follow_up_checks.refuse_unless_planned(follow_up)
	follow_up.update(_only_results(result))
	follow_up.status = Status.DONE.value
	follow_up.flags.l2c_evidence = evidence
	return follow_up.save()


def close(name: str, *, outcome: str, note: str, reason: str) -> Document:
	"""Complete a planned follow up and end the matter: no further action on its document, for the reason given."""
	return complete(name, result={"outcome": outcome, "note": note, "closes": 1, "close_reason": reason})


def cancel(name: str, *, reason: str = "") -> Document:
	"""Call a planned follow up off."""
	follow_up = _load(name)
	follow_up_checks.refuse_unless_planned(follow_up)
	follow_up.status = Status.CANCELLED.value
	if reason:
		follow_up.close_reason = reason
	return follow_up.save()


def call_off(reference_doctype: str, reference_name: str, *, reason: str) -> int:
	"""Call off what rules planned on a document that came to its end; what people planned stays. Returns how many.

	The right to end the document was checked by the step that did.
	"""
	about = {"reference_doctype": reference_doctype, "reference_name": reference_name}
	filters = {**about, "status": Status.PLANNED.value}
	rows = frappe.get_all(
		"Follow Up", filters=filters, fields=["name", "visit_after", "occasion"], order_by="name"
	)
	ours = [row.name for row in rows if row.visit_after or row.occasion]
	for name in ours:
		follow_up = frappe.get_doc("Follow Up", name, for_update=True)
		follow_up.update({"status": Status.CANCELLED.value, "close_reason": reason})
		follow_up.save(ignore_permissions=True)
	return len(ours)


# What happens with every save; the checks before it are in follow_up_checks


def after_save(follow_up: Document) -> None:
	"""Plan the next step, keep the ToDo and the dates of lead and opportunity in step. For the on_update event."""
	before = follow_up.get_doc_before_save()
	if follow_up_checks.now_done(follow_up, before):
		if follow_up.closes:
			_cancel_other_plans(follow_up)
		else:
			_plan_next(follow_up)
		note_effort.judge(follow_up)
	follow_up_todos.sync(follow_up, follow_up_checks.changed(follow_up, before, "planned_for", "assigned_to"))
	follow_up_party.roll_up(follow_up)


def after_delete(follow_up: Document) -> None:
	"""Take a deleted follow up out of the dates of what it was about and out of the effort on it."""
	if effort.concerned():
		effort.forget("Follow Up", follow_up.name)
	follow_up_party.roll_up(follow_up)


# Parts


def _new(reference_doctype: str, reference_name: str, **values: Any) -> Document:
	follow_up = frappe.new_doc("Follow Up")
	follow_up.update({"reference_doctype": reference_doctype, "reference_name": reference_name, **values})
	if not follow_up.assigned_to:
		follow_up.assigned_to = frappe.session.user
	return follow_up


def _load(name: str) -> Document:
	follow_up = frappe.get_doc("Follow Up", name, for_update=True)
	follow_up.check_permission("write")
	return follow_up


def _only_results(result: dict[str, Any]) -> dict[str, Any]:
	return {field: result[field] for field in RESULT_FIELDS if result.get(field) is not None}


def _plan_next(follow_up: Document) -> None:
	assignee = follow_up.assigned_to
	if not frappe.db.get_value("User", assignee, "enabled"):
		assignee = frappe.session.user
	following = _new(
		follow_up.reference_doctype,
		follow_up.reference_name,
		status=Status.PLANNED.value,
		follow_up_type=follow_up.next_action,
		planned_for=follow_up.next_action_on,
		assigned_to=assignee,
		previous_follow_up=follow_up.name,
	).insert()
	follow_up.db_set("next_follow_up", following.name, update_modified=False)


def _cancel_other_plans(follow_up: Document) -> None:
	"""Closing a document's follow up also calls off what the same person still had planned on it."""
	others = frappe.get_all(
		"Follow Up",
		filters={
			"reference_doctype": follow_up.reference_doctype,
			"reference_name": follow_up.reference_name,
			"assigned_to": follow_up.assigned_to,
			"status": Status.PLANNED.value,
			"name": ("!=", follow_up.name),
		},
		pluck="name",
		order_by="name asc",
	)
	for name in others:
		cancel(name, reason=_("Closed by {0}").format(follow_up.name))
