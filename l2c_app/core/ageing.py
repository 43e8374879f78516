"""Age of open money in the buckets that accountants read."""

from collections.abc import Iterable
from datetime import date

BUCKETS = ("Not due", "1-30", "31-60", "61-90", "Over 90")
LIMITS = (0, 30, 60, 90)


def bucket_of(due_date: date | None, on: date) -> str:
	"""Return the bucket of money due on a date, seen on another: due today is not overdue; no date is not due."""
	days = (on - due_date).days if due_date else 0
	for limit, bucket in zip(LIMITS, BUCKETS, strict=False):
		if days <= limit:
			return bucket
	return BUCKETS[-1]


def age(items: Iterable[tuple[date | None, int]], on: date) -> dict[str, int]:
	"""Sum (due date, amount in minor units) by bucket; every bucket is present. The sum of buckets is the sum of items."""
	totals = dict.fromkeys(BUCKETS, 0)
	for due_date, amount in items:
		totals[bucket_of(due_date, on)] += amount
	return totals
