"""What every save of a follow up is checked for, from wherever it comes."""

from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, format_datetime, get_datetime, getdate, now_datetime

import l2c_app.core.follow_up as rules
from l2c_app.core.follow_up import Missing, Status
from l2c_app.services.errors import (
	EvidenceError,
	FollowUpAssigneeError,
	FollowUpDateError,
	FollowUpIncompleteError,
	FollowUpStateError,
	refuse,
)
from l2c_app.services.follow_up import do_not_contact, follow_up_offers, follow_up_party

MOMENTS = ("planned_for", "done_on", "next_action_on")
SET_BY_US = (
	"party_name",
	"lead",
	"customer",
	"done_on",
	"next_follow_up",
	"previous_follow_up",
	"told",
	"effort",
	"evidence_doctype",
	"evidence_name",
	"cadence_enrolment",
	"visit_after",
	"occasion",
)


def prepare(follow_up: Document) -> None:
	"""Check a follow up and fill what only we may set. For the validate event."""
	before = follow_up.get_doc_before_save()
	_keep_ours(follow_up, before)
	if not rules.transition_allowed(before.status if before else None, follow_up.status):
		_refuse_state(before)
	if now_done(follow_up, before):
		follow_up.done_on = now_datetime()
	if follow_up.closes:
		follow_up.next_action = follow_up.next_action_on = None
	_refuse_past_dates(follow_up, before)
	_refuse_incomplete(follow_up)
	if follow_up.status == Status.PLANNED and changed(follow_up, before, "follow_up_type", "planned_for"):
		do_not_contact.refuse_contact(
			follow_up.lead,
			follow_up.customer,
			kind=follow_up.follow_up_type,
			on=getdate(follow_up.planned_for),
		)
	if changed(follow_up, before, "planned_for", "assigned_to"):
		follow_up.told = 0
	if changed(follow_up, before, "assigned_to"):
		_refuse_assignee(follow_up)


def now_done(follow_up: Document, before: Document | None) -> bool:
	"""Return True in the save that completes a follow up."""
	return follow_up.status == Status.DONE and (before is None or before.status != Status.DONE)


def changed(follow_up: Document, before: Document | None, *fields: str) -> bool:
	"""Return True when the follow up is new or one of the fields has another value than in the database."""
	return before is None or any(_value(follow_up, field) != _value(before, field) for field in fields)


def refuse_unless_planned(follow_up: Document) -> None:
	"""Raise FollowUpStateError when the follow up is done or cancelled."""
	if follow_up.status != Status.PLANNED:
		_refuse_state(follow_up)


def _keep_ours(follow_up: Document, before: Document | None) -> None:
	if before:
		follow_up.update({field: before.get(field) for field in SET_BY_US})
		_note_evidence(follow_up)
		return
	frappe.has_permission(follow_up.reference_doctype, "read", doc=follow_up.reference_name, throw=True)
	party = follow_up_party.resolve(follow_up.reference_doctype, follow_up.reference_name)
	follow_up.update({"lead": party.lead, "customer": party.customer, "party_name": party.title})
	follow_up.update({"done_on": None, "next_follow_up": None, "told": 0, "effort": None})
	follow_up.update({"evidence_doctype": None, "evidence_name": None})
	follow_up.cadence_enrolment = follow_up.flags.l2c_enrolment
	follow_up.visit_after = follow_up.flags.l2c_visit_after
	follow_up.occasion = follow_up.flags.l2c_occasion
	_note_evidence(follow_up)


def _note_evidence(follow_up: Document) -> None:
	"""Note the mail, call or event that a follow up was logged from; a flag, so no request can set it."""
	evidence = follow_up.flags.l2c_evidence
	if not evidence:
		return
	party = ("Lead", follow_up.lead) if follow_up.lead else ("Customer", follow_up.customer)
	if not follow_up_offers.is_open(evidence, party_type=party[0], party=party[1], user=frappe.session.user):
		refuse(
			EvidenceError,
			_("{0} {1} is not yours to log a follow up from").format(_(evidence[0]), evidence[1]),
			compared=_(
				"It is about somebody else, by somebody else, older than two days, or logged already."
			),
			do=_("Log the follow up without it."),
		)
	follow_up.evidence_doctype, follow_up.evidence_name = evidence


def _facts(follow_up: Document) -> rules.Facts:
	moments = {f: _moment(follow_up.get(f)) for f in MOMENTS}
	texts = {f: follow_up.get(f) or "" for f in ("status", "outcome", "note", "next_action", "close_reason")}
	return rules.Facts(closes=bool(cint(follow_up.closes)), **moments, **texts)


def _moment(value: Any) -> datetime | None:
	return get_datetime(value) if value else None


def _value(follow_up: Document, field: str) -> Any:
	return _moment(follow_up.get(field)) if field in MOMENTS else follow_up.get(field) or ""


def _refuse_past_dates(follow_up: Document, before: Document | None) -> None:
	field = "planned_for" if follow_up.status == Status.PLANNED else "next_action_on"
	if follow_up.status == Status.CANCELLED:
		return
	new, old = _moment(follow_up.get(field)), _moment(before.get(field)) if before else None
	now = now_datetime()
	if rules.date_refused(new, old, now):
		refuse(
			FollowUpDateError,
			_("{0} lies in the past").format(_(follow_up.meta.get_label(field))),
			compared=_("{0} is before now, {1}").format(format_datetime(new), format_datetime(now)),
			do=_("Choose a later date and time."),
		)


def _refuse_incomplete(follow_up: Document) -> None:
	missing = rules.missing(_facts(follow_up))
	if not missing:
		return
	labels = ", ".join(_(follow_up.meta.get_label(field.value)) for field in missing)
	endless = Missing.NEXT_ACTION in missing or Missing.NEXT_ACTION_ON in missing
	refuse(
		FollowUpIncompleteError,
		_("This follow up is not complete"),
		compared=_("Missing: {0}").format(labels),
		do=_("Name the next action and its date, or mark No Further Action with a reason.")
		if endless
		else "",
	)


def _refuse_state(before: Document) -> None:
	refuse(
		FollowUpStateError,
		_("Follow up {0} is {1} already").format(before.name, _(before.status)),
		compared=_("Only a planned follow up can be completed or cancelled."),
		do=_("Log a new follow up instead."),
	)


def _refuse_assignee(follow_up: Document) -> None:
	user = follow_up.assigned_to
	if not frappe.db.get_value("User", user, "enabled"):
		refuse(
			FollowUpAssigneeError,
			_("{0} cannot be given a follow up").format(user),
			compared=_("This user is disabled."),
			do=_("Choose an enabled user."),
		)
	reference = (follow_up.reference_doctype, follow_up.reference_name)
	if user != frappe.session.user and not frappe.has_permission(
		reference[0], "read", doc=reference[1], user=user
	):
		refuse(
			FollowUpAssigneeError,
			_("{0} cannot be given a follow up").format(user),
			compared=_("This user may not read {0} {1}.").format(_(reference[0]), reference[1]),
			do=_("Choose somebody who works on this document, or transfer it first."),
		)
