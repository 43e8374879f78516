"""The rows of a run: of a preview written as planned and marked when they are done, of any other written once, at the end."""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import frappe
from frappe.model.document import Document
from frappe.utils import now_datetime
from pypika.terms import ValueWrapper

from l2c_app.services.pool import runs
from l2c_app.services.pool.name_lists import all_quoted, among, chunks, quoted
from l2c_app.services.pool.row_range import RowRange
from l2c_app.services.pool.value_table import ValueTable

# The cells of one row; all rows share the stamps, many their likeness.
OWN = ("name", "idx", "seat", "party", "numbers")
STAMPS = ("owner", "creation", "modified", "modified_by", "docstatus", "run", "pool")
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
	"""Insert a thousand per statement; what rows share stands in it once. To bind a million cells, or to write out for each
	row what it shares with thousands, costs more than to store them."""
	at, user = now_datetime(), frappe.session.user
	stamps = [ValueWrapper(value) for value in (user, at, at, user, 0, run.name, run.pool)]
	for some, alike in zip(chunks(rows), chunks(likes), strict=True):
		numbers = {like: str(number) for number, like in enumerate(dict.fromkeys(alike))}
		own = _own_cells(run.name, some, [numbers[like] for like in alike])
		shared = [(number, *map(_cell, like)) for like, number in numbers.items()]
		_insert(
			stamps,
			ValueTable("own", (*OWN, "kind"), own),
			ValueTable("shared", ("kind", *Likeness._fields), shared),
		)


def _insert(stamps: Sequence[ValueWrapper], own: ValueTable, shared: ValueTable) -> None:
	query = frappe.qb.into(frappe.qb.DocType("Pool Run Row")).columns(*OWN, *STAMPS, *Likeness._fields)
	query = query.from_(own).left_join(shared).on(own.kind == shared.kind)
	query.select(*[own[name] for name in OWN], *stamps, *[shared[name] for name in Likeness._fields]).run()


def _own_cells(run: str, rows: Sequence[Row], kinds: Sequence[str]) -> list[tuple[str, ...]]:
	start = quoted(run)[:-1]
	cells = (
		[f"{start}-{row.place:08d}'" for row in rows],
		[str(row.place) for row in rows],
		all_quoted([row.seat for row in rows]),
		all_quoted([row.party for row in rows]),
		[_cell(row.numbers) for row in rows],
		kinds,
	)
	return list(zip(*cells, strict=True))


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
