"""What scoring looks at, for many leads at once: their fields, and what happened with them. Nothing is judged here."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time

import frappe
from frappe.utils import get_datetime, getdate

from l2c_app.core.scoring import Event

Found = Iterator[tuple[str, Event]]


def values_of(leads: Sequence[str], fields: Iterable[str]) -> dict[str, frappe._dict]:
	"""Return {lead: its fields, score and tier as stored now}."""
	wanted = sorted({"name", "l2c_tier", "l2c_score", *fields})
	rows = frappe.get_all("Lead", filters={"name": ("in", leads)}, fields=wanted, order_by="name")
	return {row.name: row for row in rows}


def events_of(leads: Sequence[str], kinds: frozenset[str]) -> dict[str, list[Event]]:
	"""Return {lead: its events} of these kinds; each source is read once for all leads, and only when it is asked for."""
	events: dict[str, list[Event]] = defaultdict(list)
	for provided, read in SOURCES:
		if kinds & provided:
			for lead, event in read(leads):
				if event.event in kinds:
					events[lead].append(event)
	return events


def _follow_ups(leads: Sequence[str]) -> Found:
	rows = frappe.get_all(
		"Follow Up",
		filters={"lead": ("in", leads), "status": "Done"},
		fields=["lead", "done_on", "outcome", "intent"],
		order_by="done_on, name",
	)
	for row in rows:
		if row.done_on:
			at = get_datetime(row.done_on)
			yield row.lead, Event("Follow Up", at, row.outcome or "")
			if row.intent:
				yield row.lead, Event("Intent", at, row.intent)


def _communications(leads: Sequence[str]) -> Found:
	rows = frappe.get_all(
		"Communication",
		filters={
			"reference_doctype": "Lead",
			"reference_name": ("in", leads),
			"communication_type": "Communication",
		},
		fields=["reference_name", "communication_date", "communication_medium", "sent_or_received"],
		order_by="communication_date, name",
	)
	for row in rows:
		kind = _kind_of(row)
		if kind and row.communication_date:
			yield row.reference_name, Event(kind, get_datetime(row.communication_date))


def _kind_of(row: frappe._dict) -> str:
	if row.communication_medium == "Phone":
		return "Call"
	return f"Mail {row.sent_or_received}" if row.communication_medium == "Email" else ""


def _opportunities(leads: Sequence[str]) -> Found:
	rows = frappe.get_all(
		"Opportunity",
		filters={"opportunity_from": "Lead", "party_name": ("in", leads)},
		fields=["party_name", "transaction_date", "status"],
		order_by="transaction_date, name",
	)
	for row in rows:
		if row.transaction_date:
			yield row.party_name, Event("Opportunity", _end_of(row.transaction_date), row.status or "")


def _quotations(leads: Sequence[str]) -> Found:
	rows = frappe.get_all(
		"Quotation",
		filters={"quotation_to": "Lead", "party_name": ("in", leads), "docstatus": 1},
		fields=["party_name", "transaction_date", "status"],
		order_by="transaction_date, name",
	)
	for row in rows:
		if row.transaction_date:
			yield row.party_name, Event("Quotation", _end_of(row.transaction_date), row.status or "")


def _end_of(day: date) -> datetime:
	"""Return the last moment of a day. What is only known by its day counts in full all that day, also in the evening."""
	return datetime.combine(getdate(day), time.max)


SOURCES: tuple[tuple[frozenset[str], Callable[[Sequence[str]], Found]], ...] = (
	(frozenset({"Follow Up", "Intent"}), _follow_ups),
	(frozenset({"Mail Received", "Mail Sent", "Call"}), _communications),
	(frozenset({"Opportunity"}), _opportunities),
	(frozenset({"Quotation"}), _quotations),
)
