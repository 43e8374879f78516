"""Who must be told what about a planned follow up, and the key under which it is told once. Pure."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from l2c_app.core.working_time import ALWAYS, Calendar, earliest_start


class Channel(str, Enum):
	"""What is said to whom: three reminders to the person himself, two escalations, one digest a day, one mail of a cadence,
	and before a signing link expires a mail to its signatory and a line to the owner of the contract."""

	BEFORE = "Before"
	AT = "At"
	AFTER = "After"
	MANAGER = "Manager"
	POOL_MANAGER = "Pool Manager"
	DIGEST = "Digest"
	CADENCE_MAIL = "Cadence Mail"
	SIGNATORY = "Signatory"
	CONTRACT_OWNER = "Contract Owner"


REMINDERS = (Channel.BEFORE, Channel.AT, Channel.AFTER)
STAGES = (*REMINDERS, Channel.MANAGER, Channel.POOL_MANAGER)


@dataclass(frozen=True)
class Times:
	"""When to speak; None switches a stage off. `calendar`: overdue time is counted in its working hours."""

	before: timedelta | None = None
	at: timedelta | None = timedelta()
	after: timedelta | None = None
	manager: timedelta | None = None
	pool_manager: timedelta | None = None
	calendar: Calendar = ALWAYS


def bit(channel: Channel) -> int:
	"""Return the bit that says, on a follow up, that this stage was told about."""
	return 1 << list(Channel).index(channel)


def untold_masks(channel: Channel) -> list[int]:
	"""Return every value of the bits of the five stages in which this one is not told."""
	return [mask for mask in range(1 << len(STAGES)) if not mask & bit(channel)]


def reached_since(times: Times, now: datetime) -> dict[Channel, datetime]:
	"""Return {stage: what is planned for this moment or earlier has reached it}, for the stages that are switched on.

	Lead time is plain time: somebody who must ring at nine wants to know half an hour earlier, holiday or not.
	"""
	reached: dict[Channel, datetime] = {}
	if times.before is not None:
		reached[Channel.BEFORE] = now + times.before
	later = ((Channel.AT, times.at), (Channel.AFTER, times.after))
	later += ((Channel.MANAGER, times.manager), (Channel.POOL_MANAGER, times.pool_manager))
	for channel, wait in later:
		if wait is not None:
			reached[channel] = earliest_start(now, wait, times.calendar)
	return reached


def stages(planned_for: datetime, reached: dict[Channel, datetime]) -> list[Channel]:
	"""Return the stages that a planned moment has reached, earliest first."""
	return [channel for channel in Channel if channel in reached and planned_for <= reached[channel]]


def spoken(untold: list[Channel]) -> list[Channel]:
	"""Return which of the stages nobody was told about are said aloud: the last reminder, and every escalation.

	After hours of downtime somebody gets one reminder, not three; the others count as told.
	"""
	reminders = [channel for channel in untold if channel in REMINDERS]
	return reminders[-1:] + [channel for channel in untold if channel not in REMINDERS]


def key(document: tuple[str, str], due: datetime | str, *, user: str, channel: Channel) -> str:
	"""Return the name of the log row of one (document, due, user, channel): equal input, equal name, on every machine.

	A follow up that is planned anew has another `due` and is told again.
	"""
	moment = due.isoformat(" ") if isinstance(due, datetime) else str(due)
	parts = "\x1f".join((*document, moment, user, channel.value))
	return hashlib.sha256(parts.encode()).hexdigest()[:40]
