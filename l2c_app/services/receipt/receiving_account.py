"""The bank or cash account that received the money of a Collection."""

import frappe
from frappe import _
from frappe.model.document import Document

from l2c_app.services.errors import ReceivingAccountError, refuse

RECEIVES_MONEY = ("Bank", "Cash")


def usual(mode_of_payment: str | None, company: str) -> str:
	"""Return the account of a mode of payment in a company, else the company's bank, else its cash account.

	Raises ReceivingAccountError.
	"""
	if mode_of_payment:
		filters = {"parent": mode_of_payment, "company": company}
		account = frappe.db.get_value("Mode of Payment Account", filters, "default_account")
		if account:
			return account
	for field in ("default_bank_account", "default_cash_account"):
		account = frappe.get_cached_value("Company", company, field)
		if account:
			return account
	refuse(
		ReceivingAccountError,
		_("No account is chosen that received the money."),
		do=_("Choose the bank or cash account, or give the mode of payment or the company a default one."),
	)


def currency_of(account: str, collection: Document) -> str:
	"""Return the currency of an account that can receive the Collection's money.

	It is an open bank or cash account of the same company, in the currency of the receipt or of the company. Raises
	ReceivingAccountError.
	"""
	fields = ["company", "account_currency", "account_type", "is_group", "disabled"]
	found = frappe.db.get_value("Account", account, fields, as_dict=True)
	if not found or found.company != collection.company:
		_refuse(account, collection, _("It is no account of this company."))
	if found.is_group or found.disabled:
		_refuse(account, collection, _("It is a group or disabled."))
	if found.account_type not in RECEIVES_MONEY:
		_refuse(account, collection, _("Its account type is {0}.").format(_(found.account_type) or "–"))
	base = frappe.get_cached_value("Company", collection.company, "default_currency")
	currency = found.account_currency or base
	if currency not in (collection.currency, base):
		refuse(
			ReceivingAccountError,
			_("Account {0} is in another currency.").format(account),
			compared=_("Account {0}, receipt {1}, company {2}.").format(currency, collection.currency, base),
			do=_("Choose an account in the currency of the receipt or of the company."),
		)
	return currency


def _refuse(account: str, collection: Document, compared: str) -> None:
	refuse(
		ReceivingAccountError,
		_("Account {0} cannot receive money of company {1}.").format(account, collection.company),
		compared=compared,
		do=_("Choose a bank or cash account of that company."),
	)
