"""A party to be left alone until a day: claim lists skip it, nobody is given it, and no contact is planned before.

The day stands on every seat of the party, for ever while a lead's status is Do Not Contact; then the day that stood before
holds again. It changes no holder. Parties
outside the pools have the host's own means: the status of the lead, the unsubscribed address.
"""

from datetime import date

import frappe
from frappe import _
from frappe.utils import formatdate, getdate, now_datetime, nowdate

from l2c_app.core.seats import LEFT_ALONE, NOT_LEFT_ALONE
from l2c_app.services.errors import QuietDayRefused, refuse
from l2c_app.services.pool import seat_events, seat_log
from l2c_app.services.pool.quiet_days import BLOCKED_STATUS, FOR_EVER, text
from l2c_app.services.pool.seats import lock_seats


def set_until(name: str, until: date | str | None, reason: str) -> None:
	"""Leave the party of a seat alone up to and on a day; None lifts it. On all seats of the party, with a row in the log.

	By the holder or a manager. Raises NotTheHolder, ReasonMissing, SeatTaken (gone), QuietDayRefused for a day before today.
	"""
	reason = seat_events.require_reason(reason)
	row = seat_events.get_seat(name)
	seat_events.require_holder_or_manager(row, frappe.session.user)
	if row.do_not_contact_until == FOR_EVER and _is_blocked(row):
		refuse(QuietDayRefused, text(FOR_EVER), do=_("Change the status of the lead."))
	day = getdate(until) if until else None
	if day and day < getdate(nowdate()):
		refuse(QuietDayRefused, _("The day lies in the past."), compared=formatdate(day))
	_write(row.party_type, row.party, day, reason)


def _is_blocked(row: frappe._dict) -> bool:
	"""Return True while the lead's status speaks; one united with a lead that was blocked need not have that status."""
	return row.party_type == "Lead" and frappe.db.get_value("Lead", row.party, "status") == BLOCKED_STATUS


def follow_status(lead: object) -> None:
	"""After a lead was saved: with the status Do Not Contact its seats leave the lists, without it they come back."""
	before = lead.get_doc_before_save()
	blocked = lead.status == BLOCKED_STATUS
	if not before or blocked == (before.status == BLOCKED_STATUS):
		return
	_write("Lead", lead.name, FOR_EVER if blocked else _day_before_block(lead.name), _(lead.status))


def _day_before_block(lead: str) -> date | None:
	"""Return the day that a person had set before the status took its place, None when it is over by now."""
	filters = {"party_type": "Lead", "party": lead, "event": LEFT_ALONE}
	last = frappe.get_all(
		"Lead Pool Log", filters=filters, pluck="decision", order_by="at desc, creation desc", limit=1
	)
	kept = frappe.parse_json(last[0] or "{}").get("instead_of") if last else None
	return getdate(kept) if kept and getdate(kept) >= getdate(nowdate()) else None


def _write(party_type: str, party: str, until: date | None, reason: str) -> None:
	filters = {"party_type": party_type, "party": party}
	names = frappe.get_all("Lead Pool Seat", filters=filters, pluck="name", order_by="name")
	rows = lock_seats(names)
	if not rows:
		return
	at, actor = now_datetime(), frappe.session.user
	table = frappe.qb.DocType("Lead Pool Seat")
	query = frappe.qb.update(table).set(table.do_not_contact_until, until)
	query = query.set(table.version, table.version + 1)
	query = query.set(table.modified, at).set(table.modified_by, actor)
	query.where(table.name.isin(sorted(rows))).run()
	event = LEFT_ALONE if until else NOT_LEFT_ALONE
	decision = {"until": str(until)} if until else None
	days = [row.do_not_contact_until for row in rows.values() if row.do_not_contact_until]
	if until == FOR_EVER and days and max(days) != FOR_EVER:
		decision["instead_of"] = str(max(days))
	seat_log.write(
		[seat_log.standing(row, event, reason=reason, decision=decision) for row in rows.values()],
		at=at,
		actor=actor,
	)
