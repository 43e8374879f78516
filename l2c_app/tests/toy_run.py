"""A kind of run for tests: every held seat of the pool is to be given back, some rows are refused or break."""

from collections.abc import Iterator

import frappe
from frappe.model.document import Document

from l2c_app.core.seats import Event
from l2c_app.services.pool import runs
from l2c_app.services.pool.seats import Move, move

breaks: set[str] = set()
deadlocks: list[str] = []
applied: list[list[str]] = []


def plan(run: Document) -> Iterator[runs.Planned]:
	"""Plan a row per seat of the pool; free seats are shown and skipped."""
	seats = frappe.get_all(
		"Lead Pool Seat", filters={"pool": run.pool}, fields=["name", "party", "holder"], order_by="name"
	)
	for seat in seats:
		yield runs.Planned(
			seat.name,
			"Lead",
			seat.party,
			decision="return",
			from_user=seat.holder,
			reason="" if seat.holder else "free already",
			numbers={"seats": len(seats)},
			skip=not seat.holder,
		)


def apply(run: Document, rows: list) -> dict[str, object]:
	"""Release the seats of a chunk."""
	applied.append([row.seat for row in rows])
	if deadlocks:
		raise frappe.QueryDeadlockError(deadlocks.pop())
	broken = breaks & {row.seat for row in rows}
	if broken and len(rows) > 1:
		raise ZeroDivisionError("a bad row in the chunk")
	refusals = move([Move(row.seat, Event.RELEASE, reason="toy", rule=run.name) for row in rows])
	if broken:
		raise ZeroDivisionError("a bad row")
	return {row.name: refusals[row.seat] for row in rows}
