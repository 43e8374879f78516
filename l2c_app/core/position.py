"""From what the ledger says to the figures of a contract and its plan rows; all amounts in minor units.

Settled is whatever closed an invoice. Collected is settled less what was not cash or is in clearing (bills, cheques),
plus money that lies on the contract's orders. Every figure follows from the facts alone: computing twice changes nothing.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from l2c_app.core.allocation import Allocation, Link, Money, Row, allocate, by_due_date
from l2c_app.core.base_amounts import in_company_currency
from l2c_app.core.contract_status import MoneyFacts, money_status, row_status
from l2c_app.core.facts import ADVANCE, REFUND, Facts, PlanRow
from l2c_app.core.receipt_wishes import of_receipts


@dataclass(frozen=True)
class RowPosition:
	"""The figures of one plan row."""

	row_id: str
	amount: int
	waived: int
	credited: int
	billed: int
	settled: int
	collected: int
	written_off: int
	open: int
	due: int
	overdue: int
	overdue_billed: int
	status: str
	in_clearing: int = 0

	@property
	def open_billed(self) -> int:
		"""What is open of what invoices bill; the rest of `open` nobody billed yet."""
		return min(self.open, max(0, self.billed - self.credited - self.settled))

	@property
	def to_bill(self) -> int:
		"""What no invoice bills yet."""
		return max(0, self.amount - self.waived - self.billed)


@dataclass(frozen=True)
class Position:
	"""The figures of a contract; `open`, `due` and `overdue` are the sums of its rows."""

	rows: tuple[RowPosition, ...]
	billed: int
	open_billed: int
	settled: int
	written_off: int
	advance: int
	collected: int
	collected_base: int
	refunded: int
	on_account: int
	credit_balance: int
	open: int
	due: int
	overdue: int
	open_base: int
	overdue_base: int
	money_status: str
	in_clearing: int = 0

	@property
	def collected_percent(self) -> float:
		"""Return how much of what is to be collected came in, rounded down to two decimals, never above 100.

		To be collected: all rows without what was credited or waived; 100 where that is nothing.
		Example: 1,000 agreed, 100 of it credited, 300 collected: 33.33.
		"""
		wanted = sum(row.amount - row.credited - row.waived for row in self.rows)
		return min(100.0, max(0, self.collected) * 10_000 // wanted / 100) if wanted > 0 else 100.0


@dataclass(frozen=True)
class Violation:
	"""An identity that does not hold, with both sides in minor units."""

	identity: str
	left: int
	right: int


def position(facts: Facts, today: date) -> Position:
	"""Return all figures of a contract as of `today` (site date; only due and overdue depend on it)."""
	credited, again = _returns_by_row(facts)
	credit, rebill = _sum_by_row(facts, credited), _sum_by_row(facts, again)
	invoiced = _sum_by_row(facts, _billed_in_family(facts))
	billed = {row_id: amount - rebill[row_id] for row_id, amount in invoiced.items()}
	families, advances = _families(facts), _advances(facts)
	allocation = allocate(
		[_as_row(row, row.amount - row.waived - credit[row.row_id]) for row in facts.rows],
		_links(facts, credited, again),
		families=families,
		advances=advances,
		wishes=of_receipts(facts, _billed_in_family(facts)),
	)
	disputed = _disputed(facts)
	rows = tuple(
		_row_position(row, credit[row.row_id], billed[row.row_id], allocation, today, row.row_id in disputed)
		for row in sorted(facts.rows, key=lambda row: row.index)
	)
	return _total(facts, rows, [families, advances], allocation)


def violations(facts: Facts, found: Position) -> list[Violation]:
	"""Return the identities that the figures break, each with both sides; empty when the books agree."""
	rows = found.rows
	amounts = sum(row.amount for row in rows)
	parts = sum(
		row.collected + row.in_clearing + row.written_off + row.credited + row.waived + row.open
		for row in rows
	)
	placed = sum(row.settled for row in rows) + found.credit_balance
	billed = sum(row.billed - row.credited for row in rows)
	checks = (
		Violation("sum of plan rows = order total", amounts, facts.total),
		Violation(
			"collected + in clearing + written off + credited + waived + open = sum of plan rows",
			parts,
			amounts,
		),
		Violation(
			"settled of rows + credit balance = settled + advance", placed, found.settled + found.advance
		),
		Violation("billed of rows - credited of rows = billed", billed, found.billed),
	)
	return [check for check in checks if check.left != check.right]


def _families(facts: Facts) -> dict[str, Money]:
	settled: dict[str, int] = defaultdict(int)
	family_of = {invoice.name: invoice.family for invoice in facts.invoices}
	for invoice in facts.invoices:
		settled[invoice.family] += invoice.total - invoice.open
	non_cash: dict[str, int] = defaultdict(int)
	in_clearing: dict[str, int] = defaultdict(int)
	for entry in facts.entries:
		if entry.target in family_of:
			non_cash[family_of[entry.target]] += entry.non_cash
			in_clearing[family_of[entry.target]] += entry.in_clearing
	return {
		family: Money(amount, non_cash[family], in_clearing[family]) for family, amount in settled.items()
	}


def _advances(facts: Facts) -> dict[str, Money]:
	sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
	for entry in facts.entries:
		if entry.kind == ADVANCE:
			parts = (entry.amount, entry.non_cash, entry.in_clearing)
			sums[entry.target] = [have + part for have, part in zip(sums[entry.target], parts, strict=True)]
	return {order: Money(*values) for order, values in sums.items()}


def _returns_by_row(facts: Facts) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:
	"""Spread returns over the rows of their family, latest due first: forgiven, and to be billed again."""
	credited: dict[tuple[str, str], int] = defaultdict(int)
	again: dict[tuple[str, str], int] = defaultdict(int)
	left_of_row = {row.row_id: row.amount - row.waived for row in facts.rows}
	room = _billed_in_family(facts)
	latest_first = sorted(facts.rows, key=lambda row: by_due_date(_as_row(row, 0)), reverse=True)
	for invoice in sorted(facts.invoices, key=lambda invoice: invoice.name):
		left = max(0, -invoice.total)
		for row in latest_first:
			key = (invoice.family, row.row_id)
			part = max(0, min(left, room.get(key, 0)))
			if not invoice.bill_again:
				part = max(0, min(part, left_of_row[row.row_id]))
				left_of_row[row.row_id] -= part
			(again if invoice.bill_again else credited)[key] += part
			if part:
				room[key] -= part
				left -= part
	return credited, again


def _billed_in_family(facts: Facts) -> dict[tuple[str, str], int]:
	family_of = {invoice.name: invoice.family for invoice in facts.invoices}
	known = {row.row_id for row in facts.rows}
	shares: dict[tuple[str, str], int] = defaultdict(int)
	for share in facts.billing:
		if share.invoice in family_of and share.row_id in known:
			shares[family_of[share.invoice], share.row_id] += share.amount
	return shares


def _disputed(facts: Facts) -> set[str]:
	"""Return the rows that a disputed invoice bills."""
	disputed = {invoice.name for invoice in facts.invoices if invoice.disputed}
	return {share.row_id for share in facts.billing if share.invoice in disputed and share.amount > 0}


def _links(facts: Facts, credited: dict, again: dict) -> list[Link]:
	shares = _billed_in_family(facts)
	return [
		Link(family, row_id, amount - credited[family, row_id] - again[family, row_id])
		for (family, row_id), amount in shares.items()
	]


def _sum_by_row(facts: Facts, shares: dict[tuple[str, str], int]) -> dict[str, int]:
	sums = {row.row_id: 0 for row in facts.rows}
	for (_, row_id), amount in shares.items():
		sums[row_id] += amount
	return sums


def _as_row(row: PlanRow, net: int) -> Row:
	return Row(row.row_id, row.index, net, row.due, row.is_advance)


def _row_position(
	row: PlanRow, credited: int, billed: int, allocation: Allocation, today: date, disputed: bool
) -> RowPosition:
	settled = allocation.settled(row.row_id)
	left = row.amount - credited - row.waived - settled
	due = left if row.due and row.due <= today else 0
	overdue = left if row.due and row.due < today else 0
	return RowPosition(
		row_id=row.row_id,
		amount=row.amount,
		waived=row.waived,
		credited=credited,
		billed=billed,
		settled=settled,
		collected=allocation.cash[row.row_id],
		in_clearing=allocation.in_clearing[row.row_id],
		written_off=allocation.non_cash[row.row_id],
		open=left,
		due=due,
		overdue=overdue,
		overdue_billed=min(overdue, max(0, billed - credited - settled)),
		status=row_status(
			net=row.amount - credited - row.waived,
			settled=settled,
			due_date=row.due,
			today=today,
			waived=row.waived > 0,
			disputed=disputed,
		),
	)


def _total(
	facts: Facts, rows: tuple[RowPosition, ...], pieces: list[dict], allocation: Allocation
) -> Position:
	families, advances = pieces
	settled = sum(money.settled for money in families.values())
	advance = sum(money.settled for money in advances.values())
	non_cash = sum(money.non_cash for piece in pieces for money in piece.values())
	in_clearing = sum(money.in_clearing for piece in pieces for money in piece.values())
	below_zero = sum(min(0, money.settled) for piece in pieces for money in piece.values())
	billed = sum(invoice.total for invoice in facts.invoices)
	return Position(
		rows=rows,
		billed=billed,
		open_billed=sum(invoice.open for invoice in facts.invoices),
		settled=settled,
		written_off=non_cash,
		advance=advance,
		collected=settled - non_cash - in_clearing + advance,
		in_clearing=in_clearing,
		collected_base=sum(entry.base_cash for entry in facts.entries),
		refunded=-sum(entry.amount for entry in facts.entries if entry.kind == REFUND),
		on_account=facts.on_account,
		credit_balance=allocation.credit_balance + below_zero,
		open=sum(row.open for row in rows),
		due=sum(row.due for row in rows),
		overdue=sum(row.overdue for row in rows),
		open_base=in_company_currency(
			facts,
			((row.row_id, row.open_billed, row.open - row.open_billed) for row in rows),
			unsettled=allocation.unsettled,
		),
		overdue_base=in_company_currency(
			facts,
			((row.row_id, row.overdue_billed, row.overdue - row.overdue_billed) for row in rows),
			unsettled=allocation.unsettled,
		),
		money_status=money_status(
			MoneyFacts(
				billed=billed,
				to_bill=sum(row.to_bill for row in rows),
				open_amount=sum(row.open for row in rows),
				overdue_amount=sum(row.overdue for row in rows),
			)
		),
	)
