"""The plan of an import: a row per line of the file, judged for what can be known before the lead is inserted."""

import json
from collections.abc import Sequence
from itertools import count

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from l2c_app.core import lead_file as rules
from l2c_app.services.batch.stamps import STAMPS, stamps
from l2c_app.services.lead import import_runs, lead_import, party_keys
from l2c_app.services.pool.name_lists import chunks

PLANNED, DONE, SKIPPED, FAILED = "Planned", "Done", "Skipped", "Failed"
NEW, SAME, KNOWN, BAD = "New", "Same as Other Row", "Known", "Unusable"
JUDGED_AGAIN = (SAME, KNOWN)
COLUMNS = (
	*STAMPS,
	"run",
	"line",
	"status",
	"decision",
	"reason",
	"content",
)
Judged = tuple[str, str, str]
"""(status, decision, reason)"""


def store(run: Document, rows: Sequence[tuple[int, object]]) -> None:
	"""Write the rows (line, row) of a run with what becomes of each, under names that sort as in the file."""
	region = party_keys.default_region()
	seen: dict[party_keys.Key, int] = {}
	looked_up: dict[tuple[str, str], str | None] = {}
	mails: dict[str, str] = {}
	numbers = count(1)
	for piece in chunks(rows):
		clean = [(line, *lead_import.cleaned(row, mails)) for line, row in piece]
		keys = {line: lead_import.keys_of(values, region) for line, values, _bad in clean}
		judged = _judge(keys, seen)
		cells = []
		for line, values, bad in clean:
			answer = (FAILED, BAD, bad) if bad else judged[line]
			if answer[0] == PLANNED:
				answer = PLANNED, NEW, lead_import.note_of(values, looked_up)
			cells.append((next(numbers), line, *answer, None if bad else json.dumps(values)))
		_insert(run, cells)


def _judge(keys: dict[int, set[party_keys.Key]], seen: dict[party_keys.Key, int]) -> dict[int, Judged]:
	there = party_keys.there({key for some in keys.values() for key in some})
	same = rules.first_of_same(keys.items(), seen)
	judged: dict[int, Judged] = {}
	for line, some in keys.items():
		if line in same:
			reason = _("Same phone or mail address as in line {0}.").format(same[line])
			judged[line] = SKIPPED, SAME, reason
		elif some & there:
			judged[line] = SKIPPED, KNOWN, lead_import.known_by(kind for kind, _value in some & there)
		else:
			judged[line] = PLANNED, NEW, ""
	return judged


def _insert(run: Document, rows: Sequence[tuple]) -> None:
	at, user = now_datetime(), run.started_by
	query = frappe.qb.into(frappe.qb.DocType(import_runs.ROW)).columns(*COLUMNS)
	for number, *cells in rows:
		name = f"{run.name}-{number:08d}"
		query = query.insert(*stamps(name, user, at, idx=number), run.name, *cells)
	if rows:
		query.run()
