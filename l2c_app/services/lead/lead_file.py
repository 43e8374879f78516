"""The rows of a file of leads: separated values, a spreadsheet, or a JSON list of objects."""

import csv
import io
import json
from collections.abc import Iterable, Sequence

import frappe
from frappe import _

from l2c_app import compat
from l2c_app.core import lead_file as rules
from l2c_app.services.errors import RowsUnreadable, TooManyRows, refuse
from l2c_app.services.lead import lead_import, party_keys

MOST_ROWS = 200_000
KINDS = (".csv", ".xlsx", ".json")
Rows = list[tuple[int, object]]
"""(number of the line in the file, row): a row is {field: cell}, or whatever a JSON list has there."""


def check_kind(file_name: str | None) -> None:
	"""Refuse a file that could not be read. Raises RowsUnreadable."""
	if not str(file_name or "").lower().endswith(KINDS):
		refuse(
			RowsUnreadable,
			_("Leads come from a file of one of these kinds: {0}.").format(", ".join(KINDS)),
			compared=str(file_name or ""),
		)


def read(file: str) -> tuple[Rows, list[str]]:
	"""Return (rows, headings that nothing is taken from) of a File. Raises RowsUnreadable, TooManyRows."""
	document = frappe.get_doc("File", file)
	check_kind(document.file_name)
	kind = document.file_name.rsplit(".", 1)[1].lower()
	content = compat.file_bytes(document)
	try:
		rows, left = _from_json(content) if kind == "json" else _from_cells(_cells(kind, content))
	except (ValueError, KeyError, csv.Error, OSError) as error:
		refuse(RowsUnreadable, _("The file cannot be read."), compared=str(error)[:200])
	if len(rows) > MOST_ROWS:
		refuse(
			TooManyRows,
			_("Too many rows for one file."),
			compared=_("{0} rows, at most {1}").format(len(rows), MOST_ROWS),
			do=_("Cut the file in pieces."),
		)
	return rows, left


def _from_json(content: bytes) -> tuple[Rows, list[str]]:
	rows = json.loads(content)
	if not isinstance(rows, list):
		refuse(RowsUnreadable, _("This is no list of rows."), do=_("Send a JSON list of objects."))
	return list(enumerate(rows, start=1)), []


def _cells(kind: str, content: bytes) -> Iterable[tuple[int, Sequence[object]]]:
	if kind == "csv":
		return rules.table(rules.decode(content, chinese=party_keys.default_region() == "CN"))
	return _sheet(content)


def _sheet(content: bytes) -> list[tuple[int, Sequence[object]]]:
	"""Return the rows of the first sheet, read row by row: as a whole, a hundred thousand rows take half a gigabyte."""
	from zipfile import BadZipFile

	from openpyxl import load_workbook  # only here: no other way into the app needs it

	try:
		book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
	except BadZipFile as error:
		raise ValueError(str(error)) from error
	sheet = book.worksheets[0]
	sheet.reset_dimensions()  # some programs write that there is one cell
	rows = enumerate(sheet.iter_rows(values_only=True), start=1)
	return [(line, cells) for line, cells in rows if any(cell not in (None, "") for cell in cells)]


def _from_cells(table: Iterable[tuple[int, Sequence[object]]]) -> tuple[Rows, list[str]]:
	rows = iter(table)
	_line, first = next(rows, (0, ()))
	taken, left = rules.columns(first, _fields())
	if not taken:
		refuse(
			RowsUnreadable,
			_("No column of the file is a field of leads."),
			compared=", ".join(left)[:200],
			do=_("Name the columns in the first row, e.g. {0}.").format(
				", ".join(_(label) for label in ("Organization Name", "Mobile No", "Email"))
			),
		)
	return [(line, _row(cells, taken)) for line, cells in rows], left


def _row(cells: Sequence[object], taken: dict[int, str]) -> dict[str, object]:
	found = {field: cells[place] for place, field in taken.items() if place < len(cells)}
	return {field: value for field, value in found.items() if value is not None}


def _fields() -> dict[str, str]:
	"""Return the field by each of its names: its own, its label, and the label in the language of who starts the run."""
	meta = frappe.get_meta("Lead")
	names = {}
	for field in lead_import.FIELDS:
		native = meta.get_field(compat.lead_source_field() if field == "source" else field)
		labels = (native.label, _(native.label)) if native and native.label else ()
		names |= dict.fromkeys((field, *labels), field)
	return names
