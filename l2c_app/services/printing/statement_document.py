"""The statement of account on paper: what the payment ledger says about one customer, with its age.

As of a day means posted up to it; with a first day, what was before it is one line.
"""

from dataclasses import dataclass
from datetime import date
from functools import partial

import frappe
from frappe import _
from frappe.query_builder.functions import Min, Sum
from frappe.utils import flt, getdate, nowdate

from l2c_app.core.ageing import age
from l2c_app.core.money import from_minor, precision_unit, to_minor
from l2c_app.core.names import NO_NAMES
from l2c_app.services.contract import contract_money
from l2c_app.services.errors import L2CError, refuse
from l2c_app.services.ledger.ledger_amounts import money_unit
from l2c_app.services.printing import contract_document, print_renderer


class NothingToState(L2CError):
	"""The customer has no entry in the payment ledger of the company."""


@dataclass(frozen=True)
class Period:
	"""The days a statement is about; None: from the beginning, up to today."""

	since: date | None = None
	until: date | None = None


ALL = Period()


def statement_pdf(customer: str, company: str, language: str | None = None, period: Period = ALL) -> bytes:
	"""Return the statement of a customer as PDF, for users who may read the customer and its invoices."""
	frappe.get_doc("Customer", customer).check_permission("read")
	frappe.get_doc("Company", company).check_permission("read")
	frappe.has_permission("Sales Invoice", "read", throw=True)
	wish = language or frappe.db.get_value("Customer", customer, "language")
	html = statement_html(customer, company, contract_document.chosen_language(wish), period)
	return print_renderer.to_pdf(html)


def statement_html(customer: str, company: str, language: str, period: Period = ALL) -> str:
	"""Return the statement as one HTML page: one section per account currency. Raises NothingToState."""
	movements = ledger_movements(customer, company, period.until)
	if not movements:
		refuse(
			NothingToState,
			_("There is nothing to state for {0}.").format(customer),
			compared=_("The payment ledger of {0} has no entry of this customer.").format(company),
			do=_("Choose another company."),
		)
	names = ("customer_name", "tax_id", "primary_address")
	return print_renderer.render(
		"statement.html",
		language,
		customer=frappe.db.get_value("Customer", customer, names, as_dict=True),
		seller=contract_document.seller(company),
		sections=[
			section(
				currency, [row for row in movements if row.account_currency == currency], language, period
			)
			for currency in sorted({row.account_currency for row in movements})
		],
		printed_on=nowdate(),
		period=period,
	)


def section(currency: str, movements: list, language: str, period: Period = ALL) -> dict:
	"""Return the lines with running balance and the age of what is open, all in one account currency."""
	# as the ledger has it: three movements of 0.40 yen are one yen, not none
	unit = min(money_unit(), precision_unit(contract_money.fraction_digits(currency)))
	first = period.since or date.min
	earlier = [movement for movement in movements if getdate(movement.posting_date) < first]
	opening = balance = sum(to_minor(movement.amount, unit) for movement in earlier)
	lines = []
	for movement in movements[len(earlier) :]:
		amount = to_minor(movement.amount, unit)
		balance += amount
		debit, credit = max(amount, 0), max(-amount, 0)
		lines.append(
			{
				"date": getdate(movement.posting_date),
				"document": f"{_(movement.voucher_type, language)} {movement.voucher_no}",
				"debit": float(from_minor(debit, unit)),
				"credit": float(from_minor(credit, unit)),
				"balance": float(from_minor(balance, unit)),
			}
		)
	open_items = open_invoices(movements[0].party, movements[0].company, currency, period.until)
	on = period.until or getdate(nowdate())
	aged = age([(item.due_date, to_minor(item.amount, unit)) for item in open_items], on)
	unallocated = balance - sum(aged.values())
	return {
		"currency": currency,
		"money": partial(print_renderer.money, currency=currency),
		"opening": float(from_minor(opening, unit)),
		"lines": lines,
		"ageing": {bucket: float(from_minor(amount, unit)) for bucket, amount in aged.items()},
		"unallocated": float(from_minor(unallocated, unit)),
		"balance": float(from_minor(balance, unit)),
	}


def ledger_movements(customer: str, company: str, until: date | None = None) -> list:
	"""Return what each voucher did to the customer's account, in account currency, oldest first."""
	entry = frappe.qb.DocType("Payment Ledger Entry")
	rows = (
		_entries_of(entry, customer, company, until)
		.select(
			entry.voucher_type,
			entry.voucher_no,
			entry.account_currency,
			entry.party,
			entry.company,
			Min(entry.posting_date).as_("posting_date"),
			Sum(entry.amount_in_account_currency).as_("amount"),
		)
		.groupby(entry.voucher_type, entry.voucher_no, entry.account_currency, entry.party, entry.company)
		.run(as_dict=True)
	)
	rows = [row for row in rows if flt(row.amount)]
	# on one day what is owed comes before what is paid, so that the balance reads like the story
	return sorted(
		rows,
		key=lambda row: (getdate(row.posting_date), flt(row.amount) < 0, row.voucher_type, row.voucher_no),
	)


def open_invoices(customer: str, company: str, currency: str, until: date | None = None) -> list:
	"""Return (due_date, amount) of each invoice that is not at zero; amounts in account currency."""
	entry = frappe.qb.DocType("Payment Ledger Entry")
	rows = (
		_entries_of(entry, customer, company, until)
		.where((entry.account_currency == currency) & (entry.against_voucher_type == "Sales Invoice"))
		.select(entry.against_voucher_no, Sum(entry.amount_in_account_currency).as_("amount"))
		.groupby(entry.against_voucher_no)
		.run(as_dict=True)
	)
	due_dates = _due_dates([row.against_voucher_no for row in rows])
	return [
		frappe._dict(due_date=due_dates.get(row.against_voucher_no), amount=row.amount)
		for row in rows
		if flt(row.amount)
	]


def _entries_of(entry: object, customer: str, company: str, until: date | None) -> object:
	query = (
		frappe.qb.from_(entry)
		.where((entry.party_type == "Customer") & (entry.party == customer) & (entry.company == company))
		.where((entry.delinked == 0) & (entry.account_type == "Receivable"))
	)
	return query.where(entry.posting_date <= until) if until else query


def _due_dates(invoices: list[str]) -> dict[str, date]:
	rows = frappe.get_all(
		"Sales Invoice",
		filters={"name": ("in", invoices or NO_NAMES)},
		fields=["name", "due_date"],
		order_by="name",
	)
	return {row.name: getdate(row.due_date) for row in rows if row.due_date}
