"""What a holder had planned on a lead goes with the lead: to the next holder, or it is called off."""

from collections.abc import Sequence

import frappe
from frappe.utils import now_datetime

from l2c_app.core.follow_up import Status
from l2c_app.services.follow_up import follow_up_party
from l2c_app.services.pool import visibility
from l2c_app.services.pool.name_lists import among, chunks, forget_cached

ABOUT = ("Lead", "Opportunity", "Quotation")


def hand_over(former: dict[str, set[str]]) -> None:
	"""Hand the planned follow ups of former holders, {lead: users}, to who holds the lead now; without one, cancel them.

	A converted lead is open to its last holder, whose plans stay. Written straight: whoever moves the seat need not
	have a right on another person's plans. One query where nothing is planned, a few per new holder else.
	"""
	plans = [plan for plan in _planned(former) if plan.assigned_to in former[plan.lead]]
	if not plans:
		return
	seats = visibility.live_seats("Lead", {plan.lead for plan in plans})
	given: dict[str | None, list[frappe._dict]] = {}
	for plan in plans:
		holders = [seat.holder for seat in seats.get(plan.lead, []) if seat.holder]
		if plan.lead in seats and plan.assigned_to not in holders:
			given.setdefault(holders[0] if holders else None, []).append(plan)
	for user, theirs in given.items():
		give(sorted(plan.name for plan in theirs), user)
	called_off = given.get(None, [])
	follow_up_party.roll_up_many("Lead", {plan.lead for plan in called_off})
	deals = {
		plan.reference_name for plan in called_off if plan.reference_doctype == follow_up_party.OPPORTUNITY
	}
	follow_up_party.roll_up_many(follow_up_party.OPPORTUNITY, deals)


def _planned(former: dict[str, set[str]]) -> list:
	filters = {
		"lead": ("in", list(former)),
		"assigned_to": ("in", sorted(set().union(*former.values()))),
		"status": Status.PLANNED.value,
		"reference_doctype": ("in", ABOUT),
	}
	fields = ["name", "lead", "assigned_to", "reference_doctype", "reference_name"]
	return frappe.get_all("Follow Up", filters=filters, fields=fields, order_by="name")


def give(follow_ups: Sequence[str], user: str | None) -> None:
	"""Give follow ups and their open ToDos to a user, None: cancel them; `_assign` of those with a ToDo follows."""
	values = {"assigned_to": user, "told": 0} if user else {"status": Status.CANCELLED.value}
	todo_values = {"allocated_to": user} if user else {"status": "Cancelled"}
	for names in chunks(follow_ups):
		filters = {"reference_type": "Follow Up", "reference_name": ("in", names), "status": "Open"}
		todos = frappe.get_all("ToDo", filters=filters, fields=["name", "reference_name"], order_by="name")
		_update("Follow Up", names, values)
		if todos:
			_update("ToDo", [todo.name for todo in todos], todo_values)
			assigned = frappe.as_json([user] if user else [], indent=None)
			about = sorted({todo.reference_name for todo in todos})
			_update("Follow Up", about, {"_assign": assigned})
		forget_cached("Follow Up", names)


def _update(doctype: str, names: Sequence[str], values: dict) -> None:
	table = frappe.qb.DocType(doctype)
	query = frappe.qb.update(table).set(table.modified, now_datetime())
	query = query.set(table.modified_by, frappe.session.user)
	for fieldname, value in values.items():
		query = query.set(table[fieldname], value)
	query.where(among(table.name, names)).run()
