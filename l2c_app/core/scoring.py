"""How much a lead is worth working on: fit, engagement, tier and completeness, each with its reasons. Pure.

Fit says who the lead is and never fades. Engagement says what it did and fades by halves. They are never mixed into one
number before the tier is read from both, because a busy stranger and a silent ideal customer need different work.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from fractions import Fraction

from l2c_app.core import filters

FULL = 100
"""Fit, engagement and completeness each lie between 0 and this."""


class Kind(str, Enum):
	"""What a group of rules measures."""

	FIT = "Fit"
	ENGAGEMENT = "Engagement"


@dataclass(frozen=True)
class Group:
	"""Rules that share one ceiling. `cap` in points, 0 = none; `half_life` in days, 0 = never fades (fit always)."""

	name: str
	kind: Kind
	cap: int = 0
	half_life: int = 0


@dataclass(frozen=True)
class FitRule:
	"""Points, positive or negative, for a lead that fulfils the filters."""

	label: str
	group: str
	points: int
	filters: tuple[filters.Filter, ...]


@dataclass(frozen=True)
class EventRule:
	"""Points for each event of a kind; `detail` narrows it ("" = any), such as the outcome of a follow up."""

	label: str
	group: str
	points: int
	event: str
	detail: str = ""


@dataclass(frozen=True)
class Event:
	"""Something that happened with the lead, in site time."""

	event: str
	at: datetime
	detail: str = ""


@dataclass(frozen=True)
class Reason:
	"""One line of an explanation: what gave how many points; `lost` went to the cap or to time."""

	kind: Kind
	group: str
	label: str
	points: int
	count: int = 1
	lost: int = 0


@dataclass(frozen=True)
class Threshold:
	"""A tier is reached with at least this fit and this engagement."""

	tier: str
	fit: int
	engagement: int


@dataclass(frozen=True)
class Weight:
	"""A field that should be filled in; a row of a tier beats the row of no tier for the same field."""

	field: str
	weight: int
	tier: str = ""


@dataclass(frozen=True)
class Score:
	"""The result: two numbers of 0 to 100 and the lines that add up to them before the ends are cut."""

	fit: int
	engagement: int
	reasons: tuple[Reason, ...]

	@property
	def total(self) -> int:
		"""Return fit and engagement as one number of 0 to 100 for sorting only; tiers never use it."""
		return (self.fit + self.engagement + 1) // 2


def score(
	values: Mapping[str, object],
	events: Sequence[Event],
	*,
	groups: Sequence[Group],
	fit_rules: Sequence[FitRule],
	event_rules: Sequence[EventRule],
	now: datetime,
) -> Score:
	"""Return fit and engagement of one lead with the reasons for each point.

	Fit = Σ points of the rules it fulfils; engagement = Σ points × ½^(age in days / half-life) of its events; both capped
	group by group at ±cap, then cut to 0 … 100. Rounded half up once per rule, so that the lines add up.
	Example: two mails of 10 points, 0 and 14 days old, half-life 14: 10 + 5 = 15.
	"""
	known = {group.name: group for group in groups}
	gained = [(known[rule.group], rule, (rule.points, 1, 0)) for rule in fit_rules if _fits(rule, values)]
	for rule in event_rules:
		found = [event for event in events if _meant(rule, event)]
		if found:
			gained.append((known[rule.group], rule, _faded(rule, found, known[rule.group], now)))
	reasons = [line for group in groups for line in _capped(group, gained)]
	return Score(_cut(reasons, Kind.FIT), _cut(reasons, Kind.ENGAGEMENT), tuple(reasons))


def joined(own: Score, more: Iterable[Reason]) -> Score:
	"""Return a score with further reasons, from another way of scoring: added up and cut to 0 … 100 again.

	Fit 85 and a learned reason of +20 fit give 100, and all lines stay.
	"""
	reasons = (*own.reasons, *more)
	return Score(_cut(reasons, Kind.FIT), _cut(reasons, Kind.ENGAGEMENT), reasons)


def _fits(rule: FitRule, values: Mapping[str, object]) -> bool:
	return filters.matches(values, rule.filters)


def _meant(rule: EventRule, event: Event) -> bool:
	return rule.event == event.event and rule.detail in ("", event.detail)


def _faded(rule: EventRule, events: Iterable[Event], group: Group, now: datetime) -> tuple[int, int, int]:
	"""Return (points left, number of events, points lost to time)."""
	ages = [max(0.0, (now - event.at).total_seconds() / 86400) for event in events]
	left = sum(rule.points * (0.5 ** (age / group.half_life) if group.half_life else 1) for age in ages)
	points = half_up(left)
	return points, len(ages), rule.points * len(ages) - points


def half_up(value: float) -> int:
	"""Return the nearest whole number, halves away from zero: 0.5 → 1, −0.5 → −1."""
	magnitude = int(Fraction(abs(value)) + Fraction(1, 2))
	return magnitude if value >= 0 else -magnitude


def _capped(group: Group, gained: Sequence[tuple]) -> list[Reason]:
	"""Return the lines of a group in their order; what passes the cap is taken from the last ones."""
	lines, total = [], 0
	for owner, rule, (points, count, lost) in gained:
		if owner is not group:
			continue
		allowed = points
		if group.cap:
			allowed = max(-group.cap, min(group.cap, total + points)) - total
		total += allowed
		lines.append(Reason(group.kind, group.name, rule.label, allowed, count, lost + points - allowed))
	return lines


def _cut(reasons: Iterable[Reason], kind: Kind) -> int:
	return max(0, min(FULL, sum(reason.points for reason in reasons if reason.kind == kind)))


def tier(fit: int, engagement: int, thresholds: Sequence[Threshold]) -> str:
	"""Return the first tier whose fit and engagement are both reached, "" when none is."""
	for threshold in thresholds:
		if fit >= threshold.fit and engagement >= threshold.engagement:
			return threshold.tier
	return ""


def weights_of(tier_name: str, weights: Sequence[Weight]) -> dict[str, int]:
	"""Return {field: weight} that counts for a tier: its own rows beat the rows of no tier."""
	chosen = {row.field: row.weight for row in weights if not row.tier}
	chosen.update({row.field: row.weight for row in weights if tier_name and row.tier == tier_name})
	return {field: weight for field, weight in chosen.items() if weight > 0}


def completeness(values: Mapping[str, object], weights: Mapping[str, int]) -> tuple[int, dict[str, int]]:
	"""Return (percent filled in, {missing field: percent it would add}); 100 % when nothing is asked for.

	Percent = Σ weight of filled fields / Σ weights. A field of blanks is empty; 0 and unticked boxes are empty as well.
	"""
	total = sum(weights.values())
	if not total:
		return FULL, {}
	missing = {field: weight for field, weight in weights.items() if not _filled(values.get(field))}
	filled = total - sum(missing.values())
	return filled * FULL // total, {
		field: half_up(weight * FULL / total) for field, weight in missing.items()
	}


def _filled(value: object) -> bool:
	return bool(value.strip()) if isinstance(value, str) else bool(value)
