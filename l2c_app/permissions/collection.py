"""Who sees which Collection: accounts and sales managers all, a salesperson what he reported or his contracts' own."""

import frappe
from frappe.model.document import Document

from l2c_app import compat

SEES_ALL = {"Administrator", "System Manager", "Accounts User", "Accounts Manager", "Sales Manager"}


def conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Return the list condition for a user; empty for those who see all."""
	user = user or frappe.session.user
	if _sees_all(user):
		return ""
	name = frappe.db.escape(user)
	return (
		f"(`tabCollection`.reported_by = {name} or `tabCollection`.name in "
		"(select allocation.parent from `tabCollection Allocation` allocation "
		"join `tabSales Contract` contract on contract.name = allocation.contract "
		f"where contract.contract_owner = {name}))"
	)


def has_permission(
	doc: Document, ptype: str = "read", user: str | None = None, **kwargs: object
) -> bool | None:
	"""Deny what the list would not show, and writing to others' reports; else leave it to the roles."""
	user = user or frappe.session.user
	if _sees_all(user) or not doc.get("name") or doc.get("__islocal") or doc.get("reported_by") == user:
		return compat.no_opinion()
	if ptype in ("write", "delete", "share") or not _owns_a_contract(doc, user):
		return False
	return compat.no_opinion()


def _sees_all(user: str) -> bool:
	return user == "Administrator" or bool(SEES_ALL.intersection(frappe.get_roles(user)))


def _owns_a_contract(doc: Document, user: str) -> bool:
	contracts = [row.contract for row in doc.get("allocations") or ()]
	if not contracts:
		return False
	return bool(frappe.db.exists("Sales Contract", {"name": ("in", contracts), "contract_owner": user}))
