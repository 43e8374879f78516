"""Money reported by sales and confirmed by accounts: the steps of a Collection.

Lock order: the Collection, then what the native Payment Entry locks, then contracts at the recompute. Permission is
checked at the entry of each step; nothing here commits.
"""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import formatdate

from l2c_app.services.contract import activation
from l2c_app.services.errors import (
	CollectionStateError,
	ExistingVoucherFound,
	ReasonMissing,
	VoucherNotLinkable,
	refuse,
)
from l2c_app.services.ledger.ledger_reads import JOURNAL, PAYMENT
from l2c_app.services.receipt import collection_vouchers, existing_vouchers, receipt_payment
from l2c_app.services.receipt.collection_checks import BY_SERVICE, CANCELLED, CONFIRMED, REJECTED, REPORTED
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
	return existing_vouchers.search(collection)


def confirm(name: str, chosen: Receipt | None = None, *, despite: str = "") -> Document:
	"""Make and submit the native Payment Entry of a reported Collection. Returns the Collection.

	If a native document looks like this money, ExistingVoucherFound is raised unless `despite` says why a second
	one is right. Raises CollectionStateError to whoever comes second; what the host refuses surfaces as it is.
	"""
	collection = _lock(name, REPORTED)
	frappe.has_permission(PAYMENT, "submit", throw=True)
	_ensure_customer(collection)
	_refuse_existing(collection, despite)
	payment = receipt_payment.build(collection, chosen or Receipt())
	payment.flags[BY_SERVICE] = True
	payment.insert()
	payment.submit()
	collection_vouchers.link(collection, PAYMENT, payment.name)
	if despite:
		collection.add_comment("Comment", _("A second native document was made: {0}").format(despite))
	return collection


def link(name: str, voucher_type: str, voucher_no: str) -> Document:
	"""Confirm a reported Collection by a native document that exists already. Returns the Collection.

	Raises VoucherNotLinkable if it is not among the candidates any more, CollectionStateError.
	"""
	collection = _lock(name, REPORTED)
	if voucher_type not in LINKABLE:
		_refuse_voucher(voucher_type, voucher_no)
	frappe.has_permission(voucher_type, "submit", throw=True)
	_ensure_customer(collection)
	_lock_voucher(voucher_type, voucher_no)
	taken = existing_vouchers.is_taken(voucher_type, voucher_no)
	if taken or not existing_vouchers.fits(collection, voucher_type, voucher_no):
		_refuse_voucher(voucher_type, voucher_no)
	collection_vouchers.link(collection, voucher_type, voucher_no)
	return collection


def reject(name: str, reason: str) -> Document:
	"""Accounts did not find the money. Returns the Collection. Raises ReasonMissing, CollectionStateError."""
	collection = _lock(name, REPORTED)
	frappe.has_permission(PAYMENT, "submit", throw=True)
	return _close(collection, REJECTED, reason)


def cancel(name: str, reason: str) -> Document:
	"""Whoever reported it takes it back. Returns the Collection. Raises ReasonMissing, CollectionStateError."""
	return _close(_lock(name, REPORTED), CANCELLED, reason)


def _lock(name: str, *wanted: str) -> Document:
	collection = frappe.get_doc("Collection", name, for_update=True)
	collection.check_permission("write")
	if collection.status in wanted:
		return collection
	compared = _("Its state is {0}.").format(_(collection.status))
	if collection.status == CONFIRMED:
		compared = _("{0} confirmed it on {1} with {2}.").format(
			collection.confirmed_by, formatdate(collection.confirmed_on), collection.voucher_no
		)
	refuse(
		CollectionStateError,
		_("Receipt {0} cannot take this step any more.").format(name),
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
	"""Make the customer of contracts that are still on a lead: its first money has come."""
	customers = {activation.ensure_customer(row.contract) for row in collection.allocations}
	if not collection.customer and len(customers) == 1:
		collection.customer = customers.pop()
		collection.customer_name = frappe.db.get_value("Customer", collection.customer, "customer_name")


def _refuse_existing(collection: Document, despite: str) -> None:
	found = [] if despite.strip() else existing_vouchers.search(collection)
	if found:
		refuse(
			ExistingVoucherFound,
			_("This money may be booked already."),
			compared=", ".join(
				f"{row['voucher_no']} ({formatdate(row['posting_date'])})" for row in found[:5]
			),
			do=_("Link that document, or give a reason for a second one."),
		)


def _lock_voucher(voucher_type: str, voucher_no: str) -> None:
	if not frappe.db.exists(voucher_type, voucher_no):
		_refuse_voucher(voucher_type, voucher_no)
	frappe.get_doc(voucher_type, voucher_no, for_update=True)


def _refuse_voucher(voucher_type: str, voucher_no: str) -> None:
	refuse(
		VoucherNotLinkable,
		_("{0} {1} cannot be linked to this receipt.").format(_(voucher_type), voucher_no),
		compared=_(
			"It must be submitted, of the same customer, company and amount, and on no other receipt."
		),
		do=_("Choose another document, or confirm with a new payment."),
	)
