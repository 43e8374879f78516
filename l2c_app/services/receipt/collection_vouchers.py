"""Keeps a Collection in step with its native voucher: linked, cancelled, amended, deleted.

At most one live voucher belongs to a Collection, and one Collection to a voucher. The native side always wins:
these handlers never refuse the native document.
"""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import formatdate, now_datetime, nowdate

from l2c_app.services.ledger import recompute
from l2c_app.services.ledger.ledger_reads import PAYMENT
from l2c_app.services.receipt import voucher_match
from l2c_app.services.receipt.collection_checks import BY_SERVICE, CONFIRMED, REPORTED


def link(collection: Document, voucher_type: str, voucher_no: str) -> None:
	"""Store a live voucher on a locked Collection, and the Collection on a payment; the Collection is confirmed."""
	collection.status, collection.status_reason = CONFIRMED, None
	collection.voucher_type, collection.voucher_no = voucher_type, voucher_no
	collection.confirmed_by, collection.confirmed_on = frappe.session.user, now_datetime()
	save(collection)
	if voucher_type == PAYMENT:
		frappe.db.set_value(PAYMENT, voucher_no, "l2c_collection", collection.name, update_modified=False)
	recompute.mark(row.contract for row in collection.allocations)
	recompute.mark_vouchers([(voucher_type, voucher_no)])


def voucher_submitted(voucher: Document) -> None:
	"""Link an amended voucher in the place of its predecessor; free a copy of a Collection that has another one."""
	if voucher.flags.get(BY_SERVICE):
		return
	name = voucher.get("l2c_collection") or _predecessors_collection(voucher)
	if not name:
		return
	collection = _locked(name)
	differences = voucher_match.differences(collection, voucher) if collection else []
	if collection and collection.status == REPORTED and not differences:
		link(collection, voucher.doctype, voucher.name)
		return
	if voucher.get("l2c_collection"):
		voucher.db_set("l2c_collection", None, update_modified=False)
	if collection and collection.status == REPORTED:
		_say_why_not(collection, voucher, differences)


def _say_why_not(collection: Document, voucher: Document, differences: list[str]) -> None:
	"""A payment that names a receipt may have been typed, or amended for another customer or amount."""
	text = _("{0} {1} was not linked. {2}")
	collection.status_reason = text.format(_(voucher.doctype), voucher.name, " ".join(differences))
	save(collection)


def voucher_gone(voucher: Document, *, deleted: bool = False) -> None:
	"""Report the Collection of a cancelled or deleted voucher again, with the reason."""
	name = _linked_collection(voucher.doctype, voucher.name)
	collection = _locked(name) if name else None
	if not collection or collection.status != CONFIRMED:
		return
	reason = _("{0} {1} was deleted by {2} on {3}.") if deleted else _("{0} {1} was cancelled by {2} on {3}.")
	collection.status = REPORTED
	collection.status_reason = reason.format(
		_(voucher.doctype), voucher.name, frappe.session.user, formatdate(nowdate())
	)
	collection.voucher_type = collection.voucher_no = None
	collection.confirmed_by = collection.confirmed_on = None
	save(collection)
	recompute.mark(row.contract for row in collection.allocations)


def save(collection: Document) -> None:
	"""Save what a service changed on a Collection it has locked.

	Whoever posts or cancels a payment changes the Collection by that; the services of users check their own
	permission first.
	"""
	collection.flags[BY_SERVICE] = True
	collection.flags.ignore_permissions = True
	collection.flags.ignore_links = True
	collection.save()
	collection.flags[BY_SERVICE] = False


def _locked(name: str) -> Document | None:
	if not frappe.db.exists("Collection", name):
		return None
	return frappe.get_doc("Collection", name, for_update=True)


def _linked_collection(voucher_type: str, voucher_no: str) -> str | None:
	filters = {"voucher_type": voucher_type, "voucher_no": voucher_no}
	return frappe.db.get_value("Collection", filters, "name", order_by="creation asc")


def _predecessors_collection(voucher: Document) -> str | None:
	if not voucher.get("amended_from") or voucher.doctype != PAYMENT:
		return None
	return frappe.db.get_value(PAYMENT, voucher.amended_from, "l2c_collection")
