"""The one way in which a seat changes: `move` writes seat, owner of the party and log, set by set, in one transaction.

Lock order everywhere: membership row of the receiver, then seat, then party. Nothing here checks permissions or
limits: callers do (claims, seat_events, distribution, lead_intake).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

import frappe
from frappe import _
from frappe.utils import now_datetime

from l2c_app.core.seats import Event, IllegalMove, Seat, State, apply
from l2c_app.services.errors import SeatNotMovable, SeatTaken
from l2c_app.services.pool import seat_log, visibility
from l2c_app.services.pool.closed_set_cleaning import forget_former_holders

CHUNK = 1000
SEAT_FIELDS = (
	"name",
	"party_type",
	"party",
	"pool",
	"state",
	"holder",
	"claimed_on",
	"protected_until",
	"version",
	"is_primary",
)


@dataclass(frozen=True)
class Move:
	"""One wanted change. `version`: refuse when the seat moved since; `writes_owner`: the caller saves the party himself."""

	seat: str
	event: Event
	holder: str | None = None
	reason: str = ""
	rule: str = ""
	version: int | None = None
	writes_owner: bool = True
	decision: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
	"""A move that fits: the locked row before and the seat after."""

	move: Move
	row: frappe._dict
	after: Seat


def lock_seats(names: Iterable[str]) -> dict[str, frappe._dict]:
	"""Lock seats in the order of their names and return their newest committed rows, whatever the snapshot shows."""
	seat = frappe.qb.DocType("Lead Pool Seat")
	rows: list = []
	for chunk in chunks(sorted(set(names))):
		query = frappe.qb.from_(seat).where(seat.name.isin(chunk)).orderby(seat.name).for_update()
		rows += query.select(*(seat[name] for name in SEAT_FIELDS)).run(as_dict=True)
	return {row.name: row for row in rows}


def move(moves: Sequence[Move], *, actor: str | None = None) -> dict[str, Exception | None]:
	"""Do the moves and return {seat: None, or why it did not move}.

	A seat that is gone or was taken in between gives SeatTaken, an event that does not fit SeatNotMovable: the others
	still move. All writes belong to the caller's transaction. Cost per thousand seats: one locking read, one update per
	(state, holder) of seats and of parties, one insert into the log.
	"""
	if not moves:
		return {}
	actor = actor or frappe.session.user
	at = now_datetime()
	rows = lock_seats(wanted.seat for wanted in moves)
	changes, result = _plan(moves, rows, at)
	_count_moves(changes)
	_write_seats(changes, at, actor)
	_write_parties(changes, at, actor)
	seat_log.write([_log_entry(change) for change in changes], at=at, actor=actor)
	forget_former_holders([(c.row.party_type, c.row.party, c.row.holder) for c in changes if c.row.holder])
	visibility.seats_changed()
	return result


def move_one(wanted: Move, *, actor: str | None = None) -> None:
	"""Do one move or raise the reason why not."""
	refusal = move([wanted], actor=actor)[wanted.seat]
	if refusal:
		frappe.throw(str(refusal), type(refusal))


def chunks(names: Sequence[str], *, size: int = CHUNK) -> Iterable[Sequence[str]]:
	"""Cut a list into pieces of at most `size`."""
	for start in range(0, len(names), size):
		yield names[start : start + size]


def _plan(
	moves: Sequence[Move], rows: dict, at: datetime
) -> tuple[list[Change], dict[str, Exception | None]]:
	changes: list[Change] = []
	result: dict[str, Exception | None] = {}
	for wanted in moves:
		if wanted.seat in result:
			continue
		try:
			changes.append(_change(wanted, rows.get(wanted.seat), at))
			result[wanted.seat] = None
		except (SeatTaken, SeatNotMovable) as refusal:
			result[wanted.seat] = refusal
	return changes, result


def _change(wanted: Move, row: frappe._dict | None, at: datetime) -> Change:
	if not row:
		raise SeatTaken(_("The seat does not exist any more."))
	if wanted.version is not None and wanted.version != row.version:
		raise SeatTaken(_("The seat was changed by somebody else meanwhile."))
	before = Seat(
		State(row.state), row.holder or None, row.claimed_on, row.protected_until or None, row.version or 0
	)
	try:
		return Change(wanted, row, apply(before, wanted.event, now=at, holder=wanted.holder))
	except IllegalMove as refusal:
		raise _refusal(wanted, row) from refusal


def _refusal(wanted: Move, row: frappe._dict) -> Exception:
	if wanted.event is Event.CLAIM and row.state == State.HELD.value:
		return SeatTaken(_("Taken by {0}.").format(frappe.utils.get_fullname(row.holder)))
	state = _(row.state)
	return SeatNotMovable(
		_("{0} is not possible while the seat is {1}.").format(_(wanted.event.value), state)
	)


def _count_moves(changes: list[Change]) -> None:
	"""Tell the receivers' memberships that a seat came: a claim compares this counter to know its picture is fresh."""
	membership = frappe.qb.DocType("Lead Pool Membership")
	received = {(c.row.pool, c.after.holder) for c in changes if c.after.holder}
	for pool, pairs in groupby(sorted(received), key=lambda pair: pair[0]):
		users = [user for _pool, user in pairs]
		query = frappe.qb.update(membership).set(membership.moves, membership.moves + 1)
		query.where((membership.pool == pool) & membership.user.isin(users)).run()


def _grouped(changes: Iterable[Change], key: object) -> Iterable[tuple[tuple, list[Change]]]:
	groups: dict[tuple, list[Change]] = {}
	for change in changes:
		groups.setdefault(key(change), []).append(change)
	yield from groups.items()


def _write_seats(changes: list[Change], at: datetime, actor: str) -> None:
	"""Update the locked seats; the state before stands in the condition, so a row moves from where it was judged."""
	seat = frappe.qb.DocType("Lead Pool Seat")
	for (was, state, holder), group in _grouped(
		changes, lambda c: (c.row.state, c.after.state.value, c.after.holder)
	):
		for names in chunks(sorted(c.row.name for c in group)):
			(
				frappe.qb.update(seat)
				.set(seat.state, state)
				.set(seat.holder, holder)
				.set(seat.claimed_on, at if holder else None)
				.set(seat.protected_until, None)
				.set(seat.version, seat.version + 1)
				.set(seat.modified, at)
				.set(seat.modified_by, actor)
				.where(seat.name.isin(names) & (seat.state == was))
				.run()
			)


def _write_parties(changes: list[Change], at: datetime, actor: str) -> None:
	"""Write the owner of the parties whose primary seat moved, and whether the lead is closed."""
	concerned = [c for c in changes if c.move.writes_owner]
	for (party_type, values), group in _grouped(concerned, lambda c: (c.row.party_type, _party_values(c))):
		if values:
			stamped = (("modified", at), ("modified_by", actor), *values)
			update_parties(party_type, stamped, sorted({c.row.party for c in group}))


def update_parties(party_type: str, values: Sequence[tuple[str, object]], parties: Sequence[str]) -> None:
	"""Write the same values to many leads or customers, a thousand per statement, and drop their cached copies."""
	table = frappe.qb.DocType(party_type)
	for names in chunks(parties):
		query = frappe.qb.update(table)
		for fieldname, value in values:
			query = query.set(table[fieldname], value)
		query.where(table.name.isin(names)).run()
		for name in names:
			frappe.clear_document_cache(party_type, name)


def _party_values(change: Change) -> tuple[tuple[str, object], ...]:
	"""Conversion keeps the owner of the party; every other move of the primary seat writes its holder there."""
	values: list[tuple[str, object]] = []
	event = change.move.event
	if change.row.is_primary and event is not Event.CONVERT:
		values.append((visibility.OWNER_FIELD[change.row.party_type], change.after.holder))
	if change.row.party_type == "Lead" and event in (Event.CONVERT, Event.REOPEN):
		values.append(("l2c_pooled", int(event is Event.REOPEN)))
	return tuple(values)


def _log_entry(change: Change) -> dict:
	row, after = change.row, change.after
	return {
		"seat": row.name,
		"pool": row.pool,
		"party_type": row.party_type,
		"party": row.party,
		"event": change.move.event.value,
		"from_state": row.state,
		"to_state": after.state.value,
		"from_holder": row.holder,
		"to_holder": after.holder,
		"reason": change.move.reason,
		"rule": change.move.rule,
		"decision": change.move.decision,
	}
