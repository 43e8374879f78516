"""Which open invoices a line of a bank statement pays: a score with its evidence; sure ones at once, ties asked. Pure.

Evidence, in points of 100: who paid (account 50, learned or exact name 40, words of the name 25) and what for (whole
number in the text 60, running number 40, a mistyped number of the known payer 15, the amount equals exactly what the named
ones owe 30, or what they and the only fitting others owe 25; without a number: the payer's whole balance 45, the only sum
of his open items 45). On top: several named items add up exactly 20; one item, whose amount tells it from all others, 20.
The amount of a stranger alone is no evidence.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from types import MappingProxyType

from l2c_app.core import match_sums, subset_sum
from l2c_app.core.bank_text import SHORTEST_NUMBER, NameIndex
from l2c_app.core.match_sums import EXACT, Named, Parts
from l2c_app.core.open_items import Item, OpenItems
from l2c_app.core.short_payment import Tolerance

AUTO, SUGGEST = 90, 60
"""Points from which a line is matched without asking, and from which it is proposed."""
BY_ACCOUNT, BY_NAME, BY_WORDS = 50, 40, 25
BY_NUMBER, BY_RUNNING_NUMBER, BY_MISTYPED_NUMBER = 60, 40, 15
EXACT_SUM, WITH_OTHERS, ONLY_SUM, WHOLE_BALANCE = 30, 25, 45, 45
SEVERAL_NAMED, TELLING_AMOUNT = 20, 20
HALF_A_NAME = 0.5
"""Share of a customer's name in the text that confirms what a number said before."""
OVER_AT_MOST = 5
"""Percent of what is named; who pays more has probably paid something else as well."""
TIE, ANOTHER_PAYER, PAYS_FOR, OTHERS_NAMED = "tie", "another payer", "pays for", "others named"
SHORT, OVER = "within tolerance", "rest on account"
SETTLES = frozenset({"exact sum", "with others", "only sum", "whole balance", SHORT, OVER})
"""One of these must be among the evidence of a sure match: any other short payment is a decision for people."""


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
		tolerances: Mapping[str, Tolerance] = MappingProxyType({}),
	) -> None:
		"""Take the open items, (name, customer) pairs with learned aliases, {payer's account: customer}.

		`pays_for`: {customer: those for whom it was seen to pay}, a parent and its children. `tolerances`: {currency: how
		short a payment may be that still closes what it names}.
		"""
		self.items = OpenItems(items)
		self.names = NameIndex(names)
		self.accounts, self.pays_for, self.tolerances = accounts, pays_for, tolerances

	def match(self, lines: Sequence[Line]) -> list[Match]:
		"""Return one match per line, in their order. Lines that name a whole number are served first, then the others, so
		that a guess never takes what somebody named; each in the order given."""
		named = [self.items.numbers.whole(line.text) for line in lines]
		order = sorted(range(len(lines)), key=lambda place: not named[place])
		found: dict[int, Match] = {}
		for place in order:
			found[place] = self._one(lines[place], named[place])
			if found[place].decision is Decision.AUTO:
				self.items.take(found[place].parts)
		return [found[place] for place in range(len(lines))]

	def payer(self, line: Line) -> str | None:
		"""Return the one customer from whom a line came."""
		return self._payer(_Case(line))

	def _one(self, line: Line, whole: set[str]) -> Match:
		case = _Case(line)
		customer = self._payer(case)
		groups = self._named(case, customer, whole)
		if len(groups) > 1:
			case.add(TIE, 0)
			return self._result(case, None, [])
		if groups:
			return self._by_numbers(case, customer, groups[0])
		if customer:
			return self._by_amount(case, customer)
		return Match(line.key, Decision.ASK, left=line.amount)

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

	def _named(self, case: _Case, customer: str | None, whole: set[str]) -> list[Named]:
		"""Return what the text names, by customer: one if it is clear whose documents are meant, [] if none are.

		A known payer means his own; numbers of others count only if all that is named adds up to the amount.
		"""
		line, items = case.line, self.items
		groups = items.by_customer(whole, line.currency)
		if not customer:
			return [items.with_running(line.text, group) for group in groups] or self._strangers(line)
		theirs = {customer, *self.pays_for.get(customer, ())}
		own = [group for group in groups if group.customer in theirs]
		if len(own) < len(groups):
			if sum(items.owed(key) for group in groups for key in group.whole) == line.amount:
				return groups
			case.evidence += [(OTHERS_NAMED, 0)] if own else []
		return [items.with_running(line.text, group) for group in own or [Named(customer, line.currency)]]

	def _strangers(self, line: Line) -> list[Named]:
		"""Return whose documents a stranger's running numbers mean: long ones that end one document alone.

		A text has many numbers. Where they end documents of several customers, those are meant whose documents add up.
		"""
		tails = self.items.numbers.running(line.text).items()
		keys = {
			key for tail, keys in tails if len(keys) == 1 and len(tail) >= SHORTEST_NUMBER for key in keys
		}
		groups = [
			Named(group.customer, group.currency, running=group.whole)
			for group in self.items.by_customer(keys, line.currency)
		]
		if len(groups) < 2:
			return groups
		fits = [group for group in groups if match_sums.fitting(group, line.amount, self.items.owed, ())[1]]
		return fits if len(fits) == 1 else groups

	def _by_numbers(self, case: _Case, customer: str | None, named: Named) -> Match:
		line, items = case.line, self.items
		others = items.open_of(named.customer, line.currency)
		how, parts = match_sums.fitting(named, line.amount, items.owed, others if named.keys else ())
		if customer and how != EXACT and items.with_mistyped(line.text, named):
			how, parts = match_sums.fitting(named, line.amount, items.owed, others)
		if customer and not parts and not named.whole:
			found = self._by_amount(_Case(line, list(case.evidence)), customer)
			if found.decision is not Decision.ASK or not named.keys:
				return found
		self._say_named(case, customer, named)
		if not parts:
			parts = match_sums.oldest_first(named.keys, line.amount, items.owed)
			self._say_difference(case, customer, named, parts)
		elif how == EXACT:
			case.add(EXACT, EXACT_SUM)
			self._say_improbable(case, parts, len(parts) > 1)
		else:
			case.add(how, WITH_OTHERS)
		return self._result(case, named.customer, parts)

	def _say_named(self, case: _Case, customer: str | None, named: Named) -> None:
		if named.whole:
			case.add("number", BY_NUMBER)
		elif named.running:
			case.add("running number", BY_RUNNING_NUMBER)
		if named.mistyped:
			case.add("mistyped number", 0 if named.whole or named.running else BY_MISTYPED_NUMBER)
		if not customer:
			share = self.names.share(f"{case.line.payer} {case.line.text}", named.customer)
			case.evidence += [("words", BY_WORDS)] if share >= HALF_A_NAME else []
		elif customer != named.customer:
			known = named.customer in self.pays_for.get(customer, ())
			case.add(*((PAYS_FOR, 0) if known else (ANOTHER_PAYER, -BY_NUMBER // 2)))

	def _say_improbable(self, case: _Case, parts: Parts, several_named: bool) -> None:
		"""Count what chance hardly brings about: several named items that add up, or an amount only this one has."""
		if several_named:
			case.add("several named", SEVERAL_NAMED)
		elif len(parts) == 1 and self.items.is_telling(case.line.amount, case.line.currency):
			case.add("telling amount", TELLING_AMOUNT)

	def _say_difference(self, case: _Case, customer: str | None, named: Named, parts: Parts) -> None:
		"""Say that a small difference changes nothing: the payer is known, all he pays is named clearly.

		Short within the tolerance; or too much, but less than any other document of his, so that it pays none of them.
		"""
		known = {"account", "name"} & {what for what, _points in case.evidence}
		if not known or customer != named.customer or named.mistyped or len(parts) != len(named.keys):
			return
		line, owed = case.line, sum(self.items.owed(key) for key in named.keys)
		tolerance = self.tolerances.get(line.currency, Tolerance())
		if 0 < owed - line.amount <= tolerance.allowance(owed):
			case.add(SHORT, 0)
		over = line.amount - owed
		rest = [key for key in self.items.open_of(customer, line.currency) if key not in named.keys]
		least = min((self.items.owed(key) for key in rest), default=line.amount)
		if 0 < over < least and over * 100 <= owed * OVER_AT_MOST:
			case.add(OVER, 0)

	def _by_amount(self, case: _Case, customer: str) -> Match:
		keys = self.items.open_of(customer, case.line.currency)
		amounts = [self.items.owed(key) for key in keys]
		if keys and sum(amounts) == case.line.amount:
			case.add("whole balance", WHOLE_BALANCE)
			return self._result(case, customer, list(zip(keys, amounts, strict=True)))
		try:
			answers = subset_sum.subsets(amounts, case.line.amount)
		except subset_sum.TooMany:
			answers = []
		parts = [(keys[place], amounts[place]) for place in answers[0]] if answers else []
		if len(answers) == 1:
			case.add("only sum", ONLY_SUM)
			self._say_improbable(case, parts, several_named=False)
		elif answers:
			case.add(TIE, 0)
		return self._result(case, customer, parts)

	def _result(self, case: _Case, customer: str | None, parts: Parts) -> Match:
		left = case.line.amount - sum(amount for _key, amount in parts)
		said = {what for what, _points in case.evidence}
		sure = not said & {TIE, ANOTHER_PAYER} and bool(said & SETTLES)
		if parts and case.score >= AUTO and sure and (not left or OVER in said):
			decision = Decision.AUTO
		elif parts and case.score >= SUGGEST:
			decision = Decision.SUGGEST
		else:
			decision = Decision.ASK
		return Match(case.line.key, decision, case.score, customer, tuple(parts), left, tuple(case.evidence))
