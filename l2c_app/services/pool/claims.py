"""A member takes seats: his own membership row is locked, limits are judged, then the seats are moved."""

from collections.abc import Sequence
from typing import NoReturn

import frappe
from frappe import _
from frappe.utils import formatdate, getdate, nowdate

from l2c_app.core import claims as rules
from l2c_app.core.seats import Event, State
from l2c_app.services.errors import (
	ClaimRefused,
	CoolingDown,
	HoldingCapReached,
	L2CError,
	NotAPoolMember,
	PartyBlocked,
	PoolDisabled,
	QuotaReached,
	SeatTaken,
	StaleRead,
	TooManyRows,
	refuse,
)
from l2c_app.services.pool import seat_log
from l2c_app.services.pool.admission import NEVER_ADMITTED
from l2c_app.services.pool.seats import Move, lock_seats, move

BATCH_LIMIT = 500
ERRORS: dict[str, type[ClaimRefused]] = {
	rules.QUOTA: QuotaReached,
	rules.HOLDING: HoldingCapReached,
	rules.COOL_DOWN: CoolingDown,
}


def pools_of(seats: Sequence[str]) -> dict[str, str]:
	"""Return {seat: its pool} of the seats that exist. A seat never changes its pool: read it before the claim begins."""
	rows = frappe.get_all(
		"Lead Pool Seat", filters={"name": ("in", list(seats))}, fields=["name", "pool"], order_by="name"
	)
	return {row.name: row.pool for row in rows}


def claim(seats: Sequence[str], pools: dict[str, str] | None = None) -> list[dict]:
	"""Take seats for the session user; returns one row per seat: ok, or rule, numbers compared, when allowed, who overrides.

	A batch takes the first ones that fit. Raises NotAPoolMember, PoolDisabled, TooManyRows for the whole, StaleRead when
	the transaction must begin again (with `pools` given, nothing is read before the lock, so it will not be stale twice).
	Lock order: membership, seats, parties.
	"""
	wanted = list(dict.fromkeys(seats))
	if len(wanted) > BATCH_LIMIT:
		refuse(TooManyRows, _("At most {0} seats at once.").format(BATCH_LIMIT), compared=str(len(wanted)))
	pool_of = pools_of(wanted) if pools is None else pools
	by_pool: dict[str, list[str]] = {}
	for seat in wanted:
		by_pool.setdefault(pool_of.get(seat, ""), []).append(seat)
	answers = {seat: _taken(seat, _("The seat does not exist any more.")) for seat in by_pool.pop("", [])}
	for pool in sorted(by_pool):
		answers |= _claim_in_pool(pool, by_pool[pool], frappe.session.user)
	return [answers[seat] for seat in wanted]


def claim_one(seat: str, pools: dict[str, str] | None = None) -> dict:
	"""Take one seat or raise why not: QuotaReached, HoldingCapReached, CoolingDown, SeatTaken, PartyBlocked, NotAPoolMember."""
	row = claim([seat], pools)[0]
	if not row["ok"]:
		raise_row(row)
	return row


def _claim_in_pool(name: str, seats: list[str], user: str) -> dict[str, dict]:
	pool = frappe.get_cached_doc("Lead Pool", name)
	if not pool.enabled:
		refuse(PoolDisabled, _("Pool {0} is disabled.").format(name), do=_("Ask a manager to enable it."))
	membership = lock_membership(name, user)
	if not membership:
		refuse(
			NotAPoolMember,
			_("You are no member of pool {0}.").format(name),
			do=_("Ask one of its managers."),
		)
	answers = _not_free(lock_seats(seats), seats)
	free = [seat for seat in seats if seat not in answers]
	judged = _judge(pool, membership, free)
	answers |= {seat: _refused(seat, refusal) for seat, refusal in judged.items() if refusal}
	moved = move([Move(seat, Event.CLAIM, user) for seat, refusal in judged.items() if not refusal])
	for seat, error in moved.items():
		answers[seat] = _taken(seat, str(error)) if error else {"seat": seat, "ok": True}
	return answers


def lock_membership(pool: str, user: str) -> frappe._dict | None:
	"""Lock (pool, user) and return the row, None for a stranger.

	The lock shows the newest state, later plain reads only the transaction's picture. Both must name the same counter of
	moves, else somebody moved seats of this member since the picture was taken: StaleRead, begin again.
	"""
	table = frappe.qb.DocType("Lead Pool Membership")
	fields = (table.name, table.is_manager, table.weight, table.holding_cap, table.moves)
	query = frappe.qb.from_(table).select(*fields).where((table.pool == pool) & (table.user == user))
	newest = query.for_update().run(as_dict=True)
	if not newest:
		return None
	pictured = query.run(as_dict=True)
	if not pictured or pictured[0].moves != newest[0].moves:
		refuse(StaleRead, _("Seats of this member moved meanwhile."), do=_("Try again."))
	return newest[0]


def limits_of(pool: object, membership: frappe._dict) -> rules.Limits:
	"""Return the limits of one member of a pool."""
	return rules.Limits(
		daily_quota=pool.daily_quota or 0,
		holding_cap=rules.holding_cap_of(pool.holding_cap or 0, membership.holding_cap or 0),
		cool_down_days=pool.cool_down_days or 0,
	)


def standing_of(pool: str, user: str) -> rules.Standing:
	"""Return what counts against a member's limits: counted, never stored."""
	held = frappe.db.count("Lead Pool Seat", {"pool": pool, "holder": user, "state": State.HELD.value})
	return rules.Standing(claimed_today=seat_log.claimed_today(pool, user), held=held)


def _judge(pool: object, membership: frappe._dict, seats: list[str]) -> dict[str, rules.Refusal | None]:
	user, limits = frappe.session.user, limits_of(pool, membership)
	ended = seat_log.hold_ended(seats, user) if seats and limits.cool_down_days else {}
	return rules.judge_batch(
		seats,
		limits,
		standing=standing_of(pool.name, user),
		hold_ended=ended,
		today=getdate(nowdate()),
	)


def _not_free(rows: dict[str, frappe._dict], seats: list[str]) -> dict[str, dict]:
	"""Return answers for seats that are gone, taken, closed, or whose party must not be contacted."""
	answers = {}
	blocked = _blocked_leads([row.party for row in rows.values() if row.party_type == "Lead"])
	for seat in seats:
		row = rows.get(seat)
		if not row:
			answers[seat] = _taken(seat, _("The seat does not exist any more."))
		elif row.state == State.HELD.value:
			answers[seat] = _taken(seat, _("Taken by {0}.").format(frappe.utils.get_fullname(row.holder)))
		elif row.state != State.AVAILABLE.value:
			answers[seat] = _taken(seat, _("The seat is {0}.").format(_(row.state)))
		elif row.party_type == "Lead" and blocked.get(row.party, "Deleted"):
			status = _(blocked.get(row.party, "Deleted"))
			answers[seat] = _answer(seat, "blocked", _("The lead is {0}.").format(status))
	return answers


def _blocked_leads(leads: list[str]) -> dict[str, str]:
	"""Return {lead: status that forbids claiming it, or ""}; a lead that is gone is missing."""
	rows = frappe.get_all("Lead", filters={"name": ("in", leads)}, fields=["name", "status"], order_by="name")
	return {row.name: row.status if row.status in NEVER_ADMITTED else "" for row in rows}


# Answers


def _answer(seat: str, rule: str, message: str, **more: object) -> dict:
	return {"seat": seat, "ok": False, "rule": rule, "message": message, **more}


def _taken(seat: str, message: str) -> dict:
	return _answer(seat, "taken", message)


def _refused(seat: str, refusal: rules.Refusal) -> dict:
	return _answer(
		seat,
		refusal.rule,
		describe(refusal),
		compared=refusal.compared,
		allowed_on=str(refusal.allowed_on) if refusal.allowed_on else None,
		override_by=_(refusal.override_by),
	)


def describe(refusal: rules.Refusal) -> str:
	"""Say what was compared, in the user's language."""
	numbers = refusal.compared
	if refusal.rule == rules.QUOTA:
		used, quota = numbers["claimed_today"], numbers["daily_quota"]
		return _("{0} of {1} claims of today are used.").format(used, quota)
	if refusal.rule == rules.HOLDING:
		return _("{0} of {1} seats are held.").format(numbers["held"], numbers["holding_cap"])
	return _("You held this seat {0} days ago; {1} days must pass.").format(
		numbers["days_since_release"], numbers["cool_down_days"]
	)


def raise_refusal(refusal: rules.Refusal) -> NoReturn:
	"""Raise a refusal of the rules as its typed error, with the numbers, the date and who may override."""
	raise_row(_refused("", refusal))


def raise_row(row: dict) -> NoReturn:
	"""Raise the refusal in a row of `claim`."""
	kinds: dict[str, type[L2CError]] = {**ERRORS, "taken": SeatTaken, "blocked": PartyBlocked}
	when = _("Allowed on {0}.").format(formatdate(row["allowed_on"])) if row.get("allowed_on") else ""
	who = _("May override: {0}.").format(row["override_by"]) if row.get("override_by") else ""
	refuse(
		kinds[row["rule"]],
		_("The seat cannot be taken."),
		compared=row["message"],
		do=f"{when} {who}".strip(),
	)
