"""Who got how much of a pool in a period, against the weight he was to get, and what became of it. From the log."""

from datetime import date

import frappe
from frappe.query_builder.functions import Count
from frappe.utils import add_days

from l2c_app.core.seats import Event, State
from l2c_app.services.pool import seat_events

GOT = (Event.CLAIM.value, Event.ASSIGN.value, Event.TRANSFER.value)
Counts = dict[tuple[str, str], int]


def of_pool(pool: str, start: date, end: date) -> list[dict]:
	"""Return a row per member: {"user", "weight", "received", "claimed", "kept", "recycled", "share", "due_share"}.

	Received: claimed, assigned or handed over in the period; kept: held now and got in it. Shares in percent of all that was
	received and of all weights, None without any. A member who left is listed for what he got. Raises NotAPoolManager.
	"""
	seat_events.require_manager(pool, frappe.session.user)
	span = (f"{start} 00:00:00", f"{add_days(end, 1)} 00:00:00")
	got, lost = _logged(pool, span, "to_holder"), _logged(pool, span, "from_holder")
	kept, weights = _kept(pool, span), _weights(pool)
	received = {user: sum(got.get((user, event), 0) for event in GOT) for user, _event in got}
	total, whole = sum(received.values()), sum(weights.values())
	users = sorted(
		{user for user, weight in weights.items() if weight} | {u for u, n in received.items() if n}
	)
	return [
		{
			"user": user,
			"weight": weights.get(user, 0),
			"received": received.get(user, 0),
			"claimed": got.get((user, Event.CLAIM.value), 0),
			"kept": kept.get(user, 0),
			"recycled": lost.get((user, Event.RECYCLE.value), 0),
			"share": 100 * received.get(user, 0) / total if total else None,
			"due_share": 100 * weights.get(user, 0) / whole if whole else None,
		}
		for user in users
	]


def _logged(pool: str, span: tuple[str, str], holder: str) -> Counts:
	log = frappe.qb.DocType("Lead Pool Log")
	query = frappe.qb.from_(log).select(log[holder], log.event, Count("*"))
	query = query.where((log.pool == pool) & (log.at >= span[0]) & (log.at < span[1]))
	rows = query.where(log[holder].isnotnull()).groupby(log[holder], log.event).run()
	return {(user, event): count for user, event, count in rows}


def _kept(pool: str, span: tuple[str, str]) -> dict[str, int]:
	seat = frappe.qb.DocType("Lead Pool Seat")
	query = frappe.qb.from_(seat).select(seat.holder, Count("*"))
	query = query.where((seat.pool == pool) & (seat.state == State.HELD.value))
	query = query.where((seat.claimed_on >= span[0]) & (seat.claimed_on < span[1]))
	return dict(query.groupby(seat.holder).run())


def _weights(pool: str) -> dict[str, int]:
	rows = frappe.get_all(
		"Lead Pool Membership", filters={"pool": pool}, fields=["user", "weight"], order_by="user"
	)
	return {row.user: row.weight or 0 for row in rows}
