"""When a party or a pool goes, is renamed or merged: seats follow or go, the log keeps the names."""

import frappe

from l2c_app.core.seats import Event, State
from l2c_app.services.pool import quiet_days, seat_log, vault_scope, visibility
from l2c_app.services.pool.seats import Move, lock_seats, move

STRENGTH = {State.HELD.value: 3, State.AVAILABLE.value: 2, State.CLOSED.value: 1, State.CONVERTED.value: 0}


def remove(filters: dict) -> int:
	"""Delete seats; leads that no seat closes any more get their native visibility back, those that none seals any more
	their contact data. Returns how many seats went."""
	seats = frappe.get_all(
		"Lead Pool Seat", filters=filters, fields=["name", "party_type", "party"], order_by="name"
	)
	if not seats:
		return 0
	frappe.db.delete("Lead Pool Seat", {"name": ("in", [seat.name for seat in seats])})
	leads = [seat.party for seat in seats if seat.party_type == "Lead"]
	open_again(leads)
	vault_scope.follow(leads)
	visibility.seats_changed()
	return len(seats)


def open_again(leads: list[str]) -> None:
	"""Take the mark off leads without a seat that closes them."""
	closed = visibility.live_seats("Lead", leads) if leads else {}
	for lead in sorted(set(leads) - closed.keys()):
		frappe.db.set_value("Lead", lead, "l2c_pooled", 0)


def merge_seats(party_type: str, old: str, new: str) -> None:
	"""Before a merge: unite the seats of both parties pool by pool, so that moving the rest meets no second seat.

	In each pool the stronger seat stays (Held before Available before Closed before Converted; the survivor's own on a
	tie); the history of the other and the later day without contact are given to it. Running twice changes nothing.
	"""
	theirs = _seats(party_type, old)
	ours = {seat.pool: seat for seat in _seats(party_type, new)}
	for seat in theirs:
		own = ours.get(seat.pool)
		if not own:
			continue
		loser, winner = (own, seat) if STRENGTH[seat.state] > STRENGTH[own.state] else (seat, own)
		if loser.state in (State.HELD.value, State.AVAILABLE.value):
			move([Move(loser.name, Event.CLOSE, rule=f"merged into {new}", writes_owner=False)])
		_keep_quiet(winner, loser)
		seat_log.unite({loser.name: winner.name})
		frappe.db.delete("Lead Pool Seat", {"name": loser.name})
	visibility.seats_changed()


def _keep_quiet(winner: frappe._dict, loser: frappe._dict) -> None:
	"""Whoever asked to be left alone, in either seat, is left alone to the later day."""
	days = [seat.do_not_contact_until for seat in (winner, loser) if seat.do_not_contact_until]
	if loser.do_not_contact_until and winner.do_not_contact_until != max(days):
		frappe.db.set_value("Lead Pool Seat", winner.name, "do_not_contact_until", max(days))


def follow_rename(party_type: str, old: str, new: str, *, merge: bool) -> None:
	"""After a rename or merge: log and keys take the new name, exactly one seat stays primary and drives the owner."""
	seat_log.rename(party_type, old, new)
	seat = frappe.qb.DocType("Lead Pool Seat")
	frappe.qb.update(seat).set(seat.party, new).where(
		(seat.party_type == party_type) & (seat.party == old)
	).run()
	if merge:
		one_primary(party_type, new)
		quiet_days.spread(party_type, [new])
	visibility.seats_changed()


def one_primary(party_type: str, party: str) -> None:
	"""Let exactly the strongest seat of a party be its primary one and drive its owner; without seats nothing happens."""
	seats = _seats(party_type, party)
	if not seats:
		return
	first = max(seats, key=lambda seat: (STRENGTH[seat.state], seat.is_primary))
	for seat in seats:
		frappe.db.set_value("Lead Pool Seat", seat.name, "is_primary", int(seat.name == first.name))
	values = {visibility.OWNER_FIELD[party_type]: first.holder}
	if party_type == "Lead":
		values["l2c_pooled"] = int(any(seat.state != State.CONVERTED.value for seat in seats))
	frappe.db.set_value(party_type, party, values)


def _seats(party_type: str, party: str) -> list:
	names = frappe.get_all(
		"Lead Pool Seat", filters={"party_type": party_type, "party": party}, pluck="name", order_by="name"
	)
	return list(lock_seats(names).values()) if names else []
