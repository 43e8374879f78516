"""Whose consent a merge needs: everybody but who asks for it who protects a seat of either lead, by the seats as they are."""

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, get_fullname, getdate, now_datetime, nowdate

from l2c_app.core import merge as rules
from l2c_app.core.seats import State
from l2c_app.services.errors import MergeRefused, refuse
from l2c_app.services.follow_up import reminders
from l2c_app.services.pool import visibility


def missing(
	kept: str, merged: str, *, asking: str | None = None, agreed: Iterable[str] = (), lock: bool = False
) -> list[str]:
	"""Return the holders who must still agree. `asking`: the session user unless given; `lock`: the seats stay so."""
	people = set(agreed)
	protected = [
		(seat.holder, {user for user in people if _speaks_for(user, seat)})
		for seat in _protected((kept, merged), lock=lock)
	]
	return rules.consents_missing(protected, asking=asking or frappe.session.user)


def agreed(record: Document) -> list[str]:
	"""Return who agreed so far."""
	return [row.user for row in record.consents if row.agreed_on]


def ask(record: Document, holders: Iterable[str]) -> None:
	"""Ask holders for their consent, each once."""
	asked = {row.user for row in record.consents}
	for holder in holders:
		if holder not in asked:
			record.append("consents", {"user": holder})
			_notify(record, holder)
	record.save(ignore_permissions=True)


def agree(record: Document) -> list[str]:
	"""Note the consent of the session user; return whose is still missing, asking those whom nobody asked before."""
	user = frappe.session.user
	row = next((row for row in record.consents if row.user == user), None) or record.append("consents", {})
	row.update({"user": user, "agreed_on": now_datetime()})
	holders = missing(
		record.kept, record.merged, asking=record.requested_by, agreed=agreed(record), lock=True
	)
	ask(record, holders)
	return holders


def has_voice(record: Document | frappe._dict) -> bool:
	"""Return True when the session user protects one of the leads now, or manages the pool of who does."""
	return _has_voice(_protected((record.kept, record.merged)), record)


def require_voice(record: Document) -> None:
	"""Lock the seats of both leads. Raises MergeRefused when nobody protects them any more, PermissionError for others."""
	seats = _protected((record.kept, record.merged), lock=True)
	if _has_voice(seats, record):
		return
	if not _others(seats, record) and frappe.session.user in {row.user for row in record.consents}:
		refuse(
			MergeRefused,
			_("Nobody protects these leads any more."),
			do=_("{0} can merge them without consent.").format(get_fullname(record.requested_by)),
		)
	frappe.throw(_("Not permitted"), frappe.PermissionError)


def _has_voice(seats: list[frappe._dict], record: Document | frappe._dict) -> bool:
	return any(_speaks_for(frappe.session.user, seat) for seat in _others(seats, record))


def _others(seats: list[frappe._dict], record: Document | frappe._dict) -> list[frappe._dict]:
	return [seat for seat in seats if seat.holder != record.requested_by]


def _speaks_for(user: str, seat: frappe._dict) -> bool:
	return user == seat.holder or visibility.manages(seat.pool, user)


def _protected(leads: Iterable[str], *, lock: bool = False) -> list[frappe._dict]:
	"""Return the protected seats (holder, pool) of leads; locked in the order of their names, as everywhere."""
	filters = {"party_type": "Lead", "party": ("in", list(leads))}
	names = frappe.get_all("Lead Pool Seat", filters=filters, pluck="name", order_by="name")
	if not names:
		return []
	seat = frappe.qb.DocType("Lead Pool Seat")
	query = frappe.qb.from_(seat).where(seat.name.isin(names)).orderby(seat.name)
	query = query.select(seat.holder, seat.pool, seat.state, seat.protected_until)
	rows = (query.for_update() if lock else query).run(as_dict=True)
	today = getdate(nowdate())
	return [
		row
		for row in rows
		if row.state == State.HELD.value and row.protected_until and getdate(row.protected_until) >= today
	]


def _notify(record: Document, holder: str) -> None:
	filters = {"party_type": "Lead", "party": record.kept, "holder": holder}
	title = frappe.bold(escape_html(record.merged_title or ""))
	frappe.get_doc(
		{
			"doctype": "Notification Log",
			"for_user": holder,
			"type": "Alert",
			"document_type": "Lead",
			"document_name": record.kept if frappe.db.exists("Lead Pool Seat", filters) else record.merged,
			"subject": _("{0} asks to merge {1} into another lead.", reminders.language_of(holder)).format(
				get_fullname(record.requested_by), title
			),
		}
	).insert(ignore_permissions=True)
