"""Nightly: the seat wins over an owner that was written past every hook."""

import frappe
from frappe.utils import now_datetime

from l2c_app.core.seats import State
from l2c_app.services.pool import seat_log, visibility

REPAIR = "Repair"


def repair_owners() -> int:
	"""Bring `lead_owner` and `account_manager` back to the holder of the primary seat and log what was found.

	Converted and closed seats drive no owner. Returns how many parties were repaired.
	"""
	repaired = 0
	for party_type, fieldname in visibility.OWNER_FIELD.items():
		rows = _differences(party_type, fieldname)
		for row in rows:
			frappe.db.set_value(party_type, row.party, fieldname, row.holder)
		entries = [
			{
				**{name: row[name] for name in ("seat", "pool", "party")},
				"party_type": party_type,
				"event": REPAIR,
				"from_state": row.state,
				"to_state": row.state,
				"rule": "seat wins over owner",
				"decision": {"owner": row.owner_found, "holder": row.holder},
			}
			for row in rows
		]
		seat_log.write(entries, at=now_datetime(), actor=frappe.session.user)
		repaired += len(rows)
	return repaired


def _differences(party_type: str, fieldname: str) -> list[frappe._dict]:
	seat, party = frappe.qb.DocType("Lead Pool Seat"), frappe.qb.DocType(party_type)
	rows = (
		frappe.qb.from_(seat)
		.join(party)
		.on(party.name == seat.party)
		.where((seat.party_type == party_type) & (seat.is_primary == 1))
		.where(seat.state.isin([State.HELD.value, State.AVAILABLE.value]))
		.where(
			((seat.holder != party[fieldname]) & seat.holder.isnotnull() & party[fieldname].isnotnull())
			| (seat.holder.isnull() & party[fieldname].isnotnull() & (party[fieldname] != ""))
			| (seat.holder.isnotnull() & party[fieldname].isnull())
		)
		.select(
			seat.name.as_("seat"),
			seat.pool,
			seat.party,
			seat.state,
			seat.holder,
			party[fieldname].as_("owner_found"),
		)
		.orderby(seat.name)
		.run(as_dict=True)
	)
	return rows
