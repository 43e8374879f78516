"""When a held seat goes back to its pool: rules by tier and kind, the date they give, what exempts a seat. Pure.

A day counts when the rep has all of it: claimed on 1 June at any hour with 7 days, he has 2 to 8 June, and the run of
9 June takes the seat. With holidays only the other days count.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

LONGEST = 3650
NAMED = 100  # letters of a long group in the name of a rule, which must fit a column


class Kind(str, Enum):
	"""What did not happen. No follow up: the clock starts at the claim or the last effort. No deal: at the claim or when the
	party last bought, which a customer does again and a lead never. No opportunity: at the claim."""

	NO_FOLLOW_UP = "No Follow Up"
	NO_OPPORTUNITY = "No Opportunity"
	NO_DEAL = "No Deal"


class Exemption(str, Enum):
	"""What keeps a due seat with its holder. The value is the field of the rule."""

	WON = "exempt_won"
	OPPORTUNITY = "exempt_opportunity"
	QUOTATION = "exempt_quotation"
	APPOINTMENT = "exempt_appointment"
	CONTRACT = "exempt_contract"
	ORDER = "exempt_order"
	INVOICE = "exempt_invoice"


DEAL = frozenset({Exemption.WON, Exemption.CONTRACT, Exemption.ORDER, Exemption.INVOICE})
# A lead that is talked about for ever must end: only a deal stops the rule that asks for one.
POSSIBLE = {
	Kind.NO_FOLLOW_UP: frozenset(Exemption),
	Kind.NO_OPPORTUNITY: frozenset(Exemption),
	Kind.NO_DEAL: DEAL,
}
STARTING_RULES: tuple[tuple[Kind, str, int], ...] = (
	(Kind.NO_FOLLOW_UP, "A", 7),
	(Kind.NO_FOLLOW_UP, "B", 10),
	(Kind.NO_FOLLOW_UP, "C", 15),
	(Kind.NO_FOLLOW_UP, "D", 20),
	(Kind.NO_FOLLOW_UP, "E", 30),
	(Kind.NO_FOLLOW_UP, "", 30),
	(Kind.NO_DEAL, "", 90),
)


class BadRule(ValueError):
	"""The rules of a pool contradict each other or cannot be read."""


@dataclass(frozen=True)
class Rule:
	"""`days` without what `kind` names; `tier`, of a customer his group: "" = every one without a row of its own for this kind."""

	kind: Kind
	days: int
	tier: str = ""
	exemptions: frozenset[Exemption] = frozenset(Exemption)

	@property
	def name(self) -> str:
		"""Return what log and form show: kind, tier, days."""
		return f"{self.kind.value} {self.tier[:NAMED]} {self.days} d".replace("  ", " ")


@dataclass(frozen=True)
class Clock:
	"""What the dates depend on, as site dates."""

	claimed_on: date
	last_effort_on: date | None = None
	tier: str = ""
	last_bought_on: date | None = None


@dataclass(frozen=True)
class Due:
	"""A rule and the first date whose run takes the seat by it."""

	on: date
	rule: Rule


@dataclass(frozen=True)
class Verdict:
	"""What the run does to a seat: take it by `rule`, or leave it: `exempt` says why, empty when nothing is due."""

	rule: Rule | None = None
	exempt: tuple[Exemption, ...] = ()
	protected: bool = False


def check(rules: Sequence[Rule]) -> None:
	"""Raise BadRule for days below 1 or above ten years, or two rows for one kind and tier."""
	seen: set[tuple[Kind, str]] = set()
	for rule in rules:
		if not 1 <= rule.days <= LONGEST:
			raise BadRule(f"{rule.kind.value}: {rule.days}")
		if (rule.kind, rule.tier) in seen:
			raise BadRule(f"{rule.kind.value} {rule.tier}".strip())
		seen.add((rule.kind, rule.tier))


def rules_for(rules: Iterable[Rule], tier: str) -> list[Rule]:
	"""Return one rule per kind: the row of the tier, else the row without a tier."""
	chosen: dict[Kind, Rule] = {}
	for rule in rules:
		if rule.tier == tier or (not rule.tier and rule.kind not in chosen):
			chosen[rule.kind] = rule
	return [chosen[kind] for kind in Kind if kind in chosen]


def day_after(start: date, days: int, holidays: Collection[date] = frozenset()) -> date:
	"""Return the day after the last of `days` full days behind `start`; holidays are not counted."""
	day = start
	if not holidays:
		return start + timedelta(days=days + 1)
	while days:
		day += timedelta(days=1)
		days -= day not in holidays
	return day + timedelta(days=1)


def due_dates(rules: Iterable[Rule], clock: Clock, holidays: Collection[date] = frozenset()) -> list[Due]:
	"""Return the date of each kind's rule, soonest first; equal dates stand in the order of the kinds."""
	result = []
	for rule in rules_for(rules, clock.tier):
		result.append(Due(day_after(_start(rule.kind, clock), rule.days, holidays), rule))
	return sorted(result, key=lambda due: due.on)


def _start(kind: Kind, clock: Clock) -> date:
	again = {Kind.NO_FOLLOW_UP: clock.last_effort_on, Kind.NO_DEAL: clock.last_bought_on}.get(kind)
	return max(clock.claimed_on, again) if again else clock.claimed_on


def recycle_on(rules: Iterable[Rule], clock: Clock, holidays: Collection[date] = frozenset()) -> Due | None:
	"""Return the soonest date with its rule, None where no rule applies."""
	dates = due_dates(rules, clock, holidays)
	return dates[0] if dates else None


def judge(
	dates: Sequence[Due],
	*,
	today: date,
	facts: Collection[Exemption] = frozenset(),
	protected_until: date | None = None,
) -> Verdict:
	"""Decide about one seat by its `due_dates`: the soonest due rule that nothing exempts takes it.

	Protection shields from every rule up to and on its last day. An open opportunity stops the rule about follow ups, not
	the one about deals: then the latter takes the seat once it is due.
	"""
	due = [item for item in dates if item.on <= today]
	if not due:
		return Verdict()
	if protected_until and today <= protected_until:
		return Verdict(protected=True)
	exempt: list[Exemption] = []
	for item in due:
		found = [fact for fact in Exemption if fact in facts and fact in _stopping(item.rule)]
		if not found:
			return Verdict(rule=item.rule)
		exempt += [fact for fact in found if fact not in exempt]
	return Verdict(exempt=tuple(exempt))


def _stopping(rule: Rule) -> frozenset[Exemption]:
	return rule.exemptions & POSSIBLE[rule.kind]


# Warnings


def warning_days(text: str | None) -> tuple[int, ...]:
	"""Return the days before the date on which to warn, longest first: "3, 1" gives (3, 1). Raises BadRule."""
	parts = [part.strip() for part in (text or "").replace(";", ",").split(",") if part.strip()]
	if not all(part.isascii() and part.isdigit() and 1 <= int(part) <= LONGEST for part in parts):
		raise BadRule(text or "")
	return tuple(sorted({int(part) for part in parts}, reverse=True))


def newly_due(offsets: Sequence[int], *, reached: int, warned: int | None) -> bool:
	"""Return True when one of these offsets has come by the warning `reached` days before, and had not come by the one before.

	Holder (3, 1) and managers (2): the warning of 2 days, caught up with nothing said before, is due for both; after the
	one of 3 days it is due for the managers alone.
	"""
	return any(reached <= offset and (warned is None or offset < warned) for offset in offsets)


def warning_due(
	offsets: Sequence[int], *, today: date, due_on: date, warned: int | None = None
) -> int | None:
	"""Return the warning to send today about a seat due on `due_on`, None when nothing is to be sent.

	`warned`: the shortest warning sent about this date so far. A night that was missed is caught up, but only the most
	urgent warning that is due goes out, so that two missed ones make no two messages.
	"""
	left = (due_on - today).days
	if left < 1:
		return None
	due = [offset for offset in offsets if left <= offset]
	if not due or (warned is not None and warned <= min(due)):
		return None
	return min(due)
