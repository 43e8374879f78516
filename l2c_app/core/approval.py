"""When a contract needs somebody higher than a manager: by amount, discount, margin and clauses that are not standard."""

from dataclasses import dataclass
from decimal import Decimal

AMOUNT, DISCOUNT, MARGIN, NON_STANDARD = "amount", "discount", "margin", "non_standard"
NONE = Decimal(0)


@dataclass(frozen=True)
class Limits:
	"""What a manager may approve: `amount` in company currency, the others in percent. 0 = no limit."""

	amount: Decimal = NONE
	discount: Decimal = NONE
	margin: Decimal = NONE
	non_standard: bool = False


@dataclass(frozen=True)
class Offer:
	"""A contract as the limits see it: `margin` in percent, None where no cost is known."""

	amount: Decimal
	discount: Decimal = NONE
	margin: Decimal | None = None
	non_standard: bool = False


def reasons(offer: Offer, limits: Limits) -> list[str]:
	"""Return which limits the contract passes, by their names above; on the limit is within it."""
	passed = {
		AMOUNT: bool(limits.amount) and offer.amount > limits.amount,
		DISCOUNT: bool(limits.discount) and offer.discount > limits.discount,
		MARGIN: bool(limits.margin) and offer.margin is not None and offer.margin < limits.margin,
		NON_STANDARD: limits.non_standard and offer.non_standard,
	}
	return [name for name, over in passed.items() if over]


def discount_percent(percent: Decimal, amount: Decimal, total_after: Decimal) -> Decimal:
	"""Return the discount of a whole contract: as given in percent, or from its amount. 250 off to 750 is 25 percent."""
	before = total_after + amount
	by_amount = amount * 100 / before if before > 0 else NONE
	return max(percent, by_amount)


def margin_percent(lines: list[tuple[Decimal, Decimal | None]]) -> Decimal | None:
	"""Return what is left of the price after cost, over the lines with a cost: [(price, cost)], one currency.

	Prices 100 and 50, costs 80 and unknown: 20 percent. None without any cost, or without a price.
	"""
	known = [(price, cost) for price, cost in lines if cost is not None]
	price = sum((each for each, _cost in known), NONE)
	cost = sum((each for _price, each in known), NONE)
	return (price - cost) * 100 / price if price > 0 else None
