"""Which open amounts add up to a payment. Exact, bounded, and honest about more than one answer. Pure."""

from collections.abc import Sequence
from itertools import islice

MOST_ITEMS = 24
"""Only so many open amounts are tried, the oldest first; above that the answer would be guesswork anyway."""
MOST_STEPS = 20_000


class TooMany(Exception):
	"""The search passed its bound: say so, and ask."""


def subsets(amounts: Sequence[int], target: int, *, at_most: int = 2) -> list[tuple[int, ...]]:
	"""Return up to `at_most` different sets of positions whose amounts add up to `target`.

	Amounts are positive minor units. Two positions of the same amount count as different answers, since it matters which
	invoice is closed. Prefers few items. Raises TooMany when the bound of steps is passed before the answer is sure.
	Example: amounts (300, 200, 500), target 500: [(2,), (0, 1)].
	"""
	usable = [
		(amount, place) for place, amount in enumerate(islice(amounts, MOST_ITEMS)) if 0 < amount <= target
	]
	usable.sort(reverse=True)
	rest = [0] * (len(usable) + 1)
	for place in range(len(usable) - 1, -1, -1):
		rest[place] = rest[place + 1] + usable[place][0]
	search = _Search(usable, rest, at_most)
	search.walk(0, target, ())
	return sorted((tuple(sorted(found)) for found in search.found), key=lambda found: (len(found), found))


class _Search:
	"""Depth first from the largest amount; a branch ends where the rest cannot reach the target any more."""

	def __init__(self, usable: Sequence[tuple[int, int]], rest: Sequence[int], at_most: int) -> None:
		self.usable, self.rest, self.at_most = usable, rest, at_most
		self.found: list[tuple[int, ...]] = []
		self.steps = 0

	def walk(self, place: int, left: int, chosen: tuple[int, ...]) -> None:
		self.steps += 1
		if self.steps > MOST_STEPS:
			raise TooMany
		if not left:
			self.found.append(chosen)
			return
		if place == len(self.usable) or self.rest[place] < left or len(self.found) >= self.at_most:
			return
		amount, position = self.usable[place]
		if amount <= left:
			self.walk(place + 1, left - amount, (*chosen, position))
		self.walk(place + 1, left, chosen)
