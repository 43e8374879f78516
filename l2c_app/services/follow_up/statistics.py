"""Statistics of done follow ups, of those the session user may read."""

from datetime import date

import frappe
from frappe.utils import add_days, get_datetime

from l2c_app.core import follow_up_statistics as rules
from l2c_app.core.follow_up import Status

FIELDS = ["assigned_to", "follow_up_type", "outcome", "planned_for", "done_on"]


def of_period(start: date, end: date) -> list[dict]:
	"""Return a row per user and kind of the follow ups done from `start` to the end of `end`. One query."""
	rows = frappe.get_list(
		"Follow Up",
		filters=[
			["status", "=", Status.DONE.value],
			["done_on", ">=", f"{start} 00:00:00"],
			["done_on", "<", f"{add_days(end, 1)} 00:00:00"],
		],
		fields=FIELDS,
		order_by="done_on",
		limit=0,
	)
	return rules.summary(
		rules.Line(
			row.assigned_to or "",
			row.follow_up_type,
			row.outcome or "",
			get_datetime(row.planned_for) if row.planned_for else None,
			get_datetime(row.done_on),
		)
		for row in rows
	)


def answers_of_period(start: date, end: date) -> list[dict]:
	"""Return a row per user of the first answers given from `start` to the end of `end`, of those the user may read."""
	rows = frappe.get_list(
		"Lead First Response",
		filters=[
			["status", "in", ["In Time", "Late"]],
			["first_responded_on", ">=", f"{start} 00:00:00"],
			["first_responded_on", "<", f"{add_days(end, 1)} 00:00:00"],
		],
		fields=["holder", "assigned_on", "first_responded_on", "status"],
		order_by="first_responded_on",
		limit=0,
	)
	return rules.answers(
		(
			row.holder or "",
			get_datetime(row.assigned_on),
			get_datetime(row.first_responded_on),
			row.status == "In Time",
		)
		for row in rows
	)
