"""What the amount of a bank line closes among the open items that its text names. Pure.

What is named by a whole number must be among the answer; what is named by a running number or a mistyped one may be. The
answer is taken from what is named best: all of it, the only part of it that fits, it and the only others that fit.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from l2c_app.core import subset_sum

EXACT, OTHERS = "exact sum", "with others"
Parts = list[tuple[str, int]]


@dataclass
class Named:
	"""The items that a text names, of one customer in one currency, by how they are named, each once."""

	customer: str
	currency: str
	whole: list[str] = field(default_factory=list)
	running: list[str] = field(default_factory=list)
	mistyped: list[str] = field(default_factory=list)

	@property
	def keys(self) -> list[str]:
		"""Return all, what is named best first."""
		return [*self.whole, *self.running, *self.mistyped]


def fitting(named: Named, paid: int, owed: Callable[[str], int], others: Iterable[str]) -> tuple[str, Parts]:
	"""Return (how the amount fits, what it closes) of the best answer that is the only one of its kind; ("", []) if none.

	`owed` tells the open minor units of an item, `others` are further open items of the customer.
	"""
	for must, free in ((named.whole, named.running), (named.whole, [*named.running, *named.mistyped])):
		parts = _with_all_or_some(must, free, paid, owed)
		if parts:
			return EXACT, parts
	if _sum(named.whole, owed) > paid:
		parts = only([*named.whole, *named.running], paid, owed)
		return (EXACT, parts) if parts else ("", [])
	rest = list(others)
	for must in (named.keys, named.whole) if named.whole != named.keys else (named.whole,):
		parts = _with_all_or_some(must, [key for key in rest if key not in must], paid, owed) if must else []
		if parts:
			return OTHERS, parts
	return "", []


def only(keys: Sequence[str], paid: int, owed: Callable[[str], int]) -> Parts:
	"""Return the only subset that adds up to the amount; [] when there is none, or more than one, or too many to try."""
	try:
		answers = subset_sum.subsets([owed(key) for key in keys], paid)
	except subset_sum.TooMany:
		return []
	return [(keys[place], owed(keys[place])) for place in answers[0]] if len(answers) == 1 else []


def oldest_first(keys: Sequence[str], paid: int, owed: Callable[[str], int]) -> Parts:
	"""Give a short or over payment to items in their order, none more than it owes."""
	parts = []
	for key in keys:
		taken = min(owed(key), paid)
		if taken:
			parts.append((key, taken))
		paid -= taken
	return parts


def _with_all_or_some(
	must: Sequence[str], free: Sequence[str], paid: int, owed: Callable[[str], int]
) -> Parts:
	"""Return the items that must be paid, with all free ones or the only ones of them that fit."""
	fixed = [(key, owed(key)) for key in must]
	left = paid - _sum(must, owed)
	if must and not left:
		return fixed
	if left <= 0:
		return []
	if free and _sum(free, owed) == left:
		return fixed + [(key, owed(key)) for key in free]
	found = only(free, left, owed)
	return fixed + found if found else []


def _sum(keys: Iterable[str], owed: Callable[[str], int]) -> int:
	return sum(owed(key) for key in keys)
