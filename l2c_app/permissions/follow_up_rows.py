"""Who sees evidence of effort, reminders, enrolments and response clocks: his own and his team's, a Sales Manager all
others; none about a pooled lead that is closed to him."""

import frappe
from frappe.model.document import Document

from l2c_app import compat
from l2c_app.permissions import closed_set
from l2c_app.services.pool import visibility

USER_FIELDS = {
	"Follow Up Effort": "user",
	"Follow Up Reminder": "user",
	"Sales Cadence Enrolment": "assigned_to",
	"Lead First Response": "holder",
}


def effort_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Return the SQL condition of the list of evidence."""
	return _conditions("Follow Up Effort", user)


def effort_has_permission(doc: Document, ptype: str = "read", user: str | None = None) -> bool | None:
	"""Deny evidence the list would not show."""
	return _has_permission("Follow Up Effort", doc, user)


def reminder_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Return the SQL condition of the list of reminders."""
	return _conditions("Follow Up Reminder", user, about_party=False)


def reminder_has_permission(doc: Document, ptype: str = "read", user: str | None = None) -> bool | None:
	"""Deny reminders the list would not show."""
	return _has_permission("Follow Up Reminder", doc, user, about_party=False)


def enrolment_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Return the SQL condition of the list of enrolments."""
	return _conditions("Sales Cadence Enrolment", user)


def enrolment_has_permission(doc: Document, ptype: str = "read", user: str | None = None) -> bool | None:
	"""Deny enrolments the list would not show."""
	return _has_permission("Sales Cadence Enrolment", doc, user)


def response_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Return the SQL condition of the list of response clocks."""
	return _conditions("Lead First Response", user)


def response_has_permission(doc: Document, ptype: str = "read", user: str | None = None) -> bool | None:
	"""Deny response clocks the list would not show."""
	return _has_permission("Lead First Response", doc, user)


def _conditions(doctype: str, user: str | None, *, about_party: bool = True) -> str:
	user = user or frappe.session.user
	if visibility.sees_everything(user):
		return ""
	parts = []
	if "Sales Manager" not in frappe.get_roles(user):
		parts.append(f"`tab{doctype}`.{USER_FIELDS[doctype]} in {_literals(visibility.team(user))}")
	if about_party and visibility.restricted(user):
		parts.append(_open_party(doctype, user))
	return f"({' and '.join(parts)})" if parts else ""


def _open_party(doctype: str, user: str) -> str:
	table = f"`tab{doctype}`"
	return f"({table}.party_type != 'Lead' or {closed_set.open_lead(f'{table}.party', user)})"


def _has_permission(
	doctype: str, doc: Document, user: str | None, *, about_party: bool = True
) -> bool | None:
	user = user or frappe.session.user
	name = doc.get("name")
	if visibility.sees_everything(user) or not name:
		return compat.no_opinion()
	fields = [USER_FIELDS[doctype], *(["party_type", "party"] if about_party else [])]
	stored = frappe.db.get_value(doctype, name, fields, as_dict=True)
	if not stored:
		return compat.no_opinion()
	if stored[USER_FIELDS[doctype]] not in visibility.team(user) and "Sales Manager" not in frappe.get_roles(
		user
	):
		return False
	if (
		about_party
		and stored.party_type == "Lead"
		and not visibility.may_access("Lead", stored.party, user=user)
	):
		return False
	return compat.no_opinion()


def _literals(values: list[str]) -> str:
	return f"({', '.join(frappe.db.escape(value, percent=False) for value in values)})"
