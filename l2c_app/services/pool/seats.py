"""The one way in which a seat changes: `move` writes seat, owner of the party and log, set by set, in one transaction.

Lock order everywhere: membership row of the receiver, then seat, then party. Nothing here checks permissions or
limits: callers do (claims, seat_events, distribution, lead_intake).
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

import frappe
from frappe import _
from frappe.utils import now_datetime

from l2c_app.core.recycling import Due
from l2c_app.core.seats import Event, IllegalMove, Seat, State, apply, is_quiet
from l2c_app.services.errors import SeatNotMovable, SeatTaken
from l2c_app.services.pool import recycle_dates, seat_log, visibility
from l2c_app.services.pool.closed_set_cleaning import forget_former_holders
from l2c_app.services.pool.name_lists import among, chunks, forget_cached

# What belongs to one hold of a seat and starts anew with the next.
CLEARED = ("protected_until", "protection_reason", "last_effort_on", "warned_for")
SEAT_FIELDS = (
	"name",
	"party_type",
	"party",
	"pool",
	"state",
	"holder",
	"version",
	"is_primary",
	"do_not_contact_until",
)
# Nobody is given a party that is to be left alone; who has it keeps it.
TAKING = (Event.CLAIM, Event.ASSIGN)


class Move(NamedTuple):
	"""One wanted change. `version`: refuse when the seat moved since; `writes_owner`: the caller saves the party himself."""

	seat: str
	event: Event
	holder: str | None = None
	reason: str = ""
	rule: str = ""
	run: str = ""
	version: int | None = None
	writes_owner: bool = True
	decision: Mapping[str, object] | None = None


class Change(NamedTuple):
	"""A move that fits: the locked row before, state and holder after."""

	move: Move
	row: frappe._dict
	state: str
	holder: str | None


Group = tuple[list[Change], Due | None]
"""Changes that are written alike, and the date on which these seats return."""


def lock_seats(names: Iterable[str], *, wait: bool = True) -> dict[str, frappe._dict]:
	"""Lock seats in the order of their names and return their newest committed rows, whatever the snapshot shows.

	`wait=False` raises QueryTimeoutError at once when another transaction holds one of them.
	"""
	seat = frappe.qb.DocType("Lead Pool Seat")
	rows: list = []
	for chunk in chunks(sorted(set(names))):
		query = frappe.qb.from_(seat).where(among(seat.name, chunk) & (seat.pool != ""))
		query = query.for_update(nowait=not wait)
		rows += query.select(*(seat[name] for name in SEAT_FIELDS)).orderby(seat.name).run(as_dict=True)
	return {row.name: row for row in rows}


def move(
	moves: Sequence[Move], *, actor: str | None = None, locked: dict[str, frappe._dict] | None = None
) -> dict[str, Exception | None]:
	"""Do the moves and return {seat: None, or why it did not move}. `locked`: rows the caller has locked already.

	A seat that is gone or was taken in between gives SeatTaken, an event that does not fit SeatNotMovable: the others
	still move. All writes belong to the caller's transaction. Cost per thousand seats alike: one locking read, one
	insert into the log, one update of seats and one of parties.
	"""
	if not moves:
		return {}
	actor = actor or frappe.session.user
	at = now_datetime()
	rows = lock_seats(wanted.seat for wanted in moves) if locked is None else locked
	changes, result = _plan(moves, rows, at)
	dues = recycle_dates.of_holds([change.row for change in changes if change.holder], at)
	_count_moves(changes)
	groups = _alike(changes, dues)
	_write_seats(groups, at=at, actor=actor)
	_write_parties(groups, at=at, actor=actor)
	forget_former_holders([(c.row.party_type, c.row.party, c.row.holder) for c in changes if c.row.holder])
	visibility.seats_changed()
	return result


def move_one(wanted: Move, *, actor: str | None = None) -> None:
	"""Do one move or raise the reason why not."""
	refusal = move([wanted], actor=actor)[wanted.seat]
	if refusal:
		frappe.throw(str(refusal), type(refusal))


def _plan(
	moves: Sequence[Move], rows: dict, at: datetime
) -> tuple[list[Change], dict[str, Exception | None]]:
	changes: list[Change] = []
	result: dict[str, Exception | None] = {}
	known: dict[Hashable, Seat] = {}  # in a batch few cases are different
	for wanted in moves:
		if wanted.seat in result:
			continue
		try:
			changes.append(_change(wanted, rows.get(wanted.seat), at=at, known=known))
			result[wanted.seat] = None
		except (SeatTaken, SeatNotMovable) as refusal:
			result[wanted.seat] = refusal
	return changes, result


def _change(wanted: Move, row: frappe._dict | None, *, at: datetime, known: dict[Hashable, Seat]) -> Change:
	if not row:
		raise SeatTaken(_("The seat does not exist any more."))
	if wanted.version is not None and wanted.version != row.version:
		raise SeatTaken(_("The seat was changed by somebody else meanwhile."))
	quiet = row.do_not_contact_until
	if quiet and wanted.event in TAKING and is_quiet(quiet, at.date()):
		raise SeatNotMovable(_("The party is not to be contacted now."))
	case = (wanted.event, row.state, row.holder, wanted.holder)
	after = known.get(case)
	if after is None:
		try:
			before = Seat(State(row.state), row.holder or None)
			after = known[case] = apply(before, wanted.event, now=at, holder=wanted.holder)
		except IllegalMove as refusal:
			raise _refusal(wanted, row) from refusal
	return Change(wanted, row, after.state.value, after.holder)


def _refusal(wanted: Move, row: frappe._dict) -> Exception:
	if wanted.event is Event.CLAIM and row.state == State.HELD.value:
		return SeatTaken(_("Taken by {0}.").format(frappe.utils.get_fullname(row.holder)))
	state = _(row.state)
	return SeatNotMovable(
		_("{0} is not possible while the seat is {1}.").format(_(wanted.event.value), state)
	)


def _count_moves(changes: list[Change]) -> None:
	"""Tell the receivers' memberships that a seat came: a claim compares this counter to know its picture is fresh."""
	count_receivers({(c.row.pool, c.holder) for c in changes if c.holder})


def count_receivers(received: set[tuple[str, str]]) -> None:
	"""Count once for each (pool, user) that was given seats."""
	membership = frappe.qb.DocType("Lead Pool Membership")
	for pool, pairs in groupby(sorted(received), key=lambda pair: pair[0]):
		users = [user for _pool, user in pairs]
		query = frappe.qb.update(membership).set(membership.moves, membership.moves + 1)
		query.where((membership.pool == pool) & membership.user.isin(users)).run()


def _alike(changes: list[Change], dues: dict[str, Due]) -> list[Group]:
	"""Return the changes by what their statements would write; the moves of a batch share one decision."""
	groups: dict[Hashable, Group] = {}
	for change in changes:
		wanted, row, state, holder = change
		due = dues.get(wanted.seat)
		kind = row.party_type, row.is_primary, row.state, state, holder, due
		key = kind, *wanted[1:6], wanted.writes_owner, id(wanted.decision) if wanted.decision else 0
		if key not in groups:
			groups[key] = ([], due)
		groups[key][0].append(change)
	return list(groups.values())


def _write_seats(groups: list[Group], *, at: datetime, actor: str) -> None:
	"""Log and update the locked seats, two statements per thousand alike; the state before stands in both conditions.

	The log takes what was there from the seat itself, so it is written first.
	"""
	for changes, due in groups:
		likeness = _likeness(changes[0])
		for names in chunks(sorted(change.move.seat for change in changes)):
			seat_log.write_moves(names, likeness, at=at, actor=actor)
			_update_seats(names, likeness, due=due, at=at, actor=actor)


def _likeness(change: Change) -> seat_log.Likeness:
	wanted = change.move
	return seat_log.Likeness(
		event=wanted.event.value,
		from_state=change.row.state,
		to_state=change.state,
		to_holder=change.holder,
		reason=wanted.reason,
		rule=wanted.rule,
		run=wanted.run,
		decision=frappe.as_json(wanted.decision, indent=None) if wanted.decision else None,
	)


def _update_seats(
	names: Sequence[str], likeness: seat_log.Likeness, *, due: Due | None, at: datetime, actor: str
) -> None:
	seat = frappe.qb.DocType("Lead Pool Seat")
	query = frappe.qb.update(seat).set(seat.holder, likeness.to_holder)
	query = set_moved(query, seat, likeness, due=due, at=at, actor=actor)
	query.where(among(seat.name, names) & (seat.state == likeness.from_state)).run()


def set_moved(
	query: object, seat: object, likeness: seat_log.Likeness, *, due: Due | None, at: datetime, actor: str
) -> object:
	"""Add to an update of seats all that a move writes, but for the holder."""
	query = query.set(seat.state, likeness.to_state)
	query = query.set(seat.claimed_on, at if likeness.to_state == State.HELD.value else None)
	query = query.set(seat.free_since, at if likeness.to_state == State.AVAILABLE.value else None)
	for fieldname in CLEARED:
		query = query.set(seat[fieldname], None)
	query = query.set(seat.warned_days, 0).set(seat.status_told, 0)
	query = query.set(seat.recycle_on, due.on if due else None)
	query = query.set(seat.recycle_rule, due.rule.name if due else None)
	return query.set(seat.version, seat.version + 1).set(seat.modified, at).set(seat.modified_by, actor)


def _write_parties(groups: list[Group], *, at: datetime, actor: str) -> None:
	"""Write the owner of the parties whose primary seat moved, when it returns, and whether the lead is closed.

	A caller who saves the party himself has written the owner; only the date is added to his.
	"""
	written: dict[str, list[str]] = {}
	for changes, due in groups:
		change = changes[0]
		party_type, parties = change.row.party_type, [c.row.party for c in changes]
		values = (*(_party_values(change) if change.move.writes_owner else ()), *_date_values(change, due))
		if values and change.move.writes_owner:
			values = (("modified", at), ("modified_by", actor), *values)
		if values:
			update_parties(party_type, values, sorted(set(parties)))
			written.setdefault(party_type, []).extend(parties)
	for party_type, parties in written.items():
		forget_cached(party_type, parties)


def _date_values(change: Change, due: Due | None) -> tuple[tuple[str, object], ...]:
	if change.row.party_type != "Lead" or not change.row.is_primary:
		return ()
	return (("l2c_recycle_on", due.on if due else None),)


def update_parties(party_type: str, values: Sequence[tuple[str, object]], parties: Sequence[str]) -> None:
	"""Write the same values to many leads or customers, a thousand per statement. The caller drops cached copies."""
	table = frappe.qb.DocType(party_type)
	for names in chunks(parties):
		query = frappe.qb.update(table)
		for fieldname, value in values:
			query = query.set(table[fieldname], value)
		query.where(among(table.name, names)).run()


def _party_values(change: Change) -> tuple[tuple[str, object], ...]:
	"""Conversion keeps the owner of the party; every other move of the primary seat writes its holder there."""
	values: list[tuple[str, object]] = []
	event = change.move.event
	if change.row.is_primary and event is not Event.CONVERT:
		values.append((visibility.OWNER_FIELD[change.row.party_type], change.holder))
	if change.row.party_type == "Lead" and event in (Event.CONVERT, Event.REOPEN):
		values.append(("l2c_pooled", int(event is Event.REOPEN)))
	return tuple(values)
