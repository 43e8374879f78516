"""A follow up that was done: its note is judged, and the verdict is shown to its author."""

from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, format_date, getdate, now_datetime

from l2c_app.core import effort as rules
from l2c_app.core.effort import Judgement, Kind, Note, Verdict
from l2c_app.core.seats import State
from l2c_app.services.follow_up import effort
from l2c_app.services.follow_up.effort import Act


def judge(follow_up: Document) -> None:
	"""Keep a done follow up as note evidence, counted or not, and say on it which and why.

	One that was logged from a mail, call or meeting adds nothing: that act counts by itself. The actor is who logged it.
	"""
	parties = parties_of(follow_up)
	if not effort.concerned() or not parties:
		return
	user = frappe.session.user
	held = _held_until(parties, user)
	if follow_up.evidence_name:
		judgement = Judgement(Verdict.LINKED)
	else:
		judgement = _judgement(follow_up, parties, user=user, recycle_on=held[0] if held else None)
		effort.record(_act(follow_up, judgement, user), parties)
	if held:
		follow_up.db_set("effort", _words(judgement), update_modified=False)


def parties_of(document: Any) -> list[tuple[str, str]]:
	"""Return the (party type, party)s that a document with the fields lead and customer is about."""
	pairs = (("Lead", document.lead), ("Customer", document.customer))
	return [(party_type, party) for party_type, party in pairs if party]


def _act(follow_up: Document, judgement: Judgement, user: str) -> Act:
	return Act(
		Kind.NOTE,
		"Follow Up",
		follow_up.name,
		user,
		counts=judgement.counts,
		verdict=judgement.verdict.value,
		like=judgement.like.about if judgement.like else "",
	)


def _judgement(follow_up: Document, parties: list, *, user: str, recycle_on: Any) -> Judgement:
	now = now_datetime()
	return rules.judge_note(
		Note(follow_up.note or "", now, follow_up.party_name or ""),
		earlier=_last_notes(user, now),
		recycle_on=getdate(recycle_on) if recycle_on else None,
		counted_today=_counted_today(parties, user, now),
	)


def _held_until(parties: list[tuple[str, str]], user: str) -> list:
	"""Return the recycle dates of the seats the user holds on the parties, the earliest first; [None] without a rule."""
	dates = []
	for party_type, party in parties:
		filters = {"party_type": party_type, "party": party, "holder": user, "state": State.HELD.value}
		dates += frappe.get_all("Lead Pool Seat", filters=filters, pluck="recycle_on", order_by="name")
	return sorted(dates, key=lambda date: (date is None, str(date)))


def _last_notes(user: str, now: datetime) -> list[Note]:
	evidence, follow_up = frappe.qb.DocType("Follow Up Effort"), frappe.qb.DocType("Follow Up")
	query = frappe.qb.from_(evidence).join(follow_up).on(follow_up.name == evidence.source_name)
	query = query.select(follow_up.name, follow_up.note, evidence.party, evidence.recorded_at)
	query = query.where((evidence.user == user) & (evidence.kind == Kind.NOTE.value))
	query = query.where(evidence.recorded_at >= add_days(now, -rules.COMPARED_DAYS))
	query = query.orderby(evidence.recorded_at, order=frappe.qb.desc).orderby(evidence.name)
	# A note about a lead that became a customer has two rows.
	rows = query.limit(2 * rules.COMPARED_NOTES).run(as_dict=True)
	latest = {row.name: Note(row.note or "", row.recorded_at, row.party) for row in rows}
	return list(latest.values())[: rules.COMPARED_NOTES]


def _counted_today(parties: list[tuple[str, str]], user: str, now: datetime) -> bool:
	return any(
		frappe.db.exists(
			"Follow Up Effort",
			{
				"party_type": party_type,
				"party": party,
				"user": user,
				"kind": Kind.NOTE.value,
				"counts": 1,
				"recorded_at": (">=", f"{getdate(now)} 00:00:00"),
			},
		)
		for party_type, party in parties
	)


def _words(judgement: Judgement) -> str:
	if judgement.verdict is Verdict.COPY:
		return _("Does not count as effort: the same as your note on {0}, {1}.").format(
			judgement.like.about, format_date(judgement.like.at)
		)
	return {
		Verdict.COUNTS: _("Counts as effort."),
		Verdict.LINKED: _("The mail, call or meeting it was logged from counts by itself."),
		Verdict.TOO_SHORT: _("Does not count as effort: the note is too short."),
		Verdict.LAST_MINUTE: _(
			"Does not count as effort: a note on the last day before the lead goes back is too late."
		),
		Verdict.ONE_A_DAY: _("Does not count as effort: a note a day counts once."),
	}[judgement.verdict]
