"""Money of an unknown payer that accounts enter by hand: cash at the counter, a cheque, another channel than a bank line."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from l2c_app.services.contract.all_or_nothing import all_or_nothing
from l2c_app.services.errors import ClaimRefused, CollectionPartyError, ReasonMissing, refuse
from l2c_app.services.receipt import bank_accept, collection_checks, collection_vouchers, unclaimed
from l2c_app.services.receipt.collection_checks import REJECTED, REPORTED, UNCLAIMED


def enter(values: dict[str, Any], *, despite: str = "") -> Document:
	"""Put money that nobody knows on the unclaimed list. Returns the Collection.

	For people who may submit payments. Raises CollectionAmountError, CollectionDateError, ReceivingAccountError, and
	ClaimRefused where the same money seems to be entered already, unless `despite` says why it is another.
	"""
	bank_accept.require_accountant()
	collection = frappe.get_doc({"doctype": "Collection", **values, "allocations": [], "customer": None})
	if not collection.company or not collection.currency:
		refuse(CollectionPartyError, _("Unclaimed money needs a company and a currency."))
	frappe.has_permission("Company", "read", doc=collection.company, throw=True)
	collection_checks.check_money(collection)
	collection_checks.check_account(collection)
	if not despite.strip():
		_refuse_second(collection)
	collection.update({"status": UNCLAIMED, "kind": "Receipt", "bank_transaction": None})
	collection.update({"reported_by": frappe.session.user, "status_reason": despite.strip() or None})
	collection_vouchers.save(collection)
	return collection


@all_or_nothing("l2c_take_off")
def take_off(name: str, reason: str) -> Document:
	"""Take money off the unclaimed list that is none, e.g. entered twice; its claims are declined. Returns the Collection.

	A bank line it came from is open for matching again. Raises ClaimRefused, ReasonMissing.
	"""
	unclaimed.require_accountant(name)
	if not (reason or "").strip():
		refuse(ReasonMissing, _("Please say why."))
	collection = unclaimed.locked(name)
	for claim in unclaimed.lock_claims(name):
		unclaimed.close(claim.name, unclaimed.DECLINED, reason.strip())
	collection.update({"status": REJECTED, "status_reason": reason.strip()})
	collection_vouchers.save(collection)
	return collection


def _refuse_second(collection: Document) -> None:
	fields = ("company", "currency", "amount", "received_on")
	filters = {field: collection.get(field) for field in fields}
	filters |= {
		"status": ("in", [UNCLAIMED, REPORTED]),
		"reference_no": collection.reference_no or ("is", "not set"),
	}
	other = frappe.db.get_value("Collection", filters, "name", order_by="creation desc")
	if other:
		refuse(
			ClaimRefused,
			_("This money may be entered already."),
			compared=_("{0} has the same day, amount and reference.").format(other),
			do=_("Say why it is other money."),
		)
