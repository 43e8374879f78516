"""Child rows that carry a pooled lead's contact data. The host lists such tables by themselves, asking nobody's parent."""

import frappe

from l2c_app import compat
from l2c_app.permissions import closed_set
from l2c_app.services.pool import visibility


def contact_phone_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Return the condition of Contact Phone: that of its Contact."""
	return closed_set.linked_conditions("Contact", "`tabContact Phone`.`parent`", user)


def contact_email_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Return the condition of Contact Email: that of its Contact."""
	return closed_set.linked_conditions("Contact", "`tabContact Email`.`parent`", user)


def contact_phone_has_permission(doc: object, ptype: str = "read", user: str | None = None) -> bool | None:
	"""Deny a phone or mail row of a closed contact."""
	contact = frappe._dict(name=doc.get("parent"))
	return closed_set.linked_has_permission("Contact", contact, ptype=ptype, user=user)


contact_email_has_permission = contact_phone_has_permission


def note_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Return the condition of CRM Note: notes on a closed lead are closed."""
	user = user or frappe.session.user
	if not visibility.restricted(user):
		return ""
	return f"(`tabCRM Note`.`parenttype` != 'Lead' or {closed_set.open_lead('`tabCRM Note`.`parent`', user)})"


def note_has_permission(doc: object, ptype: str = "read", user: str | None = None) -> bool | None:
	"""As the list."""
	return closed_set.answer(ptype, user, [doc.get("parent")] if doc.get("parenttype") == "Lead" else [])


def prospect_lead_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Return the condition of Prospect Lead, which repeats mail address and phone of the lead."""
	user = user or frappe.session.user
	return closed_set.open_lead("`tabProspect Lead`.`lead`", user) if visibility.restricted(user) else ""


def prospect_lead_has_permission(doc: object, ptype: str = "read", user: str | None = None) -> bool | None:
	"""As the list."""
	return closed_set.answer(ptype, user, [doc.get("lead")] if doc.get("lead") else [])


def prospect_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Return the condition of Prospect: one with a closed lead shows its phone in a row, so it is closed as well."""
	user = user or frappe.session.user
	if not visibility.restricted(user):
		return ""
	opened = closed_set.open_lead("held.`lead`", user)
	return (
		"(not exists (select 1 from `tabProspect Lead` held"
		f" where held.`parent` = `tabProspect`.`name` and not {opened}))"
	)


def prospect_has_permission(doc: object, ptype: str = "read", user: str | None = None) -> bool | None:
	"""Deny a prospect when one of its leads is closed to the user: the host fetches their phones into the rows."""
	if not visibility.enabled_pools():
		return compat.no_opinion()
	leads = [row.get("lead") for row in doc.get("leads") or [] if row.get("lead")]
	if doc.get("name"):
		filters = {"parent": doc.get("name")}
		leads += frappe.get_all("Prospect Lead", filters=filters, pluck="lead", order_by="idx")
	if any(closed_set.answer(ptype, user, [lead]) is False for lead in leads):
		return False
	return compat.no_opinion()
