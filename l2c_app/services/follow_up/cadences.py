"""Enrolling parties in cadences and ending it by hand. What the clock does with them is in cadence_run."""

from collections.abc import Sequence
from typing import Any

import frappe
from frappe import _
from frappe.utils import now_datetime

from l2c_app.core.cadence import Exit, State, first_due
from l2c_app.services.errors import EnrolmentRefused, L2CError, refuse
from l2c_app.services.follow_up import cadence_steps, do_not_contact, follow_up_settings
from l2c_app.services.follow_up.new_rows import name_of
from l2c_app.services.pool import quiet_days, visibility

MOST_AT_ONCE = 500


def enrol(cadence: str, parties: Sequence[str]) -> list[dict[str, Any]]:
	"""Enrol leads or customers in a cadence for the session user. Returns one row per party: enrolled, or why not.

	One refused party does not stop the others. Raises EnrolmentRefused for a cadence that is disabled or for more than
	500 at once.
	"""
	plan = frappe.get_doc("Sales Cadence", cadence)
	plan.check_permission("read")
	_refuse_plan(plan, parties)
	wanted = list(dict.fromkeys(parties))
	no_contact = do_not_contact.blocked(plan.party_type, wanted)
	quiet = quiet_days.of_parties(plan.party_type, wanted)
	answers = []
	for party in wanted:
		frappe.db.savepoint("l2c_enrol")
		try:
			if party in quiet:
				refuse(
					EnrolmentRefused,
					_("{0} must not be contacted").format(party),
					compared=quiet_days.text(quiet[party]),
				)
			_refuse_party(plan, party, no_contact.get(party, set()))
			answers.append({"party": party, "enrolment": _insert(plan, party)})
		except (L2CError, frappe.PermissionError, frappe.DoesNotExistError) as refusal:
			frappe.db.rollback(save_point="l2c_enrol")
			frappe.clear_last_message()
			answers.append({"party": party, "refused": str(refusal) or _("Not permitted")})
	return answers


def stop(enrolment: str) -> None:
	"""End a running enrolment by hand; what it has planned stays. Raises EnrolmentRefused when it is over already."""
	row = frappe.get_doc("Sales Cadence Enrolment", enrolment, for_update=True)
	row.check_permission("read")
	user = frappe.session.user
	if row.assigned_to not in visibility.team(user) and "Sales Manager" not in frappe.get_roles(user):
		frappe.throw(_("Not permitted"), frappe.PermissionError)
	if row.state != State.RUNNING.value:
		refuse(EnrolmentRefused, _("The enrolment is over already."))
	end([row.name], Exit.STOPPED)


def end(enrolments: Sequence[str], reason: Exit | None) -> None:
	"""Mark enrolments as left for a reason, or as finished without one. One statement."""
	table = frappe.qb.DocType("Sales Cadence Enrolment")
	state, words = (State.LEFT, reason.value) if reason else (State.FINISHED, None)
	query = frappe.qb.update(table).set(table.state, state.value).set(table.exit_reason, words)
	query = query.set(table.ended_on, now_datetime()).set(table.next_on, None).set(table.running_key, None)
	query.where(table.name.isin(list(enrolments))).run()


def running(party_type: str, party: str) -> list[dict[str, Any]]:
	"""Return the running enrolments of a party that the session user may see."""
	return frappe.get_list(
		"Sales Cadence Enrolment",
		filters={"party_type": party_type, "party": party, "state": State.RUNNING.value},
		fields=["name", "cadence", "next_on", "next_step", "assigned_to"],
		order_by="started_on desc",
		limit=20,
	)


def renamed(party_type: str, old: str, new: str) -> None:
	"""Follow a renamed or merged party. Of two running enrolments in one cadence the surviving party's own stays."""
	fields = ["name", "cadence"]
	about = {"party_type": party_type, "state": State.RUNNING.value}
	there = frappe.get_all(
		"Sales Cadence Enrolment", filters={**about, "party": new}, pluck="cadence", order_by="name"
	)
	moving = frappe.get_all(
		"Sales Cadence Enrolment", filters={**about, "party": old}, fields=fields, order_by="name"
	)
	for row in moving:
		if row.cadence in there:
			end([row.name], Exit.VANISHED)
		else:
			frappe.db.set_value(
				"Sales Cadence Enrolment", row.name, "running_key", _key(row.cadence, party_type, new)
			)
	table = frappe.qb.DocType("Sales Cadence Enrolment")
	query = frappe.qb.update(table).set(table.party, new)
	query.where((table.party_type == party_type) & (table.party == old)).run()


def _refuse_plan(plan: Any, parties: Sequence[str]) -> None:
	if not plan.enabled:
		refuse(EnrolmentRefused, _("Cadence {0} is disabled.").format(plan.name))
	if len(parties) > MOST_AT_ONCE:
		refuse(
			EnrolmentRefused,
			_("Too many at once"),
			compared=_("{0} chosen, at most {1}").format(len(parties), MOST_AT_ONCE),
		)


def _refuse_party(plan: Any, party: str, reasons: set[Exit]) -> None:
	frappe.get_doc(plan.party_type, party).check_permission("write")
	if not _worker(plan.party_type, party):
		refuse(EnrolmentRefused, _("{0} is held by nobody").format(party), do=_("Claim it first."))
	if Exit.BLOCKED in reasons:
		refuse(EnrolmentRefused, _("{0} must not be contacted").format(party))
	mails = any(step.kind == "Mail" for step in cadence_steps.steps_of(plan))
	if Exit.UNSUBSCRIBED in reasons and mails:
		refuse(EnrolmentRefused, _("{0} wants no mail").format(party))
	if plan.party_type == "Lead" and frappe.db.get_value("Lead", party, "status") == "Converted":
		refuse(EnrolmentRefused, _("{0} is converted already").format(party))
	if frappe.db.exists("Sales Cadence Enrolment", {"running_key": _key(plan.name, plan.party_type, party)}):
		refuse(EnrolmentRefused, _("{0} runs through this cadence already").format(party))


def _insert(plan: Any, party: str) -> str:
	now = now_datetime()
	calendar = follow_up_settings.cadence_calendar(plan)
	title = "title" if plan.party_type == "Lead" else "customer_name"
	enrolment = frappe.get_doc(
		{
			"doctype": "Sales Cadence Enrolment",
			"cadence": plan.name,
			"version": plan.version,
			"state": State.RUNNING.value,
			"assigned_to": _worker(plan.party_type, party),
			"party_type": plan.party_type,
			"party": party,
			"party_name": frappe.db.get_value(plan.party_type, party, title),
			"started_on": now,
			"next_on": first_due(cadence_steps.steps_of(plan), now, calendar),
			"running_key": _key(plan.name, plan.party_type, party),
		}
	)
	return enrolment.insert(ignore_permissions=True).name  # rights on cadence and party are checked above


def _worker(party_type: str, party: str) -> str | None:
	"""Return who does the steps: the session user, for a pooled party its holder; None when nobody holds it."""
	user = frappe.session.user
	seats = (
		visibility.live_seats(party_type, [party]).get(party, [])
		if visibility.enabled_pools(party_type)
		else []
	)
	holders = [seat.holder for seat in seats if seat.holder]
	if not seats or user in holders:
		return user
	return holders[0] if holders else None


def _key(cadence: str, party_type: str, party: str) -> str:
	return name_of(cadence, party_type, party)
