"""What is done about a closed lead is closed with it: events, calls, mails, appointments, tasks. In pairs."""

import frappe

from l2c_app import compat
from l2c_app.permissions import closed_set
from l2c_app.services.pool import closed_documents, visibility


def open_reference(kind: str, name: str, user: str) -> str:
	"""Return the condition that the document named by two columns is no closed one, nor about a closed lead."""
	lead = closed_set.open_lead(name, user)
	parts = [
		f"ifnull({kind}, '') not in ('Lead', 'Opportunity', 'Quotation', 'Contact', 'Address', 'Prospect')"
	]
	parts.append(f"({kind} = 'Lead' and {lead})")
	for doctype in ("Opportunity", "Quotation"):
		of, party = closed_documents.PARTY_FIELDS[doctype]
		opened = closed_set.open_lead(f"about.`{party}`", user)
		parts.append(
			f"({kind} = '{doctype}' and exists (select 1 from `tab{doctype}` about"
			f" where about.`name` = {name} and (about.`{of}` != 'Lead' or {opened})))"
		)
	for doctype in ("Contact", "Address"):
		opened = closed_set.linked_conditions(doctype, name, user)
		parts.append(f"({kind} = '{doctype}' and {opened})")
	opened = closed_set.open_lead("about.`lead`", user)
	parts.append(
		f"({kind} = 'Prospect' and not exists (select 1 from `tabProspect Lead` about"
		f" where about.`parent` = {name} and not {opened}))"
	)
	return f"({' or '.join(parts)})"


def _conditions(doctype: str, kind: str, name: str, *, user: str | None) -> str:
	user = user or frappe.session.user
	if not visibility.restricted(user):
		return ""
	return open_reference(f"`tab{doctype}`.`{kind}`", f"`tab{doctype}`.`{name}`", user)


def communication_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Mails, calls and chats about a closed lead are closed."""
	return _conditions("Communication", *closed_documents.REFERENCES["Communication"], user=user)


def todo_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Tasks about a closed lead are closed, to their former assignees as well."""
	return _conditions("ToDo", *closed_documents.REFERENCES["ToDo"], user=user)


def appointment_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""An appointment with a closed lead repeats its phone and mail address."""
	return _conditions("Appointment", *closed_documents.PARTY_FIELDS["Appointment"], user=user)


def participant_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Rows of an event's participants carry mail addresses."""
	return _conditions("Event Participants", "reference_doctype", "reference_docname", user=user)


def call_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Calls linked to a closed lead, unless also to a customer."""
	return closed_set.linked_conditions("Call Log", "`tabCall Log`.`name`", user)


def event_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""An event is closed when one of its participants is."""
	user = user or frappe.session.user
	if not visibility.restricted(user):
		return ""
	opened = open_reference("guest.`reference_doctype`", "guest.`reference_docname`", user)
	return (
		"(not exists (select 1 from `tabEvent Participants` guest"
		f" where guest.`parent` = `tabEvent`.`name` and not {opened}))"
	)


# The single document


def _closed(kind: str | None, name: str | None, user: str | None) -> bool:
	"""Who may read a lead may do with its mails, tasks and events what the host allows."""
	return closed_documents.is_closed(kind, name, user=user or frappe.session.user)


def _stored_and_in_hand(doc: object, columns: tuple[str, str]) -> list[tuple[str | None, str | None]]:
	"""Return the reference that a document has stored, and the one it would get."""
	named = [(doc.get(columns[0]), doc.get(columns[1]))]
	if doc.get("name"):
		stored = frappe.db.get_value(doc.get("doctype"), doc.get("name"), list(columns))
		named.append(tuple(stored or (None, None)))
	return named


def _reference_has_permission(doc: object, columns: tuple[str, str], *, user: str | None) -> bool | None:
	if visibility.enabled_pools():
		if any(_closed(kind, name, user) for kind, name in _stored_and_in_hand(doc, columns)):
			return False
	return compat.no_opinion()


def communication_has_permission(doc: object, ptype: str = "read", user: str | None = None) -> bool | None:
	"""As the list; writing a mail or call about a lead is for those who may read it."""
	columns = closed_documents.REFERENCES["Communication"]
	return _reference_has_permission(doc, columns, user=user)


def todo_has_permission(doc: object, ptype: str = "read", user: str | None = None) -> bool | None:
	"""As the list."""
	columns = closed_documents.REFERENCES["ToDo"]
	return _reference_has_permission(doc, columns, user=user)


def appointment_has_permission(doc: object, ptype: str = "read", user: str | None = None) -> bool | None:
	"""As the list."""
	columns = closed_documents.PARTY_FIELDS["Appointment"]
	return _reference_has_permission(doc, columns, user=user)


def participant_has_permission(doc: object, ptype: str = "read", user: str | None = None) -> bool | None:
	"""As the list."""
	named = doc.get("reference_doctype"), doc.get("reference_docname")
	return False if visibility.enabled_pools() and _closed(*named, user) else compat.no_opinion()


def call_has_permission(doc: object, ptype: str = "read", user: str | None = None) -> bool | None:
	"""As the list."""
	return closed_set.linked_has_permission("Call Log", doc, ptype=ptype, user=user)


def event_has_permission(doc: object, ptype: str = "read", user: str | None = None) -> bool | None:
	"""As the list, by the participants stored and in hand: the host fills in their mail addresses."""
	if visibility.enabled_pools():
		rows = closed_documents.participants(doc.get("name")) if doc.get("name") else []
		rows = [*rows, *(doc.get("event_participants") or [])]
		if any(_closed(row.get("reference_doctype"), row.get("reference_docname"), user) for row in rows):
			return False
	return compat.no_opinion()
