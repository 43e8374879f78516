"""What a payment closes that is not exactly what is open: written off within a tolerance, partly paid, or too much. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Tolerance:
	"""How much a payment may be short: in minor units and in percent of what is open; 0 sets no such limit.

	`by_role`: what a user's role may write off beyond that, in minor units.
	"""

	amount: int = 0
	percent: Decimal = Decimal(0)
	by_role: int = 0

	def allowance(self, open_amount: int) -> int:
		"""Return the most that may be written off (minor units): the smaller of the limits that are set, without any 0; the limit of the role where that is more.

		Tolerance 500 and 1 percent on 20,000 open: 200.
		"""
		limits = [self.amount] if self.amount > 0 else []
		if self.percent > 0:
			limits.append(int(open_amount * self.percent / 100))
		for_all = min(limits) if limits else 0
		return max(0, min(max(for_all, self.by_role), open_amount))


@dataclass(frozen=True)
class Settlement:
	"""What each item gets, in order, and the differences; all in minor units.

	Σ parts = paid − left + written_off. `short` is what stays open on the items.
	"""

	parts: tuple[int, ...]
	written_off: int = 0
	short: int = 0
	left: int = 0


def settle(
	paid: int,
	opens: Sequence[int],
	*,
	tolerance: Tolerance,
	write_off: bool,
	chosen: Sequence[int] | None = None,
) -> Settlement:
	"""Return what a payment gives to open items in their order.

	Enough money closes all, the rest is left. Too little closes all if the difference is to be written off and lies
	within the tolerance; else the first items get what there is. `short` tells the difference in that case. `chosen`:
	what somebody gives to each item instead, in all no more than was paid.
	"""
	parts = _oldest_first(paid, opens) if chosen is None else tuple(chosen)
	missing, left = sum(opens) - sum(parts), paid - sum(parts)
	if missing and write_off and missing <= tolerance.allowance(sum(opens)):
		return Settlement(tuple(opens), written_off=missing, left=left)
	return Settlement(parts, short=missing, left=left)


def _oldest_first(paid: int, opens: Sequence[int]) -> tuple[int, ...]:
	parts, rest = [], paid
	for amount in opens:
		parts.append(min(amount, rest))
		rest -= parts[-1]
	return tuple(parts)
