"""The clauses of a contract against those of its template: which apply, which were changed, which may not be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from l2c_app.core.clause_text import same

CHANGED, LEFT_OUT, ADDED = "Changed", "Left Out", "Added"
Key = tuple[str, str]


@dataclass(frozen=True)
class Clause:
	"""One clause in one language. `key` is its name in the template; a clause without one was added to the contract.

	`applies_to`: how the contract is billed ("" = any).
	"""

	key: str
	language: str
	title: str
	text: str
	locked: bool = False
	applies_to: str = ""

	@property
	def place(self) -> Key:
		"""Return what identifies the clause in a template and in the contracts made from it."""
		return (self.key, self.language)


@dataclass(frozen=True)
class Deviation:
	"""One difference to the standard text: `kind` is Changed, Left Out or Added."""

	kind: str
	title: str
	language: str
	locked: bool = False


def applicable(standard: Iterable[Clause], bill_by: str) -> list[Clause]:
	"""Return the clauses of a template that a contract billed in this way takes, in their order."""
	return [clause for clause in standard if clause.applies_to in ("", bill_by)]


def doubled(standard: Iterable[Clause]) -> list[Key]:
	"""Return (name, language) that a template has more than once for contracts billed in the same way."""
	seen: list[tuple[Key, str]] = []
	found = []
	for clause in standard:
		others = [kind for place, kind in seen if place == clause.place]
		if any(not kind or not clause.applies_to or kind == clause.applies_to for kind in others):
			found.append(clause.place)
		seen.append((clause.place, clause.applies_to))
	return list(dict.fromkeys(found))


def equal(one: Clause | None, other: Clause | None) -> bool:
	"""Return whether two clauses read the same; two that are not there do."""
	if one is None or other is None:
		return one is other
	return one.title.strip() == other.title.strip() and same(one.text, other.text)


def merge(standard: Sequence[Clause], now: Sequence[Clause], before: Sequence[Clause]) -> list[Clause]:
	"""Return the clauses of a contract for which a template was chosen: the template's, then what was added.

	A clause that somebody edited on the way stays edited; one that still reads as `before`, that is as the last template
	had it, is replaced.
	"""
	edited, old = by_place(now), by_place(before)
	chosen = []
	for clause in standard:
		mine = edited.get(clause.place)
		keep = mine is not None and not equal(mine, old.get(clause.place))
		chosen.append(mine if keep and mine else clause)
	return chosen + [clause for clause in now if not clause.key]


def by_place(clauses: Iterable[Clause]) -> dict[Key, Clause]:
	"""Return the clauses that come from a template by name and language; the first of two alike counts."""
	found: dict[Key, Clause] = {}
	for clause in clauses:
		if clause.key:
			found.setdefault(clause.place, clause)
	return found


def deviations(standard: Sequence[Clause], now: Sequence[Clause]) -> list[Deviation]:
	"""Return what makes a contract non-standard: clauses changed, left out, added. Empty: it is the standard text."""
	ours, theirs = by_place(now), by_place(standard)
	found = []
	for clause in standard:
		mine = ours.get(clause.place)
		if not equal(mine, clause):
			kind = CHANGED if mine else LEFT_OUT
			found.append(Deviation(kind, clause.title, clause.language, clause.locked))
	found += [
		Deviation(ADDED, clause.title, clause.language)
		for clause in now
		if clause.place not in theirs or ours[clause.place] is not clause
	]
	return found


def broken_locks(standard: Sequence[Clause], now: Sequence[Clause], before: Sequence[Clause]) -> list[Clause]:
	"""Return the locked clauses that are not the standard text and were not so before: somebody changed them just now."""
	ours, old = by_place(now), by_place(before)
	return [
		clause
		for clause in standard
		if clause.locked
		and not equal(ours.get(clause.place), clause)
		and not (before and equal(ours.get(clause.place), old.get(clause.place)))
	]
