"""When a plan row that waits for a milestone is released, and what becomes of it when the milestone is undone."""

from dataclasses import dataclass, replace
from datetime import date

SIGN_OFF = "Sign-off"
DELIVERY_NOTE = "Delivery Note"
TASK = "Task"
PROJECT = "Project"


@dataclass(frozen=True)
class Release:
	"""What is stored of a row: released on which day, by whom, and when its milestone was undone although it was billed."""

	released_on: date | None = None
	released_by: str = ""
	note: str = ""
	taken_back_on: date | None = None


def follow(stored: Release, event: date | None, *, by: str, billed: bool, today: date) -> Release:
	"""Return the release after a look at the milestone. `event`: the day it happened, None if it has not, or not any more.

	A row on an invoice stays released: the customer owes it. It shows since when its milestone is undone. Example: a note
	of 3 May released the row; cancelled on 9 May before an invoice, the row waits again; after one, it is taken back on 9 May.
	"""
	if event:
		if stored.released_on == event and not stored.taken_back_on:
			return stored
		return Release(event, stored.released_by or by, stored.note)
	if not stored.released_on:
		return Release()
	if billed:
		return replace(stored, taken_back_on=stored.taken_back_on or today)
	return Release()


def due_from(released_on: date | None, latest: date | None) -> date | None:
	"""Return the day that a row's due date counts from: the release, or its latest day if that comes first."""
	return min((day for day in (released_on, latest) if day), default=None)


def may_be_billed(released_on: date | None, latest: date | None, day: date) -> bool:
	"""Return whether a row may be invoiced on `day`: it is released, or its latest day has come."""
	return released_on is not None or (latest is not None and latest <= day)
