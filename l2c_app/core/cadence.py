"""A cadence: steps some days apart, and why somebody leaves it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from enum import Enum

from l2c_app.core.working_time import Calendar, add_working_days

MAIL = "Mail"
MOST_STEPS = 50


class OnlyIf(str, Enum):
	"""When a step is done; else it is skipped."""

	ALWAYS = "Always"
	OPENED = "Last Mail Opened"
	NOT_OPENED = "Last Mail Not Opened"


class State(str, Enum):
	"""Where an enrolment stands."""

	RUNNING = "Running"
	FINISHED = "Finished"
	LEFT = "Exited"


class Exit(str, Enum):
	"""Why somebody left a cadence before its end, in the order in which reasons are looked for."""

	CONVERTED = "Converted"
	BLOCKED = "Do Not Contact"
	UNSUBSCRIBED = "Unsubscribed"
	REPLIED = "Replied"
	CLOSED = "Closed"
	RELEASED = "Released"
	VANISHED = "Deleted"
	STOPPED = "Stopped"


class Problem(str, Enum):
	"""What is wrong with the steps of a cadence."""

	NO_STEPS = "no steps"
	TOO_MANY = "too many steps"
	NEGATIVE = "negative day"
	BACKWARDS = "day before the one of the step above"
	NO_TEMPLATE = "mail without a template"
	NO_MAIL_BEFORE = "looks at a mail, and there is none above"


@dataclass(frozen=True)
class Step:
	"""One step: days after the enrolment, what to do, at which hour, and under which condition."""

	day: int
	kind: str
	at: time = time(9)
	template: str = ""
	note: str = ""
	only_if: str = OnlyIf.ALWAYS.value


def problems(steps: Sequence[Step]) -> list[tuple[int, Problem]]:
	"""Return (row number from 1, problem) for every mistake in the steps; (0, …) where it is in the whole."""
	if not steps:
		return [(0, Problem.NO_STEPS)]
	found = [(0, Problem.TOO_MANY)] if len(steps) > MOST_STEPS else []
	for row, step in enumerate(steps, 1):
		if step.day < 0:
			found.append((row, Problem.NEGATIVE))
		if row > 1 and step.day < steps[row - 2].day:
			found.append((row, Problem.BACKWARDS))
		if step.kind == MAIL and not step.template:
			found.append((row, Problem.NO_TEMPLATE))
		if step.only_if != OnlyIf.ALWAYS and not any(above.kind == MAIL for above in steps[: row - 1]):
			found.append((row, Problem.NO_MAIL_BEFORE))
	return found


def first_due(steps: Sequence[Step], start: datetime, calendar: Calendar) -> datetime:
	"""Return when the first step is due. A day 0 whose hour has passed is due at once."""
	day = add_working_days(start.date(), steps[0].day, calendar)
	return max(start, datetime.combine(day, steps[0].at))


def next_due(steps: Sequence[Step], done: int, *, on: datetime, calendar: Calendar) -> datetime | None:
	"""Return when the step after number `done` (from 0) is due, None after the last.

	The distance to the step before is kept from when that one was really done: after a week of downtime the steps
	follow one another as planned instead of all at once. Two steps of one day may follow at once.
	"""
	if done + 1 >= len(steps):
		return None
	gap = steps[done + 1].day - steps[done].day
	day = add_working_days(on.date(), gap, calendar)
	return max(on, datetime.combine(day, steps[done + 1].at))


def skipped(step: Step, *, last_mail_opened: bool) -> bool:
	"""Return True when the step's condition does not hold."""
	if step.only_if == OnlyIf.OPENED:
		return not last_mail_opened
	return step.only_if == OnlyIf.NOT_OPENED and last_mail_opened


def exit_of(reasons: set[Exit]) -> Exit | None:
	"""Return the reason that is named when several apply."""
	return next((reason for reason in Exit if reason in reasons), None)
