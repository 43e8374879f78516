"""What differs between two states of a contract: totals, lines, plan rows, clauses, with changed words marked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from html import unescape
from typing import Any

from l2c_app.core.contract_revision import ROW_TERMS

CHANGED, ADDED, REMOVED = "Changed", "Added", "Removed"
SAME_WORDS, ADDED_WORDS, REMOVED_WORDS = "same", "added", "removed"
FIELDS = {
	"items": ("item_code", "item_name", "qty", "uom", "rate", "amount"),
	"plan_rows": ROW_TERMS,
	"clauses": ("title", "text"),
}
MONEY = ("rate", "amount", "grand_total")
# A word of an alphabet is one token, a Chinese character too.
_TOKEN = re.compile(r"[A-Za-z0-9À-ɏ]+|\s+|.", re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")
_BLOCK_END = re.compile(r"</(?:p|div|li|h\d)>|<br\s*/?>", re.IGNORECASE)
Words = list[tuple[str, str]]


@dataclass(frozen=True)
class Difference:
	"""One difference. `section`: totals, items, plan_rows or clauses; `field` is "" for a whole row.

	`words`: for a changed text, its pieces in order as (same | added | removed, piece).
	"""

	section: str
	row: str
	kind: str
	field: str = ""
	before: str | None = None
	after: str | None = None
	words: Words | None = None

	def as_dict(self) -> dict[str, Any]:
		"""Return the difference as plain values."""
		return asdict(self)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
	"""Return what differs between two snapshots, section by section. A section only one of them has is not compared."""
	found = []
	total = (_plain(before.get("grand_total")), _plain(after.get("grand_total")))
	if total[0] != total[1]:
		found.append(Difference("totals", "", CHANGED, "grand_total", *total))
	for section in FIELDS:
		if section in before and section in after:
			found += _rows(section, before[section], after[section])
	return found


def _rows(section: str, before: Sequence[Mapping], after: Sequence[Mapping]) -> Iterator[Difference]:
	old, new = _by_key(section, before), _by_key(section, after)
	for key, row in new.items():
		if key in old:
			yield from _fields(section, old[key], row)
		else:
			yield Difference(section, _label(section, row), ADDED, after=_worth(section, row))
	for key, row in old.items():
		if key not in new:
			yield Difference(section, _label(section, row), REMOVED, before=_worth(section, row))


def _fields(section: str, old: Mapping, new: Mapping) -> Iterator[Difference]:
	for field in FIELDS[section]:
		before, after = _plain(old.get(field)), _plain(new.get(field))
		if before == after:
			continue
		words = None
		if field == "text":
			words = changed_words(before or "", after or "")
			before = after = None
		yield Difference(section, _label(section, new), CHANGED, field, before, after, words)


def changed_words(before: str, after: str) -> Words:
	"""Return the pieces of two rich texts, read without their markup: what stayed, what came, what went."""
	old, new = (_TOKEN.findall(_readable(text)) for text in (before, after))
	pieces: Words = []
	for step, start, stop, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
		if step == "equal":
			pieces.append((SAME_WORDS, "".join(new[first:last])))
			continue
		pieces += [(REMOVED_WORDS, "".join(old[start:stop]))] if stop > start else []
		pieces += [(ADDED_WORDS, "".join(new[first:last]))] if last > first else []
	return pieces


def _readable(text: str) -> str:
	return unescape(_TAG.sub("", _BLOCK_END.sub("\n", text))).strip()


def _by_key(section: str, rows: Sequence[Mapping]) -> dict[tuple, Mapping]:
	"""Return rows by what identifies them; where nothing does, by name and which of its kind it is."""
	keyed: dict[tuple, Mapping] = {}
	for row in rows:
		names = {
			"items": (row.get("sales_order_item") or row.get("item_code"),),
			"plan_rows": (row.get("row_id"),),
			"clauses": (row.get("clause") or row.get("title"), row.get("language") or ""),
		}[section]
		count = sum(1 for key in keyed if key[:-1] == names)
		keyed[(*names, count)] = row
	return keyed


def _label(section: str, row: Mapping) -> str:
	if section == "plan_rows":
		return " ".join(part for part in (row.get("row_id"), row.get("label")) if part)
	if section == "clauses":
		return f"{row.get('title')} ({row['language']})" if row.get("language") else str(row.get("title"))
	return str(row.get("item_name") or row.get("item_code"))


def _worth(section: str, row: Mapping) -> str | None:
	return _readable(row.get("text") or "") if section == "clauses" else _plain(row.get("amount"))


def _plain(value: Any) -> str | None:
	"""Return a value as comparable text: 1 and 1.0 are the same, so are nothing, zero and the empty text."""
	if isinstance(value, bool | int | float | Decimal):
		number = Decimal(str(value)).normalize()
		return f"{number:f}" if number else None
	return str(value) if value else None
