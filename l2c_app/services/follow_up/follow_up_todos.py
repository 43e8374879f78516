"""One ToDo per planned follow up. It points at the Follow Up, so rules that close ToDos by document leave it alone."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, getdate

CLOSED_AS = {"Done": "Closed", "Cancelled": "Cancelled"}


def sync(follow_up: Document, changed: bool) -> None:
	"""Bring the ToDo in step with the follow up. `changed`: it is new, or its date or assignee is another.

	A ToDo that somebody closed by hand stays closed until the plan itself changes; nothing is ever reopened. No mail:
	the host mails assignments through assign_to only, which is not used here.
	"""
	open_ones = _open(follow_up.name)
	if follow_up.status in CLOSED_AS:
		for todo in open_ones:
			todo.status = CLOSED_AS[follow_up.status]
			_save(todo)
	elif open_ones:
		for todo in open_ones:
			_update(todo, follow_up)
	elif changed:
		_update(frappe.new_doc("ToDo"), follow_up)


def _open(follow_up: str) -> list[Document]:
	names = frappe.get_all(
		"ToDo",
		filters={"reference_type": "Follow Up", "reference_name": follow_up, "status": "Open"},
		pluck="name",
		order_by="creation asc",
	)
	return [frappe.get_doc("ToDo", name) for name in names]


def _update(todo: Document, follow_up: Document) -> None:
	values = {
		"reference_type": "Follow Up",
		"reference_name": follow_up.name,
		"allocated_to": follow_up.assigned_to,
		"date": getdate(follow_up.planned_for),
		"description": escape_html(f"{_(follow_up.follow_up_type)}: {follow_up.party_name}"),
	}
	if todo.is_new() or any(str(todo.get(field) or "") != str(value) for field, value in values.items()):
		todo.update(values)
		_save(todo)


def _save(todo: Document) -> None:
	# A colleague or manager may finish somebody's follow up; the ToDo must follow although it is not theirs to write.
	todo.save(ignore_permissions=True)
