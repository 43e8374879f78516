"""In which week open money will come: as promised, else when the payer usually pays. Pure; minor units of one currency."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

LATER_DAYS = 7
"""Money that should have come already is expected this long from today: nothing is known but that it is not here."""


@dataclass(frozen=True)
class Owing:
	"""One open piece: what is left, when it is due, by how many days its payer is usually late (negative: early)."""

	amount: int
	due: date
	late_days: float = 0
	promised: int = 0
	promised_for: date | None = None


@dataclass(frozen=True)
class Week:
	"""What is expected in a week."""

	promised: int = 0
	by_habit: int = 0

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


def by_week(items: Iterable[Owing], *, today: date, weeks: int) -> dict[date, Week]:
	"""Return {Monday: Week} from this week on, every week present; what comes later than the last one is left out.

	A promise counts on its day (today once it has passed), the rest of its piece by habit.
	"""
	first = monday(today)
	sums = {first + timedelta(weeks=step): [0, 0] for step in range(weeks)}
	for item in items:
		promised = max(0, min(item.promised, item.amount)) if item.promised_for else 0
		parts = (
			(0, promised, max(item.promised_for or today, today)),
			(1, item.amount - promised, expected_on(item, today)),
		)
		for place, amount, day in parts:
			if monday(day) in sums:
				sums[monday(day)][place] += amount
	return {week: Week(*values) for week, values in sums.items()}
