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
