"""Acts that leave a native document: mails sent, calls, meetings, offers. Each counts by itself, without a note.

Handlers prove first, without a query, that pools are in use; an error here is logged and never stops the native
document.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import cint, flt, get_datetime, now_datetime

from l2c_app.core import effort as rules
from l2c_app.core.effort import Kind
from l2c_app.core.seats import State
from l2c_app.services.errors.recovery import undo
from l2c_app.services.follow_up import effort, follow_up_offers, follow_up_party
from l2c_app.services.follow_up.effort import Act
from l2c_app.services.follow_up.note_effort import parties_of

PARTY_DOCUMENTS = ("Lead", "Customer", "Opportunity", "Quotation", "Sales Contract")
MAILINGS = ("Email Campaign", "Newsletter")
SENT = ("Sent", "Read", "Opened", "Clicked")
MOST_MEETINGS = 2000


def mail(communication: Document) -> None:
	"""A communication was written or its delivery reported: a mail of a person to a party counts once it was sent."""
	sent = communication.delivery_status in SENT and communication.sent_or_received == "Sent"
	by_person = communication.communication_type == "Communication"
	by_person = by_person and communication.reference_doctype not in MAILINGS
	if not (sent and by_person and communication.communication_medium == "Email"):
		return
	recipients = rules.addresses(" ".join(communication.get(f) or "" for f in ("recipients", "cc", "bcc")))
	if not recipients:
		return
	parties = held_parties(_parties_of_mail(communication))
	if parties and rules.mail_counts(recipients, _internal(recipients)):
		act = Act(Kind.MAIL, "Communication", communication.name, communication.owner)
		_record_and_offer(act, parties)


def call(call_log: Document) -> None:
	"""A call was logged or ended. The actor is the employee the telephony names, else who made the log."""
	shortest = cint(frappe.get_cached_doc("L2C Settings").shortest_call_seconds)
	if not rules.call_counts(call_log.status, flt(call_log.duration), shortest=shortest):
		return
	linked = {(link.link_doctype, link.link_name) for link in call_log.get("links") or []}
	if call_log.customer:
		linked.add(("Customer", call_log.customer))
	parties = held_parties(_parties(linked))
	user = call_log.employee_user_id or call_log.owner
	_record_and_offer(Act(Kind.CALL, "Call Log", call_log.name, user), parties)


def meeting(event: Document) -> None:
	"""An event was saved: one that is over counts for its owner and the parties that took part."""
	if not rules.meeting_over(
		event.status, _moment(event.ends_on), _moment(event.starts_on), now=now_datetime()
	):
		return
	linked = {(row.reference_doctype, row.reference_docname) for row in event.get("event_participants") or []}
	_record_and_offer(Act(Kind.MEETING, "Event", event.name, event.owner), held_parties(_parties(linked)))


def meetings_over() -> dict[str, int]:
	"""Hourly: count the meetings that ended since the clock was last looked at. Returns counts.

	Only meetings with a lead or customer of the last 30 days that are not evidence yet; a missed hour is caught up.
	"""
	counts = {"meetings": 0, "failed": 0}
	if not effort.concerned():
		return counts
	for name in _ended_meetings(now_datetime()):
		counts["meetings" if guarded(meeting, frappe.get_doc("Event", name)) else "failed"] += 1
	return counts


def offer(document: Document) -> None:
	"""A quotation was submitted."""
	party = follow_up_party.resolve(document.doctype, document.name)
	act = Act(Kind.OFFER, document.doctype, document.name, frappe.session.user)
	effort.record(act, held_parties(parties_of(party)))


def opportunity(document: Document) -> None:
	"""An opportunity came into being or went forward: by status, or to a sales stage it was never at."""
	before = document.get_doc_before_save()
	steps = []
	if rules.moved_forward(before.status if before else None, document.status):
		steps.append(document.status)
	if before and document.sales_stage and before.sales_stage != document.sales_stage:
		steps.append(document.sales_stage)
	if not steps:
		return
	parties = held_parties(parties_of(follow_up_party.resolve(document.doctype, document.name)))
	for step in steps:
		effort.record(
			Act(Kind.OFFER, document.doctype, document.name, frappe.session.user, step=step), parties
		)


def taken_back(document: Document) -> None:
	"""A document was cancelled or deleted: it proves nothing any more."""
	effort.forget(document.doctype, document.name)


def guarded(handler: Callable[[Document], None], document: Document) -> bool:
	"""Run a handler so that its failure is logged and undone, and the native document goes on. Returns success.

	A deadlock is raised: the native document's own writes are gone as well.
	"""
	frappe.db.savepoint("l2c_effort")
	try:
		handler(document)
	except Exception as error:
		undo("l2c_effort", error)
		frappe.log_error(title=f"Effort of {document.doctype} {document.name}")
		return False
	return True


def held_parties(parties: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
	"""Return those of the parties that somebody holds. One query per party type."""
	wanted: dict[str, set[str]] = {}
	for party_type, party in parties:
		wanted.setdefault(party_type, set()).add(party)
	held: list[tuple[str, str]] = []
	for party_type, names in wanted.items():
		filters = {"party_type": party_type, "party": ("in", sorted(names)), "state": State.HELD.value}
		found = frappe.get_all("Lead Pool Seat", filters=filters, pluck="party", order_by="party")
		held += [(party_type, party) for party in dict.fromkeys(found)]
	return held


def _record_and_offer(act: Act, parties: list[tuple[str, str]]) -> None:
	fresh = effort.record(act, parties)
	if fresh:
		follow_up_offers.offer(act, sorted(fresh))


def _parties_of_mail(communication: Document) -> list[tuple[str, str]]:
	linked = {(row.link_doctype, row.link_name) for row in communication.get("timeline_links") or []}
	linked.add((communication.reference_doctype, communication.reference_name))
	return _parties(linked)


def _parties(documents: Iterable[tuple[str | None, str | None]]) -> list[tuple[str, str]]:
	found: set[tuple[str, str]] = set()
	for doctype, name in documents:
		if doctype in PARTY_DOCUMENTS and name:
			found.update(parties_of(follow_up_party.resolve(doctype, name)))
	return sorted(found)


def _internal(addresses: Iterable[str]) -> list[str]:
	filters = {"email": ("in", sorted(addresses)), "user_type": "System User"}
	return frappe.get_all("User", filters=filters, pluck="email", order_by="email")


def _ended_meetings(now: datetime) -> list[str]:
	event, row = frappe.qb.DocType("Event"), frappe.qb.DocType("Event Participants")
	evidence = frappe.qb.DocType("Follow Up Effort")
	query = frappe.qb.from_(event).join(row).on((row.parent == event.name) & (row.parenttype == "Event"))
	query = query.left_join(evidence)
	query = query.on((evidence.source_doctype == "Event") & (evidence.source_name == event.name))
	query = query.where(event.starts_on >= frappe.utils.add_days(now, -rules.COMPARED_DAYS))
	query = query.where((event.starts_on <= now) & evidence.name.isnull() & (event.status != "Cancelled"))
	query = query.where(row.reference_doctype.isin(PARTY_DOCUMENTS))
	query = query.select(event.name).groupby(event.name, event.starts_on)
	query = query.orderby(event.starts_on, order=frappe.qb.desc).orderby(event.name)
	return query.limit(MOST_MEETINGS).run(pluck=True)


def _moment(value: Any) -> datetime | None:
	return get_datetime(value) if value else None
