"""Read the demo's files: what can be used, and for every other line why not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from demo.amounts import decimal_mark, parse_amount
from demo.reading import Reading, read

DATE_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d")
MOST_LEADS = 10_000  # what the demo plays in a few minutes on a small machine; later rows are refused, each by its number
# Column names that other systems write, by the field of the Lead that takes them.
ALIASES = {
	"name": "lead_name",
	"full name": "lead_name",
	"contact": "lead_name",
	"company": "company_name",
	"email": "email_id",
	"e-mail": "email_id",
	"mail": "email_id",
	"mobile": "mobile_no",
	"telephone": "phone",
	"姓名": "lead_name",
	"公司": "company_name",
	"公司名称": "company_name",
	"邮箱": "email_id",
	"手机": "mobile_no",
	"电话": "phone",
	"城市": "city",
}


@dataclass(frozen=True)
class Deal:
	"""A lead that signs: whose company or name, for how much, when, with which plan of demo.plans."""

	company_name: str
	amount: Decimal
	currency: str
	signed_on: date
	plan: str


@dataclass(frozen=True)
class BankLine:
	"""A line of a bank statement; `problem` says why it cannot be booked as it stands."""

	number: int
	day: date | None
	payer: str
	amount: Decimal
	currency: str
	reference: str
	problem: str = ""


@dataclass(frozen=True)
class LeadFile:
	"""A file of leads: how it was read, the rows to bring in, and what was refused before a lead was tried."""

	reading: Reading
	rows: list[dict]
	refusals: list[str]


def lead_file(path: Path) -> LeadFile:
	"""Return rows with the names of Lead fields.

	A file of a marketing system without names or contacts (columns such as "Lead Number", "Lead Source") is read by its
	numbers: each becomes a prospect with a mail address of its own, its source and city kept. Never raises for what
	stands in the file.
	"""
	reading = read(path)
	refusals = [f"leads file {reading.name}: {reading.problem}"] if reading.problem else []
	marketing = "Lead Number" in reading.columns
	rows = [_from_marketing(row) if marketing else _by_field(row) for row in reading.rows]
	refusals += [
		f"lead row {number}: beyond the first {MOST_LEADS:,} rows that the demo plays"
		for number in range(MOST_LEADS + 1, len(rows) + 1)
	]
	return LeadFile(reading, rows[:MOST_LEADS], refusals)


def _by_field(row: dict) -> dict:
	"""Return the row with field names; a column of the field's own name wins over one that means the same."""
	named = {ALIASES[name.lower()]: text for name, text in row.items() if name.lower() in ALIASES}
	return {**named, **{name: text for name, text in row.items() if text or name not in named}}


def _from_marketing(row: dict) -> dict:
	number = (row.get("Lead Number") or "").strip()
	city = (row.get("City") or "").strip()
	return {
		"first_name": f"Prospect {number}" if number else "",
		"company_name": f"Household {number}" if number else "",
		"email_id": f"prospect.{number}@example.com" if number else "",
		"source": row.get("Lead Source"),
		"city": "" if city == "Select" else city,
		"job_title": (row.get("What is your current occupation") or "").strip(),
	}


def deals_for(rows: list[dict], *, first_day: date, most: int = 60) -> Iterator[Deal]:
	"""Make deals for a file that names none: every n-th usable lead signs, amounts by its place in the file."""
	usable = [name for name in map(name_of, rows) if name]
	step = max(1, len(usable) // most)
	for number, name in enumerate(usable[::step][:most]):
		plan = ("deposit", "halves", "thirds")[number % 3]
		amount = Decimal(4000 + 137 * number)
		signed = first_day + timedelta(days=7 + number * 2)
		yield Deal(name, amount, "USD", signed, plan)


def name_of(row: dict) -> str:
	"""Return the name that a row signs by: its company, or the person."""
	person = row.get("lead_name") or " ".join(filter(None, (row.get("first_name"), row.get("last_name"))))
	return (row.get("company_name") or person or "").strip()


def read_deals(path: Path) -> list[Deal]:
	"""Return the deals of a file with company_name, amount, currency, signed_on, plan."""
	return [
		Deal(
			row["company_name"],
			Decimal(row["amount"]),
			row["currency"],
			parse_day(row["signed_on"]),
			row["plan"],
		)
		for row in read(path).rows
	]


def bank_lines(reading: Reading) -> list[BankLine]:
	"""Return every line of the statement, oldest first; a line that cannot be booked carries its problem."""
	mark = decimal_mark(row.get("amount") or "" for row in reading.rows)
	lines = [_bank_line(number, row, mark) for number, row in enumerate(reading.rows, start=2)]
	return sorted(lines, key=lambda line: (line.day or date.max, line.number))


def _bank_line(number: int, row: dict, mark: str) -> BankLine:
	day = parse_day(row.get("date") or "")
	amount, problem = parse_amount(row.get("amount") or "", mark)
	if amount is not None and amount <= 0:
		problem = "not a receipt"
	if not day:
		problem = _no_day(row.get("date") or "")
	texts = {name: (row.get(name) or "").strip() for name in ("payer", "currency", "reference")}
	return BankLine(
		number, day, texts["payer"], amount or Decimal(0), texts["currency"], texts["reference"], problem
	)


def parse_day(text: str) -> date | None:
	"""Return the day a text means, None if it means none."""
	for form in DATE_FORMATS:
		try:
			return datetime.strptime(text.strip(), form).date()
		except ValueError:
			continue
	return None


def _no_day(text: str) -> str:
	return f"date {text.strip()[:40]} is not year-month-day or day.month.year" if text.strip() else "no date"
