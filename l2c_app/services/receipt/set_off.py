"""What a company owes a customer who is its supplier as well: shown, so that a person may set it off by a journal."""

from typing import Any

import frappe
from frappe.query_builder.functions import Sum
from frappe.utils import flt


def payable(customer: str, company: str) -> list[dict[str, Any]]:
	"""Return [{supplier, currency, amount}] that is owed by the payment ledger to the suppliers linked to a customer.

	Links are the host's Party Links. Nothing for users who may not read Purchase Invoices.
	"""
	suppliers = _suppliers(customer)
	if not suppliers or not frappe.has_permission("Purchase Invoice", "read"):
		return []
	entry = frappe.qb.DocType("Payment Ledger Entry")
	owed = Sum(entry.amount_in_account_currency)
	rows = (
		frappe.qb.from_(entry)
		.select(entry.party.as_("supplier"), entry.account_currency.as_("currency"), owed.as_("amount"))
		.where((entry.delinked == 0) & (entry.account_type == "Payable") & (entry.company == company))
		.where((entry.party_type == "Supplier") & entry.party.isin(suppliers))
		.groupby(entry.party, entry.account_currency)
		.having(owed > 0)
		.orderby(entry.party, entry.account_currency)
		.run(as_dict=True)
	)
	return [{**row, "amount": flt(row.amount)} for row in rows]


def _suppliers(customer: str) -> list[str]:
	found: set[str] = set()
	for ours, theirs in (("primary", "secondary"), ("secondary", "primary")):
		filters = {f"{ours}_role": "Customer", f"{ours}_party": customer, f"{theirs}_role": "Supplier"}
		found.update(frappe.get_all("Party Link", filters=filters, pluck=f"{theirs}_party", order_by="name"))
	return sorted(found)
