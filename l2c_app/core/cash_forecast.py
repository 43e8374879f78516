"""How much open money will come in which week: as promised, as disputes end, else when and as surely as the payer pays.

Every amount is weighted by how often such money came before: kept promises, disputes that ended as payable, invoices of
that age that were paid after all. Pure; minor units of one currency.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

LATER_DAYS = 7
"""Money that should have come already is expected this long from today: nothing is known but that it is not here."""
AGES = (0, 30, 60, 90)
"""Days after the due date above which the share that is paid after all is learned apart."""
LOST_AFTER_DAYS = 180
"""An invoice that is open so long after its due date counts as not paid where shares are learned."""
PAID, PAID_LATE, KEPT, PAYABLE = 1.0, 0.5, 0.75, 0.5
"""Shares before anything is known: of an invoice, of one more than 90 days late, of a promise, of a dispute (judgement)."""
WEIGHT = 4.0
"""What is not known yet counts as much as so many known ones."""


class Kind(str, Enum):
	"""What an expectation rests on."""

	PROMISE = "Promise"
	DISPUTE = "Dispute"
	HABIT = "Habit"
	BROKEN = "After the promise"


@dataclass(frozen=True)
class Owing:
	"""One open piece: what is left, when it is due, by how many days its payer is usually late (negative: early).

	The shares say how much of what is promised, disputed and neither will come, 0 to 1; `settles_on`: when the dispute
	will be decided.
	"""

	amount: int
	due: date
	late_days: float = 0
	promised: int = 0
	promised_for: date | None = None
	kept_share: float = 1
	disputed: int = 0
	settles_on: date | None = None
	payable_share: float = 1
	paid_share: float = 1


@dataclass(frozen=True)
class Part:
	"""Money of a piece that is expected on a day, weighted by its share."""

	kind: Kind
	amount: int
	share: float
	day: date

	@property
	def expected(self) -> int:
		"""Return the weighted amount in minor units."""
		return round(self.amount * self.share)


@dataclass(frozen=True)
class Week:
	"""What is expected in a week, weighted, and `gross`, all that could come in it."""

	promised: int = 0
	by_habit: int = 0
	gross: int = 0

	@property
	def expected(self) -> int:
		"""Return all of it."""
		return self.promised + self.by_habit


def monday(day: date) -> date:
	"""Return the first day of the week of a day."""
	return day - timedelta(days=day.weekday())


def expected_on(owing: Owing, today: date) -> date:
	"""Return when what nobody promised will come: due date plus usual delay, and when that has passed a week from today.

	Example: due 1 June, usually 12 days late: 13 June; seen on 14 June: 21 June.
	"""
	day = owing.due + timedelta(days=round(owing.late_days))
	return day if day >= today else today + timedelta(days=LATER_DAYS)


def parts(owing: Owing, today: date) -> list[Part]:
	"""Return what is expected of a piece: of the promise on its day (today once it has passed), of a broken promise a week
	after it, of the disputed amount when it is decided, of the rest by habit.

	Example: 1,000, 600 promised for the 12th and 80 % of promises are kept: 480 on the 12th, 120 on the 19th, 400 by habit.
	"""
	promised = max(0, min(owing.promised, owing.amount)) if owing.promised_for else 0
	disputed = max(0, min(owing.disputed, owing.amount - promised))
	day, usual = max(owing.promised_for or today, today), expected_on(owing, today)
	decided = owing.settles_on if owing.settles_on and owing.settles_on >= today else usual
	broken = (1 - owing.kept_share) * owing.paid_share
	found = [
		Part(Kind.PROMISE, promised, owing.kept_share, day),
		Part(Kind.BROKEN, promised, broken, max(usual, day + timedelta(days=LATER_DAYS))),
		Part(Kind.DISPUTE, disputed, owing.payable_share, max(decided, usual)),
		Part(Kind.HABIT, owing.amount - promised - disputed, owing.paid_share, usual),
	]
	return [part for part in found if part.amount and (part.share or part.kind is not Kind.BROKEN)]


def by_week(items: Iterable[Owing], *, today: date, weeks: int) -> dict[date, Week]:
	"""Return {Monday: Week} from this week on, every week present; what comes later than the last one is left out."""
	first = monday(today)
	sums = {first + timedelta(weeks=step): [0, 0, 0] for step in range(weeks)}
	for item in items:
		for part in parts(item, today):
			week = sums.get(monday(part.day))
			if week is None:
				continue
			week[0 if part.kind is Kind.PROMISE else 1] += part.expected
			week[2] += 0 if part.kind is Kind.BROKEN else part.amount
	return {week: Week(*values) for week, values in sums.items()}


def share(hits: float, seen: float, before: float, weight: float = WEIGHT) -> float:
	"""Return the share of hits among what was seen, drawn to `before` while little is known; 0 to 1.

	Example: 3 of 4 promises kept, 0.75 before: 0.75; none of 4 kept: 3 / 8 = 0.375.
	"""
	return max(0.0, min(1.0, (hits + before * weight) / (seen + weight)))


def paid_shares(invoices: Iterable[tuple[int, bool]]) -> dict[int, float]:
	"""Return {age in AGES: share of invoices that grew older than it and were paid after all}.

	`invoices`: (days after the due date when it was paid, or that it is open, whether it was paid); open ones count only
	once they are lost.
	"""
	known = [(days, paid) for days, paid in invoices if paid or days > LOST_AFTER_DAYS]
	found = {}
	for age in AGES:
		older = [paid for days, paid in known if days > age]
		found[age] = share(sum(older), len(older), PAID_LATE if age == AGES[-1] else PAID)
	return found


def paid_share(shares: dict[int, float], days_late: int) -> float:
	"""Return the share for an invoice of an age; 1 while it is not overdue."""
	return next((shares[age] for age in reversed(AGES) if days_late > age and age in shares), 1.0)
