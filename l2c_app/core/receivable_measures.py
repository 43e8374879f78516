"""How well receivables are collected: payer rating, days sales outstanding, collection effectiveness, money at risk. Pure.

Amounts are whole minor units of one currency; every divisor is guarded: a measure without a base is None, never 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

RATINGS = ((30, "A"), (60, "B"), (90, "C"))
WORST = "D"
FEWEST_INVOICES = 3
AT_RISK_DAYS = 90


@dataclass(frozen=True)
class Piece:
	"""A paid or still open part of an invoice: when it was due and paid (None: still open), its minor units."""

	amount: int
	due: date
	paid: date | None = None
	invoice: str = ""


@dataclass(frozen=True)
class Rating:
	"""How a payer pays: letter ("" with too few invoices), amount-weighted days late, and the trend in days."""

	letter: str
	delay: float | None
	trend: float | None
	invoices: int


@dataclass(frozen=True)
class Payment:
	"""What one day brought of an invoice, in minor units."""

	invoice: str
	on: date
	amount: int


@dataclass(frozen=True)
class Ways:
	"""How a payer's money comes: the weekday (0 is Monday) of most of it, and the percent of invoices paid in parts."""

	weekday: int | None = None
	in_parts: float | None = None


def ways(payments: Sequence[Payment]) -> Ways:
	"""Return the weekday on which more than half of the money came, None if there is none such, and the share paid in parts.

	In parts: on more than one day. Both None under three paid invoices.
	Example: 900 on Fridays and 100 on a Monday, one of three invoices on two days: Friday (4), 33.3 %.
	"""
	by_day: dict[int, int] = {}
	days: dict[str, set[date]] = {}
	for payment in payments:
		if payment.amount > 0:
			by_day[payment.on.weekday()] = by_day.get(payment.on.weekday(), 0) + payment.amount
			days.setdefault(payment.invoice, set()).add(payment.on)
	if len(days) < FEWEST_INVOICES:
		return Ways()
	most = max(by_day, key=lambda day: by_day[day])
	weekday = most if by_day[most] * 2 > sum(by_day.values()) else None
	return Ways(weekday, sum(len(each) > 1 for each in days.values()) / len(days) * 100)


def parts_of(invoice: str, *, total: int, left: int, due: date, last: date | None) -> list[Piece]:
	"""Return the parts of an invoice: what was settled, on the day of the last settlement, and only what is left as open.

	Example: 1,000.00 of which 0.01 is open: 999.99 paid on that day and 0.01 still open.
	"""
	settled = total - max(0, left)
	found = [Piece(settled, due, last, invoice)] if settled > 0 and last else []
	return [*found, Piece(left, due, None, invoice)] if left > 0 else found


def delay(pieces: Sequence[Piece], today: date) -> float | None:
	"""Return days late, weighted by amount: paid pieces to their payment, overdue ones to today; early pays count as 0.

	Example: 900 paid 10 days late, 100 overdue for 110 days: (900 × 10 + 100 × 110) / 1,000 = 20 days.
	"""
	known = [piece for piece in pieces if piece.amount > 0 and (piece.paid or piece.due < today)]
	total = sum(piece.amount for piece in known)
	if not total:
		return None
	return sum(piece.amount * max(0, ((piece.paid or today) - piece.due).days) for piece in known) / total


def rating(pieces: Sequence[Piece], today: date) -> Rating:
	"""Return the payer's rating: A up to 30 days late, B to 60, C to 90, D from 91; "" under three invoices.

	Trend: delay of the later half of the invoices by due date less that of the earlier half; above 0 he gets slower.
	"""
	known = [piece for piece in pieces if piece.amount > 0 and (piece.paid or piece.due < today)]
	invoices = len({piece.invoice or place for place, piece in enumerate(known)})
	late = delay(known, today)
	if late is None or invoices < FEWEST_INVOICES:
		return Rating("", late, None, invoices)
	letter = next((each for limit, each in RATINGS if round(late) <= limit), WORST)
	return Rating(letter, late, _trend(known, today), invoices)


def dso_simple(receivable: int, sales: int, days: int) -> float | None:
	"""Return days sales outstanding: receivable / sales of the period × its days. None without sales.

	Example: 12,000 open, 30,000 sold in 90 days: 36 days.
	"""
	return receivable / sales * days if sales > 0 else None


def dso_countback(receivable: int, months: Sequence[tuple[int, int]]) -> float | None:
	"""Return days by exhausting the receivable over (sales, days) of months, the latest first.

	Stops at a month without sales. None when nothing was sold in the latest month while money is open, or when the
	months do not reach back far enough.
	Example: 12,000 open; the last five months sold 11,000 in 153 days, the one before 2,250 in 30: 1,000 are left of the
	12,000 after 153 days, so 153 + 1,000 / 2,250 × 30 = 166.3 days.
	"""
	left, total = receivable, 0.0
	for sales, days in months:
		if left <= 0:
			break
		if sales <= 0:
			return total or None
		total += days * min(left, sales) / sales
		left -= sales
	return total if left <= 0 else None


def effectiveness(opening: int, sales: int, closing: int, closing_current: int) -> float | None:
	"""Return the collection effectiveness index of one period in percent: what was collected of what could be.

	(opening + sales - closing) / (opening + sales - closing not yet due) × 100; None when nothing could be collected.
	Example: 1,000 open, 500 sold, 600 open at the end of which 400 not due: 900 / 1,100 = 81.8.
	"""
	possible = opening + sales - closing_current
	return (opening + sales - closing) / possible * 100 if possible > 0 else None


def at_risk(open_items: Sequence[tuple[date, int]], today: date) -> float | None:
	"""Return the percent of open money that is more than 90 days past due; None when nothing is open."""
	total = sum(amount for _due, amount in open_items)
	late = sum(amount for due, amount in open_items if (today - due).days > AT_RISK_DAYS)
	return late / total * 100 if total > 0 else None


def unpaid_after(
	billed: Mapping[str, Sequence[tuple[date, int, int]]], *, today: date, days: int = AT_RISK_DAYS
) -> dict[str, float | None]:
	"""Return per billing month the percent unpaid of what was due more than `days` ago, of (due, billed, open)."""
	found = {}
	for month, invoices in billed.items():
		ripe = [(total, left) for due, total, left in invoices if (today - due).days > days]
		total = sum(each for each, _left in ripe)
		found[month] = sum(left for _total, left in ripe) / total * 100 if total > 0 else None
	return found


def _trend(pieces: Sequence[Piece], today: date) -> float | None:
	"""Return by how many days the later half of the invoices is paid slower; parts of one invoice stay together."""
	invoices: dict[object, list[Piece]] = {}
	for place, piece in enumerate(sorted(pieces, key=lambda piece: (piece.due, piece.invoice))):
		invoices.setdefault(piece.invoice or place, []).append(piece)
	ordered, half = list(invoices.values()), len(invoices) // 2
	earlier, later = (
		delay([piece for parts in some for piece in parts], today)
		for some in (ordered[:half], ordered[half:])
	)
	return later - earlier if earlier is not None and later is not None else None
