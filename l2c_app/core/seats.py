"""The state machine of a seat: the place of one party in one pool. Pure; every holder change passes here."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum


class State(str, Enum):
	"""Where a seat stands. Protection, cool-down and primary are attributes, not states."""

	AVAILABLE = "Available"
	HELD = "Held"
	CONVERTED = "Converted"
	CLOSED = "Closed"


class Event(str, Enum):
	"""What may happen to a seat. The value is what the log shows."""

	ADMIT = "Admit"
	CLAIM = "Claim"
	ASSIGN = "Assign"
	TRANSFER = "Transfer"
	RELEASE = "Release"
	RECYCLE = "Recycle"
	CONVERT = "Convert"
	CLOSE = "Close"
	REOPEN = "Reopen"


PROTECT, UNPROTECT = "Protect", "Unprotect"  # shown by the log; they change no holder
MAKE_PRIMARY = "Make Primary"
LEFT_ALONE, NOT_LEFT_ALONE = "Do Not Contact", "May Be Contacted"  # likewise
_AVAILABLE, _HELD = State.AVAILABLE, State.HELD
_LIVE = (State.AVAILABLE, State.HELD)
_TRANSITIONS: dict[Event, tuple[tuple[State | None, ...], State | None]] = {
	Event.ADMIT: ((None,), None),  # Held when a holder comes with it, else Available
	Event.CLAIM: ((_AVAILABLE,), _HELD),
	Event.ASSIGN: ((_AVAILABLE,), _HELD),
	Event.TRANSFER: ((_HELD,), _HELD),
	Event.RELEASE: ((_HELD,), _AVAILABLE),
	Event.RECYCLE: ((_HELD,), _AVAILABLE),
	Event.CONVERT: (_LIVE, State.CONVERTED),
	Event.CLOSE: (_LIVE, State.CLOSED),
	Event.REOPEN: ((State.CLOSED, State.CONVERTED), _AVAILABLE),
}
_NEEDS_HOLDER = (Event.CLAIM, Event.ASSIGN, Event.TRANSFER)


class IllegalMove(ValueError):
	"""The event does not fit the seat's state or its holder."""


@dataclass(frozen=True)
class Seat:
	"""The fields of a seat that a move may change."""

	state: State | None = None
	holder: str | None = None
	claimed_on: datetime | None = None
	protected_until: date | None = None
	version: int = 0

	def broken_invariant(self) -> str | None:
		"""Return the first broken rule by name: holder and claimed_on exactly when Held, protection only if Held."""
		held = self.state is State.HELD
		if bool(self.holder) != held:
			return "holder exactly when Held"
		if bool(self.claimed_on) != held:
			return "claimed_on exactly when Held"
		if self.protected_until and not held:
			return "protected only if Held"
		return None


def is_quiet(until: date | None, today: date) -> bool:
	"""Return True up to and on the last day on which a party is to be left alone."""
	return bool(until) and today <= until


def protect(seat: Seat, until: date | None) -> Seat:
	"""Return the seat protected to the end of a day, or unprotected (None), one version further; holder and clock stay.

	Raises IllegalMove unless the seat is Held, and when there is no protection to lift.
	"""
	if seat.state is not _HELD:
		raise IllegalMove("only a held seat can be protected")
	if until is None and seat.protected_until is None:
		raise IllegalMove("the seat is not protected")
	return replace(seat, protected_until=until, version=seat.version + 1)


def apply(seat: Seat, event: Event, *, now: datetime, holder: str | None = None) -> Seat:
	"""Return the seat after `event`, one version further.

	Raises IllegalMove when the state does not allow the event, when the event needs a holder and has none (or the
	other way round), or when a seat would be transferred to the one who holds it. A transfer starts the clock again
	and ends the protection.
	"""
	sources, target = _TRANSITIONS[event]
	if seat.state not in sources:
		raise IllegalMove(
			f"{event.value} does not fit the state {seat.state.value if seat.state else 'none'}"
		)
	if event in _NEEDS_HOLDER and not holder:
		raise IllegalMove(f"{event.value} needs a holder")
	if holder and event not in (*_NEEDS_HOLDER, Event.ADMIT):
		raise IllegalMove(f"{event.value} takes no holder")
	if event is Event.TRANSFER and holder == seat.holder:
		raise IllegalMove("the seat is already held by this user")
	state = target or (_HELD if holder else _AVAILABLE)
	return replace(
		seat,
		state=state,
		holder=holder if state is _HELD else None,
		claimed_on=now if state is _HELD else None,
		protected_until=None,
		version=seat.version + 1,
	)
