"""The units in which a contract counts, and its plan rows in the form of the pure rules."""

from decimal import Decimal

import frappe
from frappe.model.document import Document
from frappe.utils import flt

from l2c_app.core import billing, plan
from l2c_app.core.money import decimals_shown, exact, from_minor, minor_unit, precision_unit, to_minor

DEFAULT_PRECISION = 2
MOST_DIGITS = 3


def stored_unit(contract: Document) -> Decimal:
	"""Return the step of the contract's stored amounts, e.g. 0.01: billing counts in it."""
	return precision_unit(contract.precision("grand_total") or DEFAULT_PRECISION)


def payable_unit(contract: Document) -> Decimal:
	"""Return the smallest payable amount of the contract's currency: 0.01 dollar, 0.05 franc, 1 yen."""
	return payable_unit_of(contract.currency, contract.precision("grand_total") or DEFAULT_PRECISION)


def payable_unit_of(currency: str, digits: int) -> Decimal:
	"""Return the smallest amount that can be paid in a currency, written with `digits` decimals at most.

	The host stores a yen in 100 parts, but its number format shows none: those parts cannot be paid.
	"""
	fields = ["fraction_units", "smallest_currency_fraction_value", "number_format"]
	# from the cache: a paper asks for every amount it shows
	units, smallest, number_format = frappe.get_cached_value("Currency", currency, fields) or [None] * 3
	if number_format:
		digits = min(digits, decimals_shown(number_format))
	return minor_unit(units, smallest, digits)


def fraction_digits(currency: str) -> int:
	"""Return how many decimals a currency is written with: 2 for CNY, 0 for JPY, 3 for KWD."""
	unit = payable_unit_of(currency, MOST_DIGITS)
	return max(0, -int(unit.as_tuple().exponent))


def in_company_currency(amount: float, company: str) -> float:
	"""Return an amount in a company's own currency as it is written in it: yen without decimals, dinars with three."""
	currency = frappe.get_cached_value("Company", company, "default_currency")
	return flt(amount, fraction_digits(currency))


def plan_rows(contract: Document) -> list[plan.PlanRow]:
	"""Return the plan rows as typed."""
	return [
		plan.PlanRow(
			row.row_id,
			exact(row.percent),
			exact(row.amount),
			billing=row.billing,
			with_row=row.with_row or "",
		)
		for row in contract.plan_rows
	]


def bill_rows(contract: Document, drafts: set[str]) -> list[billing.BillRow]:
	"""Return the plan rows as billing sees them: billed = the row's recomputed figure + what `drafts` bill."""
	roots = plan.billed_by(plan_rows(contract))
	drafted: dict[str, int] = {}
	for link in contract.plan_billing:
		if link.sales_invoice in drafts:
			drafted[link.row_id] = drafted.get(link.row_id, 0) + in_units(link.amount, contract)
	return [
		billing.BillRow(
			row.row_id,
			in_units(row.amount, contract),
			roots.get(row.row_id, ""),
			in_units(row.billed, contract) + drafted.get(row.row_id, 0),
			in_units(row.waived, contract),
			frappe.utils.getdate(row.due_date) if row.due_date else None,
		)
		for row in contract.plan_rows
	]


def stored(amount: int, contract: Document) -> float:
	"""Return a number of units as the float that is stored."""
	return float(from_minor(amount, stored_unit(contract)))


def in_units(amount: float | Decimal | None, contract: Document) -> int:
	"""Return an amount (contract currency) as a number of stored units."""
	return to_minor(amount, stored_unit(contract))
