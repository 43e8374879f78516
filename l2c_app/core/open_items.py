"""What customers owe, found by the numbers in a text, by customer, by amount; what was paid is not found again. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from l2c_app.core.bank_text import NumberIndex
from l2c_app.core.match_sums import Named

TELLING_DIGITS = 4
"""An amount of so many digits, zeros at the end not counted, is met by chance once in ten thousand."""


@dataclass(frozen=True)
class Item:
	"""One open invoice or plan row. `open` in minor units; `numbers`: all by which a payer may name it."""

	key: str
	customer: str
	open: int
	currency: str
	due: date
	numbers: tuple[str, ...] = ()


class OpenItems:
	"""Open items and what is left of each while lines are matched."""

	def __init__(self, items: Iterable[Item]) -> None:
		"""Take the open items; a key once."""
		self._items = {item.key: item for item in items}
		self._open = {item.key: item.open for item in self._items.values()}
		self._alike = Counter((item.currency, item.open) for item in self._items.values())
		self.numbers = NumberIndex(
			(number, item.key) for item in self._items.values() for number in item.numbers
		)
		self._of_customer: dict[tuple[str, str], list[str]] = defaultdict(list)
		for item in sorted(self._items.values(), key=lambda each: (each.due, each.key)):
			self._of_customer[(item.customer, item.currency)].append(item.key)

	def owed(self, key: str) -> int:
		"""Return the minor units of an item that nobody has paid yet."""
		return self._open[key]

	def take(self, parts: Iterable[tuple[str, int]]) -> None:
		"""Note what was paid: pairs of item and minor units."""
		for key, amount in parts:
			self._open[key] -= amount

	def open_of(self, customer: str, currency: str) -> list[str]:
		"""Return the open items of a customer in a currency, the oldest first."""
		return [key for key in self._of_customer.get((customer, currency), ()) if self._open[key] > 0]

	def by_customer(self, keys: Iterable[str], currency: str) -> list[Named]:
		"""Return the open ones of these items, as named by whole numbers, grouped by customer."""
		groups: dict[str, Named] = {}
		for key in self._live(keys, currency):
			owner = self._items[key].customer
			groups.setdefault(owner, Named(owner, currency)).whole.append(key)
		return list(groups.values())

	def with_running(self, text: str, named: Named) -> Named:
		"""Add the customer's items whose running number stands in the text."""
		tails = self.numbers.running(text).values()
		keys = {key for found in tails for key in found if self._items[key].customer == named.customer}
		named.running = [key for key in self._live(keys, named.currency) if key not in named.whole]
		return named

	def with_mistyped(self, text: str, named: Named) -> bool:
		"""Add the customer's items whose number stands in the text with one slip; return whether there are any."""
		keys = self.numbers.mistyped(text, self.open_of(named.customer, named.currency))
		named.mistyped = [key for key in self._live(keys, named.currency) if key not in named.keys]
		return bool(named.mistyped)

	def is_telling(self, amount: int, currency: str) -> bool:
		"""Return whether one item alone is owed with this amount, and chance hardly brings such an amount about."""
		digits = len(str(amount).rstrip("0"))
		return digits >= TELLING_DIGITS and self._alike[currency, amount] == 1

	def _live(self, keys: Iterable[str], currency: str) -> list[str]:
		found = [key for key in keys if self._items[key].currency == currency and self._open[key] > 0]
		return sorted(found, key=lambda key: (self._items[key].due, key))
