"""Disputes past their deadline: whoever is above the one who answers is told, once per dispute and deadline.

Where nobody above may see the dispute, every accounts manager is. The dispute keeps the deadline it was told for, so a new
deadline that passes is told again. The ToDos of who was told end with the decision or a new deadline.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, formatdate, get_fullname, nowdate

from l2c_app.services.errors.recovery import retrying, undo
from l2c_app.services.follow_up import managers, reminders

DISPUTE = "Receivable Dispute"
FALLBACK = "Accounts Manager"
PAGE = 200
SAVEPOINT = "l2c_dispute"


def tell_managers() -> Iterator[dict[str, int]]:
	"""Tell of every open dispute whose deadline passed, page by page. Yields counts: told, nobody (to tell) and failed.

	The day of the deadline is still in time. One that fails is logged, stops no other and is tried again the next night,
	and so is one that nobody may be told of.
	"""
	after = ""
	while names := _untold().where(_table().name > after).limit(PAGE).run(pluck=True):
		yield retrying(partial(_tell_page, names))
		after = names[-1]


def end_todos(dispute: Any, before: Any) -> None:
	"""End what managers were asked to do about a dispute that is decided now, or has another deadline."""
	told = (before.escalated_to or "").split() if before else []
	if not told or (dispute.status == before.status and str(dispute.deadline) == str(before.deadline)):
		return
	for name in _todos(dispute.name, ("in", told)):
		todo = frappe.get_doc("ToDo", name)
		todo.status = "Cancelled" if dispute.status == "Open" else "Closed"
		# a manager's; whoever decides or moves the deadline need not be that manager
		todo.save(ignore_permissions=True)


def _table() -> Any:
	return frappe.qb.DocType(DISPUTE)


def _untold() -> Any:
	table = _table()
	late = (table.status == "Open") & (table.deadline < nowdate())
	fresh = table.escalated_deadline.isnull() | (table.escalated_deadline != table.deadline)
	return frappe.qb.from_(table).select(table.name).where(late & fresh).orderby(table.name)


def _tell_page(names: list[str]) -> dict[str, int]:
	counts = {"told": 0, "nobody": 0, "failed": 0}
	for name in names:
		frappe.db.savepoint(SAVEPOINT)
		try:
			# read again under its lock: it may be decided by now
			if _untold().where(_table().name == name).for_update().run():
				counts["told" if _tell(name) else "nobody"] += 1
		except Exception as error:
			undo(SAVEPOINT, error)
			frappe.log_error(title="Late dispute not told", reference_doctype=DISPUTE, reference_name=name)
			counts["failed"] += 1
	return counts


def _tell(name: str) -> bool:
	"""Tell of one dispute; False while there is nobody who may see it."""
	fields = ["name", "customer", "sales_invoice", "responsible", "deadline"]
	row = frappe.db.get_value(DISPUTE, name, fields, as_dict=True)
	people = _receivers(row)
	for user in people:
		text = _text(row, reminders.language_of(user))
		reminders.bell(user, text, document=(DISPUTE, name))
		if not _todos(name, user):
			_ask(name, user, text)
	if people:
		told = {"escalated_deadline": row.deadline, "escalated_to": "\n".join(people)}
		frappe.db.set_value(DISPUTE, name, told, update_modified=False)
	return bool(people)


def _receivers(row: Any) -> list[str]:
	above = managers.manager_of(row.responsible)
	if above and _readable(row.name, above):
		return [above]
	return [user for user in _finance() if user != row.responsible and _readable(row.name, user)]


def _finance() -> list[str]:
	roles = {"role": FALLBACK, "parenttype": "User"}
	users = frappe.get_all("Has Role", filters=roles, pluck="parent", order_by="parent")
	people = {"name": ("in", sorted({*users} - {"Administrator"})), "enabled": 1}
	return frappe.get_all("User", filters=people, pluck="name", order_by="name")


def _readable(name: str, user: str) -> bool:
	return bool(frappe.has_permission(DISPUTE, "read", doc=name, user=user))


def _text(row: Any, language: str | None) -> str:
	text = _("{0} was to answer the dispute of {1} about {2} until {3}.", language)
	who = get_fullname(row.responsible)
	return text.format(who, row.customer, row.sales_invoice, formatdate(row.deadline))


def _todos(dispute: str, user: str | tuple) -> list[str]:
	filters = {"reference_type": DISPUTE, "reference_name": dispute, "allocated_to": user, "status": "Open"}
	return frappe.get_all("ToDo", filters=filters, pluck="name", order_by="name")


def _ask(dispute: str, user: str, text: str) -> None:
	values = {"reference_type": DISPUTE, "reference_name": dispute, "allocated_to": user, "date": nowdate()}
	todo = frappe.get_doc({"doctype": "ToDo", "description": escape_html(text), **values})
	todo.insert(ignore_permissions=True)  # written by the clock; nobody's request reaches this line
