"""Amounts of native documents as this app reads them."""

from decimal import Decimal
from typing import Any

import frappe
from frappe.utils import flt

from l2c_app.core.money import Amount, exact, precision_unit


def money_unit() -> Decimal:
	"""Return the step in which amounts are stored on this site, in currency units."""
	return precision_unit(frappe.get_precision("Sales Contract", "grand_total"))


def total_of(document: Any) -> float:
	"""Return what an order or invoice comes to: the rounded total where one is used, else the grand total."""
	return flt(document.rounded_total) or flt(document.grand_total)


def in_document_currency(amount: Amount, account_currency: str, document: Any) -> Decimal:
	"""Return a ledger amount in the document's currency: exact where the account has it, else converted."""
	if account_currency == document.currency:
		return exact(amount)
	base_total = exact(flt(document.base_rounded_total) or flt(document.base_grand_total))
	return exact(amount) * exact(total_of(document)) / base_total if base_total else Decimal(0)


def account_currencies(names: list[str]) -> dict[str, str]:
	"""Return the currency of each account that exists, from the cache: the host keeps it once something is booked."""
	found = {name: frappe.get_cached_value("Account", name, "account_currency") for name in names}
	return {name: currency for name, currency in found.items() if currency}
