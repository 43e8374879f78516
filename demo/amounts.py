"""Amounts as bank statements of several countries write them: 1,234.56, 1.234,56, 1 234,56, 1'234.56, 12,34,567.89."""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

MARKS = ".,"
# What may stand between thousands besides comma and dot: blanks of any width and apostrophes.
GROUPING = re.compile(r"[\s'’]")
SIGNED = re.compile(r"^(?P<minus>[-−(]?)(?P<digits>[\d.,]*\d[\d.,]*)(?P<after>[-−)]?)$")
CURRENCY = re.compile(r"^[^\d(.,−-]{1,4}|[^\d).,−-]{1,4}$")


def decimal_mark(texts: Iterable[str]) -> str:
	"""Return the decimal mark that a column of amounts shows, "" if none of them shows it.

	An amount shows it by two different marks (the last one is it), by one mark that repeats (the other one is it) or by
	a mark that is not followed by exactly three digits: of "1,234", "2,50" only the second says that "," is the mark.
	"""
	shown = {_shown_mark(_digits(text)) for text in texts} - {""}
	return shown.pop() if len(shown) == 1 else ""


def parse_amount(text: str, mark: str = "") -> tuple[Decimal | None, str]:
	"""Return the amount that a text means with the decimal mark of its column, or None and the reason why not.

	>>> parse_amount("1.234,56")
	(Decimal('1234.56'), '')
	>>> parse_amount("1,234")[1]
	'amount 1,234 can be read in two ways'
	"""
	if not text.strip():
		return None, "no amount"
	digits = _digits(text)
	if not digits:
		return None, f"amount {text.strip()[:40]} is no number"
	own = _shown_mark(digits) or mark
	if not own and any(each in digits for each in MARKS):
		return None, f"amount {text.strip()[:40]} can be read in two ways"
	whole, _, cents = digits.rpartition(own) if own and own in digits else (digits, "", "")
	if own and own in whole:
		return None, f"amount {text.strip()[:40]} is no number"
	for other in MARKS:
		whole = whole.replace(other, "")
	amount = Decimal(f"{whole or 0}.{cents}" if cents else whole)
	return (-amount if _negative(text) else amount), ""


def _plain(text: str) -> str:
	plain = GROUPING.sub("", unicodedata.normalize("NFKC", text))
	return CURRENCY.sub("", plain)


def _digits(text: str) -> str:
	"""Return digits and marks of an amount, "" if the text is no amount."""
	found = SIGNED.match(_plain(text))
	return found["digits"] if found else ""


def _negative(text: str) -> bool:
	found = SIGNED.match(_plain(text))
	return bool(found and (found["minus"] or found["after"]))


def _shown_mark(digits: str) -> str:
	used = [each for each in MARKS if each in digits]
	if not used:
		return ""
	if len(used) == 2:
		return max(used, key=digits.rindex)
	mark = used[0]
	if digits.count(mark) > 1:
		return MARKS.replace(mark, "")
	before, _, after = digits.partition(mark)
	return "" if len(after) == 3 and 1 <= len(before) <= 3 else mark
