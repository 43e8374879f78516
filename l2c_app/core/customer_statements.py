"""Which month a customer statement is about, when it is prepared, and who gets none. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

LAST_DAY = 28  # of the month, for every month has it
LATEST_DAYS = 7
"""So many nights after its day a list that a night missed is still made; later it would surprise people."""


class Reason(str, Enum):
	"""Why a customer gets no statement, in the order in which reasons are looked for."""

	ZERO = "Zero balance"
	BLOCKED = "Do not contact"
	NO_MAIL = "Wants no mail"
	NO_ADDRESS = "No address"


@dataclass(frozen=True)
class Customer:
	"""What decides about one customer: balances in minor units, one per currency, and how he may be reached."""

	balances: Sequence[int]
	blocked: bool = False
	no_mail: bool = False
	address: str = ""


def reason_against(customer: Customer) -> Reason | None:
	"""Return why no statement goes out, None when it does.

	A customer who owes 100 in one currency and has 100 to his credit in another is not at zero: they never set off.
	"""
	if not any(customer.balances):
		return Reason.ZERO
	if customer.blocked:
		return Reason.BLOCKED
	if customer.no_mail:
		return Reason.NO_MAIL
	return None if customer.address else Reason.NO_ADDRESS


def month_before(day: date) -> tuple[date, date]:
	"""Return first and last day of the month before a day: 1 March 2024 gives 1 and 29 February 2024."""
	last = day.replace(day=1) - timedelta(days=1)
	return last.replace(day=1), last


def is_due(today: date, day: int) -> bool:
	"""Say whether last month's list is made today: on the chosen day of the month or the nights after it; 0: never.

	With day 28 in February of a common year the 28th counts and nothing after it: the month is over.
	"""
	return day > 0 and day <= today.day < day + LATEST_DAYS
