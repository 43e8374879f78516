"""What people and the system do to single seats: release, transfer, assign, close, reopen, convert, return.

Every function that a user calls checks his rights first; the writing is done by `seats.move`.
"""

import frappe
from frappe import _

from l2c_app.core.seats import Event, State
from l2c_app.services.errors import (
	NotAPoolManager,
	NotAPoolMember,
	NotTheHolder,
	PoolDisabled,
	ReasonMissing,
	SeatTaken,
	TooManyRows,
	refuse,
)
from l2c_app.services.pool import (
	blocked_parties,
	claim_answers,
	claims,
	membership_locks,
	pool_moves,
	vault,
	vault_scope,
	visibility,
)
from l2c_app.services.pool.seats import SEAT_FIELDS, Move, move, move_one

MOVED_AT_ONCE = 1000


def get_seat(name: str) -> frappe._dict:
	"""Return a seat's row. Raises SeatTaken when it is gone."""
	rows = frappe.get_all(
		"Lead Pool Seat", filters={"name": name}, fields=list(SEAT_FIELDS), order_by="name", limit=1
	)
	if not rows:
		refuse(SeatTaken, _("The seat does not exist any more."))
	return rows[0]


def require_reason(reason: str | None) -> str:
	"""Return the reason, trimmed. Raises ReasonMissing."""
	text = " ".join((reason or "").split())[:500]
	if not text:
		refuse(ReasonMissing, _("A reason is mandatory."))
	return text


def require_manager(pool: str, user: str) -> None:
	"""Raise NotAPoolManager unless the user manages the pool."""
	if not visibility.manages(pool, user):
		refuse(
			NotAPoolManager,
			_("Only a manager of pool {0} may do this.").format(pool),
			do=_("Ask one of its managers."),
		)


def require_holder_or_manager(seat: frappe._dict, user: str) -> None:
	"""Raise NotTheHolder unless the user holds the seat or manages its pool."""
	if seat.holder != user and not visibility.manages(seat.pool, user):
		refuse(
			NotTheHolder,
			_("Only the holder or a manager of pool {0} may do this.").format(seat.pool),
			do=_("Ask one of its managers."),
		)


def require_enabled(pool: str) -> None:
	"""Raise PoolDisabled: nothing moves in a disabled pool."""
	if not frappe.get_cached_value("Lead Pool", pool, "enabled"):
		refuse(PoolDisabled, _("Pool {0} is disabled.").format(pool), do=_("Ask a manager to enable it."))


def release(name: str, reason: str, target: str | None = None) -> None:
	"""Give a seat back: to the pool asked for, to where its pool sends returned seats, else to its pool.

	Raises NotTheHolder, ReasonMissing, SeatNotMovable (not held), BadDistribution about the target, PoolDisabled about it and
	about the seat's pool, which only a manager may move seats out of, and NotAPoolMember when the user belongs neither to the
	target nor manages the seat's pool.
	"""
	reason = require_reason(reason)
	seat = get_seat(name)
	user = frappe.session.user
	require_holder_or_manager(seat, user)
	if target in (None, "", seat.pool) or not visibility.manages(seat.pool, user):
		require_enabled(seat.pool)
	if target:
		pool_moves.check_target(seat.pool, target)
		if not visibility.is_member(target, user) and not visibility.manages(seat.pool, user):
			refuse(NotAPoolMember, _("You are no member of pool {0}.").format(target))
	pool_moves.lock_way(seat.pool, target)
	move_one(Move(seat.name, Event.RELEASE, reason=reason, version=seat.version))
	if not target:
		pool_moves.send_on(seat.pool, [seat.name])
	elif target != seat.pool:
		pool_moves.to_pool([seat.name], target, reason=reason)


def move_to_pool(seats: list[str], target: str, reason: str) -> list[str]:
	"""Move seats of pools the user manages into another pool, also out of a disabled one; returns those that went.

	Raises NotAPoolManager for any of their pools, ReasonMissing, SeatTaken when one is gone, PoolDisabled and
	BadDistribution about the target, and TooManyRows above a thousand: those go by a run.
	"""
	reason = require_reason(reason)
	wanted = list(dict.fromkeys(seats))
	if len(wanted) > MOVED_AT_ONCE:
		refuse(
			TooManyRows,
			_("At most {0} seats at once.").format(MOVED_AT_ONCE),
			compared=str(len(wanted)),
			do=_("Start a run instead."),
		)
	rows = frappe.get_all(
		"Lead Pool Seat", filters={"name": ("in", wanted)}, fields=["name", "pool"], order_by="name"
	)
	if len(rows) < len(wanted):
		refuse(SeatTaken, _("The seat does not exist any more."))
	for pool in sorted({row.pool for row in rows}):
		require_manager(pool, frappe.session.user)
		pool_moves.check_target(pool, target)
	return pool_moves.to_pool([row.name for row in rows], target, reason=reason)


def transfer(name: str, to_user: str, *, reason: str = "", writes_owner: bool = True) -> None:
	"""Hand a held seat to another member; a free one is handed out by a manager.

	Raises NotTheHolder, NotAPoolManager (the pool does not let holders transfer), NotAPoolMember and HoldingCapReached
	about the receiver, PoolDisabled, PartyBlocked. Quota and cool-down do not count: only self-claims do.
	"""
	seat = get_seat(name)
	check_transfer(seat, to_user)
	event = Event.TRANSFER if seat.state == State.HELD.value else Event.ASSIGN
	move_one(Move(seat.name, event, to_user, reason=reason, version=seat.version, writes_owner=writes_owner))


def check_transfer(seat: frappe._dict, to_user: str) -> None:
	"""Raise what `transfer` would raise, without moving."""
	user = frappe.session.user
	require_enabled(seat.pool)
	require_holder_or_manager(seat, user)
	holder_may = frappe.get_cached_value("Lead Pool", seat.pool, "allow_holder_transfer")
	if seat.state != State.HELD.value or not holder_may:
		require_manager(seat.pool, user)
	check_receiver(seat.pool, to_user)
	blocked_parties.refuse_blocked(seat)


def check_receiver(pool: str, user: str) -> None:
	"""Lock the receiver's membership and raise NotAPoolMember or HoldingCapReached."""
	membership = membership_locks.lock_receiver(pool, user)
	if not membership or not frappe.db.get_value("User", user, "enabled"):
		refuse(
			NotAPoolMember,
			_("{0} is no active member of pool {1}.").format(user, pool),
			do=_("Choose a member of the pool."),
		)
	refusal = claims.room_refusal(pool, membership, user)
	if refusal:
		claim_answers.raise_refusal(refusal)


def close(name: str, reason: str) -> None:
	"""Close a seat for good: nobody holds it, only managers see the party.

	Raises NotTheHolder, ReasonMissing, PoolDisabled.
	"""
	reason = require_reason(reason)
	seat = get_seat(name)
	require_holder_or_manager(seat, frappe.session.user)
	require_enabled(seat.pool)
	move_one(Move(seat.name, Event.CLOSE, reason=reason, version=seat.version))


def reopen(name: str, reason: str) -> None:
	"""Make a closed or converted seat available again. Raises NotAPoolManager, ReasonMissing, PoolDisabled."""
	reason = require_reason(reason)
	seat = get_seat(name)
	require_enabled(seat.pool)
	require_manager(seat.pool, frappe.session.user)
	move_one(Move(seat.name, Event.REOPEN, reason=reason, version=seat.version))
	if seat.party_type == "Lead":
		vault_scope.follow([seat.party])  # a converted lead had its contact data back


# The system


def convert_lead(lead: str, *, customer: str) -> None:
	"""The lead became a customer: all its seats are converted, its owner stays, native visibility returns."""
	_move_all("Lead", lead, Event.CONVERT, states=("Available", "Held"), rule=f"converted to {customer}")
	if vault.is_sealed(lead):
		vault_scope.restore([lead])


def customer_vanished(lead: str, *, customer: str) -> None:
	"""The customer made from a lead was deleted: its converted seats are available again."""
	_move_all("Lead", lead, Event.REOPEN, states=("Converted",), rule=f"customer {customer} deleted")
	vault_scope.follow([lead])


def _move_all(party_type: str, party: str, event: Event, *, states: tuple[str, ...], rule: str) -> None:
	seats = frappe.get_all(
		"Lead Pool Seat",
		filters={"party_type": party_type, "party": party, "state": ("in", states)},
		pluck="name",
		order_by="name",
	)
	move([Move(name, event, rule=rule) for name in seats])


def return_seats(users: list[str], *, rule: str, pool: str | None = None) -> int:
	"""Take all seats back from users (who were disabled or left the pool). Returns how many.

	Their memberships are locked first: a claim that is under way ends before the seats are read, newest as committed, and
	a later one waits for what becomes of the membership.
	"""
	membership_locks.lock_memberships([pool] if pool else visibility.enabled_pools(), users)
	seat = frappe.qb.DocType("Lead Pool Seat")
	query = frappe.qb.from_(seat).select(seat.name).orderby(seat.name).for_update()
	query = query.where(seat.holder.isin(users) & (seat.state == State.HELD.value))
	seats = [row[0] for row in (query.where(seat.pool == pool) if pool else query).run()]
	move([Move(name, Event.RECYCLE, rule=rule) for name in seats])
	return len(seats)
