"""When a customer is reminded, at which level, and what keeps a message back at the moment of sending. Pure.

All overdue money of one customer, company and currency is chased as one; the oldest invoice that may be chased carries
the level. Paid, the next oldest carries, and starts at its own level again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from l2c_app.core.working_time import ALWAYS, Calendar


class Gate(str, Enum):
	"""Why a message stays back, in the order in which reasons are looked for."""

	PAID = "Paid meanwhile"
	SMALL = "Within tolerance"
	UNAPPLIED = "Unapplied money"
	BANK = "Bank line may be it"
	PROMISED = "Promise open"
	DISPUTED = "Disputed"
	HELD = "Held"
	NO_CONTACT = "Do not contact"
	NO_MAIL = "Wants no mail"
	NO_ADDRESS = "No address"
	GAP = "Minimum gap"
	LIMIT = "Maximum count"
	DAY_OFF = "No working day"
	LEVEL = "No new level"


_OF_MAIL = frozenset({Gate.NO_MAIL, Gate.NO_ADDRESS})
_OF_THE_MESSAGE = frozenset({Gate.GAP, Gate.LIMIT, Gate.DAY_OFF, Gate.LEVEL})


@dataclass(frozen=True)
class Level:
	"""One step of a policy: from how many days after the due date (negative: before it), and how it goes out."""

	number: int
	days: int
	by_mail: bool = True


@dataclass(frozen=True)
class Rules:
	"""Limits of a policy. `tolerance` in minor units; 0 for `most` means no limit."""

	levels: tuple[Level, ...]
	gap_days: int = 7
	most: int = 6
	tolerance: int = 0
	calendar: Calendar = ALWAYS


@dataclass(frozen=True)
class Item:
	"""One open piece of an invoice: minor units open, its due date, and what takes it out of chasing."""

	invoice: str
	open: int
	due: date
	promised: bool = False
	disputed: int = 0

	@property
	def chasable(self) -> int:
		"""Return what may be chased of it: nothing under a promise, else what is not disputed."""
		return 0 if self.promised else max(0, self.open - self.disputed)


@dataclass(frozen=True)
class Facts:
	"""All that a decision needs about one customer, company and currency. Amounts in minor units."""

	items: tuple[Item, ...]
	unapplied: int = 0
	bank_line: str = ""
	held: bool = False
	no_contact: bool = False
	no_mail: bool = False
	has_address: bool = True
	last_sent: date | None = None
	sent_count: int = 0
	sent_levels: Mapping[str, int] | None = None
	jump: bool = False


@dataclass(frozen=True)
class Decision:
	"""What comes next: the level, the invoice that carries it, minor units chased, and what keeps it back."""

	level: Level | None
	carrier: str
	amount: int
	gates: tuple[Gate, ...]

	@property
	def go(self) -> bool:
		"""Return True when the message may leave now."""
		return self.level is not None and not self.gates


def days_late(due: date, on: date, calendar: Calendar = ALWAYS) -> int:
	"""Return days from the due date, negative before it; with holidays only working days after the due date count.

	Example: due Friday, seen on Monday, weekend off: 1. Due today: 0. Due in three days: -3.
	"""
	if on <= due or not calendar.holidays:
		return (on - due).days
	return sum(calendar.works(due + timedelta(days=step)) for step in range(1, (on - due).days + 1))


def level_for(levels: Sequence[Level], late: int) -> Level | None:
	"""Return the highest level that has been reached: before the due date only negative levels, after it only others.

	Example: levels at -3, 5, 20 days: 2 days before -> -3; 3 days late -> none; 30 days late -> 20.
	"""
	reached = [level for level in levels if level.days <= late and (level.days < 0) == (late < 0)]
	return max(reached, key=lambda level: level.days, default=None)


def decide(facts: Facts, rules: Rules, *, on: date, wanted: int | None = None) -> Decision:
	"""Return what is to be sent on a day and every reason against it. `wanted`: the level a person chose instead.

	Overdue money comes first; only a customer without any is reminded of what falls due. After a broken promise the
	next level comes at once, gap and days of the level notwithstanding.
	"""
	pieces = [item for item in facts.items if item.open > 0]
	overdue = [item for item in pieces if item.due < on]
	chosen = overdue or [item for item in pieces if _soon(item, rules, on)]
	able = sorted((item for item in chosen if item.chasable), key=lambda item: (item.due, item.invoice))
	if not able:
		return Decision(None, "", 0, _gates_without_items(chosen))
	carrier, amount = able[0], sum(item.chasable for item in able)
	level, repeated = _level(facts, rules, carrier, on=on, wanted=wanted)
	gates = [
		gate
		for gate, holds in _checks(facts, rules, amount=amount, on=on, chosen=wanted is not None)
		if holds and not (gate in _OF_MAIL and level and not level.by_mail)
	]
	if level is None or repeated:
		gates.append(Gate.LEVEL)
	return Decision(level, carrier.invoice, amount, tuple(gates))


def outdated(decision: Decision, *, asked: int) -> bool:
	"""Return whether a message that waits in the queue must be taken back. `asked`: the minor units it speaks of.

	What the message itself brought about (gap, count, level) and a day off do not count; any other gate does, and so does
	less money to chase than the message says.
	Example: 1,500 asked, 1,000 of it paid, promised or disputed meanwhile: 500 < 1,500, outdated.
	"""
	return decision.amount < asked or any(gate not in _OF_THE_MESSAGE for gate in decision.gates)


def _soon(item: Item, rules: Rules, on: date) -> bool:
	late = days_late(item.due, on)
	return late < 0 and level_for(rules.levels, late) is not None


def _gates_without_items(items: Sequence[Item]) -> tuple[Gate, ...]:
	"""Return why nothing is left to chase: promised, disputed, or simply nothing owed."""
	found = []
	if any(item.promised for item in items):
		found.append(Gate.PROMISED)
	if any(item.disputed and not item.promised for item in items):
		found.append(Gate.DISPUTED)
	return tuple(found) or (Gate.PAID,)


def _level(
	facts: Facts, rules: Rules, carrier: Item, *, on: date, wanted: int | None
) -> tuple[Level | None, bool]:
	"""Return the level and whether the carrier has had it. A level that a person chose is never a repetition."""
	by_number = {level.number: level for level in rules.levels}
	if wanted is not None:
		return by_number.get(wanted), False
	late = days_late(carrier.due, on, rules.calendar)
	level = level_for(rules.levels, late)
	sent = (facts.sent_levels or {}).get(carrier.invoice, 0)
	if facts.jump and late > 0:
		following = [each for each in rules.levels if each.number > sent and each.days >= 0]
		following.sort(key=lambda each: each.days)
		level = following[0] if following and (level is None or level.number <= sent) else level
	return level, bool(level) and level.number <= sent


def _checks(facts: Facts, rules: Rules, *, amount: int, on: date, chosen: bool) -> list[tuple[Gate, bool]]:
	left = amount - max(0, facts.unapplied)
	too_soon = facts.last_sent is not None and (on - facts.last_sent).days < rules.gap_days
	return [
		(Gate.SMALL, amount <= rules.tolerance),
		(Gate.UNAPPLIED, amount > rules.tolerance and left <= rules.tolerance),
		(Gate.BANK, bool(facts.bank_line)),
		(Gate.HELD, facts.held),
		(Gate.NO_CONTACT, facts.no_contact),
		(Gate.NO_MAIL, facts.no_mail),
		(Gate.NO_ADDRESS, not facts.has_address),
		(Gate.GAP, too_soon and (chosen or not facts.jump or facts.last_sent == on)),
		(Gate.LIMIT, bool(rules.most) and facts.sent_count >= rules.most),
		(Gate.DAY_OFF, not rules.calendar.works(on)),
	]
