"""A file of leads: its text, its cells, which column is which field, and which rows are the same lead."""

import csv
import io
import re
import unicodedata
from collections.abc import Hashable, Iterable, Mapping, Sequence

DELIMITERS = (",", ";", "\t")
# What other systems and people call the fields of a lead. A field's own name or label goes first.
USUAL_HEADINGS = {
	"company_name": (
		"Company Name",
		"Organization",
		"Account Name",
		"公司",
		"公司名称",
		"企业名称",
		"客户名称",
	),
	"lead_name": ("Name", "Contact", "Contact Name", "姓名", "联系人"),
	"email_id": ("E-Mail", "Mail", "Email Address", "Work Email", "邮箱", "电子邮箱", "邮件"),
	"mobile_no": (
		"Mobile",
		"Mobile Phone",
		"Mobile Number",
		"Cell",
		"Cell Phone",
		"手机",
		"手机号",
		"手机号码",
	),
	"phone": ("Telephone", "Tel", "Phone Number", "Work Phone", "电话", "电话号码", "座机", "固定电话"),
	"source": ("Lead Source", "来源", "线索来源"),
	"job_title": ("Title", "Position", "职位", "职务"),
	"website": ("Web", "URL", "网址", "网站"),
	"city": ("Town", "城市"),
	"state": ("Province", "State", "省份", "省"),
	"industry": ("Sector", "行业"),
}
# The host's own company is called as most files call the customer's: without another column for that, it is meant.
MEANT = {"company": "company_name"}


def decode(content: bytes, *, chinese: bool = False) -> str:
	"""Return the text of a file: UTF-8 with or without its mark, else what spreadsheets of the region write.

	`decode("名".encode("gb18030"), chinese=True)` gives "名". A byte that has no meaning becomes a question mark in a
	diamond: its row is judged like every other.
	"""
	try:
		return content.decode("utf-8-sig")
	except UnicodeDecodeError:
		return content.decode("gb18030" if chinese else "windows-1252", errors="replace")


def table(text: str) -> list[tuple[int, list[str]]]:
	"""Return the rows of a text of separated values as (number of its last line, cells), empty lines left out.

	The delimiter is the one that the first line has most of: comma, semicolon or tab. Raises csv.Error.
	"""
	first = next((line for line in text.splitlines() if line.strip()), "")
	delimiter = max(DELIMITERS, key=first.count)
	reader = csv.reader(io.StringIO(text.replace("\0", "")), delimiter=delimiter)
	return [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]


def heading(text: object) -> str:
	"""Return a heading so that ways to write it are equal: " Mobile_No. " and "mobile no" give "mobileno"."""
	return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", str(text or "")).casefold())


def columns(cells: Sequence[object], fields: Mapping[str, str]) -> tuple[dict[int, str], list[str]]:
	"""Return ({place: field}, headings nothing is taken from) for the first row of a file.

	`fields`: field by every name it may go under, beside the usual headings. Of two columns of one field the first counts.
	"""
	usual = {heading(name): field for field, names in USUAL_HEADINGS.items() for name in names}
	known = {**usual, **{heading(name): field for name, field in fields.items()}}
	known = {name: field for name, field in known.items() if field in fields.values()}
	taken: dict[int, str] = {}
	left: list[str] = []
	for place, cell in enumerate(cells):
		field = known.get(heading(cell))
		if field and field not in taken.values():
			taken[place] = field
		elif str(cell or "").strip():
			left.append(str(cell).strip())
	for place, field in taken.items():
		meant = MEANT.get(field)
		if meant in fields.values() and meant not in taken.values():
			taken[place] = meant
	return taken, left


def first_of_same(
	rows: Iterable[tuple[int, Iterable[Hashable]]], seen: dict[Hashable, int]
) -> dict[int, int]:
	"""Return {number of a row: number of the first row with one of its keys} for rows (number, keys) that are not first.

	`seen` carries the keys from one piece of the file to the next. Row 1 {a}, row 2 {a, b}, row 3 {b}: {2: 1, 3: 2}.
	"""
	found: dict[int, int] = {}
	for number, keys in rows:
		wanted = list(keys)
		first = min((seen[key] for key in wanted if key in seen), default=None)
		if first is not None:
			found[number] = first
		for key in wanted:
			seen.setdefault(key, number)
	return found
