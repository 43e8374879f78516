"""Who cannot work a pool's seats today: disabled, no member any more, on leave by the HR app where it is installed, or on
a day off by his Holiday List."""

from collections.abc import Collection
from datetime import date

import frappe

LEAVE = "Leave Application"
DISABLED, LEFT, ON_LEAVE = "holder disabled", "holder left the pool", "holder on leave"
RETURN = "Return Their Seats"


def on_leave(users: Collection[str], day: date) -> set[str]:
	"""Return those of the users whose approved leave covers the day. Nobody where no HR app is installed."""
	if not users or not frappe.db.exists("DocType", LEAVE):
		return set()
	employees = frappe.get_all(
		"Employee", filters={"user_id": ("in", list(users))}, fields=["name", "user_id"], order_by="name"
	)
	user_of = {row.name: row.user_id for row in employees}
	leaves = frappe.get_all(
		LEAVE,
		filters={
			"employee": ("in", list(user_of)),
			"docstatus": 1,
			"status": "Approved",
			"from_date": ("<=", day),
			"to_date": (">=", day),
		},
		pluck="employee",
		order_by="name",
	)
	return {user_of[employee] for employee in leaves}


def day_off(users: Collection[str], day: date) -> set[str]:
	"""Return those of the users whose Employee has this day off."""
	return set(days_off(users, {day}))


def days_off(users: Collection[str], days: Collection[date]) -> dict[str, set[date]]:
	"""Return {user: those of the days his Employee has off}, users without any left out: by the Holiday List that
	the host finds for him, his own or his company's, weekly days off with the others. Nobody without an active Employee or a
	list.
	"""
	employees = frappe.get_all(
		"Employee",
		filters={"user_id": ("in", list(users)), "status": "Active"},
		fields=["name", "user_id"],
		order_by="name",
	)
	lists = {row.user_id: _holiday_list(row.name) for row in employees}
	named = sorted({*lists.values()} - {None, ""})
	closed: dict[str, set[date]] = {}
	if named:
		filters = {"parent": ("in", named), "holiday_date": ("in", sorted(days))}
		fields = ["parent", "holiday_date"]
		for row in frappe.get_all("Holiday", filters=filters, fields=fields, order_by="parent, holiday_date"):
			closed.setdefault(row.parent, set()).add(row.holiday_date)
	return {user: closed[name] for user, name in lists.items() if name in closed}


def _holiday_list(employee: str) -> str | None:
	"""Return the list the host, or an HR app on it, goes by."""
	from erpnext.setup.doctype.employee.employee import get_holiday_list_for_employee

	return get_holiday_list_for_employee(employee, raise_exception=False)


def reasons(pool: object, holders: Collection[str], day: date) -> dict[str, str]:
	"""Return {holder: why his seats go back today} for holders of a pool's seats; the others are missing.

	Leave counts only where the pool says that members on leave return their seats.
	"""
	holders = sorted(set(holders))
	if not holders:
		return {}
	enabled = _found("User", {"name": ("in", holders), "enabled": 1}, "name")
	members = _found("Lead Pool Membership", {"pool": pool.name, "user": ("in", holders)}, "user")
	away = on_leave(holders, day) if pool.get("members_on_leave") == RETURN else set()
	result: dict[str, str] = {}
	for holder in holders:
		if holder not in enabled:
			result[holder] = DISABLED
		elif holder not in members:
			result[holder] = LEFT
		elif holder in away:
			result[holder] = ON_LEAVE
	return result


def _found(doctype: str, filters: dict, column: str) -> set[str]:
	return set(frappe.get_all(doctype, filters=filters, pluck=column, order_by=column))
