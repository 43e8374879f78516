"""Native Customer: it converts the lead it came from, has keys for the duplicate check, and seats of customer pools."""

from frappe.model.document import Document

from l2c_app.services.chasing import renames
from l2c_app.services.lead import completeness, lead_intake, lead_owner, party_keys
from l2c_app.services.ledger import recompute
from l2c_app.services.pool import admission, recycle_dates, seat_events, seat_removal, vault, visibility
from l2c_app.services.receipt import payer_aliases


def after_insert(doc: Document, method: str | None = None) -> None:
	"""Convert the lead's seats; store keys; seat the customer where a customer pool admits it, held by its manager."""
	if not visibility.enabled_pools():
		return
	if doc.get("lead_name"):
		seat_events.convert_lead(doc.lead_name, customer=doc.name)
	party_keys.store("Customer", doc.name, party_keys.keys_of(doc, "Customer"))
	seats = [
		admission.Admission(doc.name, pool, doc.customer_name, _member(doc, pool), party_type="Customer")
		for pool in admission.admitting_pools(doc, "Customer")
	]
	admission.admit(seats, writes_owner=False)


def _member(doc: Document, pool: str) -> str | None:
	user = doc.get("account_manager")
	return user if user and visibility.is_member(pool, user) else None


def validate(doc: Document, method: str | None = None) -> None:
	"""Refuse to take a lead that is closed to the user or incomplete, a stale form, or an owner its seat's pool forbids.

	A customer that a contract or confirmed money makes is not held up: the contract had its own gate.
	"""
	before = doc.get_doc_before_save()
	if doc.get("lead_name") and not doc.flags.ignore_permissions:
		if not before or before.lead_name != doc.lead_name:
			visibility.require_lead(doc.lead_name)
			completeness.require(doc.lead_name, completeness.CONVERT)
	if doc.is_new() and doc.get("lead_name") and vault.is_sealed(doc.lead_name):
		vault.fill(doc, doc.lead_name)
	if visibility.enabled_pools("Customer") and not doc.is_new():
		lead_owner.check(doc)


def on_update(doc: Document, method: str | None = None) -> None:
	"""Follow a changed lead, account manager, group and contact data."""
	before = doc.get_doc_before_save()
	if not visibility.enabled_pools() or not before:
		return
	if doc.get("lead_name") and doc.lead_name != before.lead_name:
		seat_events.convert_lead(doc.lead_name, customer=doc.name)
	lead_owner.follow(doc)
	if doc.customer_group != before.customer_group:
		recycle_dates.customer_changed(doc.name)
	if lead_intake.keys_changed(doc, "Customer"):
		party_keys.store("Customer", doc.name, party_keys.keys_of(doc, "Customer"))


def before_rename(doc: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
	"""Before a merge: unite the seats, else two of them would meet in one pool."""
	if merge and visibility.enabled_pools():
		seat_removal.merge_seats("Customer", old, new)


def after_rename(doc: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
	"""Log, keys, cases, payers and the sets of contract and chased customers take the new name."""
	seat_removal.follow_rename("Customer", old, new, merge=bool(merge))
	party_keys.rename("Customer", old, new, doc=doc)
	recompute.customer_renamed(new)
	renames.customer_renamed(new)
	payer_aliases.customer_renamed(new)


def on_trash(doc: Document, method: str | None = None) -> None:
	"""Seats and keys go with the customer; the lead it was made from is free again."""
	seat_removal.remove({"party_type": "Customer", "party": doc.name})
	party_keys.forget("Customer", doc.name)
	if doc.get("lead_name") and visibility.enabled_pools():
		seat_events.customer_vanished(doc.lead_name, customer=doc.name)
