"""The payment plan of a contract: rows that say when which part of the total is expected, and how it is billed.

Row amounts are gross of tax, in contract currency, and add up to the contract total. Splitting, checking and
due dates are pure; amounts are decimals of currency units, split in the currency's payable unit.
"""

from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from l2c_app.core.money import round_half_up, split_amount

OWN_INVOICE = "Own Invoice"
ADVANCE = "Advance"
WITH_ROW = "With Row"
FIXED_DATE = "Fixed Date"
MILESTONE = "Milestone"
MONTHS_IN_YEAR = 12


class PlanError(ValueError):
	"""A plan that cannot be kept. `code` names the fault, `rows` the row ids, `difference` currency units."""

	def __init__(self, code: str, rows: Iterable[str] = (), *, difference: Decimal = Decimal(0)) -> None:
		self.code = code
		self.rows = tuple(rows)
		self.difference = difference
		super().__init__(f"{code}: {', '.join(self.rows)} {difference}")


@dataclass(frozen=True)
class PlanRow:
	"""One row as typed: a percent of the total if it is above zero, else an amount (currency units)."""

	row_id: str
	percent: Decimal = Decimal(0)
	amount: Decimal = Decimal(0)
	billing: str = OWN_INVOICE
	with_row: str = ""


@dataclass(frozen=True)
class DueRule:
	"""When a row is due: a fixed date, or months and days after an event, maybe at the end of the month reached.

	`after_month_end`: months and days count from the end of the event's month.
	"""

	basis: str
	fixed_date: date | None = None
	offset_months: int = 0
	offset_days: int = 0
	end_of_month: bool = False
	after_month_end: bool = False


@dataclass(frozen=True)
class OpenRow:
	"""A stored row: how it is billed, when it is due, and what no submitted invoice bills of it (currency units)."""

	row_id: str
	billing: str = OWN_INVOICE
	with_row: str = ""
	due: date | None = None
	to_bill: Decimal = Decimal(0)


@dataclass(frozen=True)
class Group:
	"""Rows that one invoice bills: `root` gives its date, `named` is the first with something left to bill."""

	root: str
	named: str
	rows: tuple[str, ...]


def next_row_ids(existing: Iterable[str], count: int) -> list[str]:
	"""Return `count` new row ids R<n> above every number ever used, so an id never means two rows."""
	numbers = [int(row_id[1:]) for row_id in existing if row_id[:1] == "R" and row_id[1:].isdigit()]
	first = max(numbers, default=0) + 1
	return [f"R{number}" for number in range(first, first + count)]


def split(
	total: Decimal, rows: Sequence[PlanRow], unit: Decimal, *, kept: Collection[str] = ()
) -> list[Decimal]:
	"""Return the amount of each row in currency units; their sum is `total` exactly.

	Amount rows keep what was typed. Percent rows share what the amount rows leave, by largest remainder, so
	30/30/40 percent of 100.01 gives 30.00, 30.00 and 40.01. All rows are whole multiples of `unit` (the
	currency's payable unit) but one, which carries what the total has below a unit. `kept`: rows that stay as stored;
	an invoice may have moved a cent of tax to or from them. Raises PlanError with
	code `negative_row`, `zero_row`, `fraction` or `sum` (difference = total less rows).
	"""
	_refuse_negative(rows)
	typed = sum((row.amount for row in rows if not row.percent), Decimal(0))
	percents = [row.percent for row in rows]
	left = total - typed
	_refuse_wrong_sum(total, rows, left=left, unit=unit)
	shares = split_amount(left, percents, unit) if any(percents) else [Decimal(0)] * len(rows)
	amounts = [share if row.percent else row.amount for row, share in zip(rows, shares, strict=True)]
	_refuse_zero(rows, amounts)
	_refuse_fractions(rows, amounts, unit=unit, kept=kept)
	return amounts


def _refuse_negative(rows: Sequence[PlanRow]) -> None:
	negative = [row.row_id for row in rows if row.percent < 0 or row.amount < 0]
	if negative:
		raise PlanError("negative_row", negative)
	zero = [row.row_id for row in rows if not row.percent and not row.amount]
	if zero:
		raise PlanError("zero_row", zero)


def _refuse_wrong_sum(total: Decimal, rows: Sequence[PlanRow], *, left: Decimal, unit: Decimal) -> None:
	"""Percents may miss the total by rounding only: half a unit for each percent row."""
	percent = [row for row in rows if row.percent]
	wanted = sum((total * row.percent / 100 for row in percent), Decimal(0))
	if not rows or abs(left - wanted) > unit * len(percent) / 2:
		raise PlanError("sum", (row.row_id for row in rows), difference=left - wanted)


def _refuse_zero(rows: Sequence[PlanRow], amounts: Sequence[Decimal]) -> None:
	zero = [row.row_id for row, amount in zip(rows, amounts, strict=True) if amount <= 0]
	if zero:
		raise PlanError("zero_row", zero)


def _refuse_fractions(
	rows: Sequence[PlanRow], amounts: Sequence[Decimal], *, unit: Decimal, kept: Collection[str]
) -> None:
	"""One row may carry what the total has below the payable unit; more cannot be paid."""
	fractions = [
		row.row_id
		for row, amount in zip(rows, amounts, strict=True)
		if row.row_id not in kept and round_half_up(amount, unit) != amount
	]
	if len(fractions) > 1:
		raise PlanError("fraction", fractions)


def billed_by(rows: Sequence[PlanRow]) -> dict[str, str]:
	"""Return for each row that is not an advance the row whose invoice bills it (itself, or over With Row).

	Raises PlanError with code `duplicate_id`, `with_unknown`, `with_advance`, `cycle` or `no_invoice`.
	"""
	by_id = {row.row_id: row for row in rows}
	if len(by_id) != len(rows):
		raise PlanError("duplicate_id", (row.row_id for row in rows))
	roots = {row.row_id: _root(row, by_id) for row in rows if row.billing != ADVANCE}
	if not roots:
		raise PlanError("no_invoice", by_id)
	return roots


def _root(row: PlanRow, by_id: Mapping[str, PlanRow]) -> str:
	seen = [row.row_id]
	while row.billing == WITH_ROW:
		target = by_id.get(row.with_row)
		if target is None:
			raise PlanError("with_unknown", (row.row_id,))
		if target.billing == ADVANCE:
			raise PlanError("with_advance", (row.row_id, target.row_id))
		if target.row_id in seen:
			raise PlanError("cycle", seen)
		seen.append(target.row_id)
		row = target
	return row.row_id


def due_groups(rows: Sequence[OpenRow], today: date) -> list[Group]:
	"""Return the invoices that are due: their root row's date is reached and one of their rows has something to bill.

	Example: R1 of 900 with its retention R2 of 100 are billed by one invoice; a credit note takes 100 of it back, and
	R2 is due again by itself although R1 is billed. Rows in plan order; advances have no invoice of their own.
	"""
	by_id = {row.row_id: row for row in rows}
	groups: dict[str, list[OpenRow]] = {}
	for row in rows:
		root = _invoice_row(row, by_id)
		if root.billing == OWN_INVOICE:
			groups.setdefault(root.row_id, []).append(row)
	found = []
	for root_id, members in groups.items():
		members.sort(key=lambda row: row.row_id != root_id)
		due, open_rows = by_id[root_id].due, [row.row_id for row in members if row.to_bill > 0]
		if open_rows and due and due <= today:
			found.append(Group(root_id, open_rows[0], tuple(row.row_id for row in members)))
	return found


def _invoice_row(row: OpenRow, by_id: Mapping[str, OpenRow]) -> OpenRow:
	"""Return the row that a row is billed with, over any number of steps; a broken chain ends where it breaks."""
	for _step in by_id:
		if row.billing != WITH_ROW or row.with_row not in by_id:
			break
		row = by_id[row.with_row]
	return row


def month_end(day: date) -> date:
	"""Return the last day of the month of `day`."""
	return day.replace(day=monthrange(day.year, day.month)[1])


def add_months(day: date, months: int) -> date:
	"""Return the same day `months` later, or the last day of a shorter month: 31 January + 1 = 28 February."""
	year, month = divmod(day.year * MONTHS_IN_YEAR + day.month - 1 + months, MONTHS_IN_YEAR)
	return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def due_date(rule: DueRule, events: Mapping[str, date | None]) -> date | None:
	"""Return the day a row is due, or None while its event has not happened.

	Fixed dates stand. Otherwise event date + months, then + days; at end of month the last day of the month
	reached: an event on 15 January with 1 month and 20 days is due 7 March, or 31 March at end of month. Counted from
	the end of its month, an event on 10 January with 30 days is due 2 March.
	"""
	if rule.basis == FIXED_DATE:
		return rule.fixed_date
	event = events.get(rule.basis)
	if event is None:
		return None
	start = month_end(event) if rule.after_month_end else event
	day = add_months(start, rule.offset_months) + timedelta(days=rule.offset_days)
	return month_end(day) if rule.end_of_month else day
