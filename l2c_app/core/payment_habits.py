"""How many days a customer really takes to pay: usual days plus what the payer, a dispute or a channel adds. Pure.

The method is Tukey's median polish with shrinkage: one overall median, and for each trait the median of what is left
after all other traits, taken in turn until it settles. Medians, because one invoice forgotten for a year says nothing
about the next; shrinkage n / (n + weight), because two invoices are not yet a habit.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

ROUNDS = 12
SHRINKAGE = 1.0
"""A trait value seen n times keeps n / (n + SHRINKAGE) of its effect."""
Traits = Mapping[str, str]
"""{trait: value} of one invoice, such as {"customer": "C1", "disputed": "Yes"}. The same traits on every invoice."""


@dataclass(frozen=True)
class Paid:
	"""One settled invoice: its traits and the days from invoice to settlement."""

	traits: Traits
	days: float


@dataclass(frozen=True)
class Habits:
	"""What was learned: days that everybody takes, and what each trait value adds."""

	usual: float
	effects: Mapping[str, Mapping[str, float]]
	sample: int

	def expected_days(self, traits: Traits) -> float:
		"""Return the days an invoice with these traits will probably take, never below 0; unknown values add nothing."""
		return max(0.0, self.usual + sum(days for _what, days in self.explain(traits)))

	def explain(self, traits: Traits) -> list[tuple[str, float]]:
		"""Return [(trait: value, days it adds)] in the order of the traits, without those that add nothing."""
		lines = [
			(f"{trait}: {value}", self.effects.get(trait, {}).get(value, 0.0))
			for trait, value in traits.items()
		]
		return [(what, days) for what, days in lines if days]


def learn(invoices: Sequence[Paid], *, rounds: int = ROUNDS) -> Habits:
	"""Return the habits of these settled invoices. No invoice at all: 0 days, no effects; the order does not matter.

	Example: all take 30 days, customer C pays 10 later and always: usual 30, effect of C near +10.
	"""
	if not invoices:
		return Habits(0.0, {}, 0)
	usual = median(invoice.days for invoice in invoices)
	effects: dict[str, dict[str, float]] = {trait: {} for trait in invoices[0].traits}
	for _round in range(rounds):
		for trait in effects:
			effects[trait] = _polish(invoices, trait, usual=usual, effects=effects)
	return Habits(usual, effects, len(invoices))


def _polish(
	invoices: Sequence[Paid], trait: str, *, usual: float, effects: Mapping[str, Mapping[str, float]]
) -> dict[str, float]:
	"""Return the shrunken median of what is left for each value of one trait, after usual days and all other traits."""
	left: dict[str, list[float]] = defaultdict(list)
	for invoice in invoices:
		others = sum(effects[name].get(value, 0.0) for name, value in invoice.traits.items() if name != trait)
		left[invoice.traits[trait]].append(invoice.days - usual - others)
	return {value: median(rest) * len(rest) / (len(rest) + SHRINKAGE) for value, rest in left.items()}
