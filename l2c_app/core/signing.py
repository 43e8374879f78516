"""Signing by a link: what a token is, whether a link still opens, whose turn it is, what was signed. Pure.

A token is kept as its hash alone. A link opens while its request waits for an answer, has not expired, and the contract
and the PDF are those that were sent.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

TOKEN_BYTES = 32
MOST_IMAGE_BYTES = 150_000
MOST_PIXELS = 4_000
LEAST_WAIT = timedelta(days=1)
IMAGE_PREFIX = "data:image/png;base64,"
PNG_HEAD = b"\x89PNG\r\n\x1a\n"


class State(str, Enum):
	"""State of a request. Waiting: somebody before him has not signed; only Sent and Viewed can be answered."""

	WAITING = "Waiting"
	SENT = "Sent"
	VIEWED = "Viewed"
	SIGNED = "Signed"
	DECLINED = "Declined"
	EXPIRED = "Expired"
	WITHDRAWN = "Withdrawn"


ANSWERABLE = (State.SENT, State.VIEWED)
OPEN = (State.WAITING, *ANSWERABLE)


class Link(str, Enum):
	"""What a link is good for."""

	OPEN = "open"
	SIGNED = "signed"
	DECLINED = "declined"
	EXPIRED = "expired"
	WITHDRAWN = "withdrawn"
	CHANGED = "changed"
	CLOSED = "closed"


@dataclass(frozen=True)
class LinkFacts:
	"""What decides about a link. `ready`: the contract is approved and neither signed nor ended."""

	state: State
	expires_on: datetime
	ready: bool
	text_sent: str
	text_now: str
	pdf_sent: str
	pdf_now: str


def new_token() -> str:
	"""Return a token that nobody can guess: 256 random bits, fit for an address."""
	return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
	"""Return what is stored of a token: SHA-256 in hex. A random token needs no salt."""
	return hashlib.sha256(token.encode()).hexdigest()


def same(given: str, stored: str) -> bool:
	"""Compare two hashes in a time that does not depend on where they differ; an empty one never matches."""
	return bool(stored) and hmac.compare_digest(given.encode(), stored.encode())


def fingerprint(parts: object) -> str:
	"""Return the SHA-256 of plain data (texts, numbers, lists, mappings), whatever the order of its keys."""
	text = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
	return hashlib.sha256(text.encode()).hexdigest()


def judge(facts: LinkFacts, now: datetime) -> Link:
	"""Return what a link is good for, first match wins: what became of it, its time, the contract, what was sent.

	A link opens up to its last second and not after: expiring at 12:00, it is open at 12:00 and expired at 12:00:01.
	"""
	ended = {
		State.SIGNED: Link.SIGNED,
		State.DECLINED: Link.DECLINED,
		State.WITHDRAWN: Link.WITHDRAWN,
		State.EXPIRED: Link.EXPIRED,
		State.WAITING: Link.CLOSED,
	}
	if facts.state in ended:
		return ended[facts.state]
	if now > facts.expires_on:
		return Link.EXPIRED
	if not facts.ready:
		return Link.CLOSED
	if not (same(facts.text_now, facts.text_sent) and same(facts.pdf_now, facts.pdf_sent)):
		return Link.CHANGED
	return Link.OPEN


def reminder_due(sent_on: datetime, expires_on: datetime, *, days: int, now: datetime) -> bool:
	"""Return whether an open link is reminded of: in the last `days` days of its time, and never on the day it was sent.

	0 days: never. Sent on the 1st at 12:00 for 14 days, with 3 days: from the 12th at 12:00 until it expires on the 15th;
	for 2 days: from the 2nd; for one day: not at all.
	"""
	begins = max(expires_on - timedelta(days=days), sent_on + LEAST_WAIT)
	return days > 0 and begins <= now < expires_on


def next_in_turn(requests: Sequence[tuple[int, State]]) -> list[int]:
	"""Return the positions of the waiting requests whose turn it is: the lowest order that is not signed yet.

	Requests are (order, state); equal orders sign side by side. Example: (1, Signed), (2, Waiting), (2, Waiting),
	(3, Waiting) gives [1, 2]; with (1, Viewed) first it gives [].
	"""
	unsigned = [order for order, state in requests if state is not State.SIGNED]
	if not unsigned:
		return []
	turn = min(unsigned)
	return [
		index for index, (order, state) in enumerate(requests) if order == turn and state is State.WAITING
	]


def drawn_image(data_url: str) -> bytes | None:
	"""Return the PNG that a canvas sent, None if it is no PNG of a sensible size."""
	if not data_url.startswith(IMAGE_PREFIX) or len(data_url) > MOST_IMAGE_BYTES * 4 // 3 + 64:
		return None
	try:
		image = base64.b64decode(data_url[len(IMAGE_PREFIX) :], validate=True)
	except (binascii.Error, ValueError):
		return None
	if not image.startswith(PNG_HEAD) or image[12:16] != b"IHDR" or len(image) < 60:
		return None
	width, height = (int.from_bytes(image[start : start + 4], "big") for start in (16, 20))
	return image if 0 < width <= MOST_PIXELS and 0 < height <= MOST_PIXELS else None
