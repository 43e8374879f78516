"""Who may receive seats of a pool today, with how much room; who may not, and why."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import frappe
from frappe import _
from frappe.query_builder.functions import Count
from frappe.utils import add_to_date, getdate, now_datetime, nowdate

from l2c_app.core import distribution as rules
from l2c_app.core.seats import Event, State
from l2c_app.services.pool import absence, cap_over_all, claims, member_filters

RECEIVED = (Event.CLAIM.value, Event.ASSIGN.value, Event.TRANSFER.value)


@dataclass(frozen=True)
class Receivers:
	"""Members in the order in which they are served, {user: why not} for the others, who was served last, and what a
	member takes where he does not take everything."""

	members: list[rules.Member]
	skipped: dict[str, str]
	last: str | None = None
	takes: dict[str, member_filters.Alternatives] = field(default_factory=dict)


def of_pool(pool: object, *, override: bool = False) -> Receivers:
	"""Return the receivers of a pool. Who holds least comes first, or who received least in the last 24 hours.

	Skipped with a reason: paused members, disabled users, users without a role for the pool's parties, members on leave or
	on their day off. Members with a weight of 0 only manage or watch. `override`: holding caps and capacities of the pool
	and days off do not bind; the cap over all pools always does.
	"""
	rows = _rows(pool)
	users = [row.user for row in rows]
	held = _held(pool.name, users)
	received = _received(pool.name, users, hours=24) if pool.get("fewest_first") else {}
	rows.sort(key=lambda row: (received.get(row.user, 0), held.get(row.user, 0), row.user))
	turns = [row for row in rows if row.last_turn]
	last = max(turns, key=lambda row: row.last_turn).user if turns else None
	return _receivers(pool, rows, held, override=override, last=last)


def with_room(pool: object, *, override: bool = False) -> Receivers:
	"""Return who may still receive and with how much room, in no particular order: for each chunk of a run.

	Counts only what caps are compared with, so that its cost does not grow with what the members hold.
	"""
	rows = _rows(pool)
	capped = [row.user for row in rows if not override and claims.limits_of(pool, row).holding_cap]
	return _receivers(pool, rows, _held(pool.name, capped), override=override)


def _rows(pool: object) -> list[frappe._dict]:
	return frappe.get_all(
		"Lead Pool Membership",
		filters={"pool": pool.name, "weight": (">", 0)},
		fields=["user", "weight", "holding_cap", "capacity", "paused", "filters", "last_turn"],
		order_by="user",
	)


def _receivers(
	pool: object, rows: list[frappe._dict], held: dict[str, int], *, override: bool, last: str | None = None
) -> Receivers:
	takes, skipped = member_filters.of_members(pool, rows)
	skipped |= {row.user: _("The member is paused.") for row in rows if row.paused}
	users = [row.user for row in rows]
	if not override:
		off = absence.day_off(users, getdate(nowdate()))
		skipped |= {user: _("The member has a day off.") for user in off}
	skipped |= unavailable(pool, users)
	all_rooms, full = cap_over_all.rooms([user for user in users if user not in skipped])
	skipped |= full
	able = [row for row in rows if row.user not in skipped]
	capacities = {} if override else capacity_rooms(pool.name, {row.user: row.capacity for row in able})
	members = [
		_member(pool, row, held.get(row.user, 0), [capacities, all_rooms], override=override) for row in able
	]
	return Receivers(members, skipped, last, takes)


def _member(
	pool: object, row: frappe._dict, held: int, further: Sequence[dict[str, int]], *, override: bool
) -> rules.Member:
	cap = 0 if override else claims.limits_of(pool, row).holding_cap
	rooms = [max(0, cap - held)] if cap else []
	rooms += [left[row.user] for left in further if row.user in left]
	return rules.Member(row.user, row.weight, min(rooms) if rooms else None, held)


def capacity_rooms(pool: str, capacities: dict[str, int]) -> dict[str, int]:
	"""Return {member: seats he may still be given by his capacity} for members who have one, counted from the log."""
	users = sorted(user for user, capacity in capacities.items() if capacity)
	if not users:
		return {}
	day = _received(pool, users, hours=24)
	days = _received(pool, users, hours=24 * rules.CAPACITY_DAYS)
	rooms: dict[str, int] = {}
	for user in users:
		counts = {"last_day": day.get(user, 0), "last_days": days.get(user, 0)}
		rooms[user] = rules.capacity_room(capacities[user], **counts) or 0
	return rooms


def unavailable(pool: object, users: Collection[str]) -> dict[str, str]:
	"""Return {user: why he cannot receive a seat today}; the others are missing."""
	users = sorted(set(users))
	enabled = _names("User", {"name": ("in", users), "enabled": 1}, "name")
	able = _names(
		"Has Role",
		{"parent": ("in", users), "role": ("in", _roles(pool.party_type)), "parenttype": "User"},
		"parent",
	)
	away = absence.on_leave(users, getdate(nowdate()))
	reasons: dict[str, str] = {}
	for user in users:
		if user not in enabled:
			reasons[user] = _("The user is disabled.")
		elif user not in able:
			reasons[user] = _("The user has no role for {0}.").format(_(pool.party_type))
		elif user in away:
			reasons[user] = _("The member is on leave.")
	return reasons


def _roles(party_type: str) -> list[str]:
	"""Return the roles that may read a kind of party at all."""
	rows = frappe.get_meta(party_type).permissions
	return sorted({row.role for row in rows if row.read and not row.permlevel} | {"System Manager"})


def _names(doctype: str, filters: dict, column: str) -> set[str]:
	return set(frappe.get_all(doctype, filters=filters, pluck=column, order_by=column))


def _held(pool: str, users: list[str]) -> dict[str, int]:
	seat = frappe.qb.DocType("Lead Pool Seat")
	query = frappe.qb.from_(seat).where((seat.pool == pool) & (seat.state == State.HELD.value))
	return _counts(
		query.where(seat.holder.isin(users)).groupby(seat.holder).select(seat.holder, Count("*")), users
	)


def _received(pool: str, users: list[str], *, hours: int) -> dict[str, int]:
	log = frappe.qb.DocType("Lead Pool Log")
	query = frappe.qb.from_(log).where((log.pool == pool) & log.event.isin(RECEIVED))
	query = query.where(log.to_holder.isin(users) & (log.at >= add_to_date(now_datetime(), hours=-hours)))
	return _counts(query.groupby(log.to_holder).select(log.to_holder, Count("*")), users)


def _counts(query: object, users: list[str]) -> dict[str, int]:
	return dict(query.run()) if users else {}


def served_last(pool: str, user: str) -> None:
	"""Remember where a round robin goes on: behind this user."""
	table = frappe.qb.DocType("Lead Pool Membership")
	turns = frappe.get_all(
		"Lead Pool Membership", filters={"pool": pool}, pluck="last_turn", order_by="last_turn desc", limit=1
	)
	query = frappe.qb.update(table).set(table.last_turn, (turns[0] or 0) + 1 if turns else 1)
	query.where((table.pool == pool) & (table.user == user)).run()
