"""Money as whole numbers of a currency's smallest unit.

Amounts come from the database as binary floats. Every sum, split and comparison of this app is made on
integers of one unit, so that no cent is lost or made; floats appear again only when a value is stored.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

Amount = int | float | str | Decimal
THOUSANDS = 3


def exact(amount: Amount | None) -> Decimal:
	"""Return an amount as the decimal a person would read; None and "" are zero.

	A float is read through its shortest notation: 0.1 becomes 0.1 and not its binary neighbour.
	"""
	if amount is None or amount == "":
		return Decimal(0)
	return amount if isinstance(amount, Decimal) else Decimal(str(amount))


def precision_unit(field_precision: int) -> Decimal:
	"""Return the step of a stored field: 2 gives 0.01. Ledger amounts are whole multiples of it."""
	return Decimal(1).scaleb(-int(field_precision))


def minor_unit(
	currency_fraction_units: int | None,
	smallest_fraction: Amount | None,
	field_precision: int,
) -> Decimal:
	"""Return the smallest amount that can be paid in a currency, in currency units.

	The coarsest of the field's step, one part of the currency's fraction (100 cents) and the smallest
	coin in use: 0.01 for the dollar, 1 for the yen, 0.05 for the Swiss franc.
	"""
	steps = [precision_unit(field_precision)]
	if currency_fraction_units and int(currency_fraction_units) > 0:
		steps.append(Decimal(1) / Decimal(int(currency_fraction_units)))
	if exact(smallest_fraction) > 0:
		steps.append(exact(smallest_fraction))
	return max(steps)


def decimals_shown(number_format: str) -> int:
	"""Return how many decimals a number format shows, e.g. 2 of "#,###.##" and 0 of "#.###".

	Three digits after the only kind of mark are thousands, not decimals. The last mark of two kinds parts decimals off.
	"""
	marks = [sign for sign in number_format if sign != "#"]
	if not marks:
		return 0
	digits = len(number_format.rpartition(marks[-1])[2])
	return 0 if len(set(marks)) == 1 and digits == THOUSANDS else digits


def to_minor(amount: Amount | None, unit: Decimal) -> int:
	"""Return how many units an amount (currency units) is, rounded half away from zero."""
	return int((exact(amount) / unit).to_integral_value(rounding=ROUND_HALF_UP))


def from_minor(minor: int, unit: Decimal) -> Decimal:
	"""Return the amount in currency units of a number of units."""
	return minor * unit


def round_half_up(amount: Amount | None, unit: Decimal) -> Decimal:
	"""Round an amount (currency units) to a whole number of units, half away from zero."""
	return from_minor(to_minor(amount, unit), unit)


def split_by_weights(total_minor: int, weights: Sequence[int | Decimal]) -> list[int]:
	"""Split a number of units by weights so that the parts add up to it exactly (largest remainder).

	A part differs from its exact share by less than one unit; among equal remainders the earlier one
	wins. Raises ValueError if a weight is negative or if none is above zero.
	"""
	shares = [Fraction(weight) for weight in weights]
	if any(share < 0 for share in shares) or sum(shares) <= 0:
		raise ValueError("weights must not be negative, and one must be above zero")
	whole, sign = abs(total_minor), -1 if total_minor < 0 else 1
	quotas = [whole * share / sum(shares) for share in shares]
	parts = [int(quota) for quota in quotas]
	order = sorted(range(len(parts)), key=lambda i: (parts[i] - quotas[i], i))
	for index in order[: whole - sum(parts)]:
		parts[index] += 1
	return [sign * part for part in parts]


def split_amount(total: Amount, weights: Sequence[int | Decimal], unit: Decimal) -> list[Decimal]:
	"""Split an amount (currency units) into payable parts; they add up to the amount exactly.

	All parts are whole multiples of `unit` but the last one with a weight, which also takes what the total
	has below one unit: 33.38 francs in three gives 11.15, 11.10 and 11.13.
	"""
	whole = int(exact(total) / unit)
	parts = [from_minor(part, unit) for part in split_by_weights(whole, weights)]
	last = max(index for index, weight in enumerate(weights) if weight)
	parts[last] += exact(total) - sum(parts)
	return parts
