"""Who sees cases, promises and disputes: accounts and sales managers all, a salesperson those of his team's customers."""

import frappe
from frappe.model.document import Document

from l2c_app import compat
from l2c_app.services.pool import visibility

SEES_ALL = frozenset({"Accounts User", "Accounts Manager", "Sales Manager", "System Manager"})
CASE = "Collection Case"
OWN_FIELD = {"Promise to Pay": "taken_by", "Receivable Dispute": "responsible"}


def case_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Restrict cases to those whose salesperson is in the user's team."""
	user = user or frappe.session.user
	return "" if _sees_all(user) else f"(`tab{CASE}`.sales_owner in ({_people(user)}))"


def case_has_permission(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
	"""Deny cases of other teams, by the stored salesperson."""
	user = user or frappe.session.user
	if _sees_all(user):
		return compat.no_opinion()
	owner = frappe.db.get_value(CASE, doc.get("name"), "sales_owner") if doc.get("name") else None
	return compat.no_opinion() if owner in visibility.team(user) else False


def conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Restrict promises, disputes and notices to the team's customers, and to what the user took or must answer."""
	user = user or frappe.session.user
	if _sees_all(user):
		return ""
	seen = f"select customer from `tab{CASE}` where sales_owner in ({_people(user)})"
	own = OWN_FIELD.get(doctype or "")
	mine = f" or `tab{doctype}`.{own} = {frappe.db.escape(user)}" if own else ""
	return f"(`tab{doctype}`.customer in ({seen}){mine})"


def has_permission(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
	"""Deny what the list would not show; a new one is judged by its service, which asks for the invoice."""
	user = user or frappe.session.user
	if _sees_all(user) or not doc.get("name") or ptype == "create":
		return compat.no_opinion()
	own = OWN_FIELD.get(doc.doctype)
	stored = frappe.db.get_value(doc.doctype, doc.name, ["customer", own or "owner"])
	if stored is None or (own and stored[1] == user):
		return compat.no_opinion()
	owners = ("in", sorted(visibility.team(user)))
	sells = frappe.db.exists(CASE, {"customer": stored[0], "sales_owner": owners})
	return compat.no_opinion() if sells else False


def promise_row_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Restrict rows of promises, listed by themselves, to promises that the user sees."""
	user = user or frappe.session.user
	if _sees_all(user):
		return ""
	seen = f"select name from `tabPromise to Pay` where {conditions(user, 'Promise to Pay')}"
	return f"(`tabPromise Plan Row`.parent in ({seen}))"


def promise_row_has_permission(
	doc: Document, ptype: str | None = None, user: str | None = None
) -> bool | None:
	"""Deny rows of promises that the user does not see."""
	return has_permission(frappe._dict(doctype="Promise to Pay", name=doc.get("parent")), ptype, user)


def _people(user: str) -> str:
	return ", ".join(frappe.db.escape(name) for name in sorted(visibility.team(user)))


def _sees_all(user: str) -> bool:
	return user == "Administrator" or not SEES_ALL.isdisjoint(frappe.get_roles(user))
