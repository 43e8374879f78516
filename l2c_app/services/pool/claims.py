"""A member takes seats: his own membership row is locked, limits are judged, then the seats are moved."""

from collections.abc import Sequence
from dataclasses import replace

import frappe
from frappe import _
from frappe.query_builder.functions import Count
from frappe.utils import now_datetime
from pypika import Case

from l2c_app.core import claims as rules
from l2c_app.core.seats import Event, State
from l2c_app.services.errors import NotAPoolMember, PoolDisabled, StaleRead, TooManyRows, refuse
from l2c_app.services.lead import completeness
from l2c_app.services.pool import cap_over_all, claim_answers, overdue_cash, quiet_days, seat_log
from l2c_app.services.pool.blocked_parties import disabled_customers, of_lead
from l2c_app.services.pool.membership_locks import lock_places, membership_query
from l2c_app.services.pool.name_lists import among
from l2c_app.services.pool.seats import SEAT_FIELDS, Move, move

BATCH_LIMIT = 500


def pools_of(seats: Sequence[str]) -> dict[str, str]:
	"""Return {seat: its pool} of the seats that exist, read before the claim begins; a seat that left it is taken."""
	rows = frappe.get_all(
		"Lead Pool Seat", filters={"name": ("in", list(seats))}, fields=["name", "pool"], order_by="name"
	)
	return {row.name: row.pool for row in rows}


def claim(seats: Sequence[str], pools: dict[str, str] | None = None) -> list[dict]:
	"""Take seats for the session user; returns one row per seat: ok, or rule, numbers compared, when allowed, who overrides.

	A batch takes the first ones that fit. Raises NotAPoolMember, PoolDisabled, TooManyRows for the whole, StaleRead when
	the transaction must begin again (with `pools` given, nothing is read before the lock, so it will not be stale twice).
	Lock order: membership (in all pools where a cap counts over all of them), seats, parties.
	"""
	wanted = list(dict.fromkeys(seats))
	if len(wanted) > BATCH_LIMIT:
		refuse(TooManyRows, _("At most {0} seats at once.").format(BATCH_LIMIT), compared=str(len(wanted)))
	pool_of = pools_of(wanted) if pools is None else pools
	by_pool: dict[str, list[str]] = {}
	for seat in wanted:
		by_pool.setdefault(pool_of.get(seat, ""), []).append(seat)
	answers = {
		seat: claim_answers.taken(seat, _("The seat does not exist any more."))
		for seat in by_pool.pop("", [])
	}
	if by_pool and cap_over_all.cap():
		lock_places(frappe.session.user)
	for pool in sorted(by_pool):
		answers |= _claim_in_pool(pool, by_pool[pool], frappe.session.user)
	return [answers[seat] for seat in wanted]


def claim_one(seat: str, pools: dict[str, str] | None = None) -> dict:
	"""Take one seat or raise why not: QuotaReached, HoldingCapReached, CoolingDown, SeatTaken, PartyBlocked, NotAPoolMember."""
	row = claim([seat], pools)[0]
	if not row["ok"]:
		claim_answers.raise_row(row)
	return row


def _claim_in_pool(name: str, seats: list[str], user: str) -> dict[str, dict]:
	pool = frappe.get_cached_doc("Lead Pool", name)
	if not pool.enabled:
		refuse(PoolDisabled, _("Pool {0} is disabled.").format(name), do=_("Ask a manager to enable it."))
	membership, standing = lock_standing(pool, user)
	rows = _locked_with_status(seats)
	answers = _not_free(rows, seats, pool=name)
	answers |= _incomplete(rows, [seat for seat in seats if seat not in answers])
	free = [seat for seat in seats if seat not in answers]
	judged = _judge(pool, membership, standing, seats=free)
	answers |= {seat: claim_answers.refused(seat, refusal) for seat, refusal in judged.items() if refusal}
	wanted = [Move(seat, Event.CLAIM, user) for seat, refusal in judged.items() if not refusal]
	for seat, error in move(wanted, locked=rows).items():
		answers[seat] = claim_answers.taken(seat, str(error)) if error else {"seat": seat, "ok": True}
	return answers


def lock_standing(pool: object, user: str) -> tuple[frappe._dict, rules.Standing]:
	"""Lock a member's row and return it with where he stands. Raises NotAPoolMember and StaleRead.

	The lock shows the newest state, plain reads only the transaction's picture. Both must name the same counter of moves,
	else somebody moved seats of this member since the picture was taken: begin again.
	"""
	newest = membership_query(pool.name, user).for_update().run(as_dict=True)
	if not newest:
		refuse(
			NotAPoolMember,
			_("You are no member of pool {0}.").format(pool.name),
			do=_("Ask one of its managers."),
		)
	pictured = _picture(pool.name, user)
	if not pictured or pictured.moves != newest[0].moves:
		refuse(StaleRead, _("Seats of this member moved meanwhile."), do=_("Try again."))
	interval = pool.get("claim_interval_minutes") or 0
	counts = bool(pool.daily_quota or interval)
	today, last = seat_log.claims_of(pool.name, user, minutes=interval) if counts else (0, None)
	return newest[0], rules.Standing(today, pictured.held, pictured.backlog, last)


def _picture(pool: str, user: str) -> frappe._dict | None:
	"""Return what the transaction's picture shows: the counter of moves, held seats, and those nobody worked on."""
	member, seat = frappe.qb.DocType("Lead Pool Membership"), frappe.qb.DocType("Lead Pool Seat")
	unworked = seat.last_effort_on.isnull() | (seat.last_effort_on < seat.claimed_on)
	query = (
		frappe.qb.from_(member)
		.left_join(seat)
		.on((seat.holder == member.user) & (seat.state == State.HELD.value) & (seat.pool == member.pool))
		.where((member.pool == pool) & (member.user == user))
		.groupby(member.name, member.moves)
		.select(member.moves, Count(seat.name).as_("held"))
		.select(Count(Case().when(unworked, seat.name)).as_("backlog"))
	)
	rows = query.run(as_dict=True)
	return rows[0] if rows else None


def limits_of(pool: object, membership: frappe._dict) -> rules.Limits:
	"""Return the limits of one member of a pool."""
	return rules.Limits(
		daily_quota=pool.daily_quota or 0,
		holding_cap=rules.holding_cap_of(pool.holding_cap or 0, membership.holding_cap or 0),
		cool_down_days=pool.cool_down_days or 0,
		backlog_cap=pool.get("backlog_cap") or 0,
		interval_minutes=pool.get("claim_interval_minutes") or 0,
	)


def standing_of(pool: str, user: str) -> rules.Standing:
	"""Return what counts against a member's limits: counted, never stored."""
	picture = _picture(pool, user) or frappe._dict(held=0, backlog=0)
	today, last = seat_log.claims_of(pool, user)
	return rules.Standing(today, picture.held, picture.backlog, last)


def over_all(
	limits: rules.Limits, standing: rules.Standing, user: str
) -> tuple[rules.Limits, rules.Standing]:
	"""Return limits and standing with what counts over all pools, where it does."""
	cap = cap_over_all.cap()
	if not cap:
		return limits, standing
	held = cap_over_all.held([user]).get(user, 0)
	return replace(limits, cap_in_all=cap), replace(standing, held_in_all=held)


def room_refusal(pool: str, membership: frappe._dict, user: str) -> rules.Refusal | None:
	"""Return why the user cannot hold one more seat of the pool, None when he has room: by the pool's cap or his own there,
	and by the cap over all pools. The caller has locked what the user is in the pools."""
	limits = limits_of(frappe.get_cached_doc("Lead Pool", pool), membership)
	limits, standing = over_all(limits, standing_of(pool, user), user)
	return rules.holding_refusal(limits, standing) or rules.holding_in_all_refusal(limits, standing)


def _judge(
	pool: object, membership: frappe._dict, standing: rules.Standing, *, seats: list[str]
) -> dict[str, rules.Refusal | None]:
	limits = overdue_cash.cut(limits_of(pool, membership), pool, frappe.session.user)
	limits, standing = over_all(limits, standing, frappe.session.user)
	ended = seat_log.hold_ended(seats, frappe.session.user) if seats and limits.cool_down_days else {}
	return rules.judge_batch(seats, limits, standing=standing, hold_ended=ended, now=now_datetime())


def _locked_with_status(seats: list[str]) -> dict[str, frappe._dict]:
	"""Lock seats and their leads, in the order of the seats' names; return their newest rows with the leads' status."""
	seat, lead = frappe.qb.DocType("Lead Pool Seat"), frappe.qb.DocType("Lead")
	query = (
		frappe.qb.from_(seat)
		.left_join(lead)
		.on((lead.name == seat.party) & (seat.party_type == "Lead"))
		.where(among(seat.name, sorted(seats)) & (seat.pool != ""))
		.select(*(seat[name] for name in SEAT_FIELDS), lead.name.as_("lead"), lead.status)
		.orderby(seat.name)
		.for_update()
	)
	return {row.name: row for row in query.run(as_dict=True)}


def _not_free(rows: dict[str, frappe._dict], seats: list[str], *, pool: str) -> dict[str, dict]:
	"""Return answers for seats that are gone, taken, closed, or whose party must not be contacted."""
	answers = {}
	disabled = disabled_customers({row.party for row in rows.values() if row.party_type == "Customer"})
	for seat in seats:
		row = rows.get(seat)
		if not row or row.pool != pool:
			answers[seat] = claim_answers.taken(seat, _("The seat does not exist any more."))
		elif row.state == State.HELD.value:
			answers[seat] = claim_answers.taken(
				seat, _("Taken by {0}.").format(frappe.utils.get_fullname(row.holder))
			)
		elif row.state != State.AVAILABLE.value:
			answers[seat] = claim_answers.taken(seat, _("The seat is {0}.").format(_(row.state)))
		elif row.party_type == "Lead" and (barred := of_lead(row.lead and (row.status or "Lead"))):
			answers[seat] = claim_answers.answer(seat, "blocked", barred)
		elif quiet_days.is_now(row):
			refusal = quiet_days.refusal(row.do_not_contact_until)
			answers[seat] = claim_answers.answer(seat, "blocked", **refusal)
		elif row.party in disabled:
			answers[seat] = claim_answers.answer(seat, "blocked", _("The customer is disabled."))
	return answers


def _incomplete(rows: dict[str, frappe._dict], seats: list[str]) -> dict[str, dict]:
	"""Return answers for seats whose lead lacks fields that a claim asks for. Costs nothing while none is asked for."""
	leads = {seat: rows[seat].party for seat in seats if rows[seat].party_type == "Lead"}
	lacking = completeness.lacking(leads.values(), completeness.CLAIM)
	return {
		seat: claim_answers.answer(seat, "incomplete", completeness.say(lacking[lead]))
		for seat, lead in leads.items()
		if lead in lacking
	}
