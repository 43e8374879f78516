"""Exchange rates, from stored rows only: the sandbox never asks a service."""

import frappe
from frappe._emulation import module_getattr
from frappe.utils import flt, nowdate


def get_exchange_rate(
	from_currency: str, to_currency: str, transaction_date: str | None = None, args: str | None = None
) -> float:
	"""Units of `to_currency` for one of `from_currency`, by the latest stored rate up to the date; 0 if none."""
	if not (from_currency and to_currency):
		return 0.0
	if from_currency == to_currency:
		return 1
	filters = {
		"from_currency": from_currency,
		"to_currency": to_currency,
		"date": ("<=", transaction_date or nowdate()),
	}
	if args:
		filters[args] = 1
	rates = frappe.get_all(
		"Currency Exchange", filters=filters, pluck="exchange_rate", order_by="date desc", limit=1
	)
	return flt(rates[0]) if rates else 0.0


__getattr__ = module_getattr(__name__)
