"""Who is above whom: by the Sales Person tree, else by the Employee's reports-to; and who manages a lead's pools."""

import frappe

from l2c_app.services.pool import visibility

HIGHEST = 20


def manager_of(user: str) -> str | None:
	"""Return the nearest enabled user above a user, None at the top.

	A person without a user is stepped over; a circle in either tree ends the search.
	"""
	employee = frappe.db.get_value("Employee", {"user_id": user}, ["name", "reports_to"], as_dict=True)
	if not employee:
		return None
	return _above_in_tree(user, employee.name) or _above_by_report(user, employee.reports_to)


def pool_managers_of(lead: str | None) -> list[str]:
	"""Return the enabled managers of the pools in which a lead has a seat."""
	if not lead:
		return []
	pools = {seat.pool for seat in visibility.live_seats("Lead", [lead]).get(lead, [])}
	if not pools:
		return []
	users = {user for some in visibility.managers_of(pools).values() for user in some}
	return [user for user in sorted(users) if _enabled(user)]


def _above_in_tree(user: str, employee: str) -> str | None:
	person = frappe.db.get_value("Sales Person", {"employee": employee}, "parent_sales_person")
	for _step in range(HIGHEST):
		if not person:
			return None
		above = frappe.db.get_value("Sales Person", person, ["employee", "parent_sales_person"], as_dict=True)
		found = above and above.employee and frappe.db.get_value("Employee", above.employee, "user_id")
		if found and found != user and _enabled(found):
			return found
		person = above and above.parent_sales_person
	return None


def _above_by_report(user: str, reports_to: str | None) -> str | None:
	for _step in range(HIGHEST):
		if not reports_to:
			return None
		above = frappe.db.get_value("Employee", reports_to, ["user_id", "reports_to"], as_dict=True)
		if above and above.user_id and above.user_id != user and _enabled(above.user_id):
			return above.user_id
		reports_to = above and above.reports_to
	return None


def _enabled(user: str) -> bool:
	return bool(frappe.db.get_value("User", user, "enabled"))
