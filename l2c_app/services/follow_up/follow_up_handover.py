"""What a holder had planned on a lead goes with the lead: to the next holder, or it is called off."""

import frappe

from l2c_app.core.follow_up import Status
from l2c_app.services.follow_up import follow_up_party
from l2c_app.services.pool import visibility

ABOUT = ("Lead", "Opportunity", "Quotation")


def hand_over(former: dict[str, str]) -> None:
	"""Hand the planned follow ups of former holders, {lead: user}, to who holds the lead now; without one, cancel them.

	A converted lead is open to its last holder, whose plans stay. Written straight: whoever moves the seat need not
	have a right on another person's plans. One query where nothing is planned.
	"""
	plans = [plan for plan in _planned(former) if former[plan.lead] == plan.assigned_to]
	if not plans:
		return
	seats = visibility.live_seats("Lead", {plan.lead for plan in plans})
	for plan in plans:
		holders = [seat.holder for seat in seats.get(plan.lead, []) if seat.holder]
		if plan.lead not in seats or plan.assigned_to in holders:
			continue
		if holders:
			_give(plan.name, holders[0])
		else:
			_cancel(plan.name)
			follow_up_party.roll_up(plan.lead)


def _planned(former: dict[str, str]) -> list:
	filters = {
		"lead": ("in", list(former)),
		"assigned_to": ("in", sorted(set(former.values()))),
		"status": Status.PLANNED.value,
		"reference_doctype": ("in", ABOUT),
	}
	return frappe.get_all(
		"Follow Up", filters=filters, fields=["name", "lead", "assigned_to"], order_by="name"
	)


def _give(follow_up: str, user: str) -> None:
	frappe.db.set_value("Follow Up", follow_up, {"assigned_to": user, "told": 0})
	_write_todos(follow_up, {"allocated_to": user}, assigned=[user])


def _cancel(follow_up: str) -> None:
	frappe.db.set_value("Follow Up", follow_up, "status", Status.CANCELLED.value)
	_write_todos(follow_up, {"status": "Cancelled"}, assigned=[])


def _write_todos(follow_up: str, values: dict, *, assigned: list[str]) -> None:
	filters = {"reference_type": "Follow Up", "reference_name": follow_up, "status": "Open"}
	for todo in frappe.get_all("ToDo", filters=filters, pluck="name", order_by="name"):
		frappe.db.set_value("ToDo", todo, values)
		frappe.db.set_value(
			"Follow Up", follow_up, "_assign", frappe.as_json(assigned, indent=None), update_modified=False
		)
