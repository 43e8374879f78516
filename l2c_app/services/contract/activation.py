"""Signing and activating a contract: the customer comes into being, the receivable account is settled, the order made.

Permission: write on the contract; the customer and the order are made with the user's native rights, except the
customer of an approved contract, whose approval is the authority for it. Nothing here commits.
"""

from datetime import date

import frappe
from erpnext.accounts.party import get_party_account, get_party_gle_currency
from erpnext.crm.doctype.lead.lead import _make_customer
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, nowdate

from l2c_app.services.contract import contract_checks, contract_dates, contract_state, orders
from l2c_app.services.contract.all_or_nothing import all_or_nothing
from l2c_app.services.errors import ApproverNeeded, ContractStateError, ReceivableAccountError, refuse
from l2c_app.services.ledger import contract_customers, recompute


def sign(contract: str, *, signed_on: date | str | None = None, signed_by: str = "") -> Document:
	"""Record that the approved text is signed. Raises ContractStateError, ApproverNeeded."""
	return record_signature(_load(contract), signed_on=signed_on, signed_by=signed_by)


def record_signature(
	document: Document, *, signed_on: date | str | None = None, signed_by: str = ""
) -> Document:
	"""Store the signature on a locked contract: by whoever may sign at the desk, or by all who signed by their links.

	Raises ContractStateError.
	"""
	contract_state.require(document)
	day = getdate(signed_on or nowdate())
	if day > getdate(nowdate()):
		refuse(
			ContractStateError,
			_("A contract cannot be signed in the future."),
			compared=_("Signed {0}, today {1}.").format(day, nowdate()),
		)
	document.signed_on, document.signed_by = day, (signed_by or frappe.session.user)[:140]
	contract_state.save(document)
	recompute.mark([document.name])
	return document


@all_or_nothing("l2c_activate")
def activate(contract: str) -> Document:
	"""Make customer and order of a signed contract and start it. Returns the contract.

	Raises ApproverNeeded, ContractStateError, ContractPartyError, ContractCompanyError, ReceivableAccountError,
	LiveOrderExists, ContractTotalDiffers; what the host refuses (credit limit, item disabled …) surfaces as it is. All or nothing.
	"""
	document = _load(contract)
	contract_state.require(document, signed=True)
	if document.activated_on:
		refuse(
			ContractStateError,
			_("Contract {0} is active already.").format(contract),
			compared=_("Activated on {0}.").format(document.activated_on),
		)
	_prepare(document)
	document.activated_on = nowdate()
	if orders.settings_flag("activation_creates_order"):
		orders.make(document, submit=orders.settings_flag("submit_orders"))
	return _store(document)


@all_or_nothing("l2c_make_order")
def make_order(contract: str) -> Document:
	"""Make the order of an active contract that has none: it was left to a person, or was cancelled. Returns the contract."""
	document = _load(contract)
	contract_state.require(document, running=True)
	_prepare(document)
	orders.make(document, submit=orders.settings_flag("submit_orders"))
	return _store(document)


def ensure_customer(contract: str) -> str:
	"""Return the contract's customer, made from its lead by the host's mapper if there is none yet.

	Called at submit and at the first confirmed receipt, whichever comes first.
	"""
	document = contract_state.load(contract)
	if document.customer:
		return document.customer
	customer = customer_of_lead(document.lead)
	document.db_set(
		{"customer": customer, "party_name": frappe.db.get_value("Customer", customer, "customer_name")}
	)
	contract_customers.forget()
	recompute.mark([contract])
	return customer


def customer_of_lead(lead: str) -> str:
	"""Return the customer made from a lead; makes it by the host's mapper where there is none."""
	existing = frappe.db.get_value("Customer", {"lead_name": lead, "disabled": 0}, order_by="creation asc")
	if existing:
		return existing
	# The contract or the confirmed money is the authority: whoever confirms a deposit may not read leads.
	customer = _make_customer(lead, ignore_permissions=True)
	if not customer.customer_group:
		customer.customer_group = frappe.db.get_single_value("Selling Settings", "customer_group")
	if not customer.territory:
		customer.territory = frappe.db.get_single_value("Selling Settings", "territory")
	customer.insert(ignore_permissions=True)
	return customer.name


def _load(contract: str) -> Document:
	document = contract_state.load_newest(contract)
	document.check_permission("write")
	if not document.has_permission("submit"):
		refuse(
			ApproverNeeded,
			_("Signing and activating a contract are steps of a manager."),
			do=_("Ask somebody who may approve contracts."),
		)
	return document


def _prepare(contract: Document) -> None:
	if not contract.customer:
		contract.customer = customer_of_lead(contract.lead)
	contract_checks.check_party(contract)
	contract_checks.check_company(contract)
	contract.receivable_account = receivable_account(contract)


def _store(contract: Document) -> Document:
	contract_dates.refresh(contract)
	contract_state.save(contract)
	contract_customers.forget()
	recompute.mark([contract.name])
	return contract


def receivable_account(contract: Document) -> str:
	"""Return the account that the contract's invoices and receipts use, in the contract's currency.

	The one on the contract, else the customer's native one, else the only receivable account of the company in that
	currency. An account in company currency is accepted only where the host's setting for it is on; figures are then
	approximate. Raises ReceivableAccountError.
	"""
	chosen = contract.receivable_account or get_party_account("Customer", contract.customer, contract.company)
	problem = _account_problem(chosen, contract)
	booked = get_party_gle_currency("Customer", contract.customer, contract.company)
	elsewhere = bool(booked) and booked != contract.currency
	if not problem and not elsewhere:
		return chosen
	if not contract.receivable_account and not elsewhere:
		others = _accounts_in_currency(contract)
		if len(others) == 1:
			return others[0]
	if problem == "currency" and _single_account_allowed(chosen, contract):
		return chosen
	if elsewhere:
		_refuse_booked_currency(contract, booked)
	_refuse_account(contract, chosen)


def _account_problem(account: str | None, contract: Document) -> str:
	fields = ["company", "account_type", "is_group", "disabled", "freeze_account", "account_currency"]
	row = frappe.db.get_value("Account", account, fields, as_dict=True) if account else None
	if not row or row.company != contract.company or row.account_type != "Receivable":
		return "kind"
	if row.is_group or row.disabled or row.freeze_account == "Yes":
		return "closed"
	return "" if row.account_currency == contract.currency else "currency"


def _accounts_in_currency(contract: Document) -> list[str]:
	return frappe.get_all(
		"Account",
		filters={
			"company": contract.company,
			"account_type": "Receivable",
			"account_currency": contract.currency,
			"is_group": 0,
			"disabled": 0,
			"freeze_account": ("!=", "Yes"),
		},
		pluck="name",
		order_by="name",
		limit=2,
	)


def _single_account_allowed(account: str, contract: Document) -> bool:
	"""The host's own setting; it only allows company currency on the account."""
	allowed = frappe.db.get_single_value(
		"Accounts Settings", "allow_multi_currency_invoices_against_single_party_account"
	)
	company_currency = frappe.get_cached_value("Company", contract.company, "default_currency")
	return bool(allowed) and frappe.db.get_value("Account", account, "account_currency") == company_currency


def _refuse_booked_currency(contract: Document, booked: str) -> None:
	"""A customer's entries are in one currency: the host would refuse the first invoice in another."""
	refuse(
		ReceivableAccountError,
		_("Customer {0} has entries in {1} already; the books take no second currency.").format(
			contract.customer, booked
		),
		compared=_("Entries in {0}, contract in {1}.").format(booked, contract.currency),
		do=_("Make a customer record for this currency, or agree the contract in {0}.").format(booked),
	)


def _refuse_account(contract: Document, chosen: str | None) -> None:
	currency = frappe.db.get_value("Account", chosen, "account_currency") if chosen else None
	refuse(
		ReceivableAccountError,
		_("No receivable account of {0} can be used for a contract in {1}.").format(
			contract.company, contract.currency
		),
		compared=_("Account {0} in {1}.").format(chosen or "–", currency or "–"),
		do=_("Choose an open receivable account in {0} on the contract, or set one on the customer.").format(
			contract.currency
		),
	)
