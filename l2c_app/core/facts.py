"""What the native ledgers and the plan say about one contract; all amounts in minor units of its currency."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

CASH, NON_CASH, ADVANCE, REFUND = "Cash", "Non-cash", "Advance", "Refund"


@dataclass(frozen=True)
class PlanRow:
	"""A plan row as agreed: gross amount, what of it was waived, when it is due, whether it is a deposit."""

	row_id: str
	index: int
	amount: int
	waived: int = 0
	due: date | None = None
	is_advance: bool = False


@dataclass(frozen=True)
class Billing:
	"""The share (gross) of a plan row in one submitted invoice."""

	row_id: str
	invoice: str
	amount: int


@dataclass(frozen=True)
class Invoice:
	"""A submitted invoice, return or debit note, or the contract's share of one.

	`total` is negative for a return; `family` is the original's name. `bill_again` tells a return whose
	part may be billed again from one that is forgiven. `disputed`: the customer says that he does not owe (all of) it.
	`open_base`: the open amount as it is booked in company currency.
	"""

	name: str
	family: str
	total: int
	open: int
	bill_again: bool = False
	disputed: bool = False
	open_base: int = 0


@dataclass(frozen=True)
class Entry:
	"""What one voucher settled on one invoice or put on one order; negative where it gives money back.

	`non_cash` is the part of `amount` that was not money, `in_clearing` the money no bank has cleared yet, `base_cash` the
	cleared money in company currency.
	"""

	voucher_type: str
	voucher_no: str
	target: str
	amount: int
	kind: str = CASH
	non_cash: int = 0
	base_cash: int = 0
	in_clearing: int = 0
	posting_date: date | None = None


@dataclass(frozen=True)
class Ask:
	"""The wish of a Collection, in its own order: money of its voucher pays this row."""

	voucher_type: str
	voucher_no: str
	row_id: str
	amount: int


@dataclass(frozen=True)
class Facts:
	"""All that is known of one contract: its plan, and what the native ledgers say.

	`rate`: the one to company currency that the contract agrees on.
	"""

	total: int
	rows: tuple[PlanRow, ...]
	billing: tuple[Billing, ...] = ()
	invoices: tuple[Invoice, ...] = ()
	entries: tuple[Entry, ...] = ()
	asks: tuple[Ask, ...] = ()
	on_account: int = 0
	rate: Decimal = Decimal(1)
