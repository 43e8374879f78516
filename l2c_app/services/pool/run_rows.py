"""The rows of a run: of a preview written as planned and marked when they are done, of any other written once, at the end."""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import frappe
from frappe.model.document import Document
from frappe.utils import now_datetime
from pypika.terms import LiteralValue

from l2c_app.services.pool import runs
from l2c_app.services.pool.name_lists import among, chunks, quoted
from l2c_app.services.pool.row_range import RowRange

OWN = ("name", "idx", "seat", "party", "numbers")  # cells of one row; many rows share all others
SHARED = ("owner", "creation", "modified", "modified_by", "docstatus", "run", "pool")
Answers = Mapping[str, tuple[str, str]]
"""{row name: (status, reason)} of rows that were not done."""


class Likeness(NamedTuple):
	"""The cells that many rows share; rows alike hold the same object."""

	status: str
	reason: str
	party_type: str
	decision: str
	from_user: str | None
	to_user: str | None


class Row(NamedTuple):
	"""One seat at its place in a run; `numbers` is JSON."""

	place: int
	seat: str
	party: str
	numbers: str | None
	like: Likeness


def of_plan(planned: Sequence[runs.Planned], first: int) -> list[Row]:
	"""Return the rows as they are planned, with their places from `first` on."""
	likes: dict[tuple, Likeness] = {}
	rows = []
	for place, wanted in enumerate(planned, start=first):
		seat, party_type, party, decision, from_user, to_user, reason, numbers, skip = wanted
		key = skip, reason, party_type, decision, from_user, to_user
		like = likes.get(key)
		if like is None:
			like = likes[key] = Likeness(runs.SKIPPED if skip else runs.PLANNED, *key[1:])
		text = json.dumps(numbers, default=str, sort_keys=True) if numbers else None
		rows.append(Row(place, seat, party, text, like))
	return rows


def name_of(run: str, place: int) -> str:
	"""Return the name of the row at a place; names sort as the rows were planned: the cursor of the run walks along them."""
	return f"{run}-{place:08d}"


def range_of(run: str, rows: Sequence[Row]) -> RowRange:
	"""Return the range from the first of some rows to the last."""
	return RowRange(name_of(run, rows[0].place), name_of(run, rows[-1].place))


def to_do(run: str, rows: Sequence[Row]) -> list[frappe._dict]:
	"""Return planned rows as a kind of run does them: with their names and cells."""
	shared = {like: like._asdict() for like in {row.like for row in rows}}
	return [
		frappe._dict(shared[like], name=name_of(run, place), seat=seat, party=party, numbers=numbers)
		for place, seat, party, numbers, like in rows
	]


def insert(run: Document, rows: Sequence[Row]) -> None:
	"""Insert rows as they are planned."""
	_write(run, rows, [row.like for row in rows])


def insert_ended(run: Document, rows: Sequence[Row], answers: Answers) -> None:
	"""Insert planned rows as they ended: done, or with the answer."""
	done = {like: like._replace(status=runs.DONE) for like in {row.like for row in rows}}
	likes = [done[row.like] for row in rows]
	for number, row in enumerate(rows if answers else ()):
		if answer := answers.get(name_of(run.name, row.place)):
			likes[number] = row.like._replace(status=answer[0], reason=answer[1])
	_write(run, rows, likes)


def _write(run: Document, rows: Sequence[Row], likes: Sequence[Likeness]) -> None:
	"""Insert a thousand per statement, its cells written out as one text behind the first name: to bind a million of them
	costs more than to store them."""
	table, shared = frappe.qb.DocType("Pool Run Row"), _shared(run, likes)
	start = quoted(run.name)[:-1]
	for some in chunks(list(zip(rows, likes, strict=True))):
		cells = [
			f"{place},{quoted(seat)},{quoted(party)},{_cell(numbers)},{shared[like]}"
			for (place, seat, party, numbers, _planned), like in some
		]
		first, *places = [row.place for row, _like in some]
		others = [f"),({start}-{place:08d}',{text}" for place, text in zip(places, cells[1:], strict=True)]
		query = frappe.qb.into(table).columns(*OWN, *SHARED, *Likeness._fields)
		query.insert(name_of(run.name, first), LiteralValue("".join([cells[0], *others]))).run()


def _shared(run: Document, likes: Sequence[Likeness]) -> dict[Likeness, str]:
	at, user = now_datetime(), frappe.session.user
	stamps = ",".join([_cell(value) for value in (user, at, at, user, 0, run.name, run.pool)])
	return {like: ",".join([stamps, *[_cell(value) for value in like]]) for like in set(likes)}


def _cell(value: object) -> str:
	return "NULL" if value is None else quoted(str(value))


def mark(run: Document, last: str, answers: Answers) -> None:
	"""Mark the rows of a preview between the run's cursor and `last`: refused ones with their reason, the others done."""
	refused: dict[tuple[str, str], list[str]] = {}
	for name, answer in answers.items():
		refused.setdefault(answer, []).append(name)
	table = frappe.qb.DocType("Pool Run Row")
	for (status, reason), names in refused.items():
		query = frappe.qb.update(table).set(table.status, status).set(table.reason, reason)
		query.where(among(table.name, names)).run()
	# When a row was done stands in the log of the pool: a stamp of its own on each would cost as much as the mark.
	query = frappe.qb.update(table).set(table.status, runs.DONE)
	query = query.where((table.name > (run.row_cursor or "")) & (table.name <= last))
	query.where((table.run == run.name) & (table.status == runs.PLANNED)).run()
