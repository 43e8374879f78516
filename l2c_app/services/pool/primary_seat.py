"""Which seat of a party drives its owner: the first admitted, until a manager lets another one do it."""

import frappe
from frappe import _
from frappe.utils import now_datetime

from l2c_app.core.seats import MAKE_PRIMARY, State
from l2c_app.services.errors import SeatNotMovable, SeatTaken, refuse
from l2c_app.services.pool import seat_events, seat_log, visibility
from l2c_app.services.pool.name_lists import forget_cached
from l2c_app.services.pool.seats import lock_seats, update_parties

LIVE = (State.AVAILABLE.value, State.HELD.value)


def make_primary(name: str, reason: str) -> None:
	"""Let a free or held seat drive the owner of its party; both seats keep holder and clock.

	By somebody who manages its pool and that of the seat which was primary. Raises ReasonMissing, NotAPoolManager,
	PoolDisabled, SeatNotMovable (closed, or primary already), SeatTaken.
	"""
	reason = seat_events.require_reason(reason)
	seen = seat_events.get_seat(name)
	seat_events.require_enabled(seen.pool)
	rows = _locked(seen)
	for row in rows:
		if row.name == name or row.is_primary:
			seat_events.require_manager(row.pool, frappe.session.user)
	row = next((row for row in rows if row.name == name), None)
	if not row or row.version != seen.version:
		refuse(
			SeatTaken, _("The seat was changed by somebody else meanwhile."), do=_("Reload and try again.")
		)
	if row.is_primary or row.state not in LIVE:
		refuse(
			SeatNotMovable,
			_("Only a free or held seat that is not primary can become it."),
			compared=_("Primary") if row.is_primary else _(row.state),
		)
	_write(row, rows, reason)


def _locked(seen: frappe._dict) -> list[frappe._dict]:
	filters = {"party_type": seen.party_type, "party": seen.party}
	return list(
		lock_seats(frappe.get_all("Lead Pool Seat", filters=filters, pluck="name", order_by="name")).values()
	)


def _write(row: frappe._dict, rows: list[frappe._dict], reason: str) -> None:
	at, actor = now_datetime(), frappe.session.user
	former = [other for other in rows if other.is_primary]
	table = frappe.qb.DocType("Lead Pool Seat")
	for seat, primary in (*((other, 0) for other in former), (row, 1)):
		query = frappe.qb.update(table).set(table.is_primary, primary).set(table.version, table.version + 1)
		query.set(table.modified, at).set(table.modified_by, actor).where(table.name == seat.name).run()
	decision = {"instead_of": [other.name for other in former]}
	entry = seat_log.standing(row, MAKE_PRIMARY, reason=reason, decision=decision)
	seat_log.write([entry], at=at, actor=actor)
	values = [("modified", at), ("modified_by", actor), (visibility.OWNER_FIELD[row.party_type], row.holder)]
	if row.party_type == "Lead":
		due = frappe.db.get_value("Lead Pool Seat", row.name, "recycle_on")
		values.append(("l2c_recycle_on", due))
	update_parties(row.party_type, values, [row.party])
	forget_cached(row.party_type, [row.party])
	visibility.seats_changed()
