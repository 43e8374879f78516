"""Effort: what holders did for their parties, and the one place that writes `last_effort_on` to the seats.

Evidence is kept as one row per act and party, with the time at which the server recorded it. The date on the seat is
derived from these rows, so taking evidence away and adding it again changes nothing. Nothing is recorded while no
pool is enabled.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import frappe
from frappe.query_builder.functions import Count, Max
from frappe.utils import get_datetime, now_datetime

from l2c_app.core.effort import Kind
from l2c_app.core.seats import State
from l2c_app.services.follow_up.new_rows import insert_missing, name_of
from l2c_app.services.pool import recycle_dates, visibility

CHUNK = 500
POOL_SWITCHES = {
	Kind.MAIL.value: "counts_mail",
	Kind.CALL.value: "counts_calls",
	Kind.MEETING.value: "counts_meetings",
	Kind.OFFER.value: "counts_offers",
	Kind.NOTE.value: "counts_notes",
}


@dataclass(frozen=True)
class Act:
	"""Something a user did, and the document that proves it. `step` tells several acts on one document apart."""

	kind: Kind
	doctype: str
	name: str
	user: str
	step: str = ""
	counts: bool = True
	verdict: str = ""
	like: str = ""


def concerned() -> bool:
	"""Return True when effort matters at all: a pool is enabled. One look into Redis, no query."""
	return bool(visibility.enabled_pools())


def record(act: Act, parties: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
	"""Keep an act as evidence on (party type, party)s and bring their seats up to date. Returns the parties it is new to.

	The same act is kept once, however often it is reported; the first time it was seen is its time.
	"""
	rows = {(kind, party): _row(act, kind, party) for kind, party in parties if party}
	if not rows:
		return set()
	fresh = insert_missing("Follow Up Effort", list(rows.values()))
	concerned_parties = {key for key, row in rows.items() if row["name"] in fresh}
	if act.counts:
		refresh(concerned_parties)
	return concerned_parties


def forget(doctype: str, name: str, *, step: str | None = None) -> None:
	"""Take the evidence of a deleted or cancelled document away; the seats fall back to what is left."""
	filters = {"source_doctype": doctype, "source_name": name}
	if step is not None:
		filters["step"] = step
	rows = frappe.get_all(
		"Follow Up Effort", filters=filters, fields=["name", "party_type", "party"], order_by="name"
	)
	if rows:
		frappe.db.delete("Follow Up Effort", {"name": ("in", [row.name for row in rows])})
		refresh({(row.party_type, row.party) for row in rows})


def refresh(parties: Iterable[tuple[str, str]]) -> int:
	"""Derive `last_effort_on` of all held seats of (party type, party)s from the evidence. Returns how many changed.

	Per seat: the latest counted evidence of its holder from the claim to now, of the kinds that its pool counts. Two reads
	per 500 parties, one write per distinct moment.
	"""
	changed = 0
	by_type: dict[str, list[str]] = {}
	for party_type, party in sorted(set(parties)):
		by_type.setdefault(party_type, []).append(party)
	for party_type, names in by_type.items():
		for start in range(0, len(names), CHUNK):
			changed += _refresh(party_type, names[start : start + CHUNK])
	return changed


def count_by_holder(parties: Iterable[str], *, party_type: str = "Lead") -> dict[tuple[str, str], int]:
	"""Return {(party, user): number of counted acts}, for everybody who ever worked on one of the parties.

	One grouped read per 500 parties. Users without any are absent.
	"""
	table = frappe.qb.DocType("Follow Up Effort")
	names, found = sorted(set(parties)), {}
	for start in range(0, len(names), CHUNK):
		query = frappe.qb.from_(table).select(table.party, table.user, Count(table.name).as_("acts"))
		query = query.where((table.party_type == party_type) & (table.counts == 1))
		query = query.where(table.party.isin(names[start : start + CHUNK]))
		rows = query.groupby(table.party, table.user).orderby(table.party, table.user).run(as_dict=True)
		found.update({(row.party, row.user): row.acts for row in rows})
	return found


def renamed(party_type: str, old: str, new: str) -> None:
	"""Follow a renamed or merged party; the seats of the surviving one take its effort over."""
	table = frappe.qb.DocType("Follow Up Effort")
	query = frappe.qb.update(table).set(table.party, new)
	query.where((table.party_type == party_type) & (table.party == old)).run()
	refresh({(party_type, new)})


def _row(act: Act, party_type: str, party: str) -> dict[str, Any]:
	return {
		"name": name_of(party_type, party, act.doctype, act.name, act.step),
		"party_type": party_type,
		"party": party,
		"user": act.user,
		"kind": act.kind.value,
		"recorded_at": now_datetime(),
		"counts": int(act.counts),
		"verdict": act.verdict,
		"like": act.like,
		"source_doctype": act.doctype,
		"source_name": act.name,
		"step": act.step,
	}


def _refresh(party_type: str, parties: Sequence[str]) -> int:
	seats = frappe.get_all(
		"Lead Pool Seat",
		filters={"party_type": party_type, "party": ("in", parties), "state": State.HELD.value},
		fields=["name", "party", "pool", "holder", "claimed_on", "last_effort_on"],
		order_by="name",
	)
	if not seats:
		return 0
	latest = _latest(party_type, parties)
	moved: dict[datetime | None, list[str]] = {}
	for seat in seats:
		at = _effort_of(seat, latest.get((seat.party, seat.holder), {}))
		if at != seat.last_effort_on:
			moved.setdefault(at, []).append(seat.name)
	table = frappe.qb.DocType("Lead Pool Seat")
	for at, names in moved.items():
		frappe.qb.update(table).set(table.last_effort_on, at).where(table.name.isin(names)).run()
	recycle_dates.recompute([name for names in moved.values() for name in names])
	return sum(len(names) for names in moved.values())


def _latest(party_type: str, parties: Sequence[str]) -> dict[tuple[str, str], dict[str, datetime]]:
	table = frappe.qb.DocType("Follow Up Effort")
	query = frappe.qb.from_(table).select(
		table.party, table.user, table.kind, Max(table.recorded_at).as_("at")
	)
	query = query.where((table.party_type == party_type) & table.party.isin(parties) & (table.counts == 1))
	query = query.where(
		table.recorded_at <= now_datetime()
	)  # what lies ahead was dated by a clock that was wrong
	query = query.groupby(table.party, table.user, table.kind).orderby(table.party, table.user, table.kind)
	found: dict[tuple[str, str], dict[str, datetime]] = {}
	for row in query.run(as_dict=True):
		found.setdefault((row.party, row.user), {})[row.kind] = get_datetime(row.at)
	return found


def _effort_of(seat: Any, by_kind: dict[str, datetime]) -> datetime | None:
	pool = frappe.get_cached_doc("Lead Pool", seat.pool)
	counted = [
		at
		for kind, at in by_kind.items()
		if pool.get(POOL_SWITCHES[kind]) and at >= get_datetime(seat.claimed_on)
	]
	return max(counted, default=None)
