"""Which plan rows the money of the ledger pays: one pure function in whole minor units.

The ledger binds: money on an invoice reaches only rows billed by that invoice or by the invoice it returns.
What a Collection asked for steers inside that. Money on an order has no invoice yet: it goes to what was
asked, then to advance rows, then to the oldest row. What no row can take is a credit balance, never another
row's money. The ledger is summed per invoice family and order first, so that the number, the shape and the
order of its entries cannot matter.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

RowId = str


@dataclass(frozen=True)
class Row:
	"""A plan row to be paid: `net` is its amount less what was credited or waived, in minor units."""

	row_id: RowId
	index: int
	net: int
	due: date | None = None
	is_advance: bool = False


@dataclass(frozen=True)
class Link:
	"""A row has this share (minor units) in the invoices of a family: an invoice with its returns."""

	family: str
	row_id: RowId
	amount: int


@dataclass(frozen=True)
class Money:
	"""What settled a family or lies on an order, in minor units.

	`non_cash` is the part that was not money, `in_clearing` the money that no bank has cleared yet.
	"""

	settled: int
	non_cash: int = 0
	in_clearing: int = 0

	@property
	def placed_non_cash(self) -> int:
		"""The non-cash part that rows can receive: within zero and what settled at all."""
		return min(max(0, self.non_cash), max(0, self.settled))

	@property
	def placed_cash(self) -> int:
		"""The rest of what settled."""
		return max(0, self.settled) - self.placed_non_cash - self.placed_in_clearing

	@property
	def placed_in_clearing(self) -> int:
		"""The money not cleared yet that rows can receive: within zero and what is left beside the non-cash part."""
		return min(max(0, self.in_clearing), max(0, self.settled) - self.placed_non_cash)


@dataclass(frozen=True)
class Wish:
	"""A Collection asked that up to `amount` of its money on `target` (family or order) pay this row."""

	target: str
	row_id: RowId
	amount: int


@dataclass(frozen=True)
class Allocation:
	"""What each row got, and what no row could take, in minor units."""

	cash: Mapping[RowId, int]
	non_cash: Mapping[RowId, int]
	credit_balance: int
	in_clearing: Mapping[RowId, int] = field(default_factory=dict)
	unsettled: Mapping[tuple[str, RowId], int] = field(default_factory=dict)
	"""What the money of a family left of each share in it."""

	def settled(self, row_id: RowId) -> int:
		"""Everything that settled the row."""
		return self.cash[row_id] + self.in_clearing.get(row_id, 0) + self.non_cash[row_id]


@dataclass
class _Board:
	"""The state of one allocation run."""

	rows: list[Row]
	room: dict[tuple[str, RowId], int]
	wishes: dict[tuple[str, RowId], int]
	cash: dict[RowId, int]
	non_cash: dict[RowId, int]
	in_clearing: dict[RowId, int]
	credit_balance: int = 0
	open: dict[RowId, int] = field(default_factory=dict)

	def give(self, purse: dict[RowId, int], row: Row, want: int) -> int:
		given = max(0, min(want, self.open[row.row_id]))
		purse[row.row_id] += given
		self.open[row.row_id] -= given
		return given


def allocate(
	rows: Iterable[Row],
	links: Iterable[Link],
	*,
	families: Mapping[str, Money],
	advances: Mapping[str, Money],
	wishes: Iterable[Wish] = (),
) -> Allocation:
	"""Place the money of invoice families and orders on plan rows (all in minor units).

	Phases, each over all pieces before the next: cash of invoices, money of invoices in clearing, non-cash of invoices,
	then the same on orders. Inside a piece: what was asked for first, then by due date (rows without one last)
	and row index. A row never gets more than its net, nor more from a family than its share in it.
	"""
	board = _board(rows, links, wishes)
	for name in sorted(families):
		_place_on_family(board, name, families[name].placed_cash, board.cash)
	for name in sorted(families):
		_place_on_family(board, name, families[name].placed_in_clearing, board.in_clearing)
	for name in sorted(families):
		_place_on_family(board, name, families[name].placed_non_cash, board.non_cash)
	for name in sorted(advances):
		_place_on_order(board, name, advances[name].placed_cash, board.cash)
	for name in sorted(advances):
		_place_on_order(board, name, advances[name].placed_in_clearing, board.in_clearing)
	for name in sorted(advances):
		_place_on_order(board, name, advances[name].placed_non_cash, board.non_cash)
	return Allocation(board.cash, board.non_cash, board.credit_balance, board.in_clearing, board.room)


def by_due_date(row: Row) -> tuple[bool, date, int, RowId]:
	"""Sort key: oldest due date first, rows without a date last, then as the plan lists them."""
	return (row.due is None, row.due or date.min, row.index, row.row_id)


def _board(rows: Iterable[Row], links: Iterable[Link], wishes: Iterable[Wish]) -> _Board:
	ordered = sorted(rows, key=by_due_date)
	room: dict[tuple[str, RowId], int] = {}
	for link in links:
		room[link.family, link.row_id] = room.get((link.family, link.row_id), 0) + link.amount
	asked: dict[tuple[str, RowId], int] = {}
	for wish in wishes:
		asked[wish.target, wish.row_id] = asked.get((wish.target, wish.row_id), 0) + wish.amount
	nothing = {row.row_id: 0 for row in ordered}
	net = {row.row_id: max(0, row.net) for row in ordered}
	return _Board(ordered, room, asked, dict(nothing), dict(nothing), dict(nothing), open=net)


def _place_on_family(board: _Board, family: str, left: int, purse: dict[RowId, int]) -> None:
	for wished_only in (True, False):
		for row in board.rows:
			key = (family, row.row_id)
			want = min(left, board.room.get(key, 0))
			if wished_only:
				want = min(want, board.wishes.get(key, 0))
			given = board.give(purse, row, want)
			left -= given
			_shrink(board, key, given, wished_only)
	board.credit_balance += left


def _shrink(board: _Board, key: tuple[str, RowId], given: int, wished: bool) -> None:
	if given:
		board.room[key] -= given
	if given and wished:
		board.wishes[key] -= given


def _place_on_order(board: _Board, order: str, left: int, purse: dict[RowId, int]) -> None:
	for row in board.rows:
		key = (order, row.row_id)
		given = board.give(purse, row, min(left, board.wishes.get(key, 0)))
		left -= given
		if given:
			board.wishes[key] -= given
	for advance_only in (True, False):
		for row in board.rows:
			if row.is_advance or not advance_only:
				left -= board.give(purse, row, left)
	board.credit_balance += left
