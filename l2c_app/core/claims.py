"""When a member may take a seat: daily quota, holding cap, cool-down. Pure; a refusal carries what was compared."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

QUOTA = "quota"
HOLDING = "holding"
COOL_DOWN = "cool_down"
BY_A_MANAGER = "a manager of the pool"


@dataclass(frozen=True)
class Limits:
	"""A pool's limits for one member. 0 = no limit."""

	daily_quota: int = 0
	holding_cap: int = 0
	cool_down_days: int = 0


@dataclass(frozen=True)
class Standing:
	"""Where a member stands: successful self-claims of the site date, and seats in state Held, in this pool."""

	claimed_today: int = 0
	held: int = 0


@dataclass(frozen=True)
class Refusal:
	"""Why not: the rule, the numbers compared, the first day it will be allowed (None: not by time), who may override."""

	rule: str
	compared: dict[str, object] = field(default_factory=dict)
	allowed_on: date | None = None
	override_by: str = BY_A_MANAGER


def holding_cap_of(pool_cap: int, member_cap: int) -> int:
	"""Return a member's holding cap: his own where he has one, else the pool's. 0 = no limit."""
	return member_cap or pool_cap


def quota_refusal(limits: Limits, standing: Standing, *, today: date) -> Refusal | None:
	"""Refuse when today's successful self-claims reached the quota. Distribution, transfers and own leads do not count."""
	if not limits.daily_quota or standing.claimed_today < limits.daily_quota:
		return None
	compared = {"claimed_today": standing.claimed_today, "daily_quota": limits.daily_quota}
	return Refusal(QUOTA, compared, allowed_on=today + timedelta(days=1))


def holding_refusal(limits: Limits, standing: Standing) -> Refusal | None:
	"""Refuse when the member holds as many seats as his cap allows. Converted and closed seats do not count."""
	if not limits.holding_cap or standing.held < limits.holding_cap:
		return None
	return Refusal(HOLDING, {"held": standing.held, "holding_cap": limits.holding_cap})


def cool_down_refusal(limits: Limits, *, last_hold_ended: date | None, today: date) -> Refusal | None:
	"""Refuse a former holder of this seat while fewer than N days passed since his last hold of it ended (site dates).

	N = 7 and a release on 1 June: refused until 7 June, allowed on 8 June.
	"""
	if not limits.cool_down_days or last_hold_ended is None:
		return None
	days = (today - last_hold_ended).days
	if days >= limits.cool_down_days:
		return None
	compared = {"days_since_release": days, "cool_down_days": limits.cool_down_days}
	return Refusal(COOL_DOWN, compared, allowed_on=last_hold_ended + timedelta(days=limits.cool_down_days))


def judge(limits: Limits, standing: Standing, *, last_hold_ended: date | None, today: date) -> Refusal | None:
	"""Return the first reason against one more self-claim, or None."""
	return (
		cool_down_refusal(limits, last_hold_ended=last_hold_ended, today=today)
		or quota_refusal(limits, standing, today=today)
		or holding_refusal(limits, standing)
	)


def judge_batch(
	seats: Sequence[str],
	limits: Limits,
	*,
	standing: Standing,
	hold_ended: dict[str, date],
	today: date,
) -> dict[str, Refusal | None]:
	"""Judge a batch in its order: it takes the first ones that fit and refuses the rest, each with its reason.

	A seat refused by its cool-down uses up neither quota nor cap.
	"""
	result: dict[str, Refusal | None] = {}
	taken = 0
	for seat in dict.fromkeys(seats):
		now = Standing(standing.claimed_today + taken, standing.held + taken)
		result[seat] = judge(limits, now, last_hold_ended=hold_ended.get(seat), today=today)
		taken += result[seat] is None
	return result
