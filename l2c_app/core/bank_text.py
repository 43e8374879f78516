"""What the text of a bank line says: document numbers, however they were spaced, and names of payers. Pure."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from l2c_app.core.normalise import company_key, one_width

SHORTEST_NUMBER = 4
"""A shorter number turns up by chance in any text: amounts, dates, street numbers."""
LONGEST_JOIN = 5
_WORD = re.compile(r"[^\W_]+")


def words(text: str | None) -> list[str]:
	"""Return the runs of letters and digits of a text in capitals: "RE: inv-2024/007" gives RE, INV, 2024, 007."""
	return _WORD.findall(one_width(text).upper())


def number_key(number: str | None) -> str:
	"""Return a document number as capitals and digits: "SINV-2024-00007" gives "SINV202400007"."""
	return "".join(words(number))


def is_iban(text: str | None) -> bool:
	"""Return whether a text is an IBAN with the right check digits (ISO 7064, modulo 97)."""
	key = number_key(text)
	if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{8,30}", key):
		return False
	return int("".join(str(int(sign, 36)) for sign in key[4:] + key[:4])) % 97 == 1


def same_account(said: str, known: Iterable[str | None]) -> bool:
	"""Return whether the account that a statement names is one of the known forms of ours; nothing known fits all.

	A bank code may stand before the number, and an IBAN holds it.
	"""
	mine, theirs = [key for key in map(number_key, known) if key], number_key(said)
	if not mine or len(theirs) < SHORTEST_NUMBER:
		return True
	return any(key.endswith(theirs) or theirs.endswith(key) for key in mine)


class NumberIndex:
	"""Finds documents by their numbers inside free text.

	A whole number is found when neighbouring words of the text join to it. A running number is its last digits without
	zeros in front: it counts for a known payer's own documents however short, for a stranger only when it is long enough
	and one document alone ends like that.
	"""

	def __init__(self, numbers: Iterable[tuple[str, str]]) -> None:
		"""Take pairs of (number, key of the document)."""
		self._whole: dict[str, set[str]] = defaultdict(set)
		self._tail: dict[str, set[str]] = defaultdict(set)
		for number, key in numbers:
			whole = number_key(number)
			if len(whole) >= SHORTEST_NUMBER and any(character.isdigit() for character in whole):
				self._whole[whole].add(key)
				self._tail[running_number(number)].add(key)

	def whole(self, text: str | None) -> set[str]:
		"""Return the documents whose whole number stands in the text."""
		found = words(text)
		result: set[str] = set()
		for start in range(len(found)):
			joined = ""
			for word in found[start : start + LONGEST_JOIN]:
				joined += word
				result |= self._whole.get(joined, set())
		return result

	def running(self, text: str | None) -> dict[str, set[str]]:
		"""Return {running number in the text: all documents that end like that}."""
		tails = {word.lstrip("0") for word in words(text) if word.isdigit()} - {""}
		return {tail: self._tail[tail] for tail in tails if tail in self._tail}


def running_number(number: str) -> str:
	"""Return the last run of digits of a number without zeros in front: "SINV-2026-00042" gives "42"."""
	parts = re.findall(r"\d+", number)
	return parts[-1].lstrip("0") if parts else ""


class NameIndex:
	"""Finds customers by the words of a payer's name; rare words weigh more (inverse document frequency)."""

	def __init__(self, names: Iterable[tuple[str, str]]) -> None:
		"""Take pairs of (name, customer). A customer may have several names: those that were learned count as well."""
		self._exact: dict[str, set[str]] = defaultdict(set)
		self._by_word: dict[str, set[int]] = defaultdict(set)
		self._names: list[tuple[frozenset[str], str]] = []
		for name, customer in names:
			key = company_key(name)
			if not key:
				continue
			self._exact[key].add(customer)
			parts = frozenset(words(name))
			for part in parts:
				self._by_word[part].add(len(self._names))
			self._names.append((parts, customer))
		total = len(self._names) or 1
		self._weight = {part: math.log(1 + total / len(ids)) for part, ids in self._by_word.items()}

	def exact(self, name: str | None) -> set[str]:
		"""Return the customers of this very name, without case, punctuation and legal ending."""
		return self._exact.get(company_key(name), set())

	def like(self, text: str | None, *, at_least: float = 0.75) -> Mapping[str, float]:
		"""Return {customer: share of the weight of its name that stands in the text}, those of at least this share.

		Share = Σ weight of the name's words in the text / Σ weight of all its words; weight of a word = ln(1 + names /
		names with it).
		"""
		present = set(words(text))
		candidates: set[int] = set()
		for part in present & self._weight.keys():
			if (
				len(self._by_word[part]) <= 1 + len(self._names) // 20
			):  # a word of every twentieth name tells nothing
				candidates |= self._by_word[part]
		result: dict[str, float] = {}
		for place in candidates:
			parts, customer = self._names[place]
			whole = sum(self._weight[part] for part in parts)
			share = sum(self._weight[part] for part in parts & present) / whole
			if share >= at_least:
				result[customer] = max(share, result.get(customer, 0.0))
		return result
