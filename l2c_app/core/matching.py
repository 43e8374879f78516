"""Which open invoices a line of a bank statement pays: a score with its evidence; sure ones at once, ties asked. Pure.

Evidence, in points of 100: who paid (account 50, learned or exact name 40, words of the name 25) and what for (whole
number in the text 60, running number 40, the amount equals exactly what the named ones owe 30, or what they and the only
fitting others owe 25; without a number: the payer's whole balance 45, the only sum of his open items 45). The amount of a
stranger alone is no evidence.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from types import MappingProxyType

from l2c_app.core import subset_sum
from l2c_app.core.bank_text import SHORTEST_NUMBER, NameIndex, NumberIndex

AUTO, SUGGEST = 90, 60
"""Points from which a line is matched without asking, and from which it is proposed."""
BY_ACCOUNT, BY_NAME, BY_WORDS = 50, 40, 25
BY_NUMBER, BY_RUNNING_NUMBER = 60, 40
EXACT_SUM, WITH_OTHERS, ONLY_SUM, WHOLE_BALANCE = 30, 25, 45, 45
TIE, ANOTHER_PAYER, PAYS_FOR = "tie", "another payer", "pays for"
SETTLES = frozenset({"exact sum", "with others", "only sum", "whole balance"})
"""One of these must be among the evidence of a sure match: a short payment is a decision for people."""


class Decision(str, Enum):
	"""What is done with a line."""

	AUTO = "Auto"
	SUGGEST = "Suggest"
	ASK = "Ask"


@dataclass(frozen=True)
class Line:
	"""One incoming line. `amount` in minor units of its currency."""

	key: str
	amount: int
	currency: str
	text: str = ""
	payer: str = ""
	account: str = ""
	on: date | None = None


@dataclass(frozen=True)
class Item:
	"""One open invoice or plan row. `open` in minor units; `numbers`: all by which a payer may name it."""

	key: str
	customer: str
	open: int
	currency: str
	due: date
	numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Match:
	"""What one line probably pays: [(item, minor units)], the points and where they come from."""

	line: str
	decision: Decision
	score: int = 0
	customer: str | None = None
	parts: tuple[tuple[str, int], ...] = ()
	left: int = 0
	evidence: tuple[tuple[str, int], ...] = ()


@dataclass
class _Case:
	"""The work on one line: who may have paid, what the text names, the points so far."""

	line: Line
	evidence: list[tuple[str, int]] = field(default_factory=list)

	def add(self, what: str, points: int) -> None:
		self.evidence.append((what, points))

	@property
	def score(self) -> int:
		return max(0, min(100, sum(points for _what, points in self.evidence)))


class Matcher:
	"""Matches lines against open items; what one line takes is not offered to the next."""

	def __init__(
		self,
		items: Iterable[Item],
		*,
		names: Iterable[tuple[str, str]],
		accounts: Mapping[str, str],
		pays_for: Mapping[str, Collection[str]] = MappingProxyType({}),
	) -> None:
		"""Take the open items, (name, customer) pairs with learned aliases, {payer's account: customer}.

		`pays_for`: {customer: those for whom it was seen to pay}, a parent and its children.
		"""
		self.pays_for = pays_for
		self.items = {item.key: item for item in items}
		self.open = {item.key: item.open for item in self.items.values()}
		self.accounts = accounts
		self.names = NameIndex(names)
		self.numbers = NumberIndex(
			(number, item.key) for item in self.items.values() for number in item.numbers
		)
		self.of_customer: dict[tuple[str, str], list[str]] = defaultdict(list)
		for item in sorted(self.items.values(), key=lambda each: (each.due, each.key)):
			self.of_customer[(item.customer, item.currency)].append(item.key)

	def match(self, lines: Sequence[Line]) -> list[Match]:
		"""Return one match per line, in their order. Lines that name a whole number are served first, then the others, so
		that a guess never takes what somebody named; each in the order given."""
		named = [self.numbers.whole(line.text) for line in lines]
		order = sorted(range(len(lines)), key=lambda place: not named[place])
		found: dict[int, Match] = {}
		for place in order:
			found[place] = self._one(lines[place], named[place])
			if found[place].decision is Decision.AUTO:
				for key, amount in found[place].parts:
					self.open[key] -= amount
		return [found[place] for place in range(len(lines))]

	def payer(self, line: Line) -> str | None:
		"""Return the one customer from whom a line came."""
		return self._payer(_Case(line))

	def _one(self, line: Line, whole: set[str]) -> Match:
		case = _Case(line)
		customer = self._payer(case)
		keys = self._live(whole, line.currency)
		if customer and keys and self._meant_for_others(keys, customer, line.amount):
			keys = []
		if keys:
			return self._by_numbers(case, customer, keys, ("number", BY_NUMBER))
		keys = self._live(self._by_running(line, customer), line.currency)
		if keys:
			return self._by_numbers(case, customer, keys, ("running number", BY_RUNNING_NUMBER))
		if customer:
			return self._by_amount(case, customer)
		return Match(line.key, Decision.ASK, left=line.amount)

	def _meant_for_others(self, keys: Sequence[str], customer: str, amount: int) -> bool:
		"""Return True for numbers of other customers that do not even fit the amount: a number mistyped into theirs."""
		theirs = {customer, *self.pays_for.get(customer, ())}
		strangers = all(self.items[key].customer not in theirs for key in keys)
		return strangers and sum(self.open[key] for key in keys) != amount

	def _by_running(self, line: Line, customer: str | None) -> set[str]:
		result: set[str] = set()
		for tail, keys in self.numbers.running(line.text).items():
			own = {key for key in keys if self.items[key].customer == customer}
			if not customer and len(keys) == 1 and len(tail) >= SHORTEST_NUMBER:
				own = keys
			result |= own
		return result

	def _live(self, keys: Iterable[str], currency: str) -> list[str]:
		found = [key for key in keys if self.items[key].currency == currency and self.open[key] > 0]
		return sorted(found, key=lambda key: (self.items[key].due, key))

	def _payer(self, case: _Case) -> str | None:
		"""Return the one customer who paid: by account, by exact name, by words; two alike are nobody."""
		line = case.line
		by_account = self.accounts.get(line.account)
		if by_account:
			case.add("account", BY_ACCOUNT)
			return by_account
		exact = self.names.exact(line.payer)
		if len(exact) == 1:
			case.add("name", BY_NAME)
			return next(iter(exact))
		like = self.names.like(f"{line.payer} {line.text}")
		best = max(like.values(), default=0.0)
		alike = [customer for customer, share in like.items() if share == best]
		if len(alike) == 1 and not exact:
			case.add("words", BY_WORDS)
			return alike[0]
		return None

	def _by_numbers(self, case: _Case, customer: str | None, keys: list[str], how: tuple[str, int]) -> Match:
		owners = {self.items[key].customer for key in keys}
		case.add(*how)
		if len(owners) > 1:
			case.add(TIE, -BY_NUMBER)
			return self._result(case, None, [])
		owner = owners.pop()
		if customer and customer != owner:
			known = owner in self.pays_for.get(customer, ())
			case.add(*((PAYS_FOR, 0) if known else (ANOTHER_PAYER, -BY_NUMBER // 2)))
		parts = self._named_sum(case, owner, keys)
		return self._result(case, owner, parts)

	def _named_sum(self, case: _Case, owner: str, keys: list[str]) -> list[tuple[str, int]]:
		"""Return what the amount closes: all named items, the only fitting ones of them, or they and the only others."""
		amounts, paid = [self.open[key] for key in keys], case.line.amount
		if sum(amounts) == paid:
			case.add("exact sum", EXACT_SUM)
			return list(zip(keys, amounts, strict=True))
		if sum(amounts) > paid:
			found = self._only(keys, paid)
			if found:
				case.add("exact sum", EXACT_SUM)
			return found or _oldest_first(keys, amounts, paid)
		others = [key for key in self._open_of(owner, case.line.currency) if key not in keys]
		found = self._only(others, paid - sum(amounts))
		if not found:
			return _oldest_first(keys, amounts, paid)
		case.add("with others", WITH_OTHERS)
		return [*zip(keys, amounts, strict=True), *found]

	def _only(self, keys: Sequence[str], paid: int) -> list[tuple[str, int]]:
		"""Return the only subset that adds up to the amount; [] when there is none, or more than one."""
		try:
			answers = subset_sum.subsets([self.open[key] for key in keys], paid)
		except subset_sum.TooMany:
			return []
		return [(keys[place], self.open[keys[place]]) for place in answers[0]] if len(answers) == 1 else []

	def _open_of(self, customer: str, currency: str) -> list[str]:
		return [key for key in self.of_customer[(customer, currency)] if self.open[key] > 0]

	def _by_amount(self, case: _Case, customer: str) -> Match:
		keys = self._open_of(customer, case.line.currency)
		amounts = [self.open[key] for key in keys]
		if keys and sum(amounts) == case.line.amount:
			case.add("whole balance", WHOLE_BALANCE)
			return self._result(case, customer, list(zip(keys, amounts, strict=True)))
		try:
			answers = subset_sum.subsets(amounts, case.line.amount)
		except subset_sum.TooMany:
			answers = []
		if len(answers) == 1:
			case.add("only sum", ONLY_SUM)
		elif answers:
			case.add(TIE, 0)
		parts = [(keys[place], amounts[place]) for place in answers[0]] if answers else []
		return self._result(case, customer, parts)

	def _result(self, case: _Case, customer: str | None, parts: list[tuple[str, int]]) -> Match:
		left = case.line.amount - sum(amount for _key, amount in parts)
		said = {what for what, _points in case.evidence}
		sure = not said & {TIE, ANOTHER_PAYER} and bool(said & SETTLES)
		if parts and case.score >= AUTO and sure and not left:
			decision = Decision.AUTO
		elif parts and case.score >= SUGGEST:
			decision = Decision.SUGGEST
		else:
			decision = Decision.ASK
		return Match(case.line.key, decision, case.score, customer, tuple(parts), left, tuple(case.evidence))


def _oldest_first(keys: Sequence[str], amounts: Sequence[int], paid: int) -> list[tuple[str, int]]:
	"""Give a short or over payment to the named items, the oldest first, none more than it owes."""
	parts = []
	for key, amount in zip(keys, amounts, strict=True):
		taken = min(amount, paid)
		if taken:
			parts.append((key, taken))
		paid -= taken
	return parts
