"""Free seats that nothing sets apart, handed out by joins with the rows of the run that gives them.

Mostly a chunk of a distribution is thousands of seats of one pool, all free, none to be left alone, all to return on one
day. To read each of them, judge it and write it out again costs as much as to write it. Here the database says how many
there are of which kind; if all are of the one kind that fits, three statements move them, with the receivers from the
rows. Any other chunk is judged seat by seat (`distribution.assign`), which writes the same.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

import frappe
from frappe.query_builder.functions import Count, Max
from frappe.utils import now_datetime
from pypika import Case
from pypika.queries import QueryBuilder

from l2c_app.core.recycling import Clock, Due
from l2c_app.core.seats import Event, IllegalMove, Seat, State, apply, is_quiet
from l2c_app.services.pool import blocked_parties, recycle_dates, recycle_rules, seats, visibility
from l2c_app.services.pool.name_lists import FEW, among, chunks
from l2c_app.services.pool.row_range import RowRange
from l2c_app.services.pool.seat_log import Likeness, write_moves_of_rows

MORE_THAN = FEW  # of fewer seats each is judged, and only what they touch is dropped from the cache


class Kind(NamedTuple):
	"""What decides whether and how a free seat is handed out."""

	state: str
	holder: str | None
	is_primary: int


class Handout(NamedTuple):
	"""What all seats of a chunk share: pool, kind, when they return, the moment, and what the log says."""

	pool: str
	party_type: str
	kind: Kind
	due: Due | None
	at: datetime
	likeness: Likeness


def judge(
	pool: object, names: Collection[str], users: Collection[str], log: dict[str, str]
) -> Handout | None:
	"""Lock the seats in the order of their names and return how all of them are handed to the users; None when they are
	not all alike and free, or are too few. `log`: reason, run and decision. The caller has locked the members."""
	policy, at = recycle_rules.policy_of(pool), now_datetime()
	by_party = policy.has_tiers or (policy.asks_for_deals and pool.party_type == "Customer")
	if len(names) <= MORE_THAN or by_party:
		return None
	kind = _only_kind(pool, sorted(names), at)
	if not kind:
		return None
	try:
		before = Seat(State(kind.state), kind.holder or None)
		ends = {apply(before, Event.ASSIGN, now=at, holder=user).state.value for user in users}
	except IllegalMove:
		return None
	dues = recycle_dates.Dates(policy).of(Clock(at.date()))
	likeness = Likeness(Event.ASSIGN.value, kind.state, ends.pop(), None, **log)
	return Handout(pool.name, pool.party_type, kind, dues[0] if dues else None, at, likeness)


def _only_kind(pool: object, names: Sequence[str], at: datetime) -> Kind | None:
	"""Return what all the seats are; None when they differ, one has left the pool or nobody may be given one of them."""
	found: set[Kind] = set()
	for some in chunks(names):
		rows = _kinds(pool, some)
		if len(rows) != 1 or rows[0][-1] != len(some) or is_quiet(rows[0][-2], at.date()):
			return None
		found.add(Kind(*rows[0][:-2]))
	return found.pop() if len(found) == 1 else None


def _kinds(pool: object, names: Sequence[str]) -> Sequence[tuple]:
	"""Lock seats of the pool and the party of each behind it, and return what there is among them: (kind…, latest day up to
	which to leave alone, how many whose party may be given to somebody)."""
	seat, party = frappe.qb.DocType("Lead Pool Seat"), frappe.qb.DocType(pool.party_type)
	kind = [seat[field] for field in Kind._fields]
	fits = Case().when(blocked_parties.may_be_given(pool.party_type), 1)
	# An inner join, or a condition on the party, lets the database begin with all leads of some status: it would lock them.
	query = frappe.qb.from_(seat).left_join(party).on(party.name == seat.party).groupby(*kind)
	query = query.where(
		among(seat.name, names) & (seat.pool == pool.name) & (seat.party_type == pool.party_type)
	)
	return query.for_update().select(*kind, Max(seat.do_not_contact_until), Count(fits)).run()


def write(handout: Handout, rows: RowRange, users: Collection[str]) -> None:
	"""Move the seats of rows of a run to the users the rows name, the parties of primary ones with them."""
	actor = frappe.session.user
	seats.count_receivers({(handout.pool, user) for user in users})
	write_moves_of_rows(rows, handout.likeness, at=handout.at, actor=actor)
	_write_seats(handout, rows, actor)
	if handout.kind.is_primary:
		_write_parties(handout, rows, actor)
		frappe.clear_document_cache(handout.party_type)
	visibility.seats_changed()


def _write_seats(handout: Handout, rows: RowRange, actor: str) -> None:
	seat, row = frappe.qb.DocType("Lead Pool Seat"), rows.table
	given = frappe.qb.from_(row).where(rows.criterion)
	given = given.select(row.seat.as_("given_seat"), row.to_user.as_("given_to")).as_("given")
	query = frappe.qb.update(seat).join(given).on(given.given_seat == seat.name)
	query = query.set(seat.holder, given.given_to)
	query = seats.set_moved(query, seat, handout.likeness, due=handout.due, at=handout.at, actor=actor)
	query.where(seat.state == handout.likeness.from_state).run()


def _write_parties(handout: Handout, rows: RowRange, actor: str) -> None:
	party_type = handout.party_type
	party, given = frappe.qb.DocType(party_type), _parties(rows)
	query = frappe.qb.update(party).join(given).on(given.given_party == party.name)
	query = query.set(party[visibility.OWNER_FIELD[party_type]], given.given_to)
	if party_type == "Lead":
		query = query.set(party.l2c_recycle_on, handout.due.on if handout.due else None)
	query.set(party.modified, handout.at).set(party.modified_by, actor).run()


def _parties(rows: RowRange) -> QueryBuilder:
	seat, row = frappe.qb.DocType("Lead Pool Seat"), rows.table
	query = frappe.qb.from_(row).join(seat).on(seat.name == row.seat).where(rows.criterion)
	return query.select(seat.party.as_("given_party"), row.to_user.as_("given_to")).as_("given")
