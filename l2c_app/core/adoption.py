"""Contracts that ran before: the lines of an import become cases, one per contract, each with the plan it is to have.

A line is one plan row. Lines with the same reference (else the same order, else the same invoice) are one contract. An
invoice named on a line is the one that bills it. All amounts are decimals of currency units, as typed.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

Money = tuple[str, str, str, str, int]
"""A part of a voucher on a contract: its type, its name, the document it is on, its kind, its minor units."""

HEAD = ("sales_order", "contract_owner", "title", "contract_date", "start_date", "end_date")
COLUMNS = (
	"reference",
	*HEAD,
	"sales_invoice",
	"label",
	"amount",
	"billing",
	"with_row",
	"retention",
	"due_date",
	"billed",
	"collected",
)
DATES = ("contract_date", "start_date", "end_date", "due_date")
AMOUNTS = ("amount", "billed", "collected")
ENCODINGS = ("utf-8-sig", "gb18030")
_DAY = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00)?)?$")
_PLAIN = re.compile(r"^-?\d+(\.\d+)?$")
_ENGLISH = re.compile(r"^-?\d{1,3}(,\d{3})+(\.\d+)?$")
_CONTINENTAL = re.compile(r"^-?\d{1,3}([. ]\d{3})*,\d{1,2}$")


class UnreadableValue(ValueError):
	"""A cell that is no amount or no day. `column` and `text` say which."""

	def __init__(self, column: str, text: str) -> None:
		self.column, self.text = column, text
		super().__init__(f"{column}: {text}")


@dataclass(frozen=True)
class Line:
	"""One plan row as it is wanted. `billed` and `collected`: what the old system says, None if it says nothing."""

	label: str = ""
	amount: Decimal | None = None
	billing: str = "Own Invoice"
	with_row: str = ""
	retention: bool = False
	due_date: date | None = None
	sales_invoice: str = ""
	billed: Decimal | None = None
	collected: Decimal | None = None


@dataclass(frozen=True)
class Case:
	"""One contract to be: its native order (or none), who it belongs to, its lines. `conflicts`: columns that differ."""

	reference: str
	head: Mapping[str, Any] = field(default_factory=dict)
	lines: tuple[Line, ...] = ()
	conflicts: tuple[str, ...] = ()

	@property
	def sales_order(self) -> str:
		return self.head.get("sales_order") or ""

	@property
	def invoices(self) -> list[str]:
		"""The invoices named on its lines, each once."""
		return list(dict.fromkeys(line.sales_invoice for line in self.lines if line.sales_invoice))


@dataclass(frozen=True)
class Billed:
	"""A submitted native invoice (no return) with its total, its own due date, and whether the order is its source."""

	name: str
	total: Decimal
	due_date: date | None
	of_order: bool = True


def table(content: bytes) -> list[list[str]]:
	"""Return the cells of a CSV file; UTF-8 or a Chinese encoding, separated by comma, semicolon or tab."""
	text = _decoded(content)
	first = text.split("\n", 1)[0]
	separator = max((",", ";", "\t"), key=first.count)
	return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=separator)]


def _decoded(content: bytes) -> str:
	for encoding in ENCODINGS:
		try:
			return content.decode(encoding)
		except UnicodeDecodeError:
			continue
	return content.decode("latin-1")


def records(rows: Sequence[Sequence[Any]], headings: Mapping[str, str]) -> list[dict[str, Any]]:
	"""Return one mapping per line that is not empty. `headings`: text of a heading, in lower case, to its column.

	Unknown headings are left out. Raises UnreadableValue with column "" if no known heading is there.
	"""
	if not rows:
		return []
	columns = [headings.get(str(text or "").strip().lower(), "") for text in rows[0]]
	if not any(columns):
		raise UnreadableValue("", ", ".join(str(text) for text in rows[0]))
	found = []
	for row in rows[1:]:
		pairs = zip(columns, row, strict=False)
		record = {column: cell for column, cell in pairs if column and cell not in (None, "")}
		if record:
			found.append(record)
	return found


def groups(lines: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[Mapping[str, Any]]]]:
	"""Return the lines of each contract with its reference, in the order in which they first appear."""
	found: dict[str, list[Mapping[str, Any]]] = {}
	for number, line in enumerate(lines, 1):
		names = (
			str(line.get(column) or "").strip() for column in ("reference", "sales_order", "sales_invoice")
		)
		found.setdefault(next((name for name in names if name), f"#{number}"), []).append(line)
	return list(found.items())


def case_of(reference: str, lines: Sequence[Mapping[str, Any]]) -> Case:
	"""Return the case of some lines as they were typed. Raises UnreadableValue."""
	head: dict[str, Any] = {}
	conflicts = []
	for column in HEAD:
		values = list(dict.fromkeys(_value(column, line.get(column)) for line in lines if line.get(column)))
		head[column] = values[0] if values else None
		if len(values) > 1:
			conflicts.append(column)
	return Case(reference, head, tuple(_line(line) for line in lines if _is_row(line)), tuple(conflicts))


def _is_row(line: Mapping[str, Any]) -> bool:
	return bool(line.get("sales_invoice")) or line.get("amount") not in (None, "")


def _line(line: Mapping[str, Any]) -> Line:
	values = {
		column: _value(column, line[column]) for column in COLUMNS if line.get(column) not in (None, "")
	}
	known = {name: values[name] for name in Line.__dataclass_fields__ if name in values}
	known["retention"] = str(line.get("retention") or "").strip().lower() in ("1", "true", "yes", "y", "是")
	return Line(**known)


def _value(column: str, cell: Any) -> Any:
	if column in DATES:
		return day(column, cell)
	if column in AMOUNTS:
		return amount(column, cell)
	return str(cell).strip()


def amount(column: str, cell: Any) -> Decimal:
	"""Return an amount: 1234.5, 1,234.50 or 1.234,50. Raises UnreadableValue."""
	text = str(cell).strip().replace("\u00a0", " ")
	if _PLAIN.match(text):
		return Decimal(text)
	if _ENGLISH.match(text):
		return Decimal(text.replace(",", ""))
	if _CONTINENTAL.match(text):
		return Decimal(text.replace(".", "").replace(" ", "").replace(",", "."))
	raise UnreadableValue(column, text)


def day(column: str, cell: Any) -> date:
	"""Return a day, written with the year first; another order could mean two days. Raises UnreadableValue."""
	if isinstance(cell, datetime):
		return cell.date()
	if isinstance(cell, date):
		return cell
	found = _DAY.match(str(cell).strip())
	try:
		return date(*[int(part) for part in found.groups()]) if found else _unreadable(column, cell)
	except ValueError:
		return _unreadable(column, cell)


def _unreadable(column: str, cell: Any) -> date:
	raise UnreadableValue(column, str(cell).strip()) from None


def plan_of(
	lines: Sequence[Line], invoices: Sequence[Billed], *, total: Decimal, rest_due: date | None
) -> list[Line]:
	"""Return the plan rows of a case. `total`: of the order and of the invoices that bill no order.

	Lines as typed, an invoice's total and due date where the line leaves them out. Without any line with an amount the plan
	is what has happened: a row per invoice and one for the rest, due on `rest_due`. Example: order 1,000, invoices 300 and
	200: rows of 300, 200 and 500.
	"""
	by_name = {invoice.name: invoice for invoice in invoices}
	if any(line.amount is not None for line in lines):
		return [_filled(line, by_name.get(line.sales_invoice)) for line in lines]
	rows, left = [], total
	for invoice in invoices:
		part = min(left, invoice.total)
		if part > 0:
			rows.append(_filled(_named(lines, invoice.name), invoice, amount=part))
			left -= part
	return [*rows, Line(amount=left, due_date=rest_due)] if left > 0 else rows


def _named(lines: Sequence[Line], invoice: str) -> Line:
	return next((line for line in lines if line.sales_invoice == invoice), Line(sales_invoice=invoice))


def _filled(line: Line, invoice: Billed | None, *, amount: Decimal | None = None) -> Line:
	if invoice is None:
		return line
	values = dict(line.__dict__)
	values["amount"] = amount if amount is not None else _first(line.amount, invoice.total)
	values["due_date"] = line.due_date or invoice.due_date
	values["label"] = line.label or invoice.name
	return Line(**values)


def _first(*values: Decimal | None) -> Decimal | None:
	return next((value for value in values if value is not None), None)


@dataclass(frozen=True)
class Figure:
	"""A figure of a row that the old system states otherwise than the ledger."""

	row_id: str
	name: str
	stated: Decimal
	found: Decimal


def differences(
	stated: Sequence[tuple[str, Decimal | None, Decimal | None]], found: Mapping[str, tuple[Decimal, Decimal]]
) -> list[Figure]:
	"""Compare (row, billed, collected) as stated with what the ledger gives each row; what was not stated agrees."""
	result = []
	for row_id, *figures in stated:
		for name, wanted, there in zip(("billed", "collected"), figures, found[row_id], strict=True):
			if wanted is not None and wanted != there:
				result.append(Figure(row_id, name, wanted, there))
	return result


def came_since(then: Iterable[Money], now: Iterable[Money]) -> list[str]:
	"""Return the vouchers with a part now that was not there then, or not with this amount; what went is no hindrance.

	Example: 300 of PE-1 then; 300 of PE-1 and 50 of PE-2 now: PE-2. 250 of PE-1 now: PE-1. Nothing now: nothing.
	"""
	return sorted({voucher for _type, voucher, *_rest in set(now) - set(then)})
