"""Whom a row with a member type reaches: one user, everybody with a role, a Sales Person or a department with all below it."""

import frappe

NOT_PEOPLE = ("Guest",)
# The host gives Administrator every role there is: he belongs to a pool only where a row names him.
EVERY_ROLE = "Administrator"


def users_of(row: object) -> list[str]:
	"""Return the enabled users a row with a member type reaches."""
	return reach_of(row)[0]


def reach_of(row: object) -> tuple[list[str], list[str]]:
	"""Return (enabled users a row reaches, Sales Persons or employees of it who have no user to reach them by)."""
	if row.member_type == "Sales Person":
		return _users_of_sales_person(row.sales_person)
	if row.member_type == "Department":
		return _users_of_department(row.get("department"))
	if row.member_type == "Role":
		filters = {"role": row.role, "parenttype": "User", "parent": ("!=", EVERY_ROLE)}
		users = frappe.get_all("Has Role", filters=filters, pluck="parent", order_by="parent")
	else:
		users = [row.user] if row.user else []
	return _enabled(users), []


def _enabled(users: list[str]) -> list[str]:
	filters = {"name": ("in", [user for user in users if user not in NOT_PEOPLE]), "enabled": 1}
	return frappe.get_all("User", filters=filters, pluck="name", order_by="name")


def _users_of_sales_person(name: str | None) -> tuple[list[str], list[str]]:
	"""Return the enabled users of a subtree, and the people of it who have none (a Sales Person has no user of his own)."""
	subtree = _subtree("Sales Person", name)
	if not subtree:
		return [], [name] if name else []
	people = frappe.get_all(
		"Sales Person",
		filters={**subtree, "enabled": 1},
		fields=["name", "employee", "is_group"],
		order_by="lft",
	)
	employees = frappe.get_all(
		"Employee",
		filters={"name": ("in", [p.employee for p in people if p.employee])},
		fields=["name", "user_id"],
		order_by="name",
	)
	user_of = {row.name: row.user_id for row in employees}
	enabled = set(_enabled([user for user in user_of.values() if user]))
	reached = {p.name: user_of.get(p.employee) for p in people if user_of.get(p.employee) in enabled}
	missing = [p.name for p in people if p.name not in reached and not (p.is_group and not p.employee)]
	return sorted(set(reached.values())), missing


def _users_of_department(name: str | None) -> tuple[list[str], list[str]]:
	"""Return the enabled users of a department's active employees, and the employees who have none."""
	subtree = _subtree("Department", name)
	if not subtree:
		return [], [name] if name else []
	departments = frappe.get_all("Department", filters=subtree, pluck="name", order_by="lft")
	employees = frappe.get_all(
		"Employee",
		filters={"department": ("in", departments), "status": "Active"},
		fields=["employee_name", "user_id"],
		order_by="name",
	)
	users = _enabled([row.user_id for row in employees if row.user_id])
	return users, [row.employee_name for row in employees if row.user_id not in users]


def _subtree(doctype: str, name: str | None) -> dict | None:
	"""Return the filters of a record of a tree with all below it, None for one that is not there."""
	bounds = frappe.db.get_value(doctype, name, ["lft", "rgt"], as_dict=True) if name else None
	return {"lft": (">=", bounds.lft), "rgt": ("<=", bounds.rgt)} if bounds else None
