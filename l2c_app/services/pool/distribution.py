"""A manager hands out free seats: a preview without effect, then the same draw committed, a reason for every seat skipped."""

from collections.abc import Sequence

import frappe
from frappe import _

from l2c_app.core import distribution as rules
from l2c_app.core.seats import Event, State
from l2c_app.services.errors import TooManyRows, refuse
from l2c_app.services.pool import claims, seat_events
from l2c_app.services.pool.seats import Move, chunks, move

LIMIT = 100_000


def preview(
	pool: str, *, seats: Sequence[str] | None = None, count: int | None = None, method: str | None = None
) -> dict:
	"""Return who would get what: {"method", "rows": [{seat, user, reason}], "by_user"}. Changes nothing.

	Raises NotAPoolManager, PoolDisabled, TooManyRows.
	"""
	return _draw(pool, seats=seats, count=count, method=method, override=False)


def distribute(
	pool: str,
	*,
	seats: Sequence[str] | None = None,
	count: int | None = None,
	method: str | None = None,
	override_reason: str | None = None,
) -> dict:
	"""Hand out free seats, oldest first, and return the plan with what really happened to each seat.

	Holding caps bind unless a reason to override them is given (it goes into the log); quota and cool-down do not count.
	Raises NotAPoolManager, PoolDisabled, TooManyRows.
	"""
	seat_events.require_manager(pool, frappe.session.user)
	_lock_members(pool)
	plan = _draw(pool, seats=seats, count=count, method=method, override=bool(override_reason))
	decision = {"method": plan["method"], "seats": len(plan["rows"])}
	moves = [
		Move(
			row["seat"],
			Event.ASSIGN,
			row["user"],
			reason=override_reason or "",
			rule="distribution",
			decision=decision,
		)
		for row in plan["rows"]
		if row["user"]
	]
	refusals = move(moves)
	for row in plan["rows"]:
		if refusals.get(row["seat"]):
			row.update(user=None, reason=str(refusals[row["seat"]]))
	plan["by_user"] = _totals(plan["rows"])
	return plan


def _lock_members(pool: str) -> None:
	"""Lock all members of the pool in one order: no claim may pass a cap while the draw is made and committed."""
	users = frappe.get_all("Lead Pool Membership", filters={"pool": pool}, pluck="user", order_by="user")
	for user in users:
		claims.lock_membership(pool, user)


def _draw(pool: str, *, seats: object, count: int | None, method: str | None, override: bool) -> dict:
	seat_events.require_manager(pool, frappe.session.user)
	seat_events.require_enabled(pool)
	document = frappe.get_cached_doc("Lead Pool", pool)
	method = method if method in (rules.EVEN, rules.WEIGHTED) else document.distribution_method or rules.EVEN
	free, rows = _free_seats(pool, seats, count)
	drawn = rules.deal(free, _receivers(document, override=override), method=method)
	for seat, user in drawn.items():
		rows.append({"seat": seat, "user": user, "reason": "" if user else _("No member has room.")})
	return {"pool": pool, "method": method, "rows": rows, "by_user": _totals(rows)}


def _totals(rows: list[dict]) -> dict[str, int]:
	totals: dict[str, int] = {}
	for row in rows:
		if row["user"]:
			totals[row["user"]] = totals.get(row["user"], 0) + 1
	return dict(sorted(totals.items()))


def _free_seats(pool: str, seats: Sequence[str] | None, count: int | None) -> tuple[list[str], list[dict]]:
	"""Return the free seats in order of admission, and rows with a reason for asked seats that are not free."""
	if seats is not None and len(seats) > LIMIT:
		refuse(TooManyRows, _("At most {0} seats at once.").format(LIMIT), compared=str(len(seats)))
	filters = {"pool": pool, "state": State.AVAILABLE.value}
	if seats is None:
		limit = min(max(int(count or LIMIT), 0), LIMIT) or 1
		return _names(filters, limit), []
	wanted = list(dict.fromkeys(seats))
	free: list[str] = []
	for some in chunks(wanted):
		free += _names({**filters, "name": ("in", some)}, len(some))
	known = set(free)
	reason = _("The seat is not available in this pool.")
	skipped = [{"seat": seat, "user": None, "reason": reason} for seat in wanted if seat not in known]
	return free, skipped


def _names(filters: dict, limit: int) -> list[str]:
	return frappe.get_all(
		"Lead Pool Seat", filters=filters, pluck="name", order_by="admitted_on, name", limit=limit
	)


def _receivers(pool: object, *, override: bool) -> list[rules.Member]:
	"""Return the enabled members with a weight; the one with the fewest held seats comes first, then by name."""
	rows = frappe.get_all(
		"Lead Pool Membership",
		filters={"pool": pool.name, "weight": (">", 0)},
		fields=["user", "weight", "holding_cap"],
		order_by="user",
	)
	enabled = set(
		frappe.get_all(
			"User",
			filters={"name": ("in", [row.user for row in rows]), "enabled": 1},
			pluck="name",
			order_by="name",
		)
	)
	held = {row.user: claims.standing_of(pool.name, row.user).held for row in rows if row.user in enabled}
	return [
		rules.Member(row.user, row.weight, None if override else _room(pool, row, held[row.user]))
		for row in sorted((row for row in rows if row.user in enabled), key=lambda r: (held[r.user], r.user))
	]


def _room(pool: object, row: frappe._dict, held: int) -> int | None:
	cap = claims.limits_of(pool, row).holding_cap
	return max(0, cap - held) if cap else None
