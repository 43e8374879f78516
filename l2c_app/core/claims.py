"""When a member may take a seat: daily quota, interval, holding cap, backlog cap, cool-down, protection. Pure; a refusal
carries what was compared."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

QUOTA = "quota"
HOLDING = "holding"
HOLDING_IN_ALL = "holding_in_all"
COOL_DOWN = "cool_down"
INTERVAL = "interval"
BACKLOG = "backlog"
PROTECTION = "protection"
OVERDUE = "overdue"
BY_A_MANAGER = "a manager of the pool"
BY_AN_ADMIN = "a system manager"


@dataclass(frozen=True)
class Limits:
	"""A pool's limits for one member. 0 = no limit. `cap_in_all`: on seats held in all pools together. `cut_quota`: what is left of the quota while the overdue cash of his
	contracts is above its limit (both in company currency), None while it is not."""

	daily_quota: int = 0
	holding_cap: int = 0
	cool_down_days: int = 0
	backlog_cap: int = 0
	interval_minutes: int = 0
	cut_quota: int | None = None
	overdue: float = 0
	overdue_limit: float = 0
	cap_in_all: int = 0


@dataclass(frozen=True)
class Standing:
	"""Where a member stands in this pool: successful self-claims of the site date, seats in state Held, those of them
	without valid effort since they were claimed, the moment of the last successful self-claim, and seats Held in all pools."""

	claimed_today: int = 0
	held: int = 0
	backlog: int = 0
	last_claim_at: datetime | None = None
	held_in_all: int = 0

	def after_one(self, now: datetime) -> "Standing":
		"""Return the standing after one more successful self-claim: the new seat has no effort yet."""
		return Standing(self.claimed_today + 1, self.held + 1, self.backlog + 1, now, self.held_in_all + 1)


@dataclass(frozen=True)
class Refusal:
	"""Why not: the rule, the numbers compared, from when on it will be allowed (None: not by time), who may override."""

	rule: str
	compared: dict[str, object] = field(default_factory=dict)
	allowed_on: date | datetime | None = None
	override_by: str = BY_A_MANAGER


def holding_cap_of(pool_cap: int, member_cap: int) -> int:
	"""Return a member's holding cap: his own where he has one, else the pool's. 0 = no limit."""
	return member_cap or pool_cap


def cut_quota(daily_quota: int, *, overdue: float, limit: float, cut: float) -> int | None:
	"""Return the claims a day that a member with overdue cash keeps: quota x (100 - cut) %, rounded down.

	None: nothing is cut, because no limit is set, the overdue cash is not above it, or there is no quota to cut. A cut of
	100 leaves nothing even where the pool has no quota. 10 a day and a cut of 25: 7.
	"""
	if limit <= 0 or overdue <= limit or cut <= 0:
		return None
	if cut >= 100:
		return 0
	return int(daily_quota * (100 - cut) // 100) if daily_quota else None


def overdue_refusal(limits: Limits, standing: Standing) -> Refusal | None:
	"""Refuse when the quota that overdue cash leaves is used up. It ends when the money comes in, not by time."""
	if limits.cut_quota is None or standing.claimed_today < limits.cut_quota:
		return None
	compared = {"claimed_today": standing.claimed_today, "daily_quota": limits.cut_quota}
	compared |= {"overdue": limits.overdue, "overdue_limit": limits.overdue_limit}
	return Refusal(OVERDUE, compared)


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


def holding_in_all_refusal(limits: Limits, standing: Standing) -> Refusal | None:
	"""Refuse when the member holds as many seats of all pools together as anybody may. No pool's manager overrides it."""
	if not limits.cap_in_all or standing.held_in_all < limits.cap_in_all:
		return None
	compared = {"held_in_all": standing.held_in_all, "cap_in_all": limits.cap_in_all}
	return Refusal(HOLDING_IN_ALL, compared, override_by=BY_AN_ADMIN)


def cool_down_refusal(limits: Limits, *, last_hold_ended: date | None, today: date) -> Refusal | None:
	"""Refuse a former holder of this seat while fewer than N days passed since his last hold of it ended (site dates).

	N = 7 and a release on 1 June: refused until 7 June, allowed on 8 June. A hold that ended more than a day ahead of today
	was dated by a clock that was wrong, as another time zone moves a date by one day at most: nobody waits for it.
	"""
	if not limits.cool_down_days or last_hold_ended is None:
		return None
	days = (today - last_hold_ended).days
	if days >= limits.cool_down_days or days < -1:
		return None
	compared = {"days_since_release": days, "cool_down_days": limits.cool_down_days}
	return Refusal(COOL_DOWN, compared, allowed_on=last_hold_ended + timedelta(days=limits.cool_down_days))


def interval_refusal(limits: Limits, standing: Standing, *, now: datetime) -> Refusal | None:
	"""Refuse while fewer than N minutes passed since the member's last successful self-claim.

	A last claim that lies ahead of the clock, because the clock was set back, does not count: nobody waits for it.
	"""
	last = standing.last_claim_at
	if not limits.interval_minutes or last is None or last > now:
		return None
	allowed = last + timedelta(minutes=limits.interval_minutes)
	if now >= allowed:
		return None
	minutes = int((now - last).total_seconds() // 60)
	compared = {"minutes_since_claim": minutes, "claim_interval_minutes": limits.interval_minutes}
	return Refusal(INTERVAL, compared, allowed_on=allowed)


def backlog_refusal(limits: Limits, standing: Standing) -> Refusal | None:
	"""Refuse when too many held seats wait for the first work since they were claimed. Work, not time, ends it."""
	if not limits.backlog_cap or standing.backlog < limits.backlog_cap:
		return None
	return Refusal(BACKLOG, {"backlog": standing.backlog, "backlog_cap": limits.backlog_cap})


def judge(
	limits: Limits, standing: Standing, *, last_hold_ended: date | None, now: datetime
) -> Refusal | None:
	"""Return the first reason against one more self-claim, or None. `now`: the site's clock."""
	return (
		cool_down_refusal(limits, last_hold_ended=last_hold_ended, today=now.date())
		or overdue_refusal(limits, standing)
		or quota_refusal(limits, standing, today=now.date())
		or interval_refusal(limits, standing, now=now)
		or holding_refusal(limits, standing)
		or holding_in_all_refusal(limits, standing)
		or backlog_refusal(limits, standing)
	)


def judge_batch(
	seats: Sequence[str],
	limits: Limits,
	*,
	standing: Standing,
	hold_ended: dict[str, date],
	now: datetime,
) -> dict[str, Refusal | None]:
	"""Judge a batch in its order: it takes the first ones that fit and refuses the rest, each with its reason.

	A seat refused by its cool-down uses up neither quota nor cap. With an interval only one seat of a batch is taken.
	"""
	result: dict[str, Refusal | None] = {}
	for seat in dict.fromkeys(seats):
		result[seat] = judge(limits, standing, last_hold_ended=hold_ended.get(seat), now=now)
		if result[seat] is None:
			standing = standing.after_one(now)
	return result


def what_is_left(limits: Limits, standing: Standing) -> list[tuple[str, int, int, int]]:
	"""Return (QUOTA | HOLDING | HOLDING_IN_ALL | BACKLOG, used, limit, left) of every limit that binds; the quota as overdue cash leaves it.

	Quota 10 with 3 claims today: ("quota", 3, 10, 7). A cap that was lowered below what is held leaves 0.
	"""
	quota = limits.daily_quota if limits.cut_quota is None else limits.cut_quota
	rows = [
		(QUOTA, standing.claimed_today, quota, limits.cut_quota is not None),
		(HOLDING, standing.held, limits.holding_cap, False),
		(HOLDING_IN_ALL, standing.held_in_all, limits.cap_in_all, False),
		(BACKLOG, standing.backlog, limits.backlog_cap, False),
	]
	return [(name, used, limit, max(0, limit - used)) for name, used, limit, binds in rows if limit or binds]


def protection_refusal(*, protected: int, limit: int) -> Refusal | None:
	"""Refuse one more protected seat at the member's limit; a limit of 0 means that nobody protects."""
	if protected < limit:
		return None
	return Refusal(PROTECTION, {"protected": protected, "protection_limit": limit})


def protection_end(days: int | None, *, longest: int, today: date) -> date:
	"""Return the last day of a protection: N days from today, at most the pool's, which is also what is meant by None.

	10 days asked on 1 June where 30 are allowed: protected to the end of 11 June. Raises ValueError below one day.
	"""
	wanted = longest if days is None else min(days, longest)
	if wanted < 1:
		raise ValueError("a protection lasts at least one day")
	return today + timedelta(days=wanted)
