"""Read a CSV file as people send it: several encodings, comma, semicolon or tab, quotes that never close."""

import csv
import io
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

csv.field_size_limit(sys.maxsize)
BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
DELIMITERS = ",;\t"
HEAD = 400  # bytes that are enough to tell UTF-16 without a byte order mark


@dataclass(frozen=True)
class Reading:
	"""A file as it was read: rows by column name, how it was written, and what is wrong with it as a whole."""

	name: str
	rows: list[dict[str, str]] = field(default_factory=list)
	encoding: str = ""
	columns: tuple[str, ...] = ()
	problem: str = ""

	def __str__(self) -> str:
		"""Return the file in one line."""
		text = f"{self.name}: {len(self.rows):,} rows, {self.encoding or 'no text'}"
		return f"{text}; {self.problem}" if self.problem else text


def read(path: Path) -> Reading:
	"""Return the rows of a CSV file. Never raises for what stands in it: `problem` says what is wrong."""
	text, encoding = _decode(path.read_bytes())
	text = text.replace("\0", "")
	if not text.strip():
		return Reading(path.name, encoding=encoding, problem="the file is empty")
	problem, quoting = "", csv.QUOTE_MINIMAL
	if text.count('"') % 2:
		problem, quoting = "a quote is never closed, so quotes were read as letters", csv.QUOTE_NONE
	head = text.lstrip().split("\n", 1)[0]
	source = io.StringIO(text.lstrip(), newline="")
	found = csv.DictReader(source, delimiter=max(DELIMITERS, key=head.count), quoting=quoting)
	rows = [{str(name or "").strip(): _cell(cell) for name, cell in row.items()} for row in found]
	columns = tuple(name.strip() for name in found.fieldnames or ())
	if not rows:
		problem = "the file has a line of column names and nothing else"
	return Reading(path.name, rows, encoding, columns, problem)


def _cell(value: str | list | None) -> str:
	return " ".join(value) if isinstance(value, list) else value or ""


def _decode(data: bytes) -> tuple[str, str]:
	"""Return the text and the encoding that it was read in."""
	encoding = next((name for bom, name in BOMS.items() if data.startswith(bom)), "") or _guess(data)
	try:
		return data.decode(encoding), encoding
	except UnicodeDecodeError:
		return data.decode("utf-8", errors="replace"), "utf-8 with characters that could not be read"


def _guess(data: bytes) -> str:
	head = data[:HEAD]
	if b"\0" in head:
		return "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"
	try:
		data.decode("utf-8")
	except UnicodeDecodeError:
		# In Chinese text high bytes come in pairs; in Western text an accented letter stands alone between plain ones.
		runs = re.findall(rb"[\x80-\xff]+", data)
		return "cp1252" if 2 * sum(len(run) == 1 for run in runs) > len(runs) else "gb18030"
	return "utf-8"
