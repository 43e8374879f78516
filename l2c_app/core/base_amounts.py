"""What the open money of a contract comes to in company currency. Whole numbers in, a whole number out, rounded once.

What is billed counts as it stands in the books: what the payment ledger says is open of its invoices, in both currencies.
What nobody billed yet stands in no book and counts at the rate of the contract, as its total does.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import floor

from l2c_app.core.facts import Facts

Part = tuple[str, int, int]
"""(row_id, what of it is billed, what of it is not)"""


def in_company_currency(
	facts: Facts, parts: Iterable[Part], *, unsettled: Mapping[tuple[str, str], int]
) -> int:
	"""Return what parts of plan rows come to, halves up.

	`unsettled`: what is left of each row's share in a family of invoices, by (family, row).
	Example at 1.10: a row of 300 billed at 1.20 and 100 of another not billed give 360 + 110 = 470.
	"""
	agreed, booked = Fraction(facts.rate), _rates_of_rows(facts, unsettled)
	total = sum(
		(billed * booked.get(row_id, agreed) + unbilled * agreed for row_id, billed, unbilled in parts),
		Fraction(0),
	)
	return floor(total + Fraction(1, 2))


def _rates_of_rows(facts: Facts, unsettled: Mapping[tuple[str, str], int]) -> dict[str, Fraction]:
	"""Return {row_id: rate at which it stands in the books}: of several invoices by what is left of it on each."""
	rates = _rates_of_families(facts)
	weights: dict[str, int] = defaultdict(int)
	values: dict[str, Fraction] = defaultdict(Fraction)
	for (family, row_id), left in unsettled.items():
		if left > 0 and family in rates:
			weights[row_id] += left
			values[row_id] += left * rates[family]
	return {row_id: values[row_id] / weight for row_id, weight in weights.items()}


def _rates_of_families(facts: Facts) -> dict[str, Fraction]:
	"""Return what one unit that is open of an invoice and its returns is booked at, never below zero."""
	opened: dict[str, int] = defaultdict(int)
	booked: dict[str, int] = defaultdict(int)
	for invoice in facts.invoices:
		opened[invoice.family] += invoice.open
		booked[invoice.family] += invoice.open_base
	return {family: Fraction(max(0, booked[family]), left) for family, left in opened.items() if left > 0}
