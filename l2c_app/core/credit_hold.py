"""Whether a customer with overdue money may order more. Pure; amounts in minor units of one currency."""

from dataclasses import dataclass
from datetime import date
from enum import Enum


class Exempt(str, Enum):
	"""Why an order passes although money is overdue, in the order in which it is asked."""

	OFF = "off"
	HOST = "the host's own block decides"
	BELOW = "below the limits"
	PREPAID = "paid in advance"
	DELIVERED = "delivered already"
	RELEASED = "released"


@dataclass(frozen=True)
class Limits:
	"""From which overdue amount and age orders are held; both must be passed. Amount 0: any overdue money."""

	amount: int = 0
	days: int = 0


@dataclass(frozen=True)
class Standing:
	"""The customer and the order: what is overdue since when, money at hand, and until when it was released."""

	overdue: int
	oldest_due: date | None
	order_total: int
	at_hand: int = 0
	delivered: bool = False
	released_until: date | None = None
	host_decides: bool = False


def exemption(standing: Standing, limits: Limits | None, *, today: date) -> Exempt | None:
	"""Return why the order passes; None: it is held. `limits` None: the hold is off.

	Prepaid: money at hand covers the order and what is overdue, so that the same money does not count twice.
	Example: 500 overdue for 40 days, limits 100 and 30 days: held; with 1,500 at hand and an order of 1,000: passes.
	"""
	age = (today - standing.oldest_due).days if standing.oldest_due else 0
	checks = (
		(Exempt.OFF, limits is None),
		(Exempt.HOST, standing.host_decides),
		(
			Exempt.BELOW,
			limits is not None
			and (standing.overdue <= limits.amount or standing.overdue <= 0 or age <= limits.days),
		),
		(Exempt.PREPAID, standing.at_hand >= standing.order_total + max(0, standing.overdue)),
		(Exempt.DELIVERED, standing.delivered),
		(Exempt.RELEASED, standing.released_until is not None and standing.released_until >= today),
	)
	return next((reason for reason, holds in checks if holds), None)
