"""Why enrolled parties leave a cadence, found for many at once."""

from collections.abc import Iterable, Sequence
from typing import Any

import frappe
from frappe.query_builder.functions import Max
from frappe.utils import get_datetime

from l2c_app.core.cadence import Exit
from l2c_app.core.seats import State
from l2c_app.services.follow_up import do_not_contact
from l2c_app.services.pool import quiet_days, visibility


def reasons(rows: Sequence[Any]) -> dict[str, set[Exit]]:
	"""Return {enrolment: reasons to leave} of those that have any. About ten queries per party type, however many rows."""
	found: dict[str, set[Exit]] = {}
	for party_type in sorted({row.party_type for row in rows}):
		mine = [row for row in rows if row.party_type == party_type]
		names = sorted({row.party for row in mine})
		at_once = _by_party(party_type, names)
		answered, closed = _replied(party_type, names), _closed(party_type, names)
		seats = visibility.live_seats(party_type, names) if visibility.enabled_pools(party_type) else {}
		for row in mine:
			why = set(at_once.get(row.party, ()))
			why |= {Exit.REPLIED} if _since(answered, row) else set()
			why |= {Exit.CLOSED} if _since(closed, row) else set()
			why |= _left_by_seat(seats.get(row.party, []), row.assigned_to)
			if why:
				found[row.name] = why
	return found


def _by_party(party_type: str, names: list[str]) -> dict[str, set[Exit]]:
	found = {name: set(why) for name, why in do_not_contact.blocked(party_type, names).items()}
	for name in quiet_days.of_parties(party_type, names):
		found.setdefault(name, set()).add(Exit.BLOCKED)
	there = set(frappe.get_all(party_type, filters={"name": ("in", names)}, pluck="name", order_by="name"))
	for name in names:
		if name not in there:
			found.setdefault(name, set()).add(Exit.VANISHED)
	for name in _converted(names) if party_type == "Lead" else ():
		found.setdefault(name, set()).add(Exit.CONVERTED)
	return found


def _converted(leads: list[str]) -> set[str]:
	filters = {"name": ("in", leads), "status": "Converted"}
	won = frappe.get_all("Lead", filters=filters, pluck="name", order_by="name")
	customers = frappe.get_all(
		"Customer", filters={"lead_name": ("in", leads)}, pluck="lead_name", order_by="name"
	)
	return {*won, *customers}


def _replied(party_type: str, names: Iterable[str]) -> dict[str, Any]:
	table = frappe.qb.DocType("Communication")
	query = frappe.qb.from_(table).select(table.reference_name, Max(table.creation).as_("at"))
	query = query.where((table.reference_doctype == party_type) & table.reference_name.isin(list(names)))
	query = query.where(
		(table.sent_or_received == "Received") & (table.communication_type == "Communication")
	)
	rows = query.groupby(table.reference_name).orderby(table.reference_name).run(as_dict=True)
	return {row.reference_name: row.at for row in rows}


def _closed(party_type: str, names: Iterable[str]) -> dict[str, Any]:
	table = frappe.qb.DocType("Follow Up")
	party = table[party_type.lower()]
	query = frappe.qb.from_(table).select(party.as_("party"), Max(table.done_on).as_("at"))
	query = query.where(party.isin(list(names)) & (table.status == "Done") & (table.closes == 1))
	return {row.party: row.at for row in query.groupby(party).orderby(party).run(as_dict=True)}


def _since(moments: dict[str, Any], row: Any) -> bool:
	at = moments.get(row.party)
	return bool(at) and get_datetime(at) >= get_datetime(row.started_on)


def _left_by_seat(seats: list[Any], user: str) -> set[Exit]:
	"""A pooled party that this user no longer holds was released, recycled or handed on; or all its seats are closed."""
	if not seats or any(seat.holder == user for seat in seats):
		return set()
	return {Exit.CLOSED} if all(seat.state == State.CLOSED.value for seat in seats) else {Exit.RELEASED}
