"""Bank statements in SWIFT's MT940, read strictly: a line that does not keep to the format is shown, never lost. Pure.

The host converts the format only since version 16, and then loses payer and account and takes a reversed credit for money
that came in.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from l2c_app.core.statement import MT940, Entry, Problem, Statement, Ways, says_reversed

_TAG = re.compile(r"^:(\d{2}[A-Z]?):(.*)$")
_BALANCE = re.compile(r"^([CD])(\d{6})([A-Z]{3})(\d{1,15},\d*)$")
_LINE = re.compile(
	r"^(?P<value>\d{6})(?P<entry>\d{4})?(?P<side>R?[CD])(?P<funds>[A-Z])?(?P<amount>\d{1,15},\d*)"
	r"(?P<kind>[A-Z][A-Z0-9]{3})(?P<reference>.*?)(?://(?P<bank>.*))?$"
)
_CODED = re.compile(r"^\d{3}(?P<mark>[^\w\s/])(?=\d{2})")
_SLASHED = re.compile(r"/(EREF|REMI|NAME|IBAN|ORDP|BENM|CSID|MARF|PREF|TRTP|ISDT)/")
_SEPA = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC)\+")
PURPOSE = {*range(20, 30), *range(60, 64)}
NAME, ACCOUNT, IBAN = (32, 33), (31,), (38,)
NO_REFERENCE = frozenset({"NONREF", "NOREF", "NOTPROVIDED", ""})


def is_mt940(text: str) -> bool:
	"""Return whether a text has the tags of such a statement: an account and a line, or an opening balance."""
	tags = set(re.findall(r"^:(\d{2}[A-Z]?):", text, re.MULTILINE))
	return {"25", "61"} <= tags or "60F" in tags


def read(text: str, ways: Ways) -> Statement:
	"""Return the lines of all statements in a file, and what they lack to the closing balances."""
	found = _File()
	for number, tag, said in _fields(text):
		found.take(number, tag, said)
	entries = tuple(
		entry if entry.description else replace(entry, description=entry.said) for entry in found.entries
	)
	return Statement(MT940, entries, ways, missing=found.missing)


class _File:
	"""What was read so far: lines, the account and currency they stand under, the sum since the opening balance."""

	def __init__(self) -> None:
		self.entries: list[Entry] = []
		self.missing = self.total = Decimal(0)
		self.account = self.currency = ""
		self.opening: Decimal | None = None
		self.waits_for_details = False

	def take(self, number: int, tag: str, said: str) -> None:
		if tag == "25":
			self.account = said.split("\n")[0].strip()
		elif tag in ("60F", "60M"):
			self.opening, self.currency = _balance(said)
			self.total = Decimal(0)
		elif tag == "61":
			self.entries.append(_entry(number, said, self.currency, self.account))
			self.total += self.entries[-1].amount
		elif tag == "86" and self.waits_for_details:
			self.entries[-1] = _with_details(self.entries[-1], said)
		elif tag in ("62F", "62M"):
			closing, _currency = _balance(said)
			if self.opening is not None and closing is not None:
				self.missing += closing - self.opening - self.total
			self.opening = None
		self.waits_for_details = tag == "61"


def _fields(text: str) -> Iterator[tuple[int, str, str]]:
	"""Give (number of the line, tag, text) of every field; its further lines belong to it until the next tag."""
	number, tag, said = 0, "", []
	for place, line in enumerate(text.splitlines(), 1):
		found = _TAG.match(line.strip())
		if found or line.strip() in ("-", "-}"):
			if tag:
				yield number, tag, "\n".join(said)
			number, tag, said = (place, found[1], [found[2]]) if found else (place, "", [])
		elif tag:
			said.append(line.rstrip("\r"))
	if tag:
		yield number, tag, "\n".join(said)


def _balance(said: str) -> tuple[Decimal | None, str]:
	found = _BALANCE.match(said.strip())
	if not found:
		return None, ""
	amount = _number(found[4])
	return (-amount if found[1] == "D" else amount), found[3]


def _number(text: str) -> Decimal:
	return Decimal(text.replace(",", ".") + "0")


def _entry(number: int, said: str, currency: str, account: str) -> Entry:
	first, _line, rest = said.partition("\n")
	found = _LINE.match(first.strip())
	blank = Entry(number, currency=currency, own_account=account, said=said)
	if not found:
		return replace(blank, problem=Problem.BAD_LINE)
	value = _day(found["value"])
	if not value:
		return replace(blank, problem=Problem.BAD_DATE)
	amount = _number(found["amount"])
	# RC takes a credit back and so is money that leaves; RD gives a debit back.
	incoming = found["side"] in ("C", "RD")
	reference = found["reference"].strip()
	bank = (found["bank"] or "").strip()
	if reference.upper() in NO_REFERENCE:
		reference, bank = bank, ""
	return replace(
		blank,
		day=_booked(value, found["entry"]),
		amount=amount if incoming else -amount,
		reference=reference,
		reversal=found["side"].startswith("R"),
		problem=None if amount else Problem.NO_AMOUNT,
		said=" ".join(part for part in (bank, rest.strip()) if part),
	)


def _day(text: str) -> date | None:
	try:
		return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:6]))
	except ValueError:
		return None


def _booked(value: date, entry: str | None) -> date:
	"""Return the day of the booking, which names no year: the one nearest to the value date; else the value date."""
	nearest = value
	best = timedelta.max
	for year in (value.year - 1, value.year, value.year + 1) if entry else ():
		try:
			day = date(year, int(entry[:2]), int(entry[2:]))
		except ValueError:
			continue
		if abs(day - value) < best:
			nearest, best = day, abs(day - value)
	return nearest


def _with_details(entry: Entry, said: str) -> Entry:
	"""Return the line with payer, account, reference and purpose of its details, whichever of three forms they have."""
	coded = _CODED.match(said)
	if coded:
		found = _coded(said[coded.start("mark") :].replace("\n", ""), coded["mark"])
	elif _SLASHED.search(said):
		found = _slashed(said.replace("\n", ""))
	else:
		found = {"description": " ".join(said.split())}
	description = " ".join(part for part in (found.get("description", ""), entry.said) if part)
	return replace(
		entry,
		description=description,
		payer=found.get("payer", ""),
		iban=found.get("iban", ""),
		account=found.get("account", ""),
		reference=found.get("reference") or entry.reference,
		reversal=entry.reversal or says_reversed([description]),
		said=entry.said,
	)


def _coded(said: str, mark: str) -> dict[str, str]:
	parts: dict[int, str] = {}
	for part in said.split(mark)[1:]:
		if part[:2].isdigit():
			parts[int(part[:2])] = part[2:]
	purpose = "".join(text for key, text in sorted(parts.items()) if key in PURPOSE)
	tagged = _tagged(_SEPA, purpose)
	return {
		"description": " ".join((tagged.get("SVWZ") or tagged.get("") or purpose).split()),
		"reference": _known(tagged.get("EREF", "")),
		"payer": _joined(parts, NAME),
		"account": _joined(parts, ACCOUNT),
		"iban": _joined(parts, IBAN) or tagged.get("IBAN", "").strip(),
	}


def _joined(parts: Mapping[int, str], keys: Sequence[int]) -> str:
	return "".join(parts.get(key, "") for key in keys).strip()


def _slashed(said: str) -> dict[str, str]:
	tagged = _tagged(_SLASHED, said)
	return {
		"description": tagged.get("REMI", tagged.get("", "")).strip("/ ") or said,
		"reference": _known(tagged.get("EREF", "")),
		"payer": tagged.get("NAME", "").strip("/ "),
		"iban": tagged.get("IBAN", "").strip("/ "),
	}


def _tagged(pattern: re.Pattern, text: str) -> dict[str, str]:
	"""Return {tag: what stands behind it}; under "" what stands before the first."""
	pieces = pattern.split(text)
	found = {"": pieces[0].strip()}
	for tag, said in zip(pieces[1::2], pieces[2::2], strict=True):
		found.setdefault(tag, said)
	return found


def _known(reference: str) -> str:
	reference = reference.strip("/ ")
	return "" if reference.upper() in NO_REFERENCE else reference
