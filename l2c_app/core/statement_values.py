"""Dates and amounts of a bank statement, read for the whole file: what could be two things is asked, never guessed. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

MARKS = (".", ",")
DAY_FIRST, MONTH_FIRST, YEAR_FIRST = "Day First", "Month First", "Year First"
ORDERS = (DAY_FIRST, MONTH_FIRST, YEAR_FIRST)
FIRST_YEAR, LAST_YEAR = 1990, 2099
_PARTS = {DAY_FIRST: (2, 1, 0), MONTH_FIRST: (2, 0, 1), YEAR_FIRST: (0, 1, 2)}
_MONTHS = {
	name: number
	for number, names in enumerate(
		(
			"jan januar january janvier",
			"feb februar february fev fevrier",
			"mar mrz marz maerz march mars",
			"apr april avr avril",
			"may mai",
			"jun juni june juin",
			"jul juli july juil juillet",
			"aug august aout",
			"sep sept september septembre",
			"oct okt oktober october octobre",
			"nov november novembre",
			"dec dez dezember december decembre",
		),
		start=1,
	)
	for name in names.split()
}
_TIME = re.compile(r"(?<=\d)[T ]\s*\d{1,2}:\d{2}.*$")
_NUMBERS = re.compile(r"^(\d{1,4})([-/.\s])\s?(\d{1,2})\2\s?(\d{1,4})\.?$")
_COMPACT = re.compile(r"^\d{8}$")
_CHINESE = re.compile(r"^(\d{4})年(\d{1,2})月(\d{1,2})日?$")
_SIGN = re.compile(r"^(?P<open>\()?(?P<minus>[-+])?(?P<body>[^()]*?)(?P<after>[-+])?(?P<close>\))?$")
_SIDE = re.compile(r"\s*\b(CR|DR)\.?$", re.IGNORECASE)
_CURRENCY = re.compile(r"^[^\d.,'()+\-]{1,4}\s?|\s?[^\d.,'()+\-]{1,4}$")


@dataclass(frozen=True)
class Choice:
	"""How a column is read. `sample`: a text that could be two things, or contradicts the others; then ask."""

	value: str = ""
	sample: str = ""


def choose(readings: Iterable[tuple[str, Mapping[str, Any]]], given: str = "") -> Choice:
	"""Return the one way in which all texts of a column can be read, from pairs of (text, {way: meaning}).

	A text that nobody could read says nothing. Several ways are as good as one where they mean the same.

	Example: 03/04/2026 may be two days, 13/04/2026 only one: together they are read with the day first.
	"""
	if given:
		return Choice(given)
	ways: set[str] | None = None
	double = last = ""
	for text, found in readings:
		if not found:
			continue
		ways = set(found) if ways is None else ways & set(found)
		last = text
		if not double and len(set(found.values())) > 1:
			double = text
		if not ways:
			return Choice(sample=last)
	if not ways:
		return Choice()
	return Choice(sample=double) if len(ways) > 1 and double else Choice(sorted(ways)[0])


def amounts(text: str) -> dict[str, Decimal]:
	"""Return {decimal mark: amount} of every way in which a text is an amount.

	Thousands stand apart by the other mark, a blank or an apostrophe, in India also in twos: 1,234.56 and 1.234,56 and
	1 234,56 and 1'234.56 and 12,34,567.89. "1,234" has two ways, "(5.00)", "5.00-" and "5.00 DR" are minus five.
	"""
	plain = re.sub("[’‘`]", "'", unicodedata.normalize("NFKC", text or "").replace("−", "-")).strip()
	side = _SIDE.search(plain)
	plain = _CURRENCY.sub("", _SIDE.sub("", plain)).strip()
	found = _SIGN.match(plain)
	if not found or bool(found["open"]) != bool(found["close"]) or (found["minus"] and found["after"]):
		return {}
	body = _CURRENCY.sub("", found["body"].strip()).strip()
	minus = bool(found["open"]) or "-" in (found["minus"], found["after"])
	minus = minus or bool(side and side[1].upper() == "DR")
	values = {mark: _value(body, mark) for mark in MARKS}
	return {mark: -value if minus else value for mark, value in values.items() if value is not None}


def _value(body: str, mark: str) -> Decimal | None:
	whole, _mark, rest = body.partition(mark)
	if (mark in body and not re.fullmatch(r"\d+", rest)) or not (whole or rest):
		return None
	other = MARKS[1 - MARKS.index(mark)]
	grouped = rf"\d*|\d{{1,3}}(?:(?P<by>[{other}'\s])\d{{3}})(?:(?P=by)\d{{3}})*"
	in_twos = r"\d{1,2}(?:,\d{2})+,\d{3}"
	if not (re.fullmatch(grouped, whole) or (mark == "." and re.fullmatch(in_twos, whole))):
		return None
	return Decimal(f"{re.sub(r'[^0-9]', '', whole) or 0}.{rest or 0}")


def days(text: str) -> dict[str, date]:
	"""Return {order: day} of every way in which a text is a day; a time behind it is left out.

	Points stand only in days that begin with day or year: nobody writes the month first with them.
	"""
	plain = _TIME.sub("", unicodedata.normalize("NFKC", text or "").strip())
	if _COMPACT.match(plain):
		return _compact(plain)
	chinese = _CHINESE.match(plain.replace(" ", ""))
	if chinese:
		return _valid({YEAR_FIRST: chinese.groups()})
	numbers = _NUMBERS.match(plain)
	if numbers:
		return _by_numbers(numbers[2], (numbers[1], numbers[3], numbers[4]))
	return _by_name(plain)


def _compact(plain: str) -> dict[str, date]:
	first = (plain[:2], plain[2:4], plain[4:])
	return _valid(
		{YEAR_FIRST: (plain[:4], plain[4:6], plain[6:])}
		| {order: _turned(first, order) for order in (DAY_FIRST, MONTH_FIRST)}
	)


def _by_numbers(between: str, parts: tuple[str, ...]) -> dict[str, date]:
	lengths = [len(part) for part in parts]
	if lengths[0] == 4:
		orders: tuple[str, ...] = (YEAR_FIRST,)
	elif lengths[2] == 4:
		orders = (DAY_FIRST, MONTH_FIRST)
	elif lengths[2] == 2:
		orders = ORDERS if lengths[0] == 2 else (DAY_FIRST, MONTH_FIRST)
	else:
		return {}
	if between == ".":
		orders = tuple(order for order in orders if order != MONTH_FIRST)
	return _valid({order: _turned(parts, order) for order in orders})


def _turned(parts: tuple[str, ...], order: str) -> tuple[str, ...]:
	return tuple(parts[place] for place in _PARTS[order])


def _by_name(plain: str) -> dict[str, date]:
	letters = unicodedata.normalize("NFKD", plain.lower())
	words = re.findall(r"[a-z]+|\d+", "".join(each for each in letters if not unicodedata.combining(each)))
	named = [word for word in words if word in _MONTHS]
	numbers = [word for word in words if word.isdigit()]
	if len(named) != 1 or len(numbers) != 2 or len(words) != 3:
		return {}
	day, year = numbers if len(numbers[0]) < 4 else reversed(numbers)
	found = _valid({DAY_FIRST: (year, str(_MONTHS[named[0]]), day)})
	return dict.fromkeys(ORDERS, found[DAY_FIRST]) if found else {}


def _valid(ways: Mapping[str, tuple[str, ...]]) -> dict[str, date]:
	found = {}
	for order, (year, month, day) in ways.items():
		full = int(year) + (2000 if len(year) <= 2 else 0)
		try:
			if FIRST_YEAR <= full <= LAST_YEAR:
				found[order] = date(full, int(month), int(day))
		except ValueError:
			continue
	return found
