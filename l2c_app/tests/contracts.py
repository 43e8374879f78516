"""Contracts for tests: drafted, approved, signed and active, with plans in a few words."""

from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import add_days, nowdate

from l2c_app.services.contract import activation
from l2c_app.services.ledger import recompute
from l2c_app.tests import factories

TAX_ACCOUNT = "L2C VAT"
FREIGHT_ACCOUNT = "L2C Freight"


def plan_row(
	amount: float = 0, *, percent: float = 0, billing: str = "Own Invoice", **values: Any
) -> dict[str, Any]:
	"""Return a plan row due today on a fixed date unless said otherwise."""
	values.setdefault("due_basis", "Fixed Date")
	if values["due_basis"] == "Fixed Date":
		values.setdefault("fixed_date", nowdate())
	return {"amount": amount, "percent": percent, "billing": billing, **values}


def line(rate: float = 1000, *, qty: float = 1, **values: Any) -> dict[str, Any]:
	"""Return a line of the service item."""
	return {"item_code": factories.SERVICE_ITEM, "qty": qty, "rate": rate, **values}


def tax(rate: float, *, included: bool = False, account: str = TAX_ACCOUNT) -> dict[str, Any]:
	"""Return a VAT row on net total, added to the price or included in it."""
	return {
		"charge_type": "On Net Total",
		"account_head": tax_account(account),
		"description": "VAT",
		"rate": rate,
		"included_in_print_rate": int(included),
	}


def freight(amount: float) -> dict[str, Any]:
	"""Return a fixed charge."""
	return {
		"charge_type": "Actual",
		"account_head": tax_account(FREIGHT_ACCOUNT),
		"description": "Freight",
		"tax_amount": amount,
	}


def tax_account(name: str) -> str:
	"""Return a tax account of the test company."""
	return factories.account(
		name,
		parent=f"Duties and Taxes - {factories.ABBR}",
		account_type="Tax",
		currency=factories.COMPANY_CURRENCY,
		root_type="Liability",
	)


def draft(customer: str | None = None, *, insert: bool = True, **values: Any) -> Document:
	"""Return a draft contract of one line of 1,000 USD and one plan row, unless said otherwise."""
	currency = values.setdefault("currency", factories.COMPANY_CURRENCY)
	if not values.get("lead"):
		values["customer"] = customer or factories.customer(f"L2C Customer {currency}", currency=currency)
	values.setdefault("items", [line()])
	values.setdefault("plan_rows", [plan_row(percent=100)])
	values.setdefault("selling_price_list", factories.price_list(currency))
	contract = frappe.get_doc(
		{"doctype": "Sales Contract", "company": factories.company(), "transaction_date": nowdate(), **values}
	)
	return contract.insert() if insert else contract


def active(customer: str | None = None, **values: Any) -> Document:
	"""Return a contract that was approved, signed and activated today."""
	contract = draft(customer, **values)
	contract.submit()
	activation.sign(contract.name, signed_by="Ada Lovelace")
	activation.activate(contract.name)
	return fresh(contract)


def fresh(contract: Document) -> Document:
	"""Return the contract as stored now, with figures read from the ledger."""
	recompute.flush()
	return frappe.get_doc("Sales Contract", contract.name)


def invoices(contract: Document) -> list[Document]:
	"""Return the contract's invoices in the order in which they were made."""
	names = frappe.get_all(
		"Sales Invoice",
		filters={"l2c_contract": contract.name, "docstatus": ("<", 2)},
		pluck="name",
		order_by="creation, name",
	)
	return [frappe.get_doc("Sales Invoice", name) for name in names]


def in_days(days: int) -> str:
	"""Return a date relative to the site's today."""
	return str(add_days(nowdate(), days))
