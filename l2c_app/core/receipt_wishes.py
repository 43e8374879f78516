"""Which plan rows the money of receipts is meant for, as the people who reported it asked. Pure; minor units."""

from collections import defaultdict
from collections.abc import Mapping

from l2c_app.core.allocation import Wish
from l2c_app.core.facts import ADVANCE, Ask, Facts


def of_receipts(facts: Facts, room: Mapping[tuple[str, str], int]) -> list[Wish]:
	"""Turn what Collections asked for into wishes per invoice family or order, never above the money there.

	`room`: minor units that a family of invoices bills of a row, by (family, row).
	"""
	money = _money_by_voucher(facts)
	orders = {entry.target for entry in facts.entries if entry.kind == ADVANCE}
	wishes = []
	asked: dict[tuple[str, str], list[Ask]] = defaultdict(list)
	for ask in facts.asks:
		asked[ask.voucher_type, ask.voucher_no].append(ask)
	for voucher in sorted(asked):
		left = [[ask.row_id, ask.amount] for ask in asked[voucher]]
		for target, amount in sorted(money[voucher].items()):
			for wish in left:
				cap = wish[1] if target in orders else min(wish[1], room.get((target, wish[0]), 0))
				part = max(0, min(amount, cap))
				amount, wish[1] = amount - part, wish[1] - part
				wishes.append(Wish(target, wish[0], part))
	return wishes


def _money_by_voucher(facts: Facts) -> dict[tuple[str, str], dict[str, int]]:
	family_of = {invoice.name: invoice.family for invoice in facts.invoices}
	money: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
	for entry in facts.entries:
		target = family_of.get(entry.target, entry.target)
		money[entry.voucher_type, entry.voucher_no][target] += entry.amount - entry.non_cash
	return money
