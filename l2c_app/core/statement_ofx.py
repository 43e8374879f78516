"""Bank statements in OFX, as tags without ends (1.x) and as XML (2.x). No XML parser, so nothing is expanded. Pure."""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from l2c_app.core.statement import OFX, Entry, Problem, Statement, Ways, says_reversed

_TAG = re.compile(r"<(/?)([A-Za-z0-9._]+)[^>]*>([^<]*)")
_AMOUNT = re.compile(r"^[+-]?\d*[.,]?\d+$|^[+-]?\d+[.,]$")
_DAY = re.compile(r"^(\d{4})(\d{2})(\d{2})")
LINE, FROM, TO, PAYEE, ORIGINAL = "STMTTRN", "BANKACCTFROM", "BANKACCTTO", "PAYEE", "ORIGCURRENCY"


def is_ofx(text: str) -> bool:
	"""Return whether a text is an OFX file."""
	head = text[:4000].upper()
	return "OFXHEADER" in head or "<OFX>" in head


def read(text: str, ways: Ways) -> Statement:
	"""Return all lines of all statements of a file. Amounts have a decimal point or comma and never thousands."""
	return Statement(OFX, tuple(_entry(number, said) for number, said in _lines(text)), ways)


def _lines(text: str) -> Iterator[tuple[int, dict[str, str]]]:
	"""Give (number of the line in the file, {tag: value}); a tag inside the payee or the other account keeps its parent."""
	head: dict[str, str] = {}
	line: dict[str, str] | None = None
	inside: list[str] = []
	number = place = 0
	for found in _TAG.finditer(text):
		ends, tag, value = found[1], found[2].upper(), html.unescape(found[3]).strip()
		number += text.count("\n", place, found.start())
		place = found.start()
		if tag == LINE:
			if line is not None:
				yield line.pop("number"), head | line
			line = None if ends else {"number": number + 1}
		elif tag in (FROM, TO, PAYEE, ORIGINAL):
			inside = [] if ends else [tag]
		elif value and not ends:
			key = f"{inside[0]}.{tag}" if inside else tag
			(head if line is None else line)[key] = value
	if line is not None:
		yield line.pop("number"), head | line


def _entry(number: int, said: Mapping[str, str]) -> Entry:
	entry = Entry(
		number,
		day=_day(said.get("DTPOSTED", "")),
		currency=said.get("CURSYM") or said.get("CURDEF", ""),
		description=said.get("MEMO", ""),
		reference=said.get("CHECKNUM") or said.get("REFNUM", ""),
		transaction_id=said.get("FITID", ""),
		payer=said.get("NAME") or said.get(f"{PAYEE}.NAME", ""),
		account=said.get(f"{TO}.ACCTID", ""),
		own_account=said.get(f"{FROM}.ACCTID", ""),
		said=" | ".join(f"{key} {value}" for key, value in said.items()),
	)
	amount = said.get("TRNAMT", "")
	reversal = "CORRECTFITID" in said or says_reversed((entry.description, entry.payer))
	if not entry.day:
		problem = Problem.BAD_DATE if said.get("DTPOSTED") else Problem.NO_DATE
		return replace(entry, problem=problem)
	if not _AMOUNT.match(amount):
		return replace(entry, problem=Problem.BAD_AMOUNT if amount else Problem.NO_AMOUNT)
	value = Decimal(amount.replace(",", "."))
	return replace(entry, amount=value, reversal=reversal, problem=None if value else Problem.NO_AMOUNT)


def _day(text: str) -> date | None:
	found = _DAY.match(text)
	try:
		return date(*[int(part) for part in found.groups()]) if found else None
	except ValueError:
		return None
