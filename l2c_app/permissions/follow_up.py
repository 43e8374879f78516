"""Who sees which follow up: one's own and the team's, those on own documents, receivables for accounts; all about a party
one holds, alone or with others, or whose pool one manages.

A follow up about a pooled lead that is closed to the user is closed too, whoever wrote it: notes carry contact data.
Sales Managers see all others; leads, opportunities and quotations outside pools are open to them natively as well.
"""

from collections.abc import Iterable

import frappe
from frappe.model.document import Document

from l2c_app import compat
from l2c_app.permissions import closed_set
from l2c_app.services.pool import visibility

RECEIVABLES = ("Sales Contract", "Sales Invoice", "Sales Order", "Collection", "Payment Entry")
JUDGED_BY = ["lead", "customer", "reference_doctype", "reference_name", "assigned_to", "owner"]
OWNER_FIELDS = {
	"Opportunity": "opportunity_owner",
	"Quotation": "owner",
	"Sales Contract": "contract_owner",
}


def conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Return the SQL condition of the list of follow ups for this user."""
	user = user or frappe.session.user
	if visibility.sees_everything(user):
		return ""
	parts = [part for part in (_allowed_condition(user), _closed_condition(user)) if part]
	return f"({' and '.join(parts)})" if parts else ""


def has_permission(doc: Document, ptype: str = "read", user: str | None = None) -> bool | None:
	"""Deny what the list would not show. A new follow up is checked by its service against its document."""
	user = user or frappe.session.user
	if visibility.sees_everything(user):
		return compat.no_opinion()
	stored = _stored(doc)
	lead = (stored or doc).get("lead")
	if lead and not visibility.may_access("Lead", lead, user=user, right="read"):
		return False
	if not stored or _allowed(stored, user):
		return compat.no_opinion()
	return False


def _stored(doc: Document) -> frappe._dict | None:
	"""Return what the follow up is judged by as stored, None for a new one: a request may send other values along."""
	name = doc.get("name")
	return frappe.db.get_value("Follow Up", name, JUDGED_BY, as_dict=True) if name else None


def _allowed(doc: Document, user: str) -> bool:
	roles = frappe.get_roles(user)
	if "Sales Manager" in roles:
		return True
	if doc.get("reference_doctype") in RECEIVABLES and not visibility.READERS.isdisjoint(roles):
		return True
	team = visibility.team(user)
	return doc.get("assigned_to") in team or doc.get("owner") in team or _document_owner_in(doc, team, user)


def _document_owner_in(doc: Document, team: list[str], user: str) -> bool:
	for party_type, field in visibility.OWNER_FIELD.items():
		party = doc.get(party_type.lower())
		if party and (
			frappe.db.get_value(party_type, party, field) in team
			or visibility.works_on(party_type, party, user=user)
		):
			return True
	reference = doc.get("reference_doctype")
	field = OWNER_FIELDS.get(reference)
	return bool(field) and frappe.db.get_value(reference, doc.get("reference_name"), field) in team


def _allowed_condition(user: str) -> str:
	"""Return the condition of what is one's own: short ranges of indexes, each a list of names, which are put together."""
	roles = frappe.get_roles(user)
	if "Sales Manager" in roles:
		return ""
	team = visibility.team(user)
	people = _literals(team)
	parts = [f"`tabFollow Up`.assigned_to in {people}", f"`tabFollow Up`.owner in {people}"]
	for party_type, field in visibility.OWNER_FIELD.items():
		parts += _of_parties(party_type, field, team, user=user)
	for reference, field in OWNER_FIELDS.items():
		owned = _of_owned(reference, field, "`tabFollow Up`.reference_name", team)
		parts += [f"(`tabFollow Up`.reference_doctype = '{reference}' and {part})" for part in owned]
	if not visibility.READERS.isdisjoint(roles):
		parts.append(f"`tabFollow Up`.reference_doctype in {_literals(RECEIVABLES)}")
	return f"({' or '.join(parts)})"


def _of_parties(party_type: str, field: str, team: list[str], *, user: str) -> list[str]:
	"""Return the conditions that a follow up is about a party of the team, or one that the user works on in a pool."""
	column = f"`tabFollow Up`.{party_type.lower()}"
	if not visibility.enabled_pools(party_type):
		return _of_owned(party_type, field, column, team)
	names = _owned(party_type, field, team)
	if len(names) <= visibility.MANY:
		return [closed_set.worked_on(column, user, party_type, also=names)]
	return [*_of_owned(party_type, field, column, team), closed_set.worked_on(column, user, party_type)]


def _owned(doctype: str, field: str, team: list[str]) -> list[str]:
	"""Return the names of the team's documents, one more than a statement should name where there are so many."""
	filters = {field: ("in", team)}
	return frappe.get_all(doctype, filters=filters, pluck="name", limit=visibility.MANY + 1, order_by=None)


def _of_owned(doctype: str, field: str, column: str, team: list[str]) -> list[str]:
	"""Return the condition that `column` names a document of the team, none where it has none. More than a statement should
	name are looked up row by row."""
	names = _owned(doctype, field, team)
	if len(names) > visibility.MANY:
		owner = f"select owned.`{field}` from `tab{doctype}` owned where owned.`name` = {column}"
		return [f"({owner}) in {_literals(team)}"]
	return [f"{column} in {_literals(names)}"] if names else []


def _closed_condition(user: str) -> str:
	"""Return the condition that leaves out closed leads, "" while no pool narrows this user's view."""
	return closed_set.open_lead("`tabFollow Up`.lead", user) if visibility.restricted(user) else ""


def _literals(values: Iterable[str]) -> str:
	return f"({', '.join(frappe.db.escape(value, percent=False) for value in values)})"
