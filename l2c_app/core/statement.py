"""A bank statement as the app knows it, whatever file it came in: its lines, what is wrong with them, what to ask. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum

from l2c_app.core.bank_text import words

CSV, OFX, MT940 = "CSV", "OFX", "MT940"
WENT_BACK = frozenset(
	"STORNO STORNIERT STORNIERUNG REVERSAL REVERSED REJET EXTOURNE CHARGEBACK RETURNED RETOURE RUECKLASTSCHRIFT "
	"RÜCKLASTSCHRIFT UNPAID DISHONOURED BOUNCED".split()
)
WENT_BACK_SIGNS = ("冲正", "冲销", "沖正", "退票", "退汇")


class Problem(str, Enum):
	"""Why a line of the file cannot become a bank line."""

	NO_DATE = "no date"
	BAD_DATE = "bad date"
	NO_AMOUNT = "no amount"
	BAD_AMOUNT = "bad amount"
	TWO_AMOUNTS = "two amounts"
	BAD_SIDE = "bad side"
	TOO_MANY_CELLS = "too many cells"
	BAD_LINE = "bad line"


class Question(str, Enum):
	"""What the file does not tell and nobody may guess."""

	ENCODING = "Encoding"
	COLUMNS = "Columns"
	DATES = "Date Order"
	AMOUNTS = "Decimal Mark"


@dataclass(frozen=True)
class Entry:
	"""One line. `amount` is above zero for money that came in; `number` is where it stands in the file, from 1."""

	number: int
	day: date | None = None
	amount: Decimal = Decimal(0)
	currency: str = ""
	description: str = ""
	reference: str = ""
	transaction_id: str = ""
	payer: str = ""
	iban: str = ""
	account: str = ""
	own_account: str = ""
	reversal: bool = False
	problem: Problem | None = None
	said: str = ""


@dataclass(frozen=True)
class Ways:
	"""How a file is to be read; empty: as it shows by itself. `columns`: {heading: field}, by which it wins over our own."""

	encoding: str = ""
	date_order: str = ""
	decimal_mark: str = ""
	columns: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Statement:
	"""A file that was read: lines, the ways it was read in, or the question that stopped it with a sample.

	`missing`: what the lines lack to the closing balance, where the file names both balances.
	"""

	format: str
	entries: tuple[Entry, ...] = ()
	ways: Ways = Ways()
	question: Question | None = None
	sample: str = ""
	missing: Decimal = Decimal(0)
	headings: tuple[str, ...] = ()


def says_reversed(texts: Iterable[str]) -> bool:
	"""Return whether a line speaks of money that goes back: a storno, a bounced cheque, a reversed transfer."""
	text = " ".join(text for text in texts if text)
	return bool(WENT_BACK.intersection(words(text))) or any(sign in text for sign in WENT_BACK_SIGNS)
