"""Nightly: the seat wins over an owner that was written past every hook."""

from collections.abc import Iterator, Sequence
from functools import partial

import frappe
from frappe.utils import now_datetime

from l2c_app.core.seats import State
from l2c_app.services.errors.recovery import retrying
from l2c_app.services.pool import seat_log, visibility
from l2c_app.services.pool.name_lists import chunks, forget_cached
from l2c_app.services.pool.seats import update_parties

REPAIR = "Repair"


def repair_owners() -> Iterator[int]:
	"""Bring `lead_owner` and `account_manager` back to the holder of the primary seat and log what was found.

	Converted and closed seats drive no owner. What differs is found first, then locked and looked at again a thousand at
	a time: a claim since then has written both. Yields how many parties were repaired, so that a job can commit after each.
	"""
	for party_type in visibility.OWNER_FIELD:
		for some in chunks([row.seat for row in _differences(party_type).run(as_dict=True)]):
			yield retrying(partial(_repair, party_type, some))


def _repair(party_type: str, seats: Sequence[str]) -> int:
	seat = frappe.qb.DocType("Lead Pool Seat")
	rows = _differences(party_type).where(seat.name.isin(seats)).for_update().run(as_dict=True)
	at, alike = now_datetime(), {}
	for row in rows:
		alike.setdefault(row.holder or None, []).append(row.party)
	for holder, parties in alike.items():
		values = (("modified", at), (visibility.OWNER_FIELD[party_type], holder))
		update_parties(party_type, (*values, ("modified_by", frappe.session.user)), parties)
		forget_cached(party_type, parties)
	seat_log.write([_log_entry(party_type, row) for row in rows], at=at, actor=frappe.session.user)
	return len(rows)


def _log_entry(party_type: str, row: frappe._dict) -> dict:
	return {
		**{name: row[name] for name in ("seat", "pool", "party")},
		"party_type": party_type,
		"event": REPAIR,
		"from_state": row.state,
		"to_state": row.state,
		"rule": "seat wins over owner",
		"decision": {"owner": row.owner_found, "holder": row.holder},
	}


def _differences(party_type: str) -> object:
	"""Return the query for primary seats whose holder is not their party's owner."""
	seat, party = frappe.qb.DocType("Lead Pool Seat"), frappe.qb.DocType(party_type)
	owner = party[visibility.OWNER_FIELD[party_type]]
	query = frappe.qb.from_(seat).join(party).on(party.name == seat.party)
	query = query.where((seat.party_type == party_type) & (seat.is_primary == 1))
	query = query.where(seat.state.isin([State.HELD.value, State.AVAILABLE.value]))
	query = query.where(
		((seat.holder != owner) & seat.holder.isnotnull() & owner.isnotnull())
		| (seat.holder.isnull() & owner.isnotnull() & (owner != ""))
		| (seat.holder.isnotnull() & owner.isnull())
	)
	query = query.select(seat.name.as_("seat"), seat.pool, seat.party, seat.state, seat.holder)
	return query.select(owner.as_("owner_found")).orderby(seat.name)
