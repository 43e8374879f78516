"""When a customer is visited again after a delivery or after his contract is completed."""

from datetime import date, timedelta

CATCH_UP_DAYS = 30


def due_between(days: int, today: date) -> tuple[date, date] | None:
	"""Return the first and the last day of events whose return visit is due on `today`, None where none is wanted.

	`days`: days from the event to the visit, 0 = no visits. What missed nights left out is made up for 30 days; older
	events stay as they are, so to switch visits on does not bring back years: 7 days on 31 March give 22 February to
	24 March.
	"""
	if days <= 0:
		return None
	last = today - timedelta(days=days)
	return last - timedelta(days=CATCH_UP_DAYS), last
