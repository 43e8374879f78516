"""Parties: their accounts, their currency, whether they may trade."""

import frappe
from erpnext.exceptions import InvalidAccountCurrency, PartyDisabled, left_out_if, refuse_if
from frappe._emulation import module_getattr


def get_party_account(party_type: str, party: str | None = None, company: str | None = None) -> str | None:
	"""The receivable account of a customer: its own, its group's, the company's."""
	group = frappe.get_cached_value("Customer", party, "customer_group") if party else None
	for doctype, name in ((party_type, party), ("Customer Group", group)):
		filters = {"parenttype": doctype, "parent": name, "company": company}
		if name and (account := frappe.db.get_value("Party Account", filters, "account")):
			return account
	return frappe.get_cached_value("Company", company, "default_receivable_account")


def get_party_account_currency(party_type: str, party: str, company: str) -> str:
	"""Currency of the party's account."""
	account = get_party_account(party_type, party, company)
	return frappe.get_cached_value("Account", account, "account_currency")


def get_party_gle_currency(party_type: str, party: str, company: str) -> str | None:
	"""Currency in which the party was booked before, if it was."""
	filters = dict(party_type=party_type, party=party, company=company, docstatus=1, is_cancelled=0)
	return frappe.db.get_value("GL Entry", filters, "account_currency")


def validate_party_gle_currency(party_type: str, party: str, company: str, currency: str) -> None:
	"""A party is booked in one currency only."""
	known = get_party_gle_currency(party_type, party, company)
	refuse_if(known and known != currency, f"{party} is booked in {known} already", InvalidAccountCurrency)


def validate_party_frozen_disabled(party_type: str, party_name: str) -> None:
	"""No document for a disabled party."""
	if party_type == "Customer" and party_name:
		party = frappe.db.get_value("Customer", party_name, ["is_frozen", "disabled"], as_dict=True)
		refuse_if(party and party.disabled, f"{party_name} is disabled", PartyDisabled)
		left_out_if(party and party.is_frozen, "frozen customers")


__getattr__ = module_getattr(__name__)
