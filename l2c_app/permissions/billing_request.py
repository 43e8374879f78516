"""Who sees billing requests: whoever sees their contract."""

import frappe
from frappe.model.document import Document

from l2c_app import compat
from l2c_app.permissions import contract

REQUEST = "Billing Request"


def conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Restrict lists of requests to those of contracts that the user sees."""
	seen = contract.conditions(user)
	names = f"select name from `tab{contract.CONTRACT}` where {seen}"
	return f"(`tab{REQUEST}`.contract in ({names}))" if seen else ""


def has_permission(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
	"""Deny requests of contracts that the user does not see; the stored contract counts, not what is sent."""
	stored = frappe.db.get_value(REQUEST, doc.get("name"), "contract") if doc.get("name") else None
	name = stored or doc.get("contract")
	return contract.has_permission(frappe._dict(name=name), ptype, user) if name else compat.no_opinion()


def row_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""As the requests."""
	seen = conditions(user)
	names = f"select name from `tab{REQUEST}` where {seen}"
	return f"(`tab{REQUEST} Row`.parent in ({names}))" if seen else ""


def row_has_permission(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
	"""As the requests."""
	parent = doc.get("parent")
	return has_permission(frappe._dict(name=parent), ptype, user) if parent else compat.no_opinion()
