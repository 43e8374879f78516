"""Money reported by sales and confirmed by accounts: the steps of a Collection.

Lock order: contracts by name, their orders, their invoices, then the Collection, which is read again under its lock.
Permission is checked at the entry of each step; nothing here commits.
"""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import formatdate

from l2c_app.services.contract import activation, contract_checks, contract_locks
from l2c_app.services.contract.all_or_nothing import all_or_nothing
from l2c_app.services.errors import (
	CollectionStateError,
	ContractChangedMeanwhile,
	ExistingVoucherFound,
	ReasonMissing,
	VoucherNotLinkable,
	refuse,
)
from l2c_app.services.ledger.ledger_reads import JOURNAL, PAYMENT
from l2c_app.services.receipt import (
	bank_statement,
	collection_vouchers,
	existing_vouchers,
	receipt_payment,
	refund_payment,
	voucher_match,
)
from l2c_app.services.receipt.collection_checks import (
	BY_SERVICE,
	CANCELLED,
	CONFIRMED,
	REFUND,
	REJECTED,
	REPORTED,
)
from l2c_app.services.receipt.receipt_payment import Receipt

LINKABLE = (PAYMENT, JOURNAL)


def report(values: dict[str, Any], allocations: list[dict[str, Any]]) -> Document:
	"""Insert a receipt that sales saw, with the contracts and rows it pays. Returns the Collection.

	The user needs the right to create Collections and to read each contract. Raises CollectionAmountError,
	CollectionDateError, CollectionPartyError.
	"""
	known = _company_and_currency(allocations)
	collection = frappe.get_doc({"doctype": "Collection", **known, **values, "allocations": allocations})
	return collection.insert()


def _company_and_currency(allocations: list[dict[str, Any]]) -> dict[str, str]:
	"""Return both from the first contract: the host would otherwise fill in the user's own defaults."""
	name = allocations[0].get("contract") if allocations else None
	found = (
		frappe.db.get_value("Sales Contract", name, ["company", "currency"], as_dict=True) if name else None
	)
	return dict(found or {})


def candidates(name: str) -> list[dict[str, Any]]:
	"""Return the native documents that may be this money already. For people who may read payments."""
	collection = frappe.get_doc("Collection", name)
	collection.check_permission("read")
	frappe.has_permission(PAYMENT, "read", throw=True)
	return existing_vouchers.linkable(collection)


@all_or_nothing("l2c_confirm")
def confirm(name: str, chosen: Receipt | None = None, *, despite: str = "") -> Document:
	"""Make and submit the native Payment Entry of a reported Collection. Returns the Collection.

	If a native document looks like this money, ExistingVoucherFound is raised unless `despite` says why a second
	one is right. Raises CollectionStateError to whoever comes second, ContractChangedMeanwhile, ContractCompanyError,
	ContractPartyError, ReceivingAccountError, ExchangeRateMissing; what the host refuses surfaces as it is. All or
	nothing.
	"""
	collection = _lock(name, newest=True)
	frappe.has_permission(PAYMENT, "submit", throw=True)
	contract_checks.check_company(collection)
	_ensure_customer(collection)
	_refuse_existing(collection, despite)
	maker = refund_payment if collection.kind == REFUND else receipt_payment
	payment = maker.build(collection, chosen or Receipt())
	payment.flags[BY_SERVICE] = True
	payment.insert()
	payment.submit()
	if collection.kind == REFUND:
		refund_payment.settle(collection, payment)
	collection_vouchers.link(collection, PAYMENT, payment.name)
	if collection.bank_transaction:
		bank_statement.reconcile(collection.bank_transaction, payment.name)
	if despite:
		collection.add_comment("Comment", _("A second native document was made: {0}").format(despite))
	return collection


@all_or_nothing("l2c_link")
def link(name: str, voucher_type: str, voucher_no: str) -> Document:
	"""Confirm a reported Collection by a native document that exists already. Returns the Collection.

	Raises VoucherNotLinkable, which says what differs, CollectionStateError, ContractChangedMeanwhile.
	"""
	collection = _lock(name, newest=True)
	if voucher_type not in LINKABLE:
		_refuse_voucher(voucher_type, voucher_no, [_("It is neither a payment nor a journal.")])
	frappe.has_permission(voucher_type, "submit", throw=True)
	_ensure_customer(collection)
	if not frappe.db.exists(voucher_type, voucher_no):
		_refuse_voucher(voucher_type, voucher_no, [_("It does not exist.")])
	contract_locks.lock_documents(voucher_type, [voucher_no])
	_refuse_other_money(collection, frappe.get_doc(voucher_type, voucher_no, for_update=True))
	collection_vouchers.link(collection, voucher_type, voucher_no)
	return collection


def reject(name: str, reason: str) -> Document:
	"""Accounts did not find the money. Returns the Collection. Raises ReasonMissing, CollectionStateError."""
	collection = _lock(name)
	frappe.has_permission(PAYMENT, "submit", throw=True)
	return _close(collection, REJECTED, reason)


def cancel(name: str, reason: str) -> Document:
	"""Whoever reported it takes it back. Returns the Collection. Raises ReasonMissing, CollectionStateError."""
	return _close(_lock(name), CANCELLED, reason)


def _lock(name: str, *, newest: bool = False) -> Document:
	"""Return the locked, still reported Collection; its contracts and their documents are locked before it.

	`newest`: refuse if somebody changed a contract since this transaction began to read, for what it reads of ledgers
	is then older than the contract. Raises CollectionStateError, ContractChangedMeanwhile.
	"""
	first = frappe.get_doc("Collection", name)
	first.check_permission("write")
	contracts = _contracts(first)
	seen = contract_locks.moments(contracts)
	found = contract_locks.lock(contracts, with_documents=True)
	collection = frappe.get_doc("Collection", name, for_update=True)
	_require_reported(collection)
	if _contracts(collection) != contracts or (newest and found != seen):
		refuse(
			ContractChangedMeanwhile,
			_("Somebody else changed receipt {0} or one of its contracts at the same moment.").format(name),
			do=_("Try again."),
		)
	return collection


def _contracts(collection: Document) -> list[str]:
	return sorted({row.contract for row in collection.allocations})


def _require_reported(collection: Document) -> None:
	if collection.status == REPORTED:
		return
	compared = _("Its state is {0}.").format(_(collection.status))
	if collection.status == CONFIRMED:
		compared = _("{0} confirmed it on {1} with {2}.").format(
			collection.confirmed_by, formatdate(collection.confirmed_on), collection.voucher_no
		)
	refuse(
		CollectionStateError,
		_("Receipt {0} cannot take this step any more.").format(collection.name),
		compared=compared,
		do=_("To undo a confirmed receipt, cancel its payment."),
	)


def _close(collection: Document, status: str, reason: str) -> Document:
	if not (reason or "").strip():
		refuse(ReasonMissing, _("Please say why."))
	collection.status, collection.status_reason = status, reason.strip()
	collection_vouchers.save(collection)
	return collection


def _ensure_customer(collection: Document) -> None:
	"""Make the customer of contracts that are still on a lead: its first money has come. Raises ContractPartyError."""
	customers = {activation.ensure_customer(row.contract) for row in collection.allocations}
	if not collection.customer and len(customers) == 1:
		collection.customer = customers.pop()
	collection.customer_name = contract_checks.open_customer(collection.customer).customer_name


def _refuse_existing(collection: Document, despite: str) -> None:
	found = [] if despite.strip() else existing_vouchers.linkable(collection)
	if found:
		refuse(
			ExistingVoucherFound,
			_("This money may be booked already."),
			compared=", ".join(
				f"{row['voucher_no']} ({formatdate(row['posting_date'])})" for row in found[:5]
			),
			do=_("Link that document, or give a reason for a second one."),
		)


def _refuse_other_money(collection: Document, voucher: Document) -> None:
	differences = voucher_match.differences(collection, voucher)
	if not existing_vouchers.near(collection, voucher):
		differences.append(_("Neither the day nor the reference number is that of the receipt."))
	if existing_vouchers.is_taken(voucher.doctype, voucher.name):
		differences.append(_("It belongs to another receipt."))
	if differences:
		_refuse_voucher(voucher.doctype, voucher.name, differences)


def _refuse_voucher(voucher_type: str, voucher_no: str, differences: list[str]) -> None:
	refuse(
		VoucherNotLinkable,
		_("{0} {1} cannot be linked to this receipt.").format(_(voucher_type), voucher_no),
		compared=" ".join(differences),
		do=_("Choose another document, or confirm with a new payment."),
	)
