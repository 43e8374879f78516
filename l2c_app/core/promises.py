"""Promises to pay: judged from cash in the ledger, counted into levels. Pure; amounts in minor units.

A promise is judged when its date and the days of tolerance have passed: what cash came on its document between the
promise and then. Write-offs and credit notes keep no promise. A payment taken back sets the judgement back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum


class State(str, Enum):
	"""State of a promise. Open and the three judgements follow the ledger; Withdrawn is said by a person."""

	OPEN = "Open"
	KEPT = "Kept"
	PARTLY = "Partially Kept"
	BROKEN = "Broken"
	WITHDRAWN = "Withdrawn"


class Refusal(str, Enum):
	"""Why a promise is not taken."""

	OPEN_ONE = "one is open already"
	NO_AMOUNT = "no amount, or more than is open"
	PAST = "the date has passed"
	TOO_FAR = "the date is too far away"
	TOO_MANY = "too many promises"


@dataclass(frozen=True)
class Promise:
	"""What was promised. `cash_before`: cash on the document when the promise was given."""

	amount: int
	on: date
	cash_before: int
	withdrawn: bool = False


def judge_on(promised_for: date, tolerance_days: int) -> date:
	"""Return the last day on which money still counts: the promised date and the days of tolerance."""
	return promised_for + timedelta(days=max(0, tolerance_days))


def judge(promise: Promise, cash: int, *, today: date, tolerance_days: int = 0, tolerance: int = 0) -> State:
	"""Return the state, `cash` being all cash on the document posted up to the last day that counts.

	Kept: cash since the promise reaches the promised amount less the tolerance, also before its date. Else Open until
	the last day has passed; then Partially Kept with any cash, Broken without.
	Example: promised 500 for the 10th, 2 days of tolerance, 500 posted on the 12th: Kept; 200: Partially Kept on the 13th.
	"""
	if promise.withdrawn:
		return State.WITHDRAWN
	came = cash - promise.cash_before
	if came >= max(1, promise.amount - tolerance):
		return State.KEPT
	if today <= judge_on(promise.on, tolerance_days):
		return State.OPEN
	return State.PARTLY if came > 0 else State.BROKEN


def of_rows(states: Sequence[State]) -> State:
	"""Return the state of a promise that names plan rows, each judged by itself; rows cut since are Withdrawn.

	Kept when every row is, Open while one is, Broken when no row had cash, else Partially Kept.
	Example: deposit Kept, second row Broken: Partially Kept.
	"""
	left = [state for state in states if state is not State.WITHDRAWN]
	if not left:
		return State.WITHDRAWN
	if State.OPEN in left:
		return State.OPEN
	if len(set(left)) == 1:
		return left[0]
	return State.PARTLY


def next_level(earlier: Sequence[tuple[int, State]]) -> int:
	"""Return the level of a new promise after (level, state) of earlier ones of the same document, in their order.

	1 for the first; one more after a broken or withdrawn one; the same after a (partly) kept one.
	"""
	if not earlier:
		return 1
	level, state = earlier[-1]
	return level + 1 if state in (State.BROKEN, State.WITHDRAWN) else level


def refusal(
	amount: int,
	on: date,
	*,
	open_amount: int,
	today: date,
	earlier: Sequence[State],
	most_days: int,
	most: int,
) -> Refusal | None:
	"""Return why a promise cannot be taken, None if it can. 0 for `most_days` or `most`: no limit."""
	if State.OPEN in earlier:
		return Refusal.OPEN_ONE
	if not 0 < amount <= open_amount:
		return Refusal.NO_AMOUNT
	if on < today:
		return Refusal.PAST
	if most_days and (on - today).days > most_days:
		return Refusal.TOO_FAR
	return Refusal.TOO_MANY if most and len(earlier) >= most else None
