"""When a follow up is complete, which dates are acceptable, and what it says about its party. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

GRACE = timedelta(minutes=5)
"""A date chosen as "now" is a little old when it arrives; this much is not called the past."""


NEXT_AFTER = {
	"Reached": "Call",
	"No Answer": "Call",
	"Interested": "Call",
	"Meeting Agreed": "Meeting",
	"Offer Requested": "Email",
	"Won": "Visit",
}
"""What usually comes after an outcome: proposed, never imposed. After a refusal nothing is proposed."""


class Status(str, Enum):
	"""Stored states. Missed is no state: it is computed by `is_overdue`."""

	PLANNED = "Planned"
	DONE = "Done"
	CANCELLED = "Cancelled"


class Missing(str, Enum):
	"""What a finished follow up still lacks; each maps to one sentence for the user."""

	PLANNED_FOR = "planned_for"
	OUTCOME = "outcome"
	NOTE = "note"
	NEXT_ACTION = "next_action"
	NEXT_ACTION_ON = "next_action_on"
	CLOSE_REASON = "close_reason"


@dataclass(frozen=True)
class Facts:
	"""The fields of one follow up that the rules look at. Dates are site time without zone."""

	status: str
	planned_for: datetime | None = None
	done_on: datetime | None = None
	outcome: str = ""
	note: str = ""
	closes: bool = False
	next_action: str = ""
	next_action_on: datetime | None = None
	close_reason: str = ""


def missing(facts: Facts) -> list[Missing]:
	"""Return what must still be filled in, in the order of the form.

	Rule: a planned one needs a date; a done one needs an outcome and a note, and either names the next action with
	its date or closes the matter with a reason. A cancelled one needs nothing.
	"""
	if facts.status == Status.PLANNED:
		return [] if facts.planned_for else [Missing.PLANNED_FOR]
	if facts.status != Status.DONE:
		return []
	needed = [(Missing.OUTCOME, facts.outcome), (Missing.NOTE, facts.note)]
	if facts.closes:
		needed.append((Missing.CLOSE_REASON, facts.close_reason))
	else:
		needed += [(Missing.NEXT_ACTION, facts.next_action), (Missing.NEXT_ACTION_ON, facts.next_action_on)]
	return [what for what, value in needed if not (value.strip() if isinstance(value, str) else value)]


def transition_allowed(old: str | None, new: str) -> bool:
	"""Return whether a follow up may go from `old` (None = being created) to `new`.

	Done and Cancelled are final: nothing reopens, a further step is a further follow up.
	"""
	return old is None or old == new or old == Status.PLANNED


def date_refused(new: datetime | None, old: datetime | None, now: datetime) -> bool:
	"""Return True when `new` lies in the past and was set just now.

	A date that did not change is never refused, however old: somebody who corrects a note on an overdue follow up
	must be able to save.
	"""
	return new is not None and new != old and new < now - GRACE


def is_overdue(status: str, planned_for: datetime | None, now: datetime) -> bool:
	"""Return True for a planned follow up whose time has passed."""
	return status == Status.PLANNED and planned_for is not None and planned_for < now


def roll_up(follow_ups: Iterable[Facts]) -> tuple[datetime | None, datetime | None]:
	"""Return (last done on, next planned for) of one party over all its follow ups.

	Cancelled ones count for neither. An overdue planned one is still the next one. Order of the input is irrelevant.
	"""
	rows = list(follow_ups)
	done = [row.done_on for row in rows if row.status == Status.DONE and row.done_on]
	planned = [row.planned_for for row in rows if row.status == Status.PLANNED and row.planned_for]
	return max(done, default=None), min(planned, default=None)
