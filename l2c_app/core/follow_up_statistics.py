"""What people did with their follow ups in a period: how many, with what outcome, how late. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

REACHED_NOBODY = ("", "No Answer")
GOOD = ("Interested", "Meeting Agreed", "Offer Requested", "Won")


@dataclass(frozen=True)
class Line:
	"""One done follow up: whose, of which kind, with which outcome, planned and done when (site time)."""

	user: str
	kind: str
	outcome: str
	planned_for: datetime | None
	done_on: datetime


def summary(lines: Iterable[Line]) -> list[dict]:
	"""Return a row per user and kind: {"user", "kind", "done", "reached", "good", "on_time", "hours_late"}.

	`on_time`: percent done by the end of the planned day; `hours_late`: mean hours from plan to deed, early ones as 0. Both
	None where nothing was planned. Planned 9:00, done 11:00 and, the second, a day early: 1 hour.
	"""
	groups: dict[tuple[str, str], list[Line]] = {}
	for line in lines:
		groups.setdefault((line.user, line.kind), []).append(line)
	return [{"user": user, "kind": kind, **_figures(group)} for (user, kind), group in sorted(groups.items())]


def answers(lines: Iterable[tuple[str, datetime, datetime, bool]]) -> list[dict]:
	"""Return a row per user for first answers (user, assigned, answered, in time): {"user", "done", "on_time",
	"hours_to_answer"}.

	Answered after one hour, and after three and too late: 2 done, 50 % on time, 2 hours.
	"""
	groups: dict[str, list[tuple[float, bool]]] = {}
	for user, assigned, answered, in_time in lines:
		hours = max(0.0, (answered - assigned).total_seconds() / 3600)
		groups.setdefault(user, []).append((hours, in_time))
	return [
		{
			"user": user,
			"done": len(group),
			"on_time": 100 * sum(in_time for _hours, in_time in group) / len(group),
			"hours_to_answer": sum(hours for hours, _in_time in group) / len(group),
		}
		for user, group in sorted(groups.items())
	]


def _figures(lines: list[Line]) -> dict:
	planned = [line for line in lines if line.planned_for]
	late = [max(0.0, (line.done_on - line.planned_for).total_seconds() / 3600) for line in planned]
	punctual = sum(line.done_on.date() <= line.planned_for.date() for line in planned)
	return {
		"done": len(lines),
		"reached": sum(line.outcome not in REACHED_NOBODY for line in lines),
		"good": sum(line.outcome in GOOD for line in lines),
		"on_time": 100 * punctual / len(planned) if planned else None,
		"hours_late": sum(late) / len(late) if late else None,
	}
