"""What each invoice of a payment plan bills, in whole units of the stored precision.

Plan rows are dates on which money is expected, invoices are billing events. The invoice of a row takes the row's
own amount, the rows billed with it and the advances it takes back, less what is already billed; so all invoices
together are the order total, to the unit. All amounts here are integers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from l2c_app.core.money import from_minor, split_by_weights, to_minor

RECOUP_FIRST = "First"
RECOUP_PRO_RATA = "Pro Rata"
RECOUP_LAST = "Last"


@dataclass(frozen=True)
class BillRow:
	"""One plan row as billing sees it. `root`: the row whose invoice bills it, empty for an advance.

	`billed` counts submitted and draft invoices, less returns that may be billed again.
	"""

	row_id: str
	amount: int
	root: str = ""
	billed: int = 0
	waived: int = 0
	due_date: date | None = None

	@property
	def to_bill(self) -> int:
		"""What is left to bill."""
		return max(0, self.amount - self.waived - self.billed)


@dataclass(frozen=True)
class Bill:
	"""What one invoice bills: an amount for each row, in plan order; `advances` = the part that is taken back."""

	parts: Mapping[str, int]
	advances: int

	@property
	def total(self) -> int:
		"""The invoice total that is wanted."""
		return sum(self.parts.values())


def bill_of(root: str, rows: Sequence[BillRow], *, recoup: str) -> Bill:
	"""Return what the invoice of row `root` bills.

	Own amount + rows billed with it + advances taken back − what is billed. Advances go to the first invoice, to
	the last one, or to each by the weight of its rows. Example: advance 300, rows 400 and 300, First: the first
	invoice bills 700, the second 300.
	"""
	own = {row.row_id: row.to_bill for row in rows if row.root == root and row.to_bill}
	if not own:
		return Bill({}, 0)
	share = _recoup_share(root, rows, recoup=recoup)
	taken = {row.row_id: share(row.to_bill) for row in rows if not row.root and row.to_bill}
	parts = {row.row_id: own.get(row.row_id) or taken.get(row.row_id, 0) for row in rows}
	return Bill({key: part for key, part in parts.items() if part}, sum(taken.values()))


def _recoup_share(root: str, rows: Sequence[BillRow], *, recoup: str) -> Callable[[int], int]:
	"""Return a function that gives this invoice's part of an advance; the last invoice takes all that is left."""
	weights: dict[str, int] = {}
	for row in rows:
		if row.root and row.to_bill:
			weights[row.root] = weights.get(row.root, 0) + row.to_bill
	position = list(weights).index(root)
	if len(weights) == 1 or recoup == RECOUP_FIRST:
		return lambda amount: amount
	if recoup == RECOUP_LAST:
		return lambda amount: 0
	return lambda amount: split_by_weights(amount, list(weights.values()))[position]


def after(rows: Sequence[BillRow], bill: Bill) -> list[BillRow]:
	"""Return the rows as they are once the invoice of `bill` exists: so a plan of several invoices is worked out."""
	return [replace(row, billed=row.billed + bill.parts.get(row.row_id, 0)) for row in rows]


def take_figure(rows: Sequence[BillRow], bill: Bill, *, root: str, got: int) -> list[BillRow]:
	"""Return the rows after the invoice came out at `got` instead of the wanted total.

	The row takes the invoice's figure and the difference moves to the last row with something left to bill, so the
	sum of the rows stays. Without such a row nothing moves (the last invoice is exact by construction).
	"""
	difference = got - bill.total
	others = [r for r in rows if r.row_id not in bill.parts and r.root and r.to_bill > max(0, difference)]
	if not difference or not others:
		return list(rows)
	moves = {root: difference, others[-1].row_id: -difference}
	return [replace(row, amount=row.amount + moves.get(row.row_id, 0)) for row in rows]


def place_oldest_first(total: int, rows: Sequence[BillRow], *, first: Sequence[str] = ()) -> dict[str, int]:
	"""Place an invoice total on rows: those named in `first`, then by due date (no date last) and plan order.

	Each row takes what it has left to bill; what no row can take goes on the last row with money on it, so the
	parts always add up to the total.
	"""
	order = sorted(
		range(len(rows)),
		key=lambda i: (rows[i].row_id not in first, rows[i].due_date or date.max, i),
	)
	placed: dict[str, int] = {}
	left = total
	for index in order:
		part = min(left, rows[index].to_bill)
		if part > 0:
			placed[rows[index].row_id] = part
			left -= part
	if left and rows:
		last = list(placed)[-1] if placed else rows[order[-1]].row_id
		placed[last] = placed.get(last, 0) + left
	return placed


def share_of(amounts: Sequence[int], wanted: int, *, outstanding: int) -> list[int]:
	"""Return each amount's part in an invoice of `wanted` out of `outstanding` that is left of the order.

	The last invoice (wanted = outstanding) takes every amount as it stands. Amounts may be negative (a discount
	line): those are shared by themselves.
	"""
	if wanted == outstanding:
		return list(amounts)
	return spread(_scaled(sum(amounts), wanted, outstanding=outstanding), amounts)


def spread(total: int, amounts: Sequence[int]) -> list[int]:
	"""Split `total` by the size of amounts (largest remainder); all zero if there is nothing to split by."""
	weights = [max(0, amount) for amount in amounts]
	if not any(weights):
		return [0] * len(weights)
	return split_by_weights(total, weights)


def _scaled(amount: int, wanted: int, *, outstanding: int) -> int:
	return to_minor(Decimal(amount) * wanted / outstanding, Decimal(1))


def next_guess(lines_total: int, *, wanted: int, got: int) -> int:
	"""Return the sum of lines to try next when the host's invoice came out at `got` instead of `wanted`."""
	if wanted == got or not got:
		return lines_total
	step = Fraction(wanted - got) * lines_total / got
	rounded = int(abs(step) + Fraction(1, 2))
	sign = 1 if step > 0 else -1
	return lines_total + sign * max(1, rounded)


def quantity_and_rate(
	share: int, *, ordered: Decimal, rate: Decimal, whole: bool, unit: Decimal, quantity_step: Decimal
) -> tuple[Decimal, Decimal]:
	"""Return quantity and rate of an invoice line whose product is the share exactly.

	A quantity of whole units stays the ordered one at a part of the rate, or is 1 where the rate would need a
	fraction of a cent. Other quantities are share / rate at the stored precision, or 1 where that misses a cent:
	10 hours at 50.00 and a share of 150.00 give 3 × 50.00; 3 pieces and 100.00 give 1 × 100.00.
	"""
	amount = from_minor(share, unit)
	if not whole and rate:
		quantity = from_minor(to_minor(amount / rate, quantity_step), quantity_step)
		if quantity and quantity * rate == amount:
			return quantity, rate
	if whole and ordered and (amount / ordered) % unit == 0:
		return ordered, amount / ordered
	return Decimal(1), amount


def pull_advances(available: Sequence[int], limit: int) -> list[int]:
	"""Return how much of each advance to pull into an invoice, oldest first, never more than `limit` together."""
	pulled = []
	for amount in available:
		part = max(0, min(amount, limit))
		pulled.append(part)
		limit -= part
	return pulled


def invoice_schedule(
	parts: Sequence[tuple[date | None, int]], *, pulled: int, posting_date: date
) -> list[tuple[date, int]]:
	"""Return one (date, amount) for each due date of an invoice, after the advances that were pulled.

	`parts` in the order in which advances pay them. A date before the posting date becomes the posting date, as
	natively; a part without a date joins the latest one.
	"""
	dates = [max(day, posting_date) for day, _amount in parts if day]
	latest = max(dates, default=posting_date)
	schedule: dict[date, int] = {}
	for day, amount in parts:
		paid = min(pulled, amount)
		pulled -= paid
		if amount > paid:
			key = max(day, posting_date) if day else latest
			schedule[key] = schedule.get(key, 0) + amount - paid
	return sorted(schedule.items())
