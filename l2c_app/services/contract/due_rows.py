"""Plan rows that want money this week, of the contracts the session user may read."""

from datetime import date, timedelta
from typing import Any

import frappe
from frappe.utils import getdate, nowdate

WEEK = 7


def week_of(day: date) -> tuple[date, date]:
	"""Return Monday and Sunday of a day's week."""
	monday = day - timedelta(days=day.weekday())
	return monday, monday + timedelta(days=WEEK - 1)


def this_week() -> dict[str, Any]:
	"""Return {"value", "fieldtype", "route", "route_options"}: how many open plan rows are due from Monday to Sunday."""
	monday, sunday = week_of(getdate(nowdate()))
	row = "Sales Contract Plan Row"
	found = frappe.get_list(
		"Sales Contract",
		filters=[
			["Sales Contract", "docstatus", "=", 1],
			[row, "due_date", "between", [monday, sunday]],
			[row, "open_amount", ">", 0],
		],
		fields=["name", "plan_rows.row_id as row_id"],
		order_by="name",
		limit=0,
	)
	names = sorted({contract.name for contract in found})
	return {
		"value": len(found),
		"fieldtype": "Int",
		"route": ["List", "Sales Contract"],
		"route_options": {"name": ["in", names]},
	}
