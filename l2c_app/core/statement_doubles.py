"""Which lines of a statement are in the books already. Two truly equal lines are two: what counts is how many. Pure.

A line in the books stands for one line of the file, never for two: first by the bank's own number of the line, then by day,
amount and text, then by day, amount and reference. Lines with different numbers of the bank are different lines.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from l2c_app.core.bank_text import number_key, words


@dataclass(frozen=True)
class Face:
	"""What a bank line shows: minor units, above zero for money that came in; `key` is its name where it is kept."""

	key: str
	day: date
	amount: int
	reference: str = ""
	text: str = ""
	transaction_id: str = ""


@dataclass(frozen=True)
class Answer:
	"""What a line of the file is: `twin` names the line in the books, or in the file before it, that it is.

	`other`: the bank's number stands on another amount or day. `alike`: lines of that day and amount are in the books
	which say something else. `equal`: so many lines before it in the file say just the same.
	"""

	twin: str = ""
	other: str = ""
	alike: str = ""
	equal: int = 0


def judge(lines: Sequence[Face], books: Sequence[Face]) -> list[Answer]:
	"""Return one answer per line, in their order.

	Example: a file has the same line twice, the books have it once: the first is the one in the books, the second is new.
	"""
	twins: dict[int, str] = {}
	others: dict[int, str] = {}
	free = _by_number(lines, books, twins, others)
	for said in (_text, _reference):
		_take(lines, free, said, twins, others)
	left: dict[tuple[date, int], list[str]] = defaultdict(list)
	for face in free.values():
		left[face.day, face.amount].append(face.key)
	answers, seen = [], defaultdict(int)
	for place, line in enumerate(lines):
		alike = left.get((line.day, line.amount), [""])[0]
		equal = (line.day, line.amount, _text(line), line.transaction_id)
		answers.append(Answer(twins.get(place, ""), others.get(place, ""), alike, seen[equal]))
		seen[equal] += 1
	return answers


def _by_number(
	lines: Sequence[Face], books: Sequence[Face], twins: dict[int, str], others: dict[int, str]
) -> dict[str, Face]:
	"""Find the lines whose bank number is known, and return the lines of the books that are still free."""
	free = {face.key: face for face in books}
	known = {face.transaction_id: face for face in books if face.transaction_id}
	for place, line in enumerate(lines):
		face = known.get(line.transaction_id) if line.transaction_id else None
		if face is None:
			if line.transaction_id:
				known[line.transaction_id] = line
			continue
		same = (face.day, face.amount) == (line.day, line.amount)
		(twins if same else others)[place] = face.key
		free.pop(face.key, None)
	return free


def _take(
	lines: Sequence[Face],
	free: dict[str, Face],
	said: Callable[[Face], str],
	twins: dict[int, str],
	others: dict[int, str],
) -> None:
	waiting: dict[tuple, list[Face]] = defaultdict(list)
	for face in sorted(free.values(), key=lambda each: each.key, reverse=True):
		if said(face):
			waiting[face.day, face.amount, said(face)].append(face)
	for place, line in enumerate(lines):
		if place in twins or place in others or not said(line):
			continue
		fitting = waiting.get((line.day, line.amount, said(line)), [])
		found = [face for face in fitting if not (face.transaction_id and line.transaction_id)]
		if found:
			twins[place] = found[-1].key
			fitting.remove(found[-1])
			free.pop(found[-1].key)


def _text(face: Face) -> str:
	return " ".join(sorted(set(words(face.text)))) or "–"


def _reference(face: Face) -> str:
	key = number_key(face.reference)
	return key if any(character.isdigit() for character in key) else ""
