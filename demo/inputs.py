"""Read the demo's files: what can be used, and for every other line why not."""

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

csv.field_size_limit(sys.maxsize)
DATE_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d")


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


def read_rows(path: Path) -> list[dict]:
	"""Return the rows of a CSV file in UTF-8, with or without byte order mark, comma or semicolon."""
	with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
		head = file.readline()
		file.seek(0)
		return list(csv.DictReader(file, delimiter=";" if head.count(";") > head.count(",") else ","))


def lead_rows(path: Path) -> list[dict]:
	"""Return rows with the names of Lead fields.

	A file of a marketing system without names or contacts (columns such as "Lead Number", "Lead Source") is read by its
	numbers: each becomes a prospect with a mail address of its own, its source and city kept.
	"""
	rows = read_rows(path)
	if rows and "Lead Number" in rows[0]:
		return [_from_marketing(row) for row in rows]
	return rows


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
	usable = [row for row in rows if row.get("company_name") and row.get("email_id")]
	step = max(1, len(usable) // most)
	for number, row in enumerate(usable[::step][:most]):
		plan = ("deposit", "halves", "thirds")[number % 3]
		amount = Decimal(4000 + 137 * number)
		signed = first_day + timedelta(days=7 + number * 2)
		yield Deal(row["company_name"].strip(), amount, "USD", signed, plan)


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
		for row in read_rows(path)
	]


def bank_lines(path: Path) -> list[BankLine]:
	"""Return every line of the statement, oldest first; lines without date or amount carry their problem."""
	lines = [_bank_line(number, row) for number, row in enumerate(read_rows(path), start=2)]
	return sorted(lines, key=lambda line: (line.day or date.max, line.number))


def _bank_line(number: int, row: dict) -> BankLine:
	day, amount = parse_day(row.get("date") or ""), parse_amount(row.get("amount") or "")
	problem = "" if day else "no date"
	problem = problem or ("" if amount else "no amount")
	problem = problem or ("" if amount > 0 else "not a receipt")
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


def parse_amount(text: str) -> Decimal | None:
	"""Return a plain decimal amount, None if there is none."""
	try:
		amount = Decimal(text.strip())
	except InvalidOperation:
		return None
	return amount if amount.is_finite() else None
