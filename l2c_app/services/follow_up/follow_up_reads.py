"""What the dialog and the calendar show, all of it checked for the session user."""

from datetime import datetime, time
from typing import Any

import frappe
from frappe.utils import cint, get_datetime, getdate, now_datetime

from l2c_app.core.follow_up import NEXT_AFTER, is_overdue
from l2c_app.core.working_time import Calendar, add_working_days
from l2c_app.services.follow_up import follow_up_offers, follow_up_party, follow_up_settings

MOST_EVENTS = 2000
HALF_AN_HOUR = 1800
FIELDS = ["name", "party_name", "follow_up_type", "status", "planned_for", "done_on", "assigned_to"]


def context(reference_doctype: str, reference_name: str) -> dict[str, Any]:
	"""Return what the follow up dialog begins with: party, plans, history, offers, and what is filled in."""
	frappe.has_permission(reference_doctype, "read", doc=reference_name, throw=True)
	about = {"reference_doctype": reference_doctype, "reference_name": reference_name}
	party = follow_up_party.resolve(reference_doctype, reference_name)
	done = frappe.get_list(
		"Follow Up",
		filters={**about, "status": "Done"},
		fields=["name", "follow_up_type", "done_on", "outcome", "intent", "note", "assigned_to"],
		order_by="done_on desc",
		limit=3,
	)
	return {
		"party_name": party.title,
		"planned": frappe.get_list(
			"Follow Up",
			filters={**about, "status": "Planned"},
			fields=["name", "follow_up_type", "planned_for", "assigned_to", "note"],
			order_by="planned_for asc",
			limit=20,
		),
		"done": done,
		"offers": _offers(party),
		"suggested": {
			"next_action": "Call",
			"next_action_on": str(_next_day()),
			"intent": done[0].intent if done else "",
			"by_outcome": NEXT_AFTER,
		},
	}


def events(start: str, end: str, filters: list | None = None) -> list[dict[str, Any]]:
	"""Return the follow ups of a span of time for the calendar: planned ones by plan, done ones by when they were done."""
	span = [get_datetime(start), get_datetime(end)]
	rows = []
	for field, statuses in (("planned_for", ["Planned", "Cancelled"]), ("done_on", ["Done"])):
		conditions = [["Follow Up", field, "between", span], ["Follow Up", "status", "in", statuses]]
		rows += frappe.get_list(
			"Follow Up",
			filters=[*(filters or []), *conditions],
			fields=FIELDS,
			order_by=f"{field} asc",
			limit=MOST_EVENTS,
		)
	return [_event(row) for row in rows]


def _event(row: Any) -> dict[str, Any]:
	begins = row.done_on if row.status == "Done" else row.planned_for
	late = is_overdue(row.status, row.planned_for, now_datetime())
	return {
		"name": row.name,
		"title": f"{frappe._(row.follow_up_type)} · {row.party_name}",
		"planned_for": str(begins),
		"ends_on": str(frappe.utils.add_to_date(begins, seconds=HALF_AN_HOUR)),
		"all_day": 0,
		"status": "Overdue" if late else row.status,
	}


def _offers(party: Any) -> list[dict[str, Any]]:
	kind, name = ("Lead", party.lead) if party.lead else ("Customer", party.customer)
	return follow_up_offers.open_offers(kind, name, user=frappe.session.user) if name else []


def _next_day() -> datetime:
	settings = frappe.get_cached_doc("L2C Settings")
	calendar = Calendar(follow_up_settings.holidays(settings.holiday_list))
	days = max(1, cint(settings.next_action_days))
	return datetime.combine(add_working_days(getdate(now_datetime()), days, calendar), time(9))
