"""A holder's shield against recycling: with a reason, to a day, for a limited number of seats. It changes no holder."""

from datetime import date

import frappe
from frappe import _
from frappe.utils import getdate, now_datetime, nowdate

from l2c_app.core import claims as rules
from l2c_app.core.seats import PROTECT, UNPROTECT, IllegalMove, Seat, State, protect
from l2c_app.services.errors import ProtectionRefused, SeatNotMovable, SeatTaken, refuse
from l2c_app.services.pool import claim_answers, membership_locks, seat_events, seat_log
from l2c_app.services.pool.seats import lock_seats


def protect_seat(name: str, reason: str, days: int | None = None) -> date:
	"""Protect a held seat for some days, at most the pool's, and return the last one; protecting again replaces the day.

	By the holder or a manager, always within the holder's limit. Raises NotTheHolder, ReasonMissing, PoolDisabled,
	ProtectionRefused (days), ProtectionLimitReached, SeatNotMovable (not held), SeatTaken.
	"""
	reason = seat_events.require_reason(reason)
	row = seat_events.get_seat(name)
	seat_events.require_enabled(row.pool)
	seat_events.require_holder_or_manager(row, frappe.session.user)
	if not row.holder:
		refuse(SeatNotMovable, _("Only a held seat can be protected."), compared=_(row.state))
	pool = frappe.get_cached_doc("Lead Pool", row.pool)
	until = _until(days, pool)
	membership_locks.lock_membership(row.pool, row.holder)
	refusal = rules.protection_refusal(
		protected=_protected(row.pool, row.holder, but=name), limit=int(pool.get("protection_limit") or 0)
	)
	if refusal:
		claim_answers.raise_refusal(refusal)
	_write(row, until, reason)
	return until


def unprotect_seat(name: str, reason: str) -> None:
	"""Lift a protection; holder and clock stay. By the holder or a manager.

	Raises NotTheHolder, ReasonMissing, SeatNotMovable (not protected), SeatTaken.
	"""
	reason = seat_events.require_reason(reason)
	row = seat_events.get_seat(name)
	seat_events.require_holder_or_manager(row, frappe.session.user)
	_write(row, None, reason)


def _until(days: int | None, pool: object) -> date:
	longest = int(pool.get("protection_days") or 0)
	try:
		return rules.protection_end(days, longest=longest, today=getdate(nowdate()))
	except ValueError:
		refuse(
			ProtectionRefused,
			_("A protection lasts at least one day."),
			compared=_("Asked: {0}, at most: {1}").format(days, longest),
		)


def _protected(pool: str, holder: str, *, but: str) -> int:
	"""Count the holder's other seats whose protection has not run out, as committed by now: behind his membership row two
	protections at once count each other."""
	seat = frappe.qb.DocType("Lead Pool Seat")
	query = frappe.qb.from_(seat).select(seat.name).where((seat.pool == pool) & (seat.holder == holder))
	query = query.where((seat.state == State.HELD.value) & (seat.name != but))
	return len(query.where(seat.protected_until >= nowdate()).orderby(seat.name).for_update().run())


def _write(seen: frappe._dict, until: date | None, reason: str) -> None:
	"""Write seat and log under the seat's lock. Raises SeatTaken when it moved since it was read."""
	row = lock_seats([seen.name]).get(seen.name)
	if not row or row.version != seen.version:
		refuse(
			SeatTaken, _("The seat was changed by somebody else meanwhile."), do=_("Reload and try again.")
		)
	protected = frappe.db.get_value("Lead Pool Seat", seen.name, "protected_until")
	try:
		after = protect(
			Seat(State(row.state), row.holder, protected_until=protected, version=row.version), until
		)
	except IllegalMove:
		refuse(SeatNotMovable, _("The seat is not protected."), compared=_(row.state))
	at, actor = now_datetime(), frappe.session.user
	table = frappe.qb.DocType("Lead Pool Seat")
	query = frappe.qb.update(table).set(table.protected_until, after.protected_until)
	query = query.set(table.protection_reason, reason[:140] if until else None).set(
		table.version, after.version
	)
	query.set(table.modified, at).set(table.modified_by, actor).where(table.name == row.name).run()
	event, decision = (PROTECT, {"until": str(until)}) if until else (UNPROTECT, None)
	entry = seat_log.standing(row, event, reason=reason, decision=decision)
	seat_log.write([entry], at=at, actor=actor)
