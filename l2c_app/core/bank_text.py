"""What the text of a bank line says: document numbers, however they were spaced, and names of payers. Pure."""

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from l2c_app.core.normalise import company_key, one_width

SHORTEST_NUMBER = 4
"""A shorter number turns up by chance in any text: amounts, dates, street numbers."""
SHORTEST_MISTYPED = 8
"""In a shorter number one other digit makes a number that exists as well."""
LONGEST_JOIN = 5
_WORD = re.compile(r"[^\W_]+")
_NO_DIGIT = re.compile(r"\D+")
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "æ": "ae", "Æ": "AE",
	"œ": "oe", "Œ": "OE", "ı": "i"})  # fmt: skip
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "AE", "Ö": "OE", "Ü": "UE", "ø": "oe", "Ø": "OE",
	"å": "aa", "Å": "AA"})  # fmt: skip


def words(text: str | None) -> list[str]:
	"""Return the runs of letters and digits of a text in capitals: "RE: inv-2024/007" gives RE, INV, 2024, 007."""
	return _WORD.findall(one_width(text).upper())


def number_key(number: str | None) -> str:
	"""Return a document number as capitals and digits: "SINV-2024-00007" gives "SINV202400007"."""
	return "".join(words(number))


def plain(text: str | None) -> str:
	"""Return Latin letters as a bank without accents writes them: "Núñez Straße" gives "Nunez Strasse"; others stay."""
	folded = one_width(text)
	if folded.isascii():
		return folded
	return "".join(_without_accent(letter) for letter in folded.translate(_LETTERS))


def _without_accent(letter: str) -> str:
	base = unicodedata.normalize("NFD", letter)[0]
	return base if base.isascii() else letter


def one_slip(said: str, meant: str) -> bool:
	"""Return whether one slip of the keyboard makes one number of the other: a sign wrong, two swapped, one more or less."""
	half = len(meant) // 2 - 1  # one slip leaves one half alone
	if said == meant or abs(len(said) - len(meant)) > 1:
		return False
	if half > 0 and said[:half] != meant[:half] and said[-half:] != meant[-half:]:
		return False
	start = next(
		(place for place, pair in enumerate(zip(said, meant, strict=False)) if pair[0] != pair[1]), None
	)
	if start is None:
		return True
	said, meant = said[start:], meant[start:]
	if len(said) != len(meant):
		return said[1:] == meant or said == meant[1:]
	return said[1:] == meant[1:] or (said[1::-1] == meant[:2] and said[2:] == meant[2:])


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
	mine, theirs = [key for key in (number_key(number) for number in known) if key], number_key(said)
	if not mine or len(theirs) < SHORTEST_NUMBER:
		return True
	return any(key.endswith(theirs) or theirs.endswith(key) for key in mine)


class NumberIndex:
	"""Finds documents by their numbers inside free text.

	A whole number is found when neighbouring words of the text join to it, or to all its digits if no other document has
	the same: "2026 00042" is SINV-2026-00042. A running number is its last digits without zeros in front: it counts for a
	known payer's own documents however short, for a stranger only when it is long enough and one document alone ends like
	that.
	"""

	def __init__(self, numbers: Iterable[tuple[str, str]]) -> None:
		"""Take pairs of (number, key of the document)."""
		self._whole: dict[str, set[str]] = defaultdict(set)
		self._digits: dict[str, set[str]] = defaultdict(set)
		self._tail: dict[str, set[str]] = defaultdict(set)
		self._numbers: dict[str, list[str]] = defaultdict(list)
		for number, key in numbers:
			whole = number_key(number)
			digits = _NO_DIGIT.sub("", whole)
			if len(whole) >= SHORTEST_NUMBER and digits:
				self._whole[whole].add(key)
				self._tail[running_number(number)].add(key)
				self._numbers[key].append(whole)
				self._digits[digits].add(key)

	def whole(self, text: str | None) -> set[str]:
		"""Return the documents whose whole number stands in the text."""
		result: set[str] = set()
		for joined in _joined(text):
			result |= self._whole.get(joined, set())
			if joined.isdigit() and len(joined) >= SHORTEST_MISTYPED:
				alike = self._digits.get(joined, set())
				result |= alike if len(alike) == 1 else set()
		return result

	def running(self, text: str | None) -> dict[str, set[str]]:
		"""Return {running number in the text: all documents that end like that}."""
		tails = {word.lstrip("0") for word in words(text) if word.isdigit()} - {""}
		return {tail: self._tail[tail] for tail in tails if tail in self._tail}

	def mistyped(self, text: str | None, keys: Iterable[str]) -> set[str]:
		"""Return those of the given documents whose whole number stands in the text with one slip; two alike are none."""
		numbers = [(number, key) for key in keys for number in self._numbers[key]]
		right = {number for number, _key in numbers}
		result: set[str] = set()
		for joined in {*_joined(text)} - right:
			if len(joined) >= SHORTEST_MISTYPED and not joined.isalpha():
				alike = {key for number, key in numbers if one_slip(joined, number)}
				result |= alike if len(alike) == 1 else set()
		return result


def _joined(text: str | None) -> Iterator[str]:
	"""Yield each run of neighbouring words of a text, joined."""
	found = words(text)
	for start in range(len(found)):
		joined = ""
		for word in found[start : start + LONGEST_JOIN]:
			joined += word
			yield joined


def running_number(number: str) -> str:
	"""Return the last run of digits of a number without zeros in front: "SINV-2026-00042" gives "42"."""
	parts = re.findall(r"\d+", number)
	return parts[-1].lstrip("0") if parts else ""


class NameIndex:
	"""Finds customers by the words of a payer's name; rare words weigh more (inverse document frequency).

	Accents do not count, and an umlaut may be spelled out: "Müller" is MULLER and MUELLER.
	"""

	def __init__(self, names: Iterable[tuple[str, str]]) -> None:
		"""Take pairs of (name, customer). A customer may have several names: those that were learned count as well."""
		self._exact: dict[str, set[str]] = defaultdict(set)
		self._by_word: dict[str, set[int]] = defaultdict(set)
		self._names: list[tuple[frozenset[str], str]] = []
		self._of: dict[str, list[int]] = defaultdict(list)
		for name, customer in names:
			for spelled in dict.fromkeys((plain(name), plain(one_width(name).translate(_SPELLED)))):
				self._add(spelled, customer)
		total = len(self._names) or 1
		self._weight = {part: math.log(1 + total / len(ids)) for part, ids in self._by_word.items()}

	def _add(self, name: str, customer: str) -> None:
		key = company_key(name)
		if not key:
			return
		self._exact[key].add(customer)
		parts = frozenset(words(name))
		for part in parts:
			self._by_word[part].add(len(self._names))
		self._of[customer].append(len(self._names))
		self._names.append((parts, customer))

	def exact(self, name: str | None) -> set[str]:
		"""Return the customers of this very name, without case, accents, punctuation and legal ending."""
		return self._exact.get(company_key(plain(name)), set())

	def like(self, text: str | None, *, at_least: float = 0.75) -> Mapping[str, float]:
		"""Return {customer: share of the weight of its name that stands in the text}, those of at least this share.

		Share = Σ weight of the name's words in the text / Σ weight of all its words; weight of a word = ln(1 + names /
		names with it).
		"""
		present = set(words(plain(text)))
		candidates: set[int] = set()
		for part in present & self._weight.keys():
			if (
				len(self._by_word[part]) <= 1 + len(self._names) // 20
			):  # a word of every twentieth name tells nothing
				candidates |= self._by_word[part]
		result: dict[str, float] = {}
		for place in candidates:
			share, customer = self._share(place, present), self._names[place][1]
			if share >= at_least:
				result[customer] = max(share, result.get(customer, 0.0))
		return result

	def share(self, text: str | None, customer: str) -> float:
		"""Return the share of the weight of one customer's name that stands in the text, as `like` counts it."""
		present = set(words(plain(text)))
		return max((self._share(place, present) for place in self._of.get(customer, ())), default=0.0)

	def _share(self, place: int, present: set[str]) -> float:
		parts = self._names[place][0]
		return sum(self._weight[part] for part in parts & present) / sum(self._weight[part] for part in parts)
