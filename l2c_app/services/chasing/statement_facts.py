"""What decides about customer statements of one company and month: balances from the payment ledger, set-based."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.query_builder import Case
from frappe.query_builder.functions import Sum
from frappe.utils import flt

from l2c_app.core import customer_statements as rules
from l2c_app.core.cadence import Exit
from l2c_app.core.money import to_minor
from l2c_app.core.names import NO_NAMES
from l2c_app.services.chasing import mail_addresses
from l2c_app.services.contract import contract_money
from l2c_app.services.follow_up import do_not_contact
from l2c_app.services.ledger.ledger_amounts import money_unit
from l2c_app.services.printing import print_renderer


@dataclass(frozen=True)
class Stated:
	"""One customer: his balance in company currency, the same by currency as text, and why he gets nothing."""

	customer: str
	amount: float
	balances: str
	address: str
	language: str
	reason: rules.Reason | None


def read(
	company: str, since: date, until: date, customers: Collection[str] | None = None
) -> dict[str, Stated]:
	"""Return customers with a balance as of `until`, or with a movement since the first day; or those of `customers`."""
	balances: dict[str, list[Any]] = defaultdict(list)
	for row in _balances(company, since, until, customers):
		if flt(row.balance) or flt(row.moved):
			balances[row.party].append(row)
	known = mail_addresses.parties(balances)
	addresses = mail_addresses.of(known)
	parties = [do_not_contact.of_customer(row) for row in known.values()]
	blocked = do_not_contact.blocked_among("Customer", parties)
	return {
		name: _stated(row, balances[name], company, addresses.get(name, ""), blocked.get(name, set()))
		for name, row in sorted(known.items())
	}


def companies(until: date) -> set[str]:
	"""Return the companies with a customer's entry in the payment ledger up to a day."""
	entry = frappe.qb.DocType("Payment Ledger Entry")
	query = frappe.qb.from_(entry).select(entry.company).distinct()
	query = query.where((entry.party_type == "Customer") & (entry.account_type == "Receivable"))
	return {row[0] for row in query.where((entry.delinked == 0) & (entry.posting_date <= until)).run()}


def reason_text(reason: rules.Reason) -> str:
	"""Return the reason as people read it."""
	return {
		rules.Reason.ZERO: _("The balance is zero."),
		rules.Reason.BLOCKED: _("The customer is disabled."),
		rules.Reason.NO_MAIL: _("The customer wants no mail."),
		rules.Reason.NO_ADDRESS: _("Neither the customer nor the contact of an invoice has a mail address."),
	}[reason]


def _stated(party: Any, rows: list[Any], company: str, address: str, blocked: set[Exit]) -> Stated:
	unit = money_unit()
	reason = rules.reason_against(
		rules.Customer(
			[to_minor(row.balance, unit) for row in rows],
			blocked=Exit.BLOCKED in blocked,
			no_mail=Exit.UNSUBSCRIBED in blocked,
			address=address,
		)
	)
	texts = [print_renderer.money(row.balance, row.account_currency) for row in rows if flt(row.balance)]
	amount = contract_money.in_company_currency(sum(flt(row.base) for row in rows), company)
	return Stated(party.name, amount, " · ".join(texts), address, party.language or "", reason)


def _balances(company: str, since: date, until: date, customers: Collection[str] | None) -> list[Any]:
	"""Return balance and the movements of the month, gross, per customer and account currency."""
	entry = frappe.qb.DocType("Payment Ledger Entry")
	in_account = entry.amount_in_account_currency
	absolute = Case().when(in_account < 0, -in_account).else_(in_account)
	query = (
		frappe.qb.from_(entry)
		.where((entry.party_type == "Customer") & (entry.company == company) & (entry.delinked == 0))
		.where((entry.account_type == "Receivable") & (entry.posting_date <= until))
		.select(
			entry.party,
			entry.account_currency,
			Sum(in_account).as_("balance"),
			Sum(entry.amount).as_("base"),
			Sum(Case().when(entry.posting_date >= since, absolute).else_(0)).as_("moved"),
		)
		.groupby(entry.party, entry.account_currency)
		.orderby(entry.party, entry.account_currency)
	)
	if customers is not None:
		query = query.where(entry.party.isin(sorted(customers) or NO_NAMES))
	return query.run(as_dict=True)
