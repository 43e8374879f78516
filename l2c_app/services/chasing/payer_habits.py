"""How the customer of one case pays, for its form: read from the ledger when somebody looks, never stored."""

from typing import Any

import frappe
from frappe import _
from frappe.query_builder.functions import Sum
from frappe.utils import add_months, getdate, nowdate

from l2c_app.core.money import to_minor
from l2c_app.core.receivable_measures import Payment, Rating, ways
from l2c_app.services.chasing import payer_ratings
from l2c_app.services.chasing.cases import CASE
from l2c_app.services.chasing.measures import MONTHS_BACK, PAYMENT, WEEKDAYS
from l2c_app.services.chasing.receivables import INVOICE, Key
from l2c_app.services.ledger.ledger_amounts import money_unit

MOST_PAYMENTS = 5000


def of_case(name: str) -> dict[str, Any]:
	"""Return how the customer of a case paid in two years, to its company and in its currency. Needs read on the case.

	rating ("" under three invoices), delay and trend (days late by amount), invoices, pays_on (the weekday of most of the
	money, "" without one), in_parts (percent of the paid invoices). None: too little is known. Two queries.
	"""
	case = frappe.get_doc(CASE, name)
	case.check_permission("read")
	key = (case.customer, case.company, case.currency)
	judged = payer_ratings.read([case.customer]).get(key) or Rating("", None, None, 0)
	found = ways(_payments(key))
	return {
		"rating": judged.letter,
		"delay": judged.delay,
		"trend": judged.trend,
		"invoices": judged.invoices,
		"pays_on": "" if found.weekday is None else _(WEEKDAYS[found.weekday]),
		"in_parts": found.in_parts,
	}


def _payments(key: Key) -> list[Payment]:
	"""Return what the latest payments brought of each invoice on each day, the latest first."""
	customer, company, currency = key
	entry, unit = frappe.qb.DocType("Payment Ledger Entry"), money_unit()
	query = (
		frappe.qb.from_(entry)
		.select(entry.against_voucher_no, entry.posting_date, Sum(entry.amount_in_account_currency))
		.where((entry.party == customer) & (entry.company == company) & (entry.account_currency == currency))
		.where(
			(entry.delinked == 0) & (entry.account_type == "Receivable") & (entry.party_type == "Customer")
		)
		.where((entry.against_voucher_type == INVOICE) & (entry.voucher_type == PAYMENT))
		.where(entry.posting_date >= add_months(nowdate(), -MONTHS_BACK))
		.groupby(entry.against_voucher_no, entry.posting_date)
		.orderby(entry.posting_date, order=frappe.qb.desc)
		.limit(MOST_PAYMENTS)
	)
	return [Payment(invoice, getdate(day), -to_minor(amount, unit)) for invoice, day, amount in query.run()]
