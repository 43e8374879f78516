"""Whose documents a visitor of the portal may reach: those of the customers that name him as their portal user.

What is foreign and what does not exist are refused alike, so that nobody learns which names are taken.
"""

from typing import NoReturn

import frappe
from frappe import _
from frappe.model.document import Document

from l2c_app.core.names import NO_NAMES

ROLE = "Customer"


def customers() -> list[str]:
	"""Return the customers of the visitor, as the host's own portal pages find them; none for a guest."""
	if frappe.session.user == "Guest" or ROLE not in frappe.get_roles():
		return []
	filters = {"user": frappe.session.user, "parenttype": "Customer"}
	return frappe.get_all("Portal User", filters=filters, pluck="parent", order_by="parent")


def owns_contract(name: str) -> bool:
	"""Return whether a contract is an approved one of the visitor's customers."""
	filters = {"name": name, "customer": ("in", customers() or NO_NAMES), "docstatus": 1}
	return bool(name and frappe.db.exists("Sales Contract", filters))


def contract(name: str) -> Document:
	"""Return an approved contract of the visitor. Raises PermissionError."""
	if not owns_contract(name):
		_refuse()
	return frappe.get_doc("Sales Contract", name)


def owns_invoice(name: str) -> bool:
	"""Return whether an invoice is a submitted one of the visitor's customers."""
	mine = customers()
	filters = {"name": name, "customer": ("in", mine), "docstatus": 1}
	return bool(name and mine and frappe.db.exists("Sales Invoice", filters))


def refuse_foreign_invoice(name: str) -> None:
	"""Raise PermissionError unless the invoice is the visitor's."""
	if not owns_invoice(name):
		_refuse()


def refuse_foreign_customer(name: str) -> None:
	"""Raise PermissionError unless the customer is the visitor's."""
	if name not in customers():
		_refuse()


def _refuse() -> NoReturn:
	frappe.throw(_("Not permitted"), frappe.PermissionError)
	raise frappe.PermissionError
