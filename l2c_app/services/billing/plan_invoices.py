"""Building the native Sales Invoice of plan rows: header, taxes and team by the host's mapper, the lines by us.

The host's mapper cannot bill a share of an order: it would map a part of a piece, and copy fixed discounts and
freight in full on every invoice. So every line takes a share of what is left of its order line, fixed amounts are
shared alike, and the last invoice takes exactly what is left.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import frappe
from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice
from erpnext.setup.utils import get_exchange_rate
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt

from l2c_app import compat
from l2c_app.core import billing
from l2c_app.core.money import exact, from_minor, precision_unit, to_minor
from l2c_app.services.billing import order_rest
from l2c_app.services.errors import InvoiceMissesRow, NoExchangeRate, SameRateStops, StockNotDelivered, refuse

ATTEMPTS = 5
ACTUAL = "Actual"
DEFAULT_QUANTITY_PRECISION = 3
NO_DISCOUNT = {"discount_percentage": 0, "discount_amount": 0, "margin_type": "", "margin_rate_or_amount": 0}


@dataclass(frozen=True)
class Wanted:
	"""What the invoice shall bill, in units: `total` out of `outstanding`; `is_last` = nothing is left after it."""

	total: int
	outstanding: int
	unit: Decimal

	@property
	def is_last(self) -> bool:
		return self.total == self.outstanding


def build(
	order: Document,
	wanted: Wanted,
	*,
	posting_date: date,
	receivable_account: str,
	ignore_permissions: bool = False,
) -> Document:
	"""Return an unsaved invoice of the order that totals `wanted` or comes within one unit for each tax line.

	`ignore_permissions`: for a run, whose approver was checked.

	Raises NoExchangeRate, StockNotDelivered, SameRateStops, InvoiceMissesRow, and what the host refuses.
	"""
	rest = order_rest.read(order, unit=wanted.unit)
	invoice = make_sales_invoice(order.name, ignore_permissions=ignore_permissions)
	_set_header(invoice, order, posting_date=posting_date, receivable_account=receivable_account)
	_share_fixed_amounts(invoice, rest, wanted)
	_fit_lines(invoice, order, rest, wanted)
	_close_gap(invoice, rest, wanted)
	_refuse_undelivered(invoice, rest)
	_refuse_other_rates(invoice, order)
	return invoice


def _set_header(invoice: Document, order: Document, *, posting_date: date, receivable_account: str) -> None:
	invoice.update(
		{
			"set_posting_time": 1,
			"posting_date": posting_date,
			"due_date": posting_date,
			"debit_to": receivable_account,
			"party_account_currency": frappe.db.get_value("Account", receivable_account, "account_currency"),
			"disable_rounded_total": 1,
			"ignore_pricing_rule": 1,
			"update_stock": 0,
			"allocate_advances_automatically": 0,
			"payment_terms_template": "",
			"ignore_default_payment_terms_template": 1,
			"l2c_contract": order.l2c_contract,
		}
	)
	invoice.set("payment_schedule", [])
	invoice.set("advances", [])
	invoice.conversion_rate = rate_on(invoice.currency, invoice.company, posting_date=posting_date)


def rate_on(currency: str, company: str, *, posting_date: date) -> float:
	"""Return the rate to company currency on the posting date; the order's own may be a year old. Raises NoExchangeRate."""
	company_currency = frappe.get_cached_value("Company", company, "default_currency")
	if currency == company_currency:
		return 1.0
	rate = flt(get_exchange_rate(currency, company_currency, posting_date, "for_selling"))
	if rate <= 0:
		refuse(
			NoExchangeRate,
			_("There is no exchange rate from {0} to {1}.").format(currency, company_currency),
			compared=_("Day {0}, purpose selling.").format(posting_date),
			do=_("Store a Currency Exchange for that day, or bill on a day that has one."),
		)
	return rate


def _share_fixed_amounts(invoice: Document, rest: order_rest.Rest, wanted: Wanted) -> None:
	"""Give the invoice its part of a fixed discount and of freight and the like; the last one takes the rest."""
	(discount,) = billing.share_of([rest.discount], wanted.total, outstanding=wanted.outstanding)
	invoice.additional_discount_percentage = 0
	invoice.discount_amount = float(from_minor(discount, wanted.unit))
	left = dict(rest.actual)
	for tax in invoice.taxes:
		if tax.charge_type == ACTUAL:
			amount = left.pop(tax.account_head, 0)
			(share,) = billing.share_of([amount], wanted.total, outstanding=wanted.outstanding)
			tax.tax_amount = float(from_minor(share, wanted.unit))


def _fit_lines(invoice: Document, order: Document, rest: order_rest.Rest, wanted: Wanted) -> None:
	"""Set the lines so that the host's engine comes out at the wanted total, or as near as it can."""
	left = [rest.lines[line.name] for line in order.items]
	shares = billing.share_of(left, wanted.total, outstanding=wanted.outstanding)
	best: tuple[int, list[int]] | None = None
	for _attempt in range(1 if wanted.is_last else ATTEMPTS):
		got = _try_lines(invoice, order, shares, unit=wanted.unit)
		miss = abs(got - wanted.total)
		if best is None or miss < best[0]:
			best = (miss, shares)
		if not miss:
			return
		guess = billing.next_guess(sum(shares), wanted=wanted.total, got=got)
		shares = billing.spread(min(guess, sum(left)), left)
	_try_lines(invoice, order, best[1], unit=wanted.unit)


def _try_lines(invoice: Document, order: Document, shares: list[int], *, unit: Decimal) -> int:
	mapped = {line.so_detail: line for line in invoice.items}
	known = getattr(invoice.flags, "l2c_mapped", None) or mapped
	invoice.flags.l2c_mapped = known
	lines = []
	for ordered, share in zip(order.items, shares, strict=True):
		if share and ordered.name in known:
			lines.append(_line(known[ordered.name], ordered, share, unit=unit))
	invoice.set("items", lines)
	for index, line in enumerate(invoice.items, 1):
		line.idx = index
	invoice.calculate_taxes_and_totals()
	return total_of(invoice, unit)


def _line(line: Document, ordered: Document, share: int, *, unit: Decimal) -> Document:
	quantity, rate = billing.quantity_and_rate(
		share,
		ordered=exact(ordered.qty),
		rate=exact(ordered.rate),
		whole=bool(frappe.get_cached_value("UOM", ordered.uom, "must_be_whole_number")),
		unit=unit,
		quantity_step=precision_unit(ordered.precision("qty") or DEFAULT_QUANTITY_PRECISION),
	)
	line.update(NO_DISCOUNT)
	line.update(
		{"qty": float(quantity), "rate": float(rate), "price_list_rate": float(rate), "pricing_rules": ""}
	)
	return line


def total_of(invoice: Document, unit: Decimal) -> int:
	"""Return the total of an invoice in units: the rounded total where there is one."""
	return to_minor(invoice.get("rounded_total") or invoice.grand_total, unit)


def _close_gap(invoice: Document, rest: order_rest.Rest, wanted: Wanted) -> None:
	"""Refuse a miss above one unit for each tax line; on the last invoice book what rounding left over.

	The taxes of the parts of an order differ by cents from the tax of the whole; a line of its own on the same tax
	account brings the last invoice, and the account, to what the order says.
	"""
	gap = wanted.total - total_of(invoice, wanted.unit)
	tolerance = max(1, len(invoice.taxes)) * (rest.invoices + 1 if wanted.is_last else 1)
	if abs(gap) > tolerance:
		_refuse_miss(invoice, wanted)
	if gap and wanted.is_last:
		for account, amount in _rounding(invoice, rest, gap).items():
			_add_rounding(invoice, account, amount=float(from_minor(amount, wanted.unit)))
		invoice.calculate_taxes_and_totals()


def _rounding(invoice: Document, rest: order_rest.Rest, gap: int) -> dict[str, int]:
	"""Return what each tax account still lacks of the order's tax; all on the first one if that is not the gap."""
	lacks = dict(rest.rated)
	for tax in invoice.taxes:
		if tax.charge_type != ACTUAL and tax.account_head in lacks:
			lacks[tax.account_head] -= to_minor(tax.tax_amount_after_discount_amount, rest.unit)
	if sum(lacks.values()) != gap:
		lacks = {account: gap for account in list(lacks)[:1]}
	return {account: amount for account, amount in lacks.items() if amount}


def _add_rounding(invoice: Document, account: str, *, amount: float) -> None:
	"""Append the line, marked so that its rate of zero does not become the rate of the account."""
	model = next(tax for tax in invoice.taxes if tax.account_head == account)
	row = {
		"charge_type": ACTUAL,
		"account_head": account,
		"cost_center": model.cost_center,
		**compat.tax_line_without_rate(),
	}
	invoice.append("taxes", {**row, "description": order_rest.rounding_text(), "tax_amount": amount})


def _refuse_miss(invoice: Document, wanted: Wanted) -> None:
	refuse(
		InvoiceMissesRow,
		_("The lines of the order that are left to bill do not make up the amount of the plan row."),
		compared=_("Row {0}, invoice {1} {2}.").format(
			from_minor(wanted.total, wanted.unit),
			from_minor(total_of(invoice, wanted.unit), wanted.unit),
			invoice.currency,
		),
		do=_("Compare the order's invoices with the plan and cut the plan again by a revision."),
	)


def _refuse_undelivered(invoice: Document, rest: order_rest.Rest) -> None:
	"""Stock is billed after delivery: what is billed of a stock line may not pass what is delivered of it."""
	unit = rest.unit
	late = [
		line.item_code
		for line in invoice.items
		if line.so_detail in rest.undelivered
		and to_minor(line.amount, unit) > rest.lines[line.so_detail] - rest.undelivered[line.so_detail]
	]
	if late:
		refuse(
			StockNotDelivered,
			_("Stock is billed after delivery."),
			compared=_("Not delivered far enough: {0}.").format(", ".join(late)),
			do=_("Submit the Delivery Note first, or bill from it."),
		)


def _refuse_other_rates(invoice: Document, order: Document) -> None:
	"""Say early what the host would refuse at save: another rate than the order's where the settings stop that."""
	settings = frappe.get_cached_doc("Selling Settings")
	if not settings.maintain_same_sales_rate or settings.maintain_same_rate_action != "Stop":
		return
	if settings.role_to_override_stop_action in frappe.get_roles():
		return
	rates = {line.name: exact(line.rate) for line in order.items}
	other = [str(line.idx) for line in invoice.items if exact(line.rate) != rates.get(line.so_detail)]
	if other:
		refuse(
			SameRateStops,
			_("Billing a share of these lines needs another rate than the order's."),
			compared=_("Lines: {0}.").format(", ".join(other)),
			do=_(
				"Set the action for the same rate in Selling Settings to Warn, or use a unit that can be divided."
			),
		)
