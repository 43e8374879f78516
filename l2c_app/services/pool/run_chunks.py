"""What a committing run is to do, kept a chunk at a time until it is done.

A row that is stored as planned and marked when it is done is written twice, which costs as much as the work itself. So
only a preview, which people read, stores such rows. Any other run keeps its plan in one text per chunk; the transaction
that does a chunk writes its rows as they ended and removes the text.
"""

import json
from collections.abc import Sequence
from typing import NamedTuple

import frappe
from frappe.model.document import Document
from frappe.utils import now_datetime

from l2c_app.services.batch.stamps import STAMPS, stamps
from l2c_app.services.pool.run_rows import Likeness, Row, name_of

COLUMNS = (*STAMPS, "run", "row_count", "plan")


class Chunk(NamedTuple):
	"""The rows that a run does next, under the name they are kept by."""

	name: str
	rows: list[Row]


def store(run: Document, rows: Sequence[Row]) -> None:
	"""Keep planned rows as the run's next chunk, behind those already kept."""
	if not rows:
		return
	places, seats, parties, numbers, likes = zip(*rows, strict=True)
	kinds = {like: number for number, like in enumerate(dict.fromkeys(likes))}
	cells = places, seats, parties, numbers, [kinds[like] for like in likes]
	plan = json.dumps([list(kinds), *cells], separators=(",", ":"))
	stamped = stamps(name_of(run.name, rows[0].place), frappe.session.user, now_datetime())
	table = frappe.qb.DocType("Pool Run Chunk")
	frappe.qb.into(table).columns(*COLUMNS).insert(*stamped, run.name, len(rows), plan).run()


def first(run: Document) -> Chunk | None:
	"""Return the run's next chunk; None when nothing is kept."""
	kept = frappe.db.get_value("Pool Run Chunk", {"run": run.name}, ["name", "plan"], order_by="name asc")
	if not kept:
		return None
	texts, *cells, kinds = json.loads(kept[1])
	likes = [Likeness(*text) for text in texts]
	return Chunk(kept[0], list(map(Row, *cells, [likes[kind] for kind in kinds])))


def forget(run: str, chunk: str | None = None) -> None:
	"""Remove a chunk that is done, or all that a run has left."""
	frappe.db.delete("Pool Run Chunk", {"run": run, **({"name": chunk} if chunk else {})})
