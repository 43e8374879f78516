"""Exchange rates, from stored rows only: the sandbox never asks a service."""

import frappe
from frappe._emulation import module_getattr
from frappe.utils import flt, nowdate


def get_exchange_rate(
	from_currency: str, to_currency: str, transaction_date: str | None = None, args: str | None = None
) -> float:
	"""Units of `to_currency` for one of `from_currency`, by the latest stored rate up to the date; 0 if none."""
	if from_currency == to_currency:
		return 1
	filters = {"from_currency": from_currency, "to_currency": to_currency}
	filters["date"] = ("<=", transaction_date or nowdate())
	if args:
		filters[args] = 1
	return flt(frappe.db.get_value("Currency Exchange", filters, "exchange_rate", order_by="date desc"))


__getattr__ = module_getattr(__name__)
