"""Handing out free seats: who gets what is drawn without effect, then the same draw is committed, a reason for every
seat that stays. A recorded run (`distribution_run`) and the benchmarks use the same two functions."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import frappe
from frappe import _
from frappe.utils import add_days, nowdate

from l2c_app.core import distribution as rules
from l2c_app.core.seats import Event, State
from l2c_app.services.errors import SeatTaken, TooManyRows, refuse
from l2c_app.services.pool import (
	blocked_parties,
	criteria,
	member_filters,
	membership_locks,
	receivers,
	seat_events,
	seat_log,
)
from l2c_app.services.pool.name_lists import CHUNK, among, chunks
from l2c_app.services.pool.seats import Move, lock_seats, move

LIMIT = 100_000  # seats asked for by name
MOST = 1_000_000  # of a whole pool
RULE = "distribution"
ANYONE = "Give to Anyone"


@dataclass(frozen=True)
class Wish:
	"""What to hand out and how. Empty: all free seats, the oldest first, as the pool says, holding caps bind."""

	seats: Sequence[str] | None = None
	count: int | None = None
	method: str | None = None
	seed: str | None = None
	override_reason: str | None = None


@dataclass
class Draw:
	"""A draw: who gets which seat by which method and seed, and members and seats that are left out, with the reason.

	`parties`: {free seat: party}, all of the pool's kind.
	"""

	pool: str
	method: str
	seed: str
	rows: list[dict] = field(default_factory=list)
	skipped_members: dict[str, str] = field(default_factory=dict)
	parties: dict[str, str] = field(default_factory=dict)

	def as_dict(self) -> dict:
		"""Return what the Desk shows."""
		shown = {name: value for name, value in vars(self).items() if name != "parties"}
		return {**shown, "by_user": totals(self.rows)}

	def decision(self) -> dict:
		"""Return what the log keeps: enough to draw again."""
		return {"method": self.method, "seats": len(self.rows), **({"seed": self.seed} if self.seed else {})}


def preview(pool: str, wish: Wish) -> dict:
	"""Return who would get what, of a hundred thousand seats at most. Changes nothing.

	Raises NotAPoolManager, PoolDisabled, TooManyRows.
	"""
	seat_events.require_manager(pool, frappe.session.user)
	wish = replace(wish, count=min(wish.count or LIMIT, LIMIT))
	return draw(pool, wish).as_dict()


def distribute(pool: str, wish: Wish) -> dict:
	"""Hand out free seats and return the draw with what really happened to each seat.

	Holding caps bind unless a reason to override them is given (it goes into the log); quota and cool-down do not count.
	Raises NotAPoolManager, PoolDisabled, TooManyRows.
	"""
	membership_locks.lock_members(pool)  # before anything is read, so that the picture is as new as the locks
	seat_events.require_manager(pool, frappe.session.user)
	drawn = draw(pool, wish)
	given = [(row["seat"], row["user"], row["rule"]) for row in drawn.rows if row["user"]]
	refusals = assign(pool, given, reason=wish.override_reason or "", decision=drawn.decision())
	for row in drawn.rows:
		if refusals.get(row["seat"]):
			row.update(user=None, reason=str(refusals[row["seat"]]))
	last = next((row["user"] for row in reversed(drawn.rows) if row["user"]), None)
	remember_turn(pool, drawn.method, last)
	return drawn.as_dict()


def assign(
	pool: str, given: Sequence[tuple[str, str, str]], *, reason: str, decision: dict, run: str = ""
) -> dict[str, Exception | None]:
	"""Lock the seats of (seat, user, rule) and give them to the users; returns {seat: why not, None when done}.

	What left the pool since the draw stays, and a party that must not be contacted any more.
	"""
	locked = lock_seats(seat for seat, _user, _rule in given)
	gone = _("The seat is not in this pool any more.")
	barred: dict[str, Exception] = {row.name: SeatTaken(gone) for row in locked.values() if row.pool != pool}
	barred |= blocked_parties.refusals(row for row in locked.values() if row.pool == pool)
	moves = [
		Move(seat, Event.ASSIGN, user, reason, rule, run, decision=decision)
		for seat, user, rule in given
		if seat not in barred
	]
	return move(moves, locked=locked) | barred


def remember_turn(pool: str, method: str, last: str | None) -> None:
	"""After a round robin: the next one goes on behind who was served last."""
	if method == rules.ROUND_ROBIN and last:
		receivers.served_last(pool, last)


def draw(pool: str, wish: Wish) -> Draw:
	"""Return who gets what, without effect and without judging the user. Raises PoolDisabled, TooManyRows,
	BadAdmissionFilter."""
	seat_events.require_enabled(pool)
	document = frappe.get_cached_doc("Lead Pool", pool)
	method = wish.method if wish.method in rules.METHODS else document.distribution_method or rules.EVEN
	seed = (wish.seed or frappe.generate_hash(length=12)) if method == rules.RANDOM else ""
	free, rows = _free_seats(document, wish)
	able = receivers.of_pool(document, override=bool(wish.override_reason))
	notes = {"": "", **_notes()}
	for seat, (gift, title) in _deal(document, free, able, method=method, seed=seed).items():
		rows.append({"seat": seat, "user": gift.user, "reason": notes[gift.note], "rule": title})
	return Draw(pool, method, seed, rows, able.skipped, free)


def _deal(
	pool: object, free: dict[str, str], able: receivers.Receivers, *, method: str, seed: str
) -> dict[str, tuple[rules.Gift, str]]:
	names = list(free)
	who = {
		"barred": _former_holders(pool, names),
		"shut": member_filters.shut(pool.party_type, free, able.takes),
		"repeat": not pool.get("no_repeat") or pool.get("no_repeat_fallback") == ANYONE,
	}
	if method == rules.CRITERIA:
		dealt = criteria.deal(pool, free, able, **who)
		return {seat: (gift, f"{RULE}: {title}") for seat, (gift, title) in dealt.items()}
	options = {"method": method, "seed": seed, "after": able.last, **who}
	return {seat: (gift, RULE) for seat, gift in rules.deal(names, able.members, **options).items()}


def _former_holders(pool: object, seats: list[str]) -> dict[str, set[str]]:
	if not pool.get("no_repeat"):
		return {}
	days = pool.get("no_repeat_days") or 0
	return seat_log.former_holders(seats, since=add_days(nowdate(), -days) if days else None)


def _notes() -> dict[str, str]:
	return {
		rules.NO_ROOM: _("No member has room."),
		rules.NOBODY_TAKES_IT: _("No member with room takes it."),
		rules.ALL_HELD_IT: _("Every member with room held it before."),
		rules.HELD_IT_BEFORE: _("Every member with room held it before; given all the same."),
	}


def totals(rows: Sequence[dict]) -> dict[str, int]:
	"""Return {user: seats} of rows, by name."""
	counts: dict[str, int] = {}
	for row in rows:
		if row["user"]:
			counts[row["user"]] = counts.get(row["user"], 0) + 1
	return dict(sorted(counts.items()))


def _free_seats(pool: object, wish: Wish) -> tuple[dict[str, str], list[dict]]:
	"""Return {free seat: party} in order of admission, and rows with a reason for seats that are not free or whose party
	nobody may be given; those do not count towards the wished number."""
	if wish.seats is not None and len(wish.seats) > LIMIT:
		refuse(TooManyRows, _("At most {0} seats at once.").format(LIMIT), compared=str(len(wish.seats)))
	if wish.seats is None:
		return _oldest(pool, min(max(int(wish.count or MOST), 0), MOST) or 1)
	wanted = list(dict.fromkeys(wish.seats))
	found: list[tuple] = []
	for some in chunks(wanted):
		seat, query = _free(pool)
		found += query.where(among(seat.name, some)).run()
	known = {row[0] for row in found}
	reason = _("The seat is not available in this pool.")
	skipped = [_stays(seat, reason) for seat in wanted if seat not in known]
	fit, barred = _without_blocked(found)
	return fit, [*skipped, *barred]


def _oldest(pool: object, limit: int) -> tuple[dict[str, str], list[dict]]:
	free: dict[str, str] = {}
	skipped, start, size = [], 0, max(limit, CHUNK)
	while len(free) < limit:
		page = _free(pool)[1].limit(size).offset(start).run()
		fit, barred = _without_blocked(page)
		free |= fit
		skipped, start = [*skipped, *barred], start + size
		if len(page) < size:
			break
	return dict(islice(free.items(), limit)), skipped


def _free(pool: object) -> tuple[object, object]:
	seat, party = frappe.qb.DocType("Lead Pool Seat"), frappe.qb.DocType(pool.party_type)
	query = frappe.qb.from_(seat).left_join(party).on(party.name == seat.party)
	query = query.where((seat.pool == pool.name) & (seat.state == State.AVAILABLE.value))
	query = query.select(seat.name, seat.party, blocked_parties.mark(seat, pool.party_type))
	return seat, query.orderby(seat.admitted_on, seat.name)


def _without_blocked(rows: Sequence[tuple]) -> tuple[dict[str, str], list[dict]]:
	reasons = blocked_parties.reasons_of([seat for seat, _party, marked in rows if marked])
	stays = [_stays(seat, reasons[seat]) for seat, _party, marked in rows if marked and seat in reasons]
	return {seat: party for seat, party, _marked in rows if seat not in reasons}, stays


def _stays(seat: str, reason: str) -> dict:
	return {"seat": seat, "user": None, "reason": reason, "rule": RULE}
