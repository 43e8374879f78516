"""Where the lines of an adoption come from: a file of the user, or all that runs in a company without a contract."""

from typing import Any

import frappe
from frappe import _

from l2c_app.core import adoption as rules
from l2c_app.core.names import NO_NAMES
from l2c_app.services.errors import AdoptionRefused, refuse
from l2c_app.services.ledger.ledger_reads import INVOICE, ORDER

WORKBOOK = (".xlsx", ".xlsm")


def headings() -> dict[str, str]:
	"""Return the columns of the template with their heading in the user's language."""
	return {
		"reference": _("Contract Reference"),
		"sales_order": _("Sales Order"),
		"contract_owner": _("Contract Owner"),
		"title": _("Title"),
		"contract_date": _("Contract Date"),
		"start_date": _("Start Date"),
		"end_date": _("End Date"),
		"sales_invoice": _("Sales Invoice"),
		"label": _("Label"),
		"amount": _("Amount"),
		"billing": _("Billed As"),
		"with_row": _("With Row"),
		"retention": _("Retention"),
		"due_date": _("Due Date"),
		"billed": _("Billed so Far"),
		"collected": _("Collected so Far"),
	}


def template() -> list[list[str]]:
	"""Return the heading line of an empty file, and one example."""
	example = {
		"sales_order": "SAL-ORD-2026-00001",
		"label": "30 %",
		"amount": "3000.00",
		"due_date": "2026-12-31",
	}
	return [list(headings().values()), [example.get(column, "") for column in headings()]]


def lines_of(name: str, content: bytes) -> list[dict[str, Any]]:
	"""Return the lines of a CSV or Excel file. Raises AdoptionRefused for a file without a known heading."""
	if name.lower().endswith(WORKBOOK):
		# Only here: the module is no part of what the app needs to be imported.
		from frappe.utils.xlsxutils import read_xlsx_file_from_attached_file

		rows = read_xlsx_file_from_attached_file(fcontent=content)
	else:
		rows = rules.table(content)
	known = {column: column for column in rules.COLUMNS}
	for column, heading in headings().items():
		known[heading.lower()] = column
		known[column.replace("_", " ")] = column
	try:
		return rules.records(rows, known)
	except rules.UnreadableValue as error:
		refuse(
			AdoptionRefused,
			_("The file has none of the known headings."),
			compared=error.text[:200],
			do=_("Download the template and keep its first line."),
		)


def all_running(company: str) -> list[dict[str, Any]]:
	"""Return a line for every open order of a company without a contract, and for every unpaid invoice without an order.

	Only what the session user may read.
	"""
	open_orders = {
		"company": company,
		"docstatus": 1,
		"l2c_contract": ("is", "not set"),
		"status": ("not in", ("Closed", "Completed")),
	}
	orders = frappe.get_list(
		ORDER, filters=open_orders, pluck="name", order_by="transaction_date, name", limit=0
	)
	return [{"sales_order": name} for name in orders] + [{"sales_invoice": name} for name in _unpaid(company)]


def _unpaid(company: str) -> list[str]:
	if not frappe.has_permission(INVOICE, "read"):
		return []
	filters = {
		"company": company,
		"docstatus": 1,
		"is_return": 0,
		"outstanding_amount": (">", 0),
		"l2c_contract": ("is", "not set"),
	}
	names = frappe.get_list(INVOICE, filters=filters, pluck="name", order_by="posting_date, name", limit=0)
	ordered = {"parent": ("in", names or NO_NAMES), "sales_order": ("is", "set"), "parenttype": INVOICE}
	of_orders = set(frappe.get_all("Sales Invoice Item", filters=ordered, pluck="parent", order_by="parent"))
	return [name for name in names if name not in of_orders]
