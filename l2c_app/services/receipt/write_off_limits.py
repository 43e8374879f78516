"""How much of a short payment a user may write off: the tolerance for all, more by role."""

from datetime import date
from decimal import Decimal

import frappe
from frappe.model.document import Document
from frappe.utils import nowdate

from l2c_app.core.money import exact, to_minor
from l2c_app.core.short_payment import Tolerance
from l2c_app.services.errors import ExchangeRateMissing
from l2c_app.services.ledger.ledger_amounts import money_unit
from l2c_app.services.receipt import receipt_payment


def tolerance(match: Document) -> Tolerance:
	"""Return what the session's user may write off on a match, in the match's currency at the rate of its day."""
	settings = frappe.get_cached_doc("Receipt Settings")
	roles = set(frappe.get_roles())
	by_role = max(
		(exact(row.amount) for row in settings.write_off_limits if row.role in roles), default=Decimal(0)
	)
	return _in_currency(match.company, match.currency, match.received_on, by_role)


def for_all(company: str, currency: str) -> Tolerance:
	"""Return what anybody may write off in a currency at today's rate; nothing where there is no rate."""
	try:
		return _in_currency(company, currency, nowdate(), Decimal(0))
	except ExchangeRateMissing:
		return Tolerance()


def _in_currency(company: str, currency: str, day: str | date, by_role: Decimal) -> Tolerance:
	settings = frappe.get_cached_doc("Receipt Settings")
	rate = Decimal(1)
	base = frappe.get_cached_value("Company", company, "default_currency")
	if currency != base and (settings.tolerance_amount or by_role):
		rate = Decimal(str(receipt_payment.rate_to_company(currency, company, day)))
	unit = money_unit()
	return Tolerance(
		to_minor(exact(settings.tolerance_amount) / rate, unit),
		exact(settings.tolerance_percent),
		to_minor(by_role / rate, unit),
	)
