"""Reminders before, at and after a planned follow up, and escalation to managers, each told once.

There is no time window: what became due while the scheduler was down is caught up. `told` on the follow up holds the
stages that are done with, so each run looks only at rows with something new to say; the row in Follow Up Reminder, whose name
is unique per document, due moment, user and channel, is what keeps anything from being told twice.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, format_datetime, now_datetime

from l2c_app.core import reminders as rules
from l2c_app.core.follow_up import Status
from l2c_app.core.reminders import Channel
from l2c_app.services.follow_up import follow_up_settings, managers
from l2c_app.services.follow_up.new_rows import insert_missing

PAGE = 200


def run() -> dict[str, int]:
	"""Tell everybody what there is to tell, in one transaction. Returns counts."""
	total = {"told": 0, "hidden": 0, "failed": 0}
	for counts in pages():
		total = {key: total[key] + counts[key] for key in total}
	return total


def pages() -> Iterator[dict[str, int]]:
	"""Tell page by page, so that a job can commit after each. Yields counts of told, hidden and failed rows.

	Hidden: the user may not read the follow up any more (the lead went to somebody else). One failing row does not
	stop the rest; it is tried again by the next run.
	"""
	reached = rules.reached_since(follow_up_settings.times(), now_datetime())
	after = ""
	while rows := _page(reached, after):
		yield _tell_rows(rows, reached)
		after = rows[-1].name


def record(
	document: tuple[str, str], due: datetime | str, *, user: str, channel: Channel, told: bool = True
) -> bool:
	"""Keep that a user was told. Returns False when he had been told before: then say nothing."""
	row = {
		"name": rules.key(document, due, user=user, channel=channel),
		"document_type": document[0],
		"document_name": document[1],
		"due": str(due),
		"user": user,
		"channel": channel.value,
		"told": int(told),
		"at": now_datetime(),
	}
	return bool(insert_missing("Follow Up Reminder", [row]))


def bell(user: str, text: str, *, document: tuple[str, str]) -> None:
	"""Write a line into the bell of a user, unless he switched notifications off. Type Alert is never mailed by the host."""
	if frappe.db.get_value("Notification Settings", user, "enabled") == 0:
		return
	values = {"type": "Alert", "document_type": document[0], "document_name": document[1], "for_user": user}
	notification = frappe.get_doc({"doctype": "Notification Log", "subject": escape_html(text), **values})
	notification.insert(ignore_permissions=True)  # written by the clock; nobody's request reaches this line


def _page(reached: dict[Channel, datetime], after: str) -> list[Any]:
	if not reached:
		return []
	table, user = frappe.qb.DocType("Follow Up"), frappe.qb.DocType("User")
	untold = [
		(table.planned_for <= moment) & (table.told.bitwiseand(rules.bit(channel)) == 0)
		for channel, moment in reached.items()
	]
	query = frappe.qb.from_(table).inner_join(user).on(user.name == table.assigned_to)
	query = query.select(table.name, table.assigned_to, table.party_name, table.follow_up_type)
	query = query.select(table.planned_for, table.told, table.lead, user.enabled)
	query = query.where((table.status == Status.PLANNED.value) & (table.name > after) & reduce(or_, untold))
	return query.orderby(table.name).limit(PAGE).run(as_dict=True)


def _tell_rows(rows: list[Any], reached: dict[Channel, datetime]) -> dict[str, int]:
	counts = {"told": 0, "hidden": 0, "failed": 0}
	for row in rows:
		frappe.db.savepoint("l2c_reminder")
		try:
			counts["told" if _tell(row, reached) else "hidden"] += 1
		except Exception:
			frappe.db.rollback(save_point="l2c_reminder")
			frappe.log_error(title=f"Reminder of follow up {row.name}")
			counts["failed"] += 1
	return counts


def _tell(row: Any, reached: dict[Channel, datetime]) -> bool:
	untold = [c for c in rules.stages(row.planned_for, reached) if not row.told & rules.bit(c)]
	spoken = rules.spoken(untold)
	if not _readable(row.name, row.assigned_to):
		return False
	for channel in untold:
		for user in _receivers(row, channel):
			aloud = channel in spoken
			if (
				record(("Follow Up", row.name), row.planned_for, user=user, channel=channel, told=aloud)
				and aloud
			):
				bell(user, _text(row, channel, user), document=("Follow Up", row.name))
	told = reduce(or_, (rules.bit(channel) for channel in untold), row.told)
	frappe.db.set_value("Follow Up", row.name, "told", told, update_modified=False)
	return True


def _receivers(row: Any, channel: Channel) -> list[str]:
	if channel in rules.REMINDERS:
		return [row.assigned_to] if row.enabled else []
	if channel is Channel.MANAGER:
		manager = managers.manager_of(row.assigned_to)
		above = [manager] if manager else []
	else:
		above = managers.pool_managers_of(row.lead)
	return [user for user in above if user != row.assigned_to and _readable(row.name, user)]


def _readable(follow_up: str, user: str) -> bool:
	return bool(frappe.has_permission("Follow Up", "read", doc=follow_up, user=user))


def _text(row: Any, channel: Channel, user: str) -> str:
	language = frappe.db.get_value("User", user, "language")
	moment, kind = format_datetime(row.planned_for), _(row.follow_up_type, language)
	if channel is Channel.BEFORE:
		return _("Coming up at {0}: {1} with {2}", language).format(moment, kind, row.party_name)
	if channel in rules.REMINDERS:
		return _("Overdue since {0}: {1} with {2}", language).format(moment, kind, row.party_name)
	name = frappe.utils.get_fullname(row.assigned_to)
	return _("{3} is overdue since {0}: {1} with {2}", language).format(moment, kind, row.party_name, name)
