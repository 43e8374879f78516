"""Reminders before, at and after a planned follow up, and escalation to managers, each told once.

There is no time window: what became due while the scheduler was down is caught up. `told` on the follow up holds the
stages that are done with, so each run looks only at rows with something new to say; the row in Follow Up Reminder, whose name
is unique per document, due moment, user and channel, is what keeps anything from being told twice.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial, reduce
from operator import or_
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_days, escape_html, format_datetime, now_datetime

from l2c_app.core import reminders as rules
from l2c_app.core.follow_up import Status
from l2c_app.core.reminders import Channel
from l2c_app.services.errors.recovery import retrying, undo
from l2c_app.services.follow_up import follow_up_settings, managers
from l2c_app.services.follow_up.new_rows import insert_missing

PAGE = 200
KEPT_DAYS = 400
MOST_FORGOTTEN = 20_000


def run() -> dict[str, int]:
	"""Tell everybody what there is to tell, in one transaction. Returns counts."""
	total = {"told": 0, "hidden": 0, "failed": 0}
	for counts in pages():
		total = {key: total[key] + counts[key] for key in total}
	return total


def pages() -> Iterator[dict[str, int]]:
	"""Tell page by page, so that a job can commit after each. Yields counts of told, hidden and failed rows.

	Hidden: the user may not read the follow up any more (the lead went to somebody else). One failing row does not
	stop the rest; it is tried again by the next run. A page that lost a deadlock begins again.
	"""
	reached = rules.reached_since(follow_up_settings.times(), now_datetime())
	after, people = "", _People()
	while rows := _page(reached, after):
		yield retrying(partial(_tell_rows, rows, reached, people))
		after = rows[-1].name


def record(
	document: tuple[str, str], due: datetime | str, *, user: str, channel: Channel, told: bool = True
) -> bool:
	"""Keep that a user was told. Returns False when he had been told before: then say nothing."""
	row = _log_row(document, due, user=user, channel=channel, told=told)
	return bool(insert_missing("Follow Up Reminder", [row]))


def forget_old() -> int:
	"""Nightly: remove rows older than 400 days about what is no longer planned. Returns how many, at most 20,000 a night.

	While a follow up is planned its rows stay, however old: they keep it from being told again.
	"""
	log, plan = frappe.qb.DocType("Follow Up Reminder"), frappe.qb.DocType("Follow Up")
	query = frappe.qb.from_(log).left_join(plan)
	query = query.on((plan.name == log.document_name) & (plan.status == Status.PLANNED.value))
	query = query.where((log.at < add_days(now_datetime(), -KEPT_DAYS)) & plan.name.isnull())
	names = query.select(log.name).orderby(log.name).limit(MOST_FORGOTTEN).run(pluck=True)
	for start in range(0, len(names), PAGE):
		frappe.db.delete("Follow Up Reminder", {"name": ("in", names[start : start + PAGE])})
	return len(names)


def bell(user: str, text: str, *, document: tuple[str, str], link: str = "") -> None:
	"""Write a line into the bell of a user, unless he switched notifications off. Type Alert is never mailed by the host.

	`link`: where a click leads, instead of to the document.
	"""
	if frappe.db.get_value("Notification Settings", user, "enabled") == 0:
		return
	values = {"type": "Alert", "document_type": document[0], "document_name": document[1], "for_user": user}
	if link:
		values["link"] = link
	notification = frappe.get_doc({"doctype": "Notification Log", "subject": escape_html(text), **values})
	notification.insert(ignore_permissions=True)  # written by the clock; nobody's request reaches this line


def language_of(user: str) -> str | None:
	"""Return the language that a user reads, the site's where he chose none: who acts may speak another."""
	return frappe.db.get_value("User", user, "language") or frappe.db.get_default("lang")


def wants_mail(user: Any) -> bool:
	"""Return whether a user (name, email) takes notices by mail, on a site that sends any."""
	wants = frappe.db.get_value("Notification Settings", user.name, ["enabled", "enable_email_notifications"])
	account = {"enable_outgoing": 1, "default_outgoing": 1}
	return bool(user.email) and 0 not in (wants or ()) and bool(frappe.db.exists("Email Account", account))


def _page(reached: dict[Channel, datetime], after: str) -> list[Any]:
	if not reached:
		return []
	table = frappe.qb.DocType("Follow Up")
	# Written as lists of values, which the index on status, told and planned_for can follow.
	untold = [
		table.told.isin(rules.untold_masks(channel)) & (table.planned_for <= moment)
		for channel, moment in reached.items()
	]
	query = frappe.qb.from_(table).select(table.name, table.assigned_to, table.party_name)
	query = query.select(table.follow_up_type, table.planned_for, table.told, table.lead)
	query = query.where((table.status == Status.PLANNED.value) & reduce(or_, untold))
	if after:
		query = query.where(table.name > after)
	return query.orderby(table.name).limit(PAGE).run(as_dict=True)


class _People:
	"""What one run knows about users, asked of the database once: enabled, language and manager."""

	def __init__(self) -> None:
		self.users: dict[str, Any] = {}
		self.managers: dict[str, str | None] = {}

	def user(self, name: str) -> Any:
		"""Return enabled and language of a user; a deleted one is not enabled."""
		if name not in self.users:
			stored = frappe.db.get_value("User", name, ["enabled", "language"], as_dict=True)
			self.users[name] = stored or frappe._dict(enabled=0)
		return self.users[name]

	def manager(self, user: str) -> str | None:
		"""Return who is above a user."""
		if user not in self.managers:
			self.managers[user] = managers.manager_of(user)
		return self.managers[user]


def _tell_rows(rows: list[Any], reached: dict[Channel, datetime], people: _People) -> dict[str, int]:
	counts = {"told": 0, "hidden": 0, "failed": 0}
	for row in rows:
		frappe.db.savepoint("l2c_reminder")
		try:
			counts["told" if _tell(row, reached, people) else "hidden"] += 1
		except Exception as error:
			undo("l2c_reminder", error)
			frappe.log_error(title=f"Reminder of follow up {row.name}")
			counts["failed"] += 1
	return counts


def _tell(row: Any, reached: dict[Channel, datetime], people: _People) -> bool:
	untold = [c for c in rules.stages(row.planned_for, reached) if not row.told & rules.bit(c)]
	if not _readable(row.name, row.assigned_to):
		_mark(row, untold)  # else it would be read again every ten minutes for as long as it is planned
		return False
	document, spoken = ("Follow Up", row.name), rules.spoken(untold)
	rows, texts = [], {}
	for channel in untold:
		for user in _receivers(row, channel, people):
			entry = _log_row(document, row.planned_for, user=user, channel=channel, told=channel in spoken)
			rows.append(entry)
			if channel in spoken:
				texts[entry["name"]] = (user, _text(row, channel, people.user(user).language))
	fresh = insert_missing("Follow Up Reminder", rows) if rows else set()
	for name in texts.keys() & fresh:
		user, text = texts[name]
		bell(user, text, document=document)
	_mark(row, untold)
	return True


def _mark(row: Any, stages: list[Channel]) -> None:
	"""Keep on the follow up that these stages are done with; a new date or owner begins anew."""
	told = reduce(or_, (rules.bit(channel) for channel in stages), row.told)
	frappe.db.set_value("Follow Up", row.name, "told", told, update_modified=False)


def _receivers(row: Any, channel: Channel, people: _People) -> list[str]:
	if channel in rules.REMINDERS:
		return [row.assigned_to] if people.user(row.assigned_to).enabled else []
	if channel is Channel.MANAGER:
		manager = people.manager(row.assigned_to)
		above = [manager] if manager else []
	else:
		above = managers.pool_managers_of(row.lead)
	return [user for user in above if user != row.assigned_to and _readable(row.name, user)]


def _log_row(
	document: tuple[str, str], due: datetime | str, *, user: str, channel: Channel, told: bool
) -> dict[str, Any]:
	return {
		"name": rules.key(document, due, user=user, channel=channel),
		"document_type": document[0],
		"document_name": document[1],
		"due": str(due),
		"user": user,
		"channel": channel.value,
		"told": int(told),
		"at": now_datetime(),
	}


def _readable(follow_up: str, user: str) -> bool:
	return bool(frappe.has_permission("Follow Up", "read", doc=follow_up, user=user))


def _text(row: Any, channel: Channel, language: str | None) -> str:
	moment, kind = format_datetime(row.planned_for), _(row.follow_up_type, language)
	if channel is Channel.BEFORE:
		return _("Coming up at {0}: {1} with {2}", language).format(moment, kind, row.party_name)
	if channel in rules.REMINDERS:
		return _("Overdue since {0}: {1} with {2}", language).format(moment, kind, row.party_name)
	name = frappe.utils.get_fullname(row.assigned_to)
	return _("{3} is overdue since {0}: {1} with {2}", language).format(moment, kind, row.party_name, name)
