"""The run that moves seats into another enabled pool: what a pool that is to be disabled or deleted needs first."""

from collections.abc import Iterator, Sequence

import frappe
from frappe import _
from frappe.model.document import Document

from l2c_app.services.errors import NotAPoolManager, RunStateError, refuse
from l2c_app.services.pool import pool_moves, runs, visibility

MOVE = "move"


def check(pool: str, options: dict) -> None:
	"""Refuse a run before it is recorded. Raises RunStateError without a target, NotAPoolManager of the target, and what
	`pool_moves.check_target` raises."""
	target = options.get("target")
	if not target or target == pool:
		refuse(RunStateError, _("Say into which other pool the seats are to go."))
	pool_moves.check_target(pool, target)
	if not visibility.manages(target, frappe.session.user):
		refuse(NotAPoolManager, _("Only a manager of pool {0} may do this.").format(target))


def plan(run: Document) -> Iterator[runs.Planned]:
	"""Plan a row for every free or held seat of the pool; a holder who is no member of the target gives his back."""
	target = runs.options_of(run)["target"]
	members = set(
		frappe.get_all("Lead Pool Membership", filters={"pool": target}, pluck="user", order_by="user")
	)
	seats = frappe.get_all(
		"Lead Pool Seat",
		filters={"pool": run.pool, "state": ("in", pool_moves.LIVE)},
		fields=["name", "party_type", "party", "holder", "version"],
		order_by="name",
	)
	for seat in seats:
		stays = seat.holder if seat.holder in members else None
		reason = "" if stays == seat.holder else _("The holder is no member of {0}.").format(target)
		numbers = {"target": target, "version": seat.version}
		yield runs.Planned(seat.name, seat.party_type, seat.party, MOVE, seat.holder, stays, reason, numbers)


def apply(run: Document, rows: Sequence[frappe._dict]) -> dict[str, object]:
	"""Move the seats of a chunk that are still in the pool, into a target that is still enabled."""
	target = runs.options_of(run)["target"]
	if not frappe.get_cached_value("Lead Pool", target, "enabled"):
		return dict.fromkeys((row.name for row in rows), _("Pool {0} is disabled.").format(target))
	here = frappe.get_all(
		"Lead Pool Seat",
		filters={"name": ("in", [row.seat for row in rows]), "pool": run.pool},
		pluck="name",
		order_by="name",
	)
	moved = set(pool_moves.to_pool(here, target, rule="pool moved", run=run.name))
	gone = _("The seat is not in this pool any more.")
	return {row.name: None if row.seat in moved else gone for row in rows}
