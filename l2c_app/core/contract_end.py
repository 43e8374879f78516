"""The end of a contract: when its owner is reminded, from when to when the next one runs, at which price."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

MONTHS_PER_YEAR = 12
MOST_OFFSETS = 10


def offsets(text: str | None) -> list[int]:
	"""Return the days before an end at which to remind, longest first: "7, 90, 30" gives [90, 30, 7].

	Raises ValueError for anything that is not a list of at most ten whole numbers above zero.
	"""
	parts = [part.strip() for part in (text or "").replace("，", ",").split(",") if part.strip()]
	if len(parts) > MOST_OFFSETS or not all(
		part.isascii() and part.isdigit() and int(part) for part in parts
	):
		raise ValueError(f"not days: {text}")
	return sorted({int(part) for part in parts}, reverse=True)


def reminder_due(days: Sequence[int], end: date, today: date, told: int | None) -> int | None:
	"""Return the offset to remind of today, None if there is nothing to say.

	`told`: the smallest offset said before for this end. After missed days only the nearest offset is said: an end in 25
	days, with 90, 60 and 30 missed, gives 30.
	"""
	left = (end - today).days
	if left < 0:
		return None
	reached = [offset for offset in days if left <= offset and (told is None or offset < told)]
	return min(reached, default=None)


def next_period(start: date | None, end: date) -> tuple[date, date]:
	"""Return first and last day of the contract after one: the day after, for as long.

	A period of whole months stays one: 1 January to 31 December gives the next year, leap or not. Without a start it is
	a year.
	"""
	first = end + timedelta(days=1)
	begun = start or add_months(first, -MONTHS_PER_YEAR)
	months = (first.year - begun.year) * MONTHS_PER_YEAR + first.month - begun.month
	if months > 0 and add_months(begun, months) == first:
		return first, add_months(begun, 2 * months) - timedelta(days=1)
	return first, first + (end - begun)


def add_months(day: date, months: int) -> date:
	"""Return the same day some months later, the last one where that month is shorter."""
	index = day.year * MONTHS_PER_YEAR + day.month - 1 + months
	year, month = divmod(index, MONTHS_PER_YEAR)
	return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def uplifted(price: Decimal, percent: Decimal, unit: Decimal) -> Decimal:
	"""Return a price raised by a percent, in whole units of the currency, halves up: 99.99 and 3.5 percent give 103.49."""
	raised = price * (100 + percent) / 100
	return (raised / unit).quantize(Decimal(1), rounding="ROUND_HALF_UP") * unit
