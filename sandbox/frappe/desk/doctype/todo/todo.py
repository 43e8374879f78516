"""Things to do, and the names of those who do them on the document."""

import json

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_fullname

AUTOMATIC_ROLES = {"Guest", "All", "Administrator"}


class ToDo(Document):
	def validate(self) -> None:
		self._assignment = None
		if self.is_new():
			text = _("{0} assigned {1}: {2}")
			self._assignment = (
				"Assigned",
				text.format(
					get_fullname(self.assigned_by), get_fullname(self.allocated_to), self.description
				),
			)
		elif self.db_get("status") != self.status:
			text = _("Assignment of {0} removed by {1}")
			self._assignment = (
				"Assignment Completed",
				text.format(get_fullname(self.allocated_to), get_fullname()),
			)

	def on_update(self) -> None:
		if self._assignment and self.reference_type and self.reference_name:
			frappe.get_doc(self.reference_type, self.reference_name).add_comment(*self._assignment)
		self.update_in_reference()

	def on_trash(self) -> None:
		self.update_in_reference()

	def update_in_reference(self) -> None:
		"""Write the list of open assignees on the document."""
		if not (self.reference_type and self.reference_name):
			return
		filters = {"reference_type": self.reference_type, "reference_name": self.reference_name}
		filters.update(status=("not in", ("Cancelled", "Closed")), allocated_to=("is", "set"))
		users = frappe.db.get_values("ToDo", filters, "allocated_to", pluck=True)[::-1]
		value = json.dumps(users) if users else ""
		frappe.db.set_value(self.reference_type, self.reference_name, "_assign", value, update_modified=False)


def _has_todo_role(user: str, ptype: str) -> bool:
	granted = {perm.role for perm in frappe.get_meta("ToDo").permissions if perm.get(ptype)} - AUTOMATIC_ROLES
	return bool(granted & set(frappe.get_roles(user)))


def has_permission(doc: Document, ptype: str = "read", user: str | None = None) -> bool:
	user = user or frappe.session.user
	return _has_todo_role(user, ptype) or user in (doc.allocated_to, doc.assigned_by)


def get_permission_query_conditions(user: str | None) -> str | None:
	user = user or frappe.session.user
	if _has_todo_role(user, "read"):
		return None
	name = frappe.db.escape(user)
	return f"(`tabToDo`.allocated_to = {name} or `tabToDo`.assigned_by = {name})"
