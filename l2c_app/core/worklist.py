"""Which overdue customer comes first, and the one thing to do next. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

RISK_BY_RATING = {"A": 1.0, "B": 1.25, "C": 1.5, "D": 2.0}
BROKEN_WEIGHT = 0.25
LONGEST_FACTOR = 8


class Action(str, Enum):
	"""What a case needs next."""

	MATCH_BANK = "Match the bank line"
	APPLY_MONEY = "Apply the money on account"
	ANSWER_DISPUTE = "Decide the dispute"
	CALL_BROKEN = "Call: a promise was broken"
	WAIT_PROMISE = "Wait for the promise"
	FIND_ADDRESS = "Find an address"
	ESCALATE = "Escalate: the levels are used up"
	REMIND = "Send the next level"
	WAIT = "Wait"


@dataclass(frozen=True)
class Case:
	"""One case as the worklist sees it. `overdue` in company currency; `rating` "" while too few invoices are known.

	`promise_on` only where all that could be chased is promised: else the rest is worked on meanwhile.
	"""

	overdue: float
	days: int
	rating: str = ""
	broken: int = 0
	promise_on: date | None = None
	dispute_open: bool = False
	dispute_deadline: date | None = None
	unapplied_covers: bool = False
	bank_line: bool = False
	has_address: bool = True
	levels_left: bool = True
	reminder_due: bool = False


def rank(case: Case) -> float:
	"""Return overdue × days × risk × broken promises: the higher, the sooner.

	Risk of the payer's rating: A 1, B 1.25, C 1.5, D 2, unknown as B. Each broken promise adds a quarter, eight at most.
	Example: 1,000 for 10 days, rating D, one broken: 1,000 × 10 × 2 × 1.25 = 25,000.
	"""
	risk = RISK_BY_RATING.get(case.rating, RISK_BY_RATING["B"])
	factor = 1 + BROKEN_WEIGHT * min(case.broken, LONGEST_FACTOR)
	return round(max(0.0, case.overdue) * max(0, case.days) * risk * factor, 2)


def next_action(case: Case, today: date) -> tuple[Action, date]:
	"""Return the one thing to do, and the day for it. What money is there already comes before any word to the customer."""
	deadline = case.dispute_deadline
	steps = (
		(case.bank_line, Action.MATCH_BANK, today),
		(case.unapplied_covers, Action.APPLY_MONEY, today),
		(case.dispute_open and deadline and deadline <= today, Action.ANSWER_DISPUTE, today),
		(case.promise_on, Action.WAIT_PROMISE, case.promise_on),
		(case.broken, Action.CALL_BROKEN, today),
		(not case.has_address, Action.FIND_ADDRESS, today),
		(not case.levels_left, Action.ESCALATE, today),
		(case.reminder_due, Action.REMIND, today),
		(case.dispute_open, Action.ANSWER_DISPUTE, deadline or today),
	)
	return next(((action, day) for holds, action, day in steps if holds), (Action.WAIT, today))
