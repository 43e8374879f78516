"""What every save of a Collection is checked for, from form, API or import."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import fmt_money, formatdate, getdate, nowdate

from l2c_app.core.money import to_minor
from l2c_app.services.errors import (
	CollectionAmountError,
	CollectionDateError,
	CollectionLocked,
	CollectionPartyError,
	refuse,
)
from l2c_app.services.ledger.ledger_amounts import money_unit
from l2c_app.services.receipt import receiving_account

UNCLAIMED, REPORTED, CONFIRMED = "Unclaimed", "Reported", "Confirmed"
REJECTED, CANCELLED = "Rejected", "Cancelled"
REFUND = "Refund"
BY_SERVICE = "l2c_by_service"
MACHINE_FIELDS = (
	"status",
	"status_reason",
	"voucher_type",
	"voucher_no",
	"confirmed_by",
	"confirmed_on",
	"reported_by",
	"bank_transaction",
)
SAID_FIELDS = ("customer", "company", "received_on", "amount", "currency", "kind")


def prepare(collection: Document) -> None:
	"""Check a Collection and fill what only we may set. For the validate event.

	What our own services save was checked by them, and must not refuse a native document that they follow.

	Raises CollectionAmountError, CollectionDateError, CollectionPartyError, CollectionLocked, ReceivingAccountError.
	"""
	if collection.flags.get(BY_SERVICE):
		return
	before = collection.get_doc_before_save()
	_keep_machine_fields(collection, before)
	if before and before.status != REPORTED:
		_refuse_changes(collection, before)
		return
	check_money(collection)
	contracts = _contracts(collection)
	for row in collection.allocations:
		_check_contract(collection, row, contracts)
	_check_customer(collection, contracts)
	check_account(collection)


def check_money(collection: Document) -> None:
	"""Check amount and day. Raises CollectionAmountError, CollectionDateError."""
	_check_amount(collection)
	if getdate(collection.received_on) > getdate(nowdate()):
		refuse(
			CollectionDateError,
			_("Money cannot be received after today."),
			compared=_("Received on {0}, today is {1}.").format(
				formatdate(collection.received_on), formatdate(nowdate())
			),
		)


def check_account(collection: Document) -> None:
	"""Check the account that received the money, if it is known. Raises ReceivingAccountError."""
	if collection.paid_to:
		receiving_account.currency_of(collection.paid_to, collection)


def _keep_machine_fields(collection: Document, before: Document | None) -> None:
	for field in MACHINE_FIELDS:
		collection.set(field, before.get(field) if before else None)
	if not before:
		collection.status, collection.reported_by = REPORTED, frappe.session.user


def _refuse_changes(collection: Document, before: Document) -> None:
	def said(document: Document) -> list[Any]:
		asks = [(row.contract, row.row_id or "", _minor(row.amount)) for row in document.allocations]
		values = [str(document.get(field) or "") for field in SAID_FIELDS if field != "amount"]
		return [values, _minor(document.amount), asks]

	if said(collection) != said(before):
		refuse(
			CollectionLocked,
			_("Receipt {0} is {1} and cannot be changed.").format(collection.name, _(before.status)),
			do=_("Cancel its payment first, or report a new receipt."),
		)


def _check_amount(collection: Document) -> None:
	currency = collection.currency
	if _minor(collection.amount) <= 0:
		refuse(
			CollectionAmountError,
			_("The amount received must be above zero."),
			compared=_("Amount {0}.").format(fmt_money(collection.amount or 0, currency=currency)),
		)
	for row in collection.allocations:
		if _minor(row.amount) <= 0:
			refuse(CollectionAmountError, _("Row {0}: the amount must be above zero.").format(row.idx))
	asked = sum(_minor(row.amount) for row in collection.allocations)
	if asked > _minor(collection.amount):
		refuse(
			CollectionAmountError,
			_("The receipt cannot pay more than it brings."),
			compared=_("It pays {0} of {1}.").format(
				fmt_money(sum(row.amount for row in collection.allocations), currency=currency),
				fmt_money(collection.amount, currency=currency),
			),
			do=_("Lower the amounts in the table."),
		)


def _contracts(collection: Document) -> dict[str, Any]:
	names = [row.contract for row in collection.allocations]
	fields = ["name", "customer", "company", "currency", "docstatus"]
	if not names:
		return {}
	rows = frappe.get_all("Sales Contract", filters={"name": ("in", names)}, fields=fields, order_by="name")
	return {row.name: row for row in rows}


def _check_contract(collection: Document, row: Document, contracts: dict[str, Any]) -> None:
	contract = contracts.get(row.contract)
	if not contract or contract.docstatus == 2:
		_refuse_party(_("Contract {0} does not exist or is cancelled.").format(row.contract), "")
	frappe.has_permission("Sales Contract", "read", doc=row.contract, throw=True)
	for field, label in (("company", _("Company")), ("currency", _("Currency"))):
		if not collection.get(field):
			collection.set(field, contract[field])
		if contract[field] != collection.get(field):
			compared = _("{0}: contract {1}, receipt {2}.").format(
				label, contract[field], collection.get(field)
			)
			_refuse_party(_("Contract {0} does not fit this receipt.").format(row.contract), compared)
	filters = {"parent": row.contract, "parenttype": "Sales Contract", "row_id": row.row_id}
	if row.row_id and not frappe.db.exists("Sales Contract Plan Row", filters):
		_refuse_party(_("Contract {0} has no plan row {1}.").format(row.contract, row.row_id), "")


def _check_customer(collection: Document, contracts: dict[str, Any]) -> None:
	customers = {contract.customer for contract in contracts.values() if contract.customer}
	if not collection.customer and len(customers) == 1:
		collection.customer = next(iter(customers))
	if customers - {collection.customer}:
		_refuse_party(
			_("All contracts of a receipt must be the payer's."),
			_("Receipt of {0}, contracts of {1}.").format(
				collection.customer or _("nobody"), ", ".join(sorted(customers))
			),
		)
	if not collection.customer and not contracts:
		_refuse_party(_("A receipt needs a customer or a contract."), "")
	if collection.customer:
		collection.customer_name = frappe.db.get_value("Customer", collection.customer, "customer_name")


def _refuse_party(what: str, compared: str) -> None:
	refuse(
		CollectionPartyError,
		what,
		compared=compared,
		do=_("Choose contracts of one customer, company and currency."),
	)


def _minor(amount: float | str | None) -> int:
	return to_minor(amount, money_unit())
