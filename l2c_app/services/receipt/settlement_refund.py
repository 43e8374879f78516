"""The money that an early end leaves with us: reported as a refund, so that accounts give it back like any other."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Sum
from frappe.utils import nowdate

from l2c_app.core import settlement as rules
from l2c_app.services.contract import contract_money
from l2c_app.services.receipt import collections
from l2c_app.services.receipt.collection_checks import REFUND, REPORTED


def report(contract: Document) -> str:
	"""Report what a contract that was settled has to give back. Returns the Collection of the kind Refund, or "".

	The amount, in contract currency, is what was collected beyond what was performed and the fee, without what is reported
	as a refund already. Accounts confirm it once the credit notes are submitted. Needs the right to create Collections;
	raises what reporting money raises.
	"""
	collected, performed, fee = (
		contract_money.in_units(contract.get(field), contract)
		for field in ("collected", "settled_value", "termination_fee")
	)
	found = rules.settle(performed=performed, fee=fee, billed=performed, collected=collected)
	left = found.to_refund - contract_money.in_units(_reported(contract.name), contract)
	if left <= 0:
		return ""
	amount = contract_money.stored(left, contract)
	values = {"kind": REFUND, "customer": contract.customer, "received_on": nowdate(), "amount": amount}
	values["note"] = _("Left over when contract {0} ended: {1}").format(
		contract.name, contract.termination_reason
	)
	return collections.report(values, [{"contract": contract.name, "amount": amount}]).name


def _reported(contract: str) -> float:
	"""Return the refunds of a contract that accounts have not confirmed yet."""
	row, collection = frappe.qb.DocType("Collection Allocation"), frappe.qb.DocType("Collection")
	query = frappe.qb.from_(row).join(collection).on(collection.name == row.parent).select(Sum(row.amount))
	query = query.where((collection.kind == REFUND) & (collection.status == REPORTED))
	return query.where(row.contract == contract).run()[0][0] or 0
