"""Held leads that stay too long in one status: their holder and the pool's managers are told, once per holder and status.

The seat keeps which status it was last seen in and since when. Nights look at it, not the events of the lead: the host
and imports change a status past those. A night that sees a new status takes the day of the lead's last change for its
first: the status is no younger than that, so nobody is told too early. The days of a holder count from when he got the seat.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_days, date_diff, get_fullname, getdate, nowdate

from l2c_app.core.seats import State
from l2c_app.services.errors import BadStateAlarm, refuse
from l2c_app.services.errors.recovery import undo
from l2c_app.services.follow_up import reminders
from l2c_app.services.pool import visibility
from l2c_app.services.pool.name_lists import among, each

PAGE = 1000
NAMED = 5
SAVEPOINT = "l2c_state_alarm"
Alarms = dict[str, int]


def validate(pool: object) -> None:
	"""Raise BadStateAlarm for a pool of customers, an unknown status, one named twice, and less than a day."""
	rows = pool.get("state_alarms") or []
	if rows and pool.party_type != "Lead":
		refuse(BadStateAlarm, _("Only pools of leads have alarms by status."))
	known = (frappe.get_meta("Lead").get_field("status").options or "").split("\n")
	seen: set[str] = set()
	for row in rows:
		if row.status not in known or not row.status:
			refuse(BadStateAlarm, _("Leads have no status {0}.").format(row.status))
		if row.status in seen:
			refuse(BadStateAlarm, _("The status {0} has two alarms.").format(_(row.status)))
		if (row.days or 0) < 1:
			refuse(BadStateAlarm, _("An alarm needs a day at least."), compared=str(row.days))
		seen.add(row.status)


def tell_due(today: date | None = None) -> Iterator[dict[str, int]]:
	"""Nightly: look at the leads held in every enabled pool with alarms, page by page, and tell what is due. Yields counts
	of seats seen in another status and of seats told about."""
	today = today or getdate(nowdate())
	for pool, alarms in _pools().items():
		after: str | None = ""
		while after is not None:
			after, seen = _see(pool, alarms, after)
			yield {"seen": seen}
		for status, days in sorted(alarms.items()):
			after = ""
			while after is not None:
				after, told = _tell_page(pool, status, add_days(today, -days), after, today=today)
				yield {"told": told}


def _pools() -> dict[str, Alarms]:
	pool, alarm = frappe.qb.DocType("Lead Pool"), frappe.qb.DocType("Lead Pool State Alarm")
	query = frappe.qb.from_(alarm).join(pool).on(pool.name == alarm.parent)
	query = query.select(pool.name, alarm.status, alarm.days).where(pool.enabled == 1)
	found: dict[str, Alarms] = {}
	for name, status, days in query.orderby(pool.name, alarm.idx).run():
		found.setdefault(name, {})[status] = days
	return found


def _see(pool: str, alarms: Alarms, after: str) -> tuple[str | None, int]:
	"""Write down the status of a page of seats that were last seen in another; returns the last of them, None at the end."""
	seat, lead = frappe.qb.DocType("Lead Pool Seat"), frappe.qb.DocType("Lead")
	watched = lead.status.isin(sorted(alarms))
	new = watched & (seat.status_seen.isnull() | (seat.status_seen != lead.status))
	left = seat.status_seen.isnotnull() & (lead.status.isnull() | ~watched)
	query = frappe.qb.from_(seat).join(lead).on(lead.name == seat.party)
	query = query.select(seat.name, lead.status, lead.modified)
	query = query.where((seat.pool == pool) & (seat.state == State.HELD.value) & (seat.party_type == "Lead"))
	rows = query.where((seat.name > after) & (new | left)).orderby(seat.name).limit(PAGE).run(as_dict=True)
	if not rows:
		return None, 0
	statuses = {row.name: row.status if row.status in alarms else None for row in rows}
	since = {row.name: str(getdate(row.modified)) for row in rows}
	update = frappe.qb.update(seat).set(seat.status_seen, each(seat.name, statuses))
	update = update.set(seat.status_since, each(seat.name, since)).set(seat.status_told, 0)
	update.where((seat.pool == pool) & among(seat.name, statuses)).run()
	return rows[-1].name, len(rows)


def _tell_page(pool: str, status: str, day: date, after: str, *, today: date) -> tuple[str | None, int]:
	"""Tell about a page of the seats whose holder has had them in this status since the day; returns the last of them, None
	at the end, and how many. They are found without a lock, so that nobody waits for those that are passed over."""
	seat = frappe.qb.DocType("Lead Pool Seat")
	late = (seat.pool == pool) & (seat.state == State.HELD.value) & (seat.status_told == 0)
	late &= (seat.status_seen == status) & (seat.status_since <= day) & (seat.claimed_on < add_days(day, 1))
	found = frappe.qb.from_(seat).select(seat.name).where(late & (seat.name > after))
	names = found.orderby(seat.name).limit(PAGE).run(pluck=True)
	if not names:
		return None, 0
	query = frappe.qb.from_(seat).select(seat.name, seat.holder, seat.party, seat.status_since)
	rows = query.where(late & among(seat.name, names)).orderby(seat.name).for_update().run(as_dict=True)
	told = frappe.qb.update(seat).set(seat.status_told, 1)
	told.where((seat.pool == pool) & among(seat.name, [row.name for row in rows])).run()
	_tell_all(pool, status, rows, today)
	return names[-1], len(rows)


def _tell_all(pool: str, status: str, rows: list[Any], today: date) -> None:
	managers = visibility.managers_of([pool]).get(pool, [])
	told: dict[str, list[Any]] = {}
	for row in rows:
		for user in {row.holder, *managers}:
			told.setdefault(user, []).append(row)
	titles = _titles([row.party for row in rows])
	filters = {"name": ("in", sorted(told)), "enabled": 1}
	for user in frappe.get_all("User", filters=filters, fields=["name", "language"], order_by="name"):
		frappe.db.savepoint(SAVEPOINT)
		try:
			text = _text(user, pool, status, _lines(user, told[user.name], titles, today))
			reminders.bell(user.name, text, document=("Lead Pool", pool))
		except Exception as error:
			undo(SAVEPOINT, error)
			frappe.log_error(title=f"State alarm of {pool} to {user.name}")


def _titles(leads: list[str]) -> dict[str, str]:
	"""Return {lead: its title}: the seat keeps a masked one, and holders and managers read the lead."""
	filters = {"name": ("in", leads)}
	return dict(
		frappe.get_all("Lead", filters=filters, fields=["name", "title"], as_list=True, order_by="name")
	)


def _lines(user: Any, rows: list[Any], titles: dict[str, str], today: date) -> list[str]:
	"""Return what is said of each lead, longest first; whose it is, where it is not the reader's."""
	lines = []
	for row in sorted(rows, key=lambda row: (row.status_since, row.name)):
		whose = "" if row.holder == user.name else f"{get_fullname(row.holder)}, "
		days = _("{0} days", user.language).format(date_diff(today, row.status_since))
		lines.append(f"{titles.get(row.party) or row.party} ({whose}{days})")
	return lines


def _text(user: Any, pool: str, status: str, lines: list[str]) -> str:
	named = ", ".join(lines[:NAMED]) + (" …" if len(lines) > NAMED else "")
	text = _("{0} leads in {1} have been {2} for too long: {3}", user.language)
	return text.format(len(lines), pool, _(status, user.language), named)
