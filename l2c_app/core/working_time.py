"""Working days and working hours. Pure; moments are site time without zone, so a change to summer time moves nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

DAY = timedelta(days=1)
FURTHEST = 3660
"""Days to look ahead; a calendar without any working day ends here instead of never."""


@dataclass(frozen=True)
class Calendar:
	"""Days off, and the hours of a working day. `closes` 00:00 is the end of the day. The default works always."""

	holidays: frozenset[date] = frozenset()
	opens: time = time.min
	closes: time = time.min

	def works(self, day: date) -> bool:
		"""Return True for a working day."""
		return day not in self.holidays

	def hours_of(self, day: date) -> tuple[datetime, datetime]:
		"""Return when work begins and ends on a day."""
		end = datetime.combine(day, self.closes)
		if self.closes <= self.opens:
			end = datetime.combine(day + DAY, time.min)
		return datetime.combine(day, self.opens), end


ALWAYS = Calendar()
"""Work on every day, round the clock."""


def add_working_days(start: date, days: int, calendar: Calendar) -> date:
	"""Return the working day `days` after `start`; 0 gives `start` itself or the next working day.

	Example: Friday + 1 with Saturday and Sunday off is Monday; Saturday + 0 is Monday, Saturday + 1 is Tuesday.
	"""
	day = _working(start, calendar)
	for _step in range(days):
		day = _working(day + DAY, calendar)
	return day


def working_time(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
	"""Return how much working time lies between two moments; nothing when `end` is not after `start`.

	Example: Friday 17:00 to Monday 10:00, work from 09:00 to 18:00, weekend off: 2 hours.
	"""
	total = timedelta()
	for day in _days(start.date(), end.date()):
		if calendar.works(day):
			opens, closes = calendar.hours_of(day)
			total += max(timedelta(), min(end, closes) - max(start, opens))
	return total


def earliest_start(end: datetime, wanted: timedelta, calendar: Calendar) -> datetime:
	"""Return the latest moment from which at least `wanted` working time lies before `end`.

	The inverse of `working_time`: what began at or before it has waited long enough, so one comparison in the
	database replaces a sum per row. `wanted` of nothing gives `end`.
	"""
	left, day = wanted, end.date()
	for _step in range(FURTHEST):
		if left <= timedelta():
			return end
		if calendar.works(day):
			opens, closes = calendar.hours_of(day)
			open_time = max(timedelta(), min(end, closes) - opens)
			if open_time >= left:
				return min(end, closes) - left
			left -= open_time
		day -= DAY
	return datetime.combine(day, time.min)


def _working(day: date, calendar: Calendar) -> date:
	for _step in range(FURTHEST):
		if calendar.works(day):
			return day
		day += DAY
	return day


def _days(first: date, last: date) -> Iterator[date]:
	while first <= last:
		yield first
		first += DAY
