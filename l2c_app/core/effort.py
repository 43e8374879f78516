"""What counts as work on a party: evidence of acts, and notes that are neither copied nor written at the last minute. Pure.

Effort on a seat is the latest counted evidence of its holder since the claim, by the server's clock at the time of
recording, never by a date that somebody typed.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum

SHORTEST_NOTE = 10
SAME_AS = 0.9
"""Share of common three-letter pieces from which two notes are the same note."""

COMPARED_NOTES = 20
COMPARED_DAYS = 30
LAST_HOURS = 24
"""A note this short before the seat would be recycled proves nothing."""

MOST_RECIPIENTS = 3
SHORTEST_CALL = 10
GRAM = 3
STAGES = ("Open", "Replied", "Quotation", "Converted")
_DROPPED = re.compile(r"[\d\s]+")
_ADDRESS = re.compile(r"[^\s<>,;\"']+@[^\s<>,;\"']+")


class Kind(str, Enum):
	"""Kinds of evidence; a pool chooses which count. The value is what is stored."""

	MAIL = "Mail"
	CALL = "Call"
	MEETING = "Meeting"
	OFFER = "Offer"
	NOTE = "Note"


class Verdict(str, Enum):
	"""Why a note counts or not."""

	COUNTS = "Counts"
	TOO_SHORT = "Too Short"
	COPY = "Copy"
	LAST_MINUTE = "Last Minute"
	ONE_A_DAY = "One a Day"
	LINKED = "Linked"


@dataclass(frozen=True)
class Note:
	"""A note that was recorded: by its text, when, and what it was about."""

	text: str
	at: datetime
	about: str = ""


@dataclass(frozen=True)
class Judgement:
	"""The verdict on a note, and for a copy the note it repeats."""

	verdict: Verdict
	like: Note | None = None

	@property
	def counts(self) -> bool:
		"""Return True when the note is effort."""
		return self.verdict is Verdict.COUNTS


def plain(text: str) -> str:
	"""Return a note in comparable form: NFKC, without digits and white space. `"Call 2  mañana"` → `"Callmañana"`."""
	return _DROPPED.sub("", unicodedata.normalize("NFKC", text or ""))


def likeness(one: str, other: str) -> float:
	"""Return the Jaccard index of the three-letter pieces of two notes in comparable form, 0.0 to 1.0.

	Notes shorter than three letters are one piece. Two empty ones are alike.
	"""
	left, right = _grams(plain(one)), _grams(plain(other))
	return len(left & right) / len(left | right)


def _grams(text: str) -> frozenset[str]:
	return frozenset(text[i : i + GRAM] for i in range(max(1, len(text) - GRAM + 1)))


def judge_note(
	note: Note, *, earlier: Sequence[Note], recycle_on: date | None, counted_today: bool
) -> Judgement:
	"""Return whether a note is effort.

	Rule: at least 10 letters in comparable form; less than 0.9 alike each of the author's last 20 notes of 30 days,
	on any party; not within the 24 hours before the day the seat would be recycled, nor after; one a party and site
	day. Example: "Rang the buyer, wants offer 3" after "Rang the buyer, wants offer 2" is a copy: digits do not count.
	"""
	if len(plain(note.text)) < SHORTEST_NOTE:
		return Judgement(Verdict.TOO_SHORT)
	copied = next((old for old in _compared(note, earlier) if likeness(note.text, old.text) >= SAME_AS), None)
	if copied:
		return Judgement(Verdict.COPY, copied)
	if recycle_on and note.at >= datetime.combine(recycle_on, time.min) - timedelta(hours=LAST_HOURS):
		return Judgement(Verdict.LAST_MINUTE)
	return Judgement(Verdict.ONE_A_DAY if counted_today else Verdict.COUNTS)


def _compared(note: Note, earlier: Sequence[Note]) -> list[Note]:
	since = note.at - timedelta(days=COMPARED_DAYS)
	recent = [old for old in earlier if since <= old.at <= note.at]
	return sorted(recent, key=lambda old: old.at, reverse=True)[:COMPARED_NOTES]


def addresses(text: str | None) -> set[str]:
	"""Return the mail addresses in a recipients field, in lower case."""
	return {found.lower() for found in _ADDRESS.findall(text or "")}


def mail_counts(recipients: Iterable[str], internal: Iterable[str]) -> bool:
	"""Return whether a sent mail is effort: it reached one to three people outside the house.

	`internal` are the addresses of the site's own users. More recipients make it a mailing.
	"""
	outside = {address.lower() for address in recipients} - {address.lower() for address in internal}
	return 1 <= len(outside) <= MOST_RECIPIENTS


def call_counts(status: str, seconds: float | None, *, shortest: int = SHORTEST_CALL) -> bool:
	"""Return whether a call is effort: completed, and long enough (seconds) to have been one."""
	return status == "Completed" and (seconds or 0) >= shortest


def meeting_over(status: str, ends_on: datetime | None, starts_on: datetime | None, *, now: datetime) -> bool:
	"""Return whether a meeting took place: it has begun, and is marked completed or closed or its end has passed.

	One to come that somebody marks as completed proves nothing yet.
	"""
	if starts_on and starts_on > now:
		return False
	if status in ("Completed", "Closed"):
		return True
	end = ends_on or starts_on
	return status != "Cancelled" and end is not None and end <= now


def moved_forward(old: str | None, new: str) -> bool:
	"""Return whether an opportunity went forward: it came into being, or its status is a later one than before."""
	if new not in STAGES:
		return False
	return old not in STAGES or STAGES.index(new) > STAGES.index(old)
