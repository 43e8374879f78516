"""Seats go from one pool to another: after a release or recycling, or in bulk by a manager."""

from collections.abc import Sequence
from datetime import datetime

import frappe
from frappe import _
from frappe.utils import now_datetime

from l2c_app.core.seats import Event, State
from l2c_app.services.errors import BadDistribution, PoolDisabled, refuse
from l2c_app.services.pool import membership_locks, recycle_dates, seat_log, vault_scope, visibility
from l2c_app.services.pool.admission import shown_name
from l2c_app.services.pool.name_lists import among, chunks, each, forget_cached
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


def next_pool(source: str) -> str | None:
	"""Return the enabled pool to which a pool sends seats that came back, None where they stay."""
	target = frappe.get_cached_value("Lead Pool", source, "return_pool")
	return target if target and frappe.get_cached_value("Lead Pool", target, "enabled") else None


def lock_way(source: str, target: str | None = None) -> None:
	"""Before seats of a pool are locked that may go on to a target, or to where the pool sends them: lock both pools'
	members. The move writes to the target's at its end; locked only then, it and a claim would stop each other."""
	target = target or next_pool(source)
	if target and target != source:
		membership_locks.lock_pools((source, target))


def send_on(source: str, seats: Sequence[str]) -> int:
	"""After seats came back to a pool: send them to the pool that it names for them. Returns how many went.

	Where none is named, or that one is disabled meanwhile, they stay. The caller called `lock_way` before he locked them.
	"""
	target = next_pool(source)
	return len(to_pool(seats, target, rule="return pool")) if seats and target else 0


def to_pool(
	seats: Sequence[str], target: str, *, reason: str = "", rule: str = "", run: str = ""
) -> list[str]:
	"""Move live seats into another pool and return those that went; the caller checked rights and target.

	A holder who belongs to the target keeps his seat and its clock, any other gives it back first. Where the party has a
	seat in the target already, that one is reused: it takes over the history and being primary, the moved one goes. Leads
	go into the vault or come out of it, as the pools that close them now want it. The members of all pools concerned are
	locked before the seats. A few statements per thousand seats.
	"""
	members = membership_locks.lock_pools({*_pools_of(seats), target})[target]
	moved: list[str] = []
	for names in chunks(sorted(set(seats))):
		there = _seats_there(names, target)
		locked = lock_seats([*names, *there.values()])
		rows = [locked[name] for name in names if name in locked]
		strangers = [row.name for row in rows if row.holder and row.holder not in members]
		if strangers:
			move(
				[Move(name, Event.RELEASE, reason=reason, rule=rule or CHANGE, run=run) for name in strangers]
			)
			locked |= lock_seats(strangers)
		rows = [locked[row.name] for row in rows]
		live = [row for row in rows if row.state in LIVE and row.pool != target]
		_change(live, target, locked=locked, there=there, reason=reason, rule=rule or CHANGE, run=run)
		vault_scope.follow(row.party for row in live if row.party_type == "Lead")
		moved += [row.name for row in live]
	recycle_dates.recompute(moved)
	_tell_holders(target, members)
	visibility.seats_changed()
	return moved


def _pools_of(seats: Sequence[str]) -> set[str]:
	table = frappe.qb.DocType("Lead Pool Seat")
	found: set[str] = set()
	for names in chunks(sorted(set(seats))):
		query = frappe.qb.from_(table).select(table.pool).distinct()
		found |= {row[0] for row in query.where(among(table.name, names) & (table.pool != "")).run()}
	return found


def _seats_there(names: Sequence[str], target: str) -> dict[str, str]:
	"""Return {seat: the seat that its party has in the target already}."""
	seat, other = frappe.qb.DocType("Lead Pool Seat"), frappe.qb.DocType("Lead Pool Seat").as_("other")
	query = frappe.qb.from_(seat).join(other)
	query = query.on((other.party_type == seat.party_type) & (other.party == seat.party))
	query = query.where((other.pool == target) & (seat.pool != target) & among(seat.name, names))
	return dict(query.select(seat.name, other.name).run())


def _change(
	rows: Sequence[frappe._dict], target: str, *, locked: dict, there: dict[str, str], **why: str
) -> None:
	at, actor = now_datetime(), frappe.session.user
	there = {row.name: there[row.name] for row in rows if there.get(row.name) in locked}
	entries = []
	for row in rows:
		entry = {"seat": there.get(row.name, row.name), "pool": target, "event": CHANGE, **why}
		entry |= {"party_type": row.party_type, "party": row.party, "decision": {"from_pool": row.pool}}
		entry |= {"from_state": row.state, "to_state": row.state}
		entries.append({**entry, "from_holder": row.holder, "to_holder": row.holder})
	seat_log.write(entries, at=at, actor=actor)
	if there:
		_reuse([row for row in rows if row.name in there], there, locked)
	_enter([row for row in rows if row.name not in there], target, at=at, actor=actor)


def _enter(rows: Sequence[frappe._dict], target: str, *, at: datetime, actor: str) -> None:
	if not rows:
		return
	table = frappe.qb.DocType("Lead Pool Seat")
	query = frappe.qb.update(table).set(table.pool, target).set(table.version, table.version + 1)
	query = query.set(table.party_name, each(table.name, _shown_names(rows, target)))
	query = query.set(table.modified, at).set(table.modified_by, actor)
	query.where(among(table.name, [row.name for row in rows])).run()


def _shown_names(rows: Sequence[frappe._dict], target: str) -> dict[str, str]:
	result: dict[str, str] = {}
	for party_type in sorted({row.party_type for row in rows}):
		names = {row.party: row.name for row in rows if row.party_type == party_type}
		fields = NAMES[party_type]
		for party in frappe.get_all(
			party_type, filters={"name": ("in", list(names))}, fields=["name", *fields], order_by="name"
		):
			known = next((party[field] for field in fields if party[field]), "")
			result[names[party.name]] = shown_name(target, known)
	return {row.name: result.get(row.name, "") for row in rows}


def _reuse(rows: Sequence[frappe._dict], there: dict[str, str], locked: dict) -> None:
	"""Let the seats of the target take the place of those that would have come: nobody holds what is taken over."""
	others = {row.name: locked[there[row.name]] for row in rows}
	held = [row.name for row in rows if row.holder]
	move([Move(name, Event.RELEASE, rule=CHANGE, writes_owner=False) for name in held])
	seat_log.unite(there)
	frappe.db.delete("Lead Pool Seat", {"name": ("in", sorted(others))})
	move([Move(o.name, Event.REOPEN, rule=CHANGE) for o in others.values() if o.state == State.CLOSED.value])
	primary = [row for row in rows if row.is_primary]
	if primary:
		_take_over(primary, others)


def _take_over(rows: Sequence[frappe._dict], others: dict[str, frappe._dict]) -> None:
	"""Make the seats of the target primary and write their holders, whom reopening does not change, to the parties."""
	frappe.db.set_value(
		"Lead Pool Seat", {"name": ("in", sorted(others[row.name].name for row in rows))}, "is_primary", 1
	)
	alike: dict[tuple[str, str | None], list[str]] = {}
	for row in rows:
		alike.setdefault((row.party_type, others[row.name].holder or None), []).append(row.party)
	for (party_type, holder), parties in alike.items():
		values = (("modified", now_datetime()), (visibility.OWNER_FIELD[party_type], holder))
		update_parties(party_type, values, sorted(parties))
		forget_cached(party_type, parties)


def _tell_holders(target: str, members: set[str]) -> None:
	"""Make claims that began before look again: their picture of what these members hold may be old."""
	table = frappe.qb.DocType("Lead Pool Membership")
	if members:
		frappe.qb.update(table).set(table.moves, table.moves + 1).where(table.pool == target).run()
