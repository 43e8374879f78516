"""Whose orders and invoices are: the contracts of native documents with the weight of their share."""

from collections.abc import Collection
from typing import Any

import frappe

from l2c_app.services.ledger.ledger_reads import ORDER


def owners(documents: Collection[str]) -> dict[str, dict[str, Any]]:
	"""Return the contracts of orders and of billed invoices, each with the weight of its share."""
	if not documents:
		return {}
	filters = {"name": ("in", list(documents)), "l2c_contract": ("is", "set")}
	rows = frappe.get_all(ORDER, filters=filters, fields=["name", "l2c_contract"], order_by="name")
	found: dict[str, dict[str, Any]] = {row.name: {row.l2c_contract: 1} for row in rows}
	filters = {"sales_invoice": ("in", list(documents)), "parenttype": "Sales Contract"}
	fields = ["sales_invoice", "parent", "amount"]
	for row in frappe.get_all("Plan Billing", filters=filters, fields=fields, order_by="parent, idx"):
		shares = found.setdefault(row.sales_invoice, {})
		shares[row.parent] = shares.get(row.parent, 0) + row.amount
	return found
