"""What a customer has paid that no document has taken yet: shown on invoices and receipts, never taken silently."""

from typing import Any

import frappe
from frappe.utils import flt

from l2c_app.core.money import from_minor
from l2c_app.services.ledger import customer_credit
from l2c_app.services.ledger.ledger_amounts import money_unit
from l2c_app.services.receipt import set_off

CURRENCY_FIELDS = {"Sales Invoice": "party_account_currency", "Collection": "currency"}


def of_document(doctype: str, name: str) -> dict[str, Any]:
	"""Return {currency, on_account, earmarked, advance, set_off} around an invoice or a receipt, in the receivable's currency.

	`on_account`: all money of the customer that names no document. `earmarked`: what of it was reported for contracts,
	`advance`: deposits on orders of contracts, both as the contracts' figures say. `set_off`: what we owe
	him as a supplier. For who may read both the document and
	payments: the host's PermissionError.
	"""
	if doctype not in CURRENCY_FIELDS:
		raise frappe.PermissionError
	document = frappe.get_doc(doctype, name)
	document.check_permission("read")
	frappe.has_permission("Payment Entry", "read", throw=True)
	currency = document.get(CURRENCY_FIELDS[doctype])
	if not document.customer:
		return {"currency": currency, "on_account": 0, "earmarked": 0, "advance": 0, "set_off": []}
	credit = customer_credit.read(document.customer, document.company, currency)
	filters = {"customer": document.customer, "company": document.company, "docstatus": 1}
	contracts = frappe.get_list(
		"Sales Contract",
		filters={**filters, "currency": currency},
		fields=["on_account", "advance"],
		order_by="name",
	)
	return {
		"currency": currency,
		"on_account": flt(from_minor(max(0, credit.on_account), money_unit())),
		"earmarked": flt(sum(flt(contract.on_account) for contract in contracts)),
		"advance": flt(sum(flt(contract.advance) for contract in contracts)),
		"set_off": set_off.payable(document.customer, document.company),
	}
