"""Who may see a contract: its owner and his superiors in the Sales Person tree; managers and accounts see all."""

import frappe
from frappe.model.document import Document

from l2c_app import compat
from l2c_app.services.pool import visibility

SEES_ALL = frozenset({"Sales Manager", "Accounts User", "Accounts Manager", "System Manager"})
CONTRACT = "Sales Contract"


def _sees_all(user: str) -> bool:
	return user == "Administrator" or not SEES_ALL.isdisjoint(frappe.get_roles(user))


def conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Restrict lists of contracts to those of the user and his team."""
	user = user or frappe.session.user
	if _sees_all(user):
		return ""
	people = ", ".join(frappe.db.escape(name) for name in visibility.team(user))
	return f"(`tab{CONTRACT}`.contract_owner in ({people}) or `tab{CONTRACT}`.owner in ({people}))"


def has_permission(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
	"""Deny contracts of others; with nobody on it yet (a new one) say nothing."""
	user = user or frappe.session.user
	if _sees_all(user):
		return compat.no_opinion()
	people = _people(doc)
	if people and people.isdisjoint(visibility.team(user)):
		return False
	return compat.no_opinion()


def _people(doc: Document) -> set[str]:
	"""Return whose contract it is: as stored, for the document in hand may name whoever sends it as its owner."""
	fields = ["contract_owner", "owner"]
	stored = frappe.db.get_value(CONTRACT, doc.get("name"), fields) if doc.get("name") else None
	return set(stored or [doc.get(field) for field in fields]) - {None, ""}


def row_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Restrict lines, plan rows and billing links, listed by themselves, to contracts that the user sees."""
	user = user or frappe.session.user
	if _sees_all(user):
		return ""
	return f"(`tab{doctype}`.parent in (select name from `tab{CONTRACT}` where {conditions(user)}))"


def shared_row_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Restrict rows of a native child table that contracts use too; rows of native documents stay as they are."""
	user = user or frappe.session.user
	if _sees_all(user):
		return ""
	seen = f"select name from `tab{CONTRACT}` where {conditions(user)}"
	return f"(ifnull(`tab{doctype}`.parenttype, '') != '{CONTRACT}' or `tab{doctype}`.parent in ({seen}))"


def shared_row_has_permission(
	doc: Document, ptype: str | None = None, user: str | None = None
) -> bool | None:
	"""Deny such a row of a contract that the user does not see."""
	if doc.get("parenttype") != CONTRACT:
		return compat.no_opinion()
	return row_has_permission(doc, ptype, user)


def row_has_permission(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
	"""Deny rows of contracts that the user does not see."""
	user = user or frappe.session.user
	if _sees_all(user) or not doc.get("parent"):
		return compat.no_opinion()
	return has_permission(frappe._dict(name=doc.get("parent")), ptype, user)


def revision_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Restrict lists of revisions to those of contracts that the user sees."""
	user = user or frappe.session.user
	if _sees_all(user):
		return ""
	return f"(`tabSales Contract Revision`.contract in (select name from `tab{CONTRACT}` where {conditions(user)}))"


def revision_has_permission(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
	"""Deny revisions of contracts that the user does not see."""
	user = user or frappe.session.user
	if _sees_all(user) or not doc.get("contract"):
		return compat.no_opinion()
	fields = ["contract_owner", "owner"]
	contract = frappe.db.get_value(CONTRACT, doc.contract, fields, as_dict=True)
	if not contract or has_permission(contract, ptype, user) is False:
		return False
	return compat.no_opinion()


def signing_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Restrict signing requests and their trail to contracts that the user sees."""
	user = user or frappe.session.user
	if _sees_all(user):
		return ""
	return f"(`tab{doctype}`.contract in (select name from `tab{CONTRACT}` where {conditions(user)}))"


def signing_has_permission(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
	"""Deny signing requests and their trail of contracts that the user does not see."""
	user = user or frappe.session.user
	if _sees_all(user) or not doc.get("contract"):
		return compat.no_opinion()
	return has_permission(frappe._dict(name=doc.contract), ptype, user)
