"""Parties: their accounts, their currency, whether they may trade."""

import erpnext
import frappe
from erpnext.exceptions import InvalidAccountCurrency, PartyDisabled, PartyFrozen
from frappe import _
from frappe._emulation import module_getattr
from frappe.utils import getdate


def get_party_account(
	party_type: str, party: str | None = None, company: str | None = None, include_advance: bool = False
) -> str | list[str] | None:
	"""The receivable account of a customer: its own, its group's, the company's. With the advance account if asked."""
	account = _own_account(party_type, party, company)
	if account is None and party_type == "Customer":
		group = frappe.get_cached_value("Customer", party, "customer_group") if party else None
		account = _own_account("Customer Group", group, company)
	account = account or frappe.get_cached_value("Company", company, "default_receivable_account")
	return [account] if include_advance else account


def _own_account(doctype: str, name: str | None, company: str) -> str | None:
	filters = {"parenttype": doctype, "parent": name, "company": company}
	return frappe.db.get_value("Party Account", filters, "account") if name else None


def get_party_account_currency(party_type: str, party: str, company: str) -> str:
	"""Currency of the party's account."""
	return frappe.get_cached_value(
		"Account", get_party_account(party_type, party, company), "account_currency"
	)


def get_party_gle_currency(party_type: str, party: str, company: str) -> str | None:
	"""Currency in which the party was booked before, if it was."""
	filters = {
		"docstatus": 1,
		"company": company,
		"party_type": party_type,
		"party": party,
		"is_cancelled": 0,
	}
	return frappe.db.get_value("GL Entry", filters, "account_currency")


def validate_party_gle_currency(
	party_type: str, party: str, company: str, party_account_currency: str
) -> None:
	"""A party is booked in one currency only."""
	known = get_party_gle_currency(party_type, party, company)
	if known and known != party_account_currency:
		message = _(
			"{0} {1} has accounting entries in currency {2} for company {3}. Please select an account in {2}."
		)
		frappe.throw(message.format(party_type, party, known, company), InvalidAccountCurrency)


def validate_party_frozen_disabled(party_type: str, party_name: str) -> None:
	"""No document for a disabled party, none for a frozen one unless the user may change frozen accounts."""
	if party_type != "Customer" or not party_name:
		return
	party = frappe.db.get_value("Customer", party_name, ["is_frozen", "disabled"], as_dict=True)
	if party and party.disabled:
		frappe.throw(_("{0} {1} is disabled").format(party_type, party_name), PartyDisabled)
	if party and party.is_frozen:
		from erpnext.accounts.utils import frozen_until

		if frozen_until(erpnext.get_default_company())[1] not in frappe.get_roles():
			frappe.throw(_("{0} {1} is frozen").format(party_type, party_name), PartyFrozen)


def validate_due_date(posting_date: str, due_date: str) -> None:
	"""Due on the posting date or later."""
	if getdate(due_date) < getdate(posting_date):
		frappe.throw(_("Due Date cannot be before Posting / Supplier Invoice Date"))


__getattr__ = module_getattr(__name__)
