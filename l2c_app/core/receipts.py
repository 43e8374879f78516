"""Which native documents a receipt should be applied to; pure, in minor units.

A receipt that names a plan row pays the invoices that bill the row, then, for the part not billed yet, the
order. A receipt without a row pays the oldest open rows in the same way. Nothing is applied beyond what is
open: the rest stays on the customer's account.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from l2c_app.core.facts import ADVANCE, Facts
from l2c_app.core.money import split_by_weights
from l2c_app.core.position import Position, RowPosition


@dataclass
class Room:
	"""What can still be applied: per plan row, per invoice family, and to orders (oldest order first)."""

	rows: dict[str, int]
	unbilled: dict[str, int]
	families: dict[str, int]
	orders: dict[str, int]
	billed_by: Mapping[str, Sequence[str]]
	row_order: Sequence[str]


def room_of(facts: Facts, found: Position, order_totals: Mapping[str, int]) -> Room:
	"""Return the room that a contract's facts and figures leave.

	Orders together take order total - advance - billed; a host that forgets what was billed would let more in.
	"""
	family_of = {invoice.name: invoice.family for invoice in facts.invoices}
	families: dict[str, int] = defaultdict(int)
	for invoice in facts.invoices:
		families[invoice.family] += invoice.open
	billed_by: dict[str, list[str]] = defaultdict(list)
	for share in sorted(facts.billing, key=lambda share: share.invoice):
		family = family_of.get(share.invoice)
		if family and family not in billed_by[share.row_id]:
			billed_by[share.row_id].append(family)
	due = {row.row_id: (row.due is None, row.due or 0, row.index) for row in facts.rows}
	return Room(
		rows={row.row_id: row.open for row in found.rows},
		unbilled={row.row_id: _unbilled_open(row) for row in found.rows},
		families={family: max(0, amount) for family, amount in families.items()},
		orders=_order_room(facts, found, order_totals),
		billed_by=billed_by,
		row_order=sorted(due, key=due.__getitem__),
	)


def apply(asks: Sequence[tuple[str, int]], room: Room) -> dict[str, int]:
	"""Return the amount per invoice or order for (row id or "", amount) pairs; uses the room up."""
	applied: dict[str, int] = defaultdict(int)
	for row_id, amount in asks:
		for target in [row_id] if row_id else room.row_order:
			amount -= _pay_row(target, amount, room, applied)
	return {target: amount for target, amount in applied.items() if amount}


def _pay_row(row_id: str, amount: int, room: Room, applied: dict[str, int]) -> int:
	paid = 0
	for family in room.billed_by.get(row_id, ()):
		part = min(
			amount - paid, room.rows.get(row_id, 0) - room.unbilled.get(row_id, 0), room.families[family]
		)
		paid += _take(part, room.families, family, room.rows, row_id, applied)
	for order in room.orders:
		part = min(amount - paid, room.unbilled.get(row_id, 0), room.rows.get(row_id, 0), room.orders[order])
		taken = _take(part, room.orders, order, room.rows, row_id, applied)
		if taken:
			room.unbilled[row_id] -= taken
		paid += taken
	return paid


def _take(
	part: int, purse: dict[str, int], target: str, rows: dict[str, int], row_id: str, applied: dict[str, int]
) -> int:
	if part <= 0:
		return 0
	purse[target] -= part
	rows[row_id] -= part
	applied[target] += part
	return part


def _unbilled_open(row: RowPosition) -> int:
	return row.open - min(row.open, max(0, row.billed - row.credited - row.settled))


def _order_room(facts: Facts, found: Position, order_totals: Mapping[str, int]) -> dict[str, int]:
	billed = sum(invoice.total for invoice in facts.invoices if invoice.total > 0 or invoice.bill_again)
	left = max(0, sum(order_totals.values()) - found.advance - billed)
	on_order: dict[str, int] = defaultdict(int)
	for entry in facts.entries:
		if entry.kind == ADVANCE:
			on_order[entry.target] += entry.amount
	rooms = {}
	for order in order_totals:
		rooms[order] = max(0, min(left, order_totals[order] - on_order[order]))
		left -= rooms[order]
	return rooms


def share_unallocated(left: int, asked: Mapping[str, int], applied: Mapping[str, int]) -> dict[str, int]:
	"""Return each contract's part of what a shared payment has not applied yet; the parts add up to `left`.

	A contract's part is what was asked for it less what it got. Of 1,000 for A 300 and B 700, with 300 on A's order and
	450 on B's invoice, the 250 left are B's. What nobody asked for is shared by what was asked.
	"""
	contracts = sorted(asked)
	missing = [max(0, asked[name] - applied.get(name, 0)) for name in contracts]
	owed = min(left, sum(missing))
	parts = split_by_weights(owed, missing) if owed else [0] * len(contracts)
	weights = [asked[name] for name in contracts]
	rest = split_by_weights(left - owed, weights if any(weights) else [1] * len(weights))
	return {name: part + more for name, part, more in zip(contracts, parts, rest, strict=True)}
