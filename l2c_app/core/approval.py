"""When a contract needs somebody higher than a manager: by amount, discount, margin and clauses that are not standard.

A price below the price list is a discount like one that is written on the contract.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

AMOUNT, DISCOUNT, LINE_DISCOUNT = "amount", "discount", "line_discount"
MARGIN, NON_STANDARD = "margin", "non_standard"
NONE = Decimal(0)


@dataclass(frozen=True)
class Limits:
	"""What a manager may approve: `amount` in company currency, the others in percent. 0 = no limit."""

	amount: Decimal = NONE
	discount: Decimal = NONE
	margin: Decimal = NONE
	non_standard: bool = False
	line_discount: Decimal = NONE


@dataclass(frozen=True)
class Offer:
	"""A contract as the limits see it: `margin` in percent, None where no cost is known; `line_discount` of its worst line."""

	amount: Decimal
	discount: Decimal = NONE
	margin: Decimal | None = None
	non_standard: bool = False
	line_discount: Decimal = NONE


def reasons(offer: Offer, limits: Limits) -> list[str]:
	"""Return which limits the contract passes, by their names above; on the limit is within it."""
	passed = {
		AMOUNT: bool(limits.amount) and offer.amount > limits.amount,
		DISCOUNT: bool(limits.discount) and offer.discount > limits.discount,
		LINE_DISCOUNT: bool(limits.line_discount) and offer.line_discount > limits.line_discount,
		MARGIN: bool(limits.margin) and offer.margin is not None and offer.margin < limits.margin,
		NON_STANDARD: limits.non_standard and offer.non_standard,
	}
	return [name for name, over in passed.items() if over]


def discount_percent(percent: Decimal, amount: Decimal, total_after: Decimal) -> Decimal:
	"""Return the discount of a whole contract: as given in percent, or from its amount. 250 off to 750 is 25 percent."""
	before = total_after + amount
	by_amount = amount * 100 / before if before > 0 else NONE
	return max(percent, by_amount)


def line_discounts(lines: Mapping[int, tuple[Decimal, Decimal | None]]) -> dict[int, Decimal]:
	"""Return {line: percent below its list price} of the lines that are below: {line: (price, list price)}, one unit each.

	80 where the list says 100: 20 percent. A line above its list price, or without one, has no discount.
	"""
	return {
		line: (listed - price) * 100 / listed
		for line, (price, listed) in lines.items()
		if listed is not None and listed > 0 and price < listed
	}


def with_list_prices(percent: Decimal, lines: Iterable[tuple[Decimal, Decimal | None]]) -> Decimal:
	"""Return the discount of a whole contract from the list prices of its lines on: [(amount, amount at list price)].

	Lines of 80 and 100 listed at 100 each, then 10 percent off: 162 instead of 200, 19 percent. A line above its list
	price makes up for no other one.
	"""
	found = list(lines)
	own = sum((amount for amount, _listed in found), NONE)
	listed = sum((max(amount, at_list or NONE) for amount, at_list in found), NONE)
	return 100 - (100 - percent) * own / listed if listed > 0 else percent


def margin_percent(lines: list[tuple[Decimal, Decimal | None]]) -> Decimal | None:
	"""Return what is left of the price after cost, over the lines with a cost: [(price, cost)], one currency.

	Prices 100 and 50, costs 80 and unknown: 20 percent. None without any cost, or without a price.
	"""
	known = [(price, cost) for price, cost in lines if cost is not None]
	price = sum((each for each, _cost in known), NONE)
	cost = sum((each for _price, each in known), NONE)
	return (price - cost) * 100 / price if price > 0 else None
