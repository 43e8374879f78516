"""What must always hold between seats, owners, assignments, shares, log, memberships and runs. Reads only.

Each rule is one statement over all seats, so that it ends on a large site; what breaks it is named, the first of many.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import frappe
from frappe.query_builder.functions import Concat, Count, Sum
from pypika import Case

from l2c_app.core.seats import State
from l2c_app.services.pool import runs, visibility

SHOWN = 100
HELD = State.HELD.value
LIVE = (State.AVAILABLE.value, HELD)


@dataclass(frozen=True)
class Violation:
	"""A broken rule: which document, and what was found there."""

	rule: str
	document: str
	found: str


def check() -> list[Violation]:
	"""Return every violation, at most a hundred per rule."""
	found: list[Violation] = []
	for rule in RULES:
		for number, (document, what) in enumerate(rule()):
			if number == SHOWN:
				break
			found.append(Violation((rule.__doc__ or "").strip().rstrip("."), document, what))
	return found


def holder_exactly_when_held() -> Iterator[tuple[str, str]]:
	"""A seat has a holder and a claim exactly when it is held, and is protected only then."""
	seat = frappe.qb.DocType("Lead Pool Seat")
	empty = seat.holder.isnull() | (seat.holder == "")
	held = (seat.state == HELD) & (empty | seat.claimed_on.isnull())
	others = (
		~empty | seat.claimed_on.isnotnull() | seat.protected_until.isnotnull() | seat.recycle_on.isnotnull()
	)
	query = frappe.qb.from_(seat).select(seat.name, seat.state).orderby(seat.name).limit(SHOWN)
	yield from query.where(held | ((seat.state != HELD) & others)).run()


def one_primary_seat_per_party() -> Iterator[tuple[str, str]]:
	"""Every party with seats has exactly one primary seat."""
	seat = frappe.qb.DocType("Lead Pool Seat")
	query = (
		frappe.qb.from_(seat).select(seat.party, Sum(seat.is_primary)).groupby(seat.party_type, seat.party)
	)
	for party, count in query.having(Sum(seat.is_primary) != 1).orderby(seat.party).limit(SHOWN).run():
		yield party, f"{int(count or 0)}"


def owner_is_the_primary_holder() -> Iterator[tuple[str, str]]:
	"""The owner of a party is the holder of its primary seat, and a lead shows the date of that seat."""
	for party_type, owner in visibility.OWNER_FIELD.items():
		seat, party = frappe.qb.DocType("Lead Pool Seat"), frappe.qb.DocType(party_type)
		query = frappe.qb.from_(seat).left_join(party).on(party.name == seat.party)
		query = query.where((seat.party_type == party_type) & (seat.is_primary == 1) & seat.state.isin(LIVE))
		differs = _differ(seat.holder, party[owner])
		if party_type == "Lead":
			differs |= (
				(seat.state == HELD)
				& seat.recycle_on.isnotnull()
				& (party.l2c_recycle_on.isnull() | (party.l2c_recycle_on != seat.recycle_on))
			)
		query = query.where(differs | party.name.isnull()).orderby(seat.name).limit(SHOWN)
		for name, holder, found in query.select(seat.party, seat.holder, party[owner]).run():
			yield name, f"{holder} / {found}"


def leads_are_marked_exactly_when_seated() -> Iterator[tuple[str, str]]:
	"""A lead is marked as pooled exactly when a seat that is not converted closes it."""
	seat, lead = frappe.qb.DocType("Lead Pool Seat"), frappe.qb.DocType("Lead")
	query = frappe.qb.from_(seat).join(lead).on(lead.name == seat.party).where(lead.l2c_pooled == 0)
	query = query.where((seat.party_type == "Lead") & (seat.state != State.CONVERTED.value))
	for name, pool in query.select(lead.name, seat.pool).orderby(lead.name).limit(SHOWN).run():
		yield name, f"{pool}"
	query = frappe.qb.from_(lead).left_join(seat)
	query = query.on(
		(seat.party == lead.name) & (seat.party_type == "Lead") & (seat.state != State.CONVERTED.value)
	)
	query = query.where((lead.l2c_pooled == 1) & seat.name.isnull()).select(lead.name)
	for (name,) in query.orderby(lead.name).limit(SHOWN).run():
		yield name, "-"


def assignments_name_only_holders() -> Iterator[tuple[str, str]]:
	"""A pooled lead is assigned and shared to nobody but holders of its seats and managers of its pools."""
	share, lead = frappe.qb.DocType("DocShare"), frappe.qb.DocType("Lead")
	query = frappe.qb.from_(share).join(lead).on(lead.name == share.share_name)
	query = query.where((share.share_doctype == "Lead") & (lead.l2c_pooled == 1))
	shared = query.select(lead.name, share.user).orderby(lead.name).limit(SHOWN * SHOWN).run()
	query = frappe.qb.from_(lead).select(lead.name, lead["_assign"]).where(lead.l2c_pooled == 1)
	query = query.where(lead["_assign"].isnotnull() & lead["_assign"].notin(["", "[]"]))
	assigned = query.orderby(lead.name).limit(SHOWN * SHOWN).run()
	pairs = [(name, user or "everyone") for name, user in shared]
	pairs += [(name, user) for name, users in assigned for user in frappe.parse_json(users)]
	seats = visibility.live_seats("Lead", {name for name, _user in pairs}) if pairs else {}
	for name, user in pairs:
		if not any(
			seat.holder == user or visibility.manages(seat.pool, user) for seat in seats.get(name, [])
		):
			yield name, user


def the_log_agrees_with_the_seat() -> Iterator[tuple[str, str]]:
	"""The last entry of the log leads to the state and the holder of the seat."""
	seat, log = frappe.qb.DocType("Lead Pool Seat"), frappe.qb.DocType("Lead Pool Log")
	query = frappe.qb.from_(seat).left_join(log).on(log.name == Concat(seat.name, "-", seat.version))
	query = query.where(seat.version > 1)
	query = query.where(
		log.name.isnull() | (log.to_state != seat.state) | _differ(seat.holder, log.to_holder)
	)
	query = query.select(seat.name, seat.state, seat.holder, log.to_state, log.name.as_("logged"))
	rows = query.orderby(seat.name).limit(SHOWN * SHOWN).run(as_dict=True)
	# only moves are named after the version; protecting or changing the pool is logged under names of their own
	last = _last_entries([row.name for row in rows if not row.logged])
	for row in rows:
		entry = last.get(row.name) or frappe._dict(to_state=row.to_state)
		if (entry.to_state, entry.to_holder or None) != (row.state, row.holder or None):
			yield row.name, f"{row.state} / {entry.to_state}"


def _last_entries(seats: list[str]) -> dict[str, frappe._dict]:
	rows = frappe.get_all(
		"Lead Pool Log",
		filters={"seat": ("in", seats)},
		fields=["seat", "to_state", "to_holder"],
		order_by="at, creation, name",
	)
	return {row.seat: row for row in rows}


def holders_are_members() -> Iterator[tuple[str, str]]:
	"""Whoever holds a seat is an enabled user and a member of its pool."""
	seat, user = frappe.qb.DocType("Lead Pool Seat"), frappe.qb.DocType("User")
	member = frappe.qb.DocType("Lead Pool Membership")
	query = frappe.qb.from_(seat).left_join(user).on((user.name == seat.holder) & (user.enabled == 1))
	query = query.left_join(member).on((member.pool == seat.pool) & (member.user == seat.holder))
	query = query.where((seat.state == HELD) & (user.name.isnull() | member.name.isnull()))
	yield from query.select(seat.name, seat.holder).orderby(seat.name).limit(SHOWN).run()


def runs_count_their_rows() -> Iterator[tuple[str, str]]:
	"""The counts of a run are those of its rows, and of what it has still to do."""
	run, row = frappe.qb.DocType("Pool Run"), frappe.qb.DocType("Pool Run Row")
	totals = [Sum(Case().when(row.status == status, 1).else_(0)) for status in ("Done", "Skipped", "Failed")]
	query = frappe.qb.from_(run).left_join(row).on(row.run == run.name).groupby(run.name, run.total_rows)
	query = query.groupby(run.done_rows, run.skipped_rows, run.failed_rows)
	counted = [Count(row.name), *totals]
	stored = [run.total_rows, run.done_rows, run.skipped_rows, run.failed_rows]
	query = query.select(run.name, *stored, *counted).orderby(run.name)
	to_do = _rows_to_do()
	for name, *numbers in query.run():
		stored_now, found = [int(n or 0) for n in numbers[:4]], [int(n or 0) for n in numbers[4:]]
		found[0] += to_do.get(name, 0)
		if stored_now != found:
			yield name, f"{stored_now} / {found}"


def _rows_to_do() -> dict[str, int]:
	chunk = frappe.qb.DocType("Pool Run Chunk")
	query = frappe.qb.from_(chunk).select(chunk.run, Sum(chunk.row_count)).groupby(chunk.run)
	return {run: int(count) for run, count in query.run()}


def runs_move_a_seat_once() -> Iterator[tuple[str, str]]:
	"""A run moves a seat at most once, and every row that is done has its move in the log."""
	log, row = frappe.qb.DocType("Lead Pool Log"), frappe.qb.DocType("Pool Run Row")
	query = (
		frappe.qb.from_(log)
		.select(log.run, log.seat, Count("*"))
		.where(log.run.isnotnull() & (log.run != ""))
	)
	query = query.groupby(log.run, log.seat).having(Count("*") > 1).orderby(log.run, log.seat).limit(SHOWN)
	for run, seat, times in query.run():
		yield run, f"{seat}: {times}"
	head = frappe.qb.DocType("Pool Run")
	query = frappe.qb.from_(row).join(head).on(head.name == row.run)
	query = query.left_join(log).on((log.run == row.run) & (log.seat == row.seat))
	query = query.where(
		(row.status == "Done") & head.kind.isin([runs.RECYCLE, runs.DISTRIBUTE]) & log.name.isnull()
	)
	yield from query.select(row.run, row.seat).orderby(row.name).limit(SHOWN).run()


def _differ(left: object, right: object) -> object:
	"""Two users are not the same, empty and missing being equal."""
	one = left.isnotnull() & (left != "")
	other = right.isnotnull() & (right != "")
	return (one & other & (left != right)) | (one & ~other) | (~one & other)


RULES: tuple[Callable[[], Iterator[tuple[str, str]]], ...] = (
	holder_exactly_when_held,
	one_primary_seat_per_party,
	owner_is_the_primary_holder,
	leads_are_marked_exactly_when_seated,
	assignments_name_only_holders,
	the_log_agrees_with_the_seat,
	holders_are_members,
	runs_count_their_rows,
	runs_move_a_seat_once,
)
