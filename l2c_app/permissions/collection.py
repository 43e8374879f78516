"""Who sees which Collection: accounts and sales managers all, a salesperson what he reported or his contracts' own."""

import frappe
from frappe.model.document import Document

from l2c_app import compat

SEES_UNCLAIMED = {"Administrator", "System Manager", "Accounts User", "Accounts Manager"}
SEES_ALL = {"Administrator", "System Manager", "Accounts User", "Accounts Manager", "Sales Manager"}


def conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Return the list condition for a user; empty for those who see all."""
	user = user or frappe.session.user
	if _sees_unclaimed(user):
		return ""
	if _sees_all(user):
		return "(`tabCollection`.status != 'Unclaimed')"
	name = frappe.db.escape(user)
	return (
		"(`tabCollection`.status != 'Unclaimed' and "
		f"(`tabCollection`.reported_by = {name} or `tabCollection`.name in "
		"(select allocation.parent from `tabCollection Allocation` allocation "
		"join `tabSales Contract` contract on contract.name = allocation.contract "
		f"where contract.contract_owner = {name})))"
	)


def has_permission(
	doc: Document, ptype: str = "read", user: str | None = None, **kwargs: object
) -> bool | None:
	"""Deny what the list would not show, and writing to others' reports; else leave it to the roles.

	The stored receipt counts, never the document in hand, in which a request may name anybody.
	"""
	user = user or frappe.session.user
	if _sees_unclaimed(user):
		return compat.no_opinion()
	stored = frappe.db.get_value("Collection", doc.get("name"), ["reported_by", "status"]) or (None, None)
	if stored[1] == "Unclaimed":
		return False  # sales sees such money masked, through a list of its own
	if _sees_all(user):
		return compat.no_opinion()
	reported_by = stored[0] if doc.get("name") else user
	if reported_by in (None, user):
		return compat.no_opinion()
	if ptype in ("write", "create", "delete", "share") or not _owns_a_contract(doc.get("name"), user):
		return False
	return compat.no_opinion()


def allocation_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Restrict allocations, listed by themselves, to receipts that the user sees."""
	user = user or frappe.session.user
	if _sees_all(user):
		return ""
	seen = f"select name from `tabCollection` where {conditions(user)}"
	return f"(`tabCollection Allocation`.parent in ({seen}))"


def allocation_has_permission(doc: Document, ptype: str = "read", user: str | None = None) -> bool | None:
	"""Deny allocations of receipts that the user does not see."""
	return has_permission(frappe._dict(name=doc.get("parent")), ptype, user)


def claim_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""Show claims to accounts and sales managers, a salesperson his own."""
	user = user or frappe.session.user
	if _sees_all(user):
		return ""
	return f"(`tabCollection Claim`.claimed_by = {frappe.db.escape(user, percent=False)})"


def claim_has_permission(doc: Document, ptype: str = "read", user: str | None = None) -> bool | None:
	"""As the list; the stored claim counts."""
	user = user or frappe.session.user
	if _sees_all(user):
		return compat.no_opinion()
	stored = (
		frappe.db.get_value("Collection Claim", doc.get("name"), "claimed_by") if doc.get("name") else user
	)
	return compat.no_opinion() if stored in (None, user) else False


def _sees_unclaimed(user: str) -> bool:
	return user == "Administrator" or bool(SEES_UNCLAIMED.intersection(frappe.get_roles(user)))


def _sees_all(user: str) -> bool:
	return user == "Administrator" or bool(SEES_ALL.intersection(frappe.get_roles(user)))


def _owns_a_contract(collection: str, user: str) -> bool:
	filters = {"parent": collection, "parenttype": "Collection"}
	contracts = frappe.get_all("Collection Allocation", filters=filters, pluck="contract", order_by="idx")
	if not contracts:
		return False
	return bool(frappe.db.exists("Sales Contract", {"name": ("in", contracts), "contract_owner": user}))
