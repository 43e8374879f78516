"""One digest a day and user: what is to follow today, what is overdue, which leads go back soon. Nothing to say, no mail.

Who plans nothing is told as well: his leads go back first.
"""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

import frappe
from frappe import _
from frappe.utils import add_days, cint, escape_html, format_datetime, get_url_to_form, getdate, now_datetime

from l2c_app.core.follow_up import Status
from l2c_app.core.reminders import Channel
from l2c_app.services.errors.recovery import retrying, undo
from l2c_app.services.follow_up import reminders
from l2c_app.services.pool import going_back as soon

SHOWN = 20
MOST = 2000


def run() -> dict[str, int]:
	"""Send what is due, in one transaction. Returns counts."""
	total = {"sent": 0, "failed": 0}
	for sent in users():
		total["sent" if sent else "failed"] += 1
	return total


def users() -> Iterator[bool]:
	"""Send the digest of the site date to each user who has something to do and did not get it. Yields success per user.

	Not before the hour in the settings. A day on which the scheduler was down is not made up for: the next digest says
	what is still open. Each user's mail and its log row stand or fall together.
	"""
	settings, now = frappe.get_cached_doc("L2C Settings"), now_datetime()
	if not settings.send_digest or now.hour < cint(settings.digest_hour):
		return
	today = getdate(now)
	waiting = _waiting(today)
	going_back = soon.soon([user.name for user in waiting], today)
	for user in waiting:
		yield retrying(partial(_send_safely, user, today, going_back.get(user.name, [])))


def _send_safely(user: Any, today: date, going_back: list[Any]) -> bool:
	frappe.db.savepoint("l2c_digest")
	try:
		_send(user, today, going_back)
	except Exception as error:
		undo("l2c_digest", error)
		frappe.log_error(title=f"Digest for {user.name}")
		return False
	return True


def content(user: str, today: date, going_back: list[Any]) -> dict[str, list[Any]]:
	"""Return what a user's digest lists, each follow up checked for what he may read: today, overdue, and the seats given."""
	start, end = f"{today} 00:00:00", f"{add_days(today, 1)} 00:00:00"
	return {
		"today": _plans(user, [["planned_for", ">=", start], ["planned_for", "<", end]]),
		"overdue": _plans(user, [["planned_for", "<", start]]),
		"going_back": going_back[:SHOWN],
	}


def _waiting(today: date) -> list[Any]:
	"""Return the enabled users with a plan up to today or a seat about to go back, who got no digest today."""
	told = {"channel": Channel.DIGEST.value, "due": str(today)}
	done = frappe.get_all("Follow Up Reminder", filters=told, pluck="user", order_by="user")
	names = sorted({*_planning(today), *soon.holders(today)} - set(done))
	return frappe.get_all(
		"User",
		filters={"name": ("in", names), "enabled": 1},
		fields=["name", "email", "language"],
		order_by="name",
		limit=MOST,
	)


def _planning(today: date) -> list[str]:
	plan = frappe.qb.DocType("Follow Up")
	query = frappe.qb.from_(plan).select(plan.assigned_to).distinct()
	query = query.where(plan.status == Status.PLANNED.value)
	query = query.where(plan.planned_for < f"{add_days(today, 1)} 00:00:00")
	return [row[0] for row in query.orderby(plan.assigned_to).run()]


def _plans(user: str, moments: list[list]) -> list[Any]:
	rows = frappe.get_all(
		"Follow Up",
		filters=[["assigned_to", "=", user], ["status", "=", Status.PLANNED.value], *moments],
		fields=["name", "party_name", "follow_up_type", "planned_for", "note"],
		order_by="planned_for, name",
		limit=SHOWN,
	)
	return [row for row in rows if frappe.has_permission("Follow Up", "read", doc=row.name, user=user)]


def _send(user: Any, today: date, going_back: list[Any]) -> None:
	listed = content(user.name, today, going_back)
	document = ("User", user.name)
	said = any(listed.values())
	if (
		not reminders.record(document, str(today), user=user.name, channel=Channel.DIGEST, told=said)
		or not said
	):
		return
	subject = _("Today: {0} to follow, {1} overdue, {2} going back", user.language).format(
		*(_counted(listed[part]) for part in ("today", "overdue", "going_back"))
	)
	if reminders.wants_mail(user):
		frappe.sendmail(
			recipients=[user.email],
			subject=subject,
			message=_html(listed, user.language),
			reference_doctype="User",
			reference_name=user.name,
			add_unsubscribe_link=0,
		)
	else:
		reminders.bell(user.name, subject, document=document)


def _counted(rows: list) -> str:
	return f"{SHOWN}+" if len(rows) >= SHOWN else str(len(rows))


def _html(listed: dict[str, list[Any]], language: str | None) -> str:
	parts = [
		_block(_("Overdue", language), [_plan_line(row, language) for row in listed["overdue"]]),
		_block(_("To Follow Today", language), [_plan_line(row, language) for row in listed["today"]]),
		_block(_("Going Back to the Pool", language), [_seat_line(row) for row in listed["going_back"]]),
	]
	return "".join(parts)


def _block(title: str, lines: list[str]) -> str:
	return f"<h4>{escape_html(title)}</h4><ul>{''.join(lines)}</ul>" if lines else ""


def _plan_line(row: Any, language: str | None) -> str:
	link = get_url_to_form("Follow Up", row.name)
	text = f"{format_datetime(row.planned_for)} · {_(row.follow_up_type, language)} · {row.party_name}"
	return f'<li><a href="{link}">{escape_html(text)}</a></li>'


def _seat_line(row: Any) -> str:
	link = get_url_to_form(row.party_type, row.party)
	text = f"{row.recycle_on} · {row.party_name or row.party}"
	return f'<li><a href="{link}">{escape_html(text)}</a></li>'
