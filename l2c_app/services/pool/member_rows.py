"""Whom a row with a member type reaches: one user, everybody with a role, or a Sales Person subtree."""

import frappe

NOT_PEOPLE = ("Guest",)


def users_of(row: object) -> list[str]:
	"""Return the enabled users a row with a member type reaches: one user, a role, or a Sales Person subtree."""
	return reach_of(row)[0]


def reach_of(row: object) -> tuple[list[str], list[str]]:
	"""Return (enabled users a row reaches, Sales Persons of it nobody can be reached by)."""
	if row.member_type == "Sales Person":
		return _users_of_sales_person(row.sales_person)
	if row.member_type == "Role":
		users = frappe.get_all(
			"Has Role", filters={"role": row.role, "parenttype": "User"}, pluck="parent", order_by="parent"
		)
	else:
		users = [row.user] if row.user else []
	return _enabled(users), []


def _enabled(users: list[str]) -> list[str]:
	filters = {"name": ("in", [user for user in users if user not in NOT_PEOPLE]), "enabled": 1}
	return frappe.get_all("User", filters=filters, pluck="name", order_by="name")


def _users_of_sales_person(name: str | None) -> tuple[list[str], list[str]]:
	"""Return the enabled users of a subtree, and the people of it who have none (a Sales Person has no user of his own)."""
	bounds = frappe.db.get_value("Sales Person", name, ["lft", "rgt"], as_dict=True) if name else None
	if not bounds:
		return [], [name] if name else []
	people = frappe.get_all(
		"Sales Person",
		filters={"lft": (">=", bounds.lft), "rgt": ("<=", bounds.rgt), "enabled": 1},
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
