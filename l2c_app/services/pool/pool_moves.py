"""Seats go from one pool to another: after a release or recycling, or in bulk by a manager."""

from collections.abc import Sequence

import frappe
from frappe import _
from frappe.utils import now_datetime

from l2c_app.core.seats import Event, State
from l2c_app.services.errors import BadDistribution, PoolDisabled, refuse
from l2c_app.services.pool import recycle_dates, seat_log, visibility
from l2c_app.services.pool.admission import shown_name
from l2c_app.services.pool.name_lists import chunks
from l2c_app.services.pool.seats import Move, lock_seats, move, update_parties

CHANGE = "Change Pool"
LIVE = (State.AVAILABLE.value, State.HELD.value)
NAMES = {"Lead": ("company_name", "lead_name"), "Customer": ("customer_name",)}


def check_target(source: str, target: str) -> None:
	"""Raise PoolDisabled, or BadDistribution when the pools hold different kinds of parties."""
	if target == source:
		return
	pool = frappe.db.get_value("Lead Pool", target, ["enabled", "party_type"], as_dict=True)
	if not pool or pool.party_type != frappe.db.get_value("Lead Pool", source, "party_type"):
		refuse(BadDistribution, _("Pool {0} does not hold parties of this kind.").format(target))
	if not pool.enabled:
		refuse(PoolDisabled, _("Pool {0} is disabled.").format(target), do=_("Choose another pool."))


def send_on(source: str, seats: Sequence[str]) -> int:
	"""After seats came back to a pool: send them to the pool that it names for them. Returns how many went.

	Where none is named, or that one is disabled meanwhile, they stay.
	"""
	target = frappe.get_cached_value("Lead Pool", source, "return_pool")
	if not seats or not target or not frappe.get_cached_value("Lead Pool", target, "enabled"):
		return 0
	return len(to_pool(seats, target, rule="return pool"))


def to_pool(
	seats: Sequence[str], target: str, *, reason: str = "", rule: str = "", run: str = ""
) -> list[str]:
	"""Move live seats into another pool and return those that went; the caller checked rights and target.

	A holder who belongs to the target keeps his seat and its clock, any other gives it back first. Where the party has a
	seat in the target already, that one is reused: it takes over the history and being primary, the moved one goes.
	"""
	moved: list[str] = []
	members = set(
		frappe.get_all("Lead Pool Membership", filters={"pool": target}, pluck="user", order_by="user")
	)
	for names in chunks(sorted(set(seats))):
		rows = lock_seats(names)
		strangers = [row.name for row in rows.values() if row.holder and row.holder not in members]
		move([Move(name, Event.RELEASE, reason=reason, rule=rule or CHANGE, run=run) for name in strangers])
		live = [row for row in lock_seats(names).values() if row.state in LIVE and row.pool != target]
		for row in live:
			_change(row, target, reason=reason, rule=rule, run=run)
		moved += [row.name for row in live]
	recycle_dates.recompute(moved)
	_tell_holders(target, members)
	visibility.seats_changed()
	return moved


def _change(row: frappe._dict, target: str, *, reason: str, rule: str, run: str) -> None:
	at, actor = now_datetime(), frappe.session.user
	there = frappe.db.get_value(
		"Lead Pool Seat", {"party_type": row.party_type, "party": row.party, "pool": target}, "name"
	)
	entry = {"seat": there or row.name, "pool": target, "party_type": row.party_type, "party": row.party}
	entry |= {"event": CHANGE, "from_state": row.state, "to_state": row.state, "reason": reason, "run": run}
	entry |= {"from_holder": row.holder, "to_holder": row.holder, "rule": rule or CHANGE}
	seat_log.write([{**entry, "decision": {"from_pool": row.pool}}], at=at, actor=actor)
	if there:
		_reuse(row, there)
		return
	table = frappe.qb.DocType("Lead Pool Seat")
	query = frappe.qb.update(table).set(table.pool, target).set(table.version, table.version + 1)
	query = (
		query.set(table.party_name, _name(row, target)).set(table.modified, at).set(table.modified_by, actor)
	)
	query.where(table.name == row.name).run()


def _reuse(row: frappe._dict, there: str) -> None:
	other = lock_seats([there])[there]
	if row.holder:
		move([Move(row.name, Event.RELEASE, rule=CHANGE, writes_owner=False)])
	seat_log.unite(row.name, there)
	frappe.db.delete("Lead Pool Seat", {"name": row.name})
	if other.state == State.CLOSED.value:
		move([Move(there, Event.REOPEN, rule=CHANGE)])
		other = lock_seats([there])[there]
	if row.is_primary:
		frappe.db.set_value("Lead Pool Seat", there, "is_primary", 1)
		owner = (visibility.OWNER_FIELD[row.party_type], other.holder)
		update_parties(row.party_type, (("modified", now_datetime()), owner), [row.party])
		frappe.clear_document_cache(row.party_type, row.party)


def _name(row: frappe._dict, target: str) -> str:
	names = frappe.db.get_value(row.party_type, row.party, NAMES[row.party_type]) or ()
	names = (names,) if isinstance(names, str) else names
	return shown_name(target, next((name for name in names if name), ""))


def _tell_holders(target: str, members: set[str]) -> None:
	"""Make claims that began before look again: their picture of what these members hold may be old."""
	table = frappe.qb.DocType("Lead Pool Membership")
	if members:
		frappe.qb.update(table).set(table.moves, table.moves + 1).where(table.pool == target).run()
