"""A native edit of `lead_owner` is a holder change: it moves the primary seat under the same rules, or is refused."""

from typing import NoReturn

import frappe
from frappe import _

from l2c_app.core.seats import Event, State
from l2c_app.services.errors import SeatBusy, SeatNotMovable, StaleSeat, refuse
from l2c_app.services.pool import membership_locks, seat_events, visibility
from l2c_app.services.pool.seats import SEAT_FIELDS, Move, lock_seats, move_one

FORM_VERSION = "l2c_seat_version"


def primary_seat(party_type: str, party: str) -> frappe._dict | None:
	"""Return the seat that drives the owner of a party, None outside the pools."""
	rows = frappe.get_all(
		"Lead Pool Seat",
		filters={"party_type": party_type, "party": party, "is_primary": 1},
		fields=list(SEAT_FIELDS),
		order_by="name",
		limit=1,
	)
	return rows[0] if rows else None


def check(doc: object) -> None:
	"""Before a pooled lead is saved: refuse a stale form and an owner change that the pool does not allow.

	Raises StaleSeat, and what transfer or release would raise. The mark of the pool is kept whatever the form says.
	"""
	before = doc.get_doc_before_save()
	if not before or not visibility.enabled_pools(doc.doctype):
		return
	if doc.doctype == "Lead":
		doc.l2c_pooled = before.l2c_pooled
		doc.l2c_recycle_on = before.l2c_recycle_on
	seat = primary_seat(doc.doctype, doc.name)
	if not seat or seat.state == State.CONVERTED.value:
		return
	_refuse_stale(doc, seat)
	if _owner_changed(doc, before):
		owner = doc.get(visibility.OWNER_FIELD[doc.doctype])
		_hold_still(seat, owner)
		_check_change(seat, owner)


def _hold_still(seat: frappe._dict, owner: str | None) -> None:
	"""Lock the receiver's membership and the seat without waiting, or raise SeatBusy.

	The host has locked the party before any hook runs, everything else locks it last: who waits here while holding it
	would meet a claim that waits for it. Everything that follows finds these rows locked by its own transaction.
	"""
	try:
		if owner:
			membership_locks.lock_membership_now(seat.pool, owner)
		newest = lock_seats([seat.name], wait=False).get(seat.name)
	except frappe.QueryTimeoutError:
		refuse_busy()
	if not newest or newest.version != seat.version:
		refuse_busy()


def refuse_busy() -> NoReturn:
	"""Raise SeatBusy."""
	refuse(
		SeatBusy,
		_("Somebody else is moving this lead right now."),
		do=_("Reload the form and enter your change again."),
	)


def _refuse_stale(doc: object, seat: frappe._dict) -> None:
	loaded = (doc.get("__onload") or {}).get(FORM_VERSION)
	if loaded is not None and int(loaded) != int(seat.version or 0):
		refuse(
			StaleSeat,
			_("The lead changed hands since you opened it."),
			compared=_("Version {0}, now {1}").format(loaded, seat.version),
			do=_("Reload the form and enter your change again."),
		)


def _owner_changed(doc: object, before: object) -> bool:
	fieldname = visibility.OWNER_FIELD[doc.doctype]
	return (before.get(fieldname) or "") != (doc.get(fieldname) or "")


def _check_change(seat: frappe._dict, owner: str | None) -> None:
	if seat.state == State.CLOSED.value:
		refuse(
			SeatNotMovable,
			_("A closed lead has no owner."),
			do=_("A manager of pool {0} may reopen it.").format(seat.pool),
		)
	if owner == seat.holder:
		return
	if owner:
		seat_events.check_transfer(seat, owner)
	else:
		seat_events.require_holder_or_manager(seat, frappe.session.user)
		seat_events.require_enabled(seat.pool)


def follow(doc: object) -> None:
	"""After a pooled lead was saved with another owner: move its primary seat there. The document wrote the owner."""
	before = doc.get_doc_before_save()
	if not before or not visibility.enabled_pools(doc.doctype) or not _owner_changed(doc, before):
		return
	seat = primary_seat(doc.doctype, doc.name)
	owner = doc.get(visibility.OWNER_FIELD[doc.doctype]) or None
	if not seat or seat.state not in (State.AVAILABLE.value, State.HELD.value) or seat.holder == owner:
		return
	reason = _("Edited in the form")
	if not owner:
		move_one(Move(seat.name, Event.RELEASE, reason=reason, version=seat.version, writes_owner=False))
		return
	event = Event.TRANSFER if seat.holder else Event.ASSIGN
	move_one(Move(seat.name, event, owner, reason=reason, version=seat.version, writes_owner=False))
