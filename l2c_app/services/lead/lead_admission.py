"""A lead that is edited so that a pool's filter admits it now: it gets its seat as one that comes in does."""

import frappe
from frappe.model.document import Document

from l2c_app.services.lead import lead_owner
from l2c_app.services.pool import admission, membership_locks, vault, visibility
from l2c_app.services.pool.admission import Admission
from l2c_app.services.pool.closed_set_cleaning import remove_shares_of_everyone

ENTERS = "l2c_enters"


def plan(doc: Document) -> None:
	"""Before a stored lead is saved: decide which pools it enters and clear the owner where nobody holds it from then on.

	Costs no query unless a field changed that some pool's filter asks for. An owner who is a member stays the holder.
	Raises SeatBusy while that member's seats are moved.
	"""
	doc.flags.pop(ENTERS, None)
	before = doc.get_doc_before_save()
	if not before or not _touches_a_filter(doc, before):
		return
	there = frappe.get_all(
		"Lead Pool Seat", filters={"party_type": "Lead", "party": doc.name}, pluck="pool", order_by="pool"
	)
	pools = [pool for pool in admission.admitting_pools(doc, "Lead") if pool not in there]
	if not pools:
		return
	owner = doc.get("lead_owner")
	holders = {pool: owner for pool in pools if owner and visibility.is_member(pool, owner)}
	_hold_still(holders)
	ordered = sorted(pools, key=lambda pool: pool not in holders)  # a holder's pool is primary
	doc.flags[ENTERS] = [(pool, holders.get(pool)) for pool in ordered]
	doc.l2c_pooled = 1
	if not there:
		doc.lead_owner = holders.get(ordered[0])
	if vault.masks_for_ever(pools):
		vault.seal(doc, doc.name, pools)


def _touches_a_filter(doc: Document, before: Document) -> bool:
	if before.get("status") in admission.NEVER_ADMITTED and doc.get("status") not in admission.NEVER_ADMITTED:
		return True
	fields = admission.fields_of_filters("Lead")
	return any((before.get(field) or "") != (doc.get(field) or "") for field in fields)


def _hold_still(holders: dict[str, str]) -> None:
	"""Lock the members without waiting: the host has locked the lead already, which everything else locks last."""
	try:
		for pool, user in sorted(holders.items()):
			membership_locks.lock_membership_now(pool, user)
	except frappe.QueryTimeoutError:
		lead_owner.refuse_busy()


def enter(doc: Document) -> None:
	"""After it was saved: seat it as planned. Everybody's shares on it go, as they do for any lead that enters a pool."""
	planned = doc.flags.pop(ENTERS, None)
	if not planned:
		return
	name = doc.get("company_name") or doc.get("lead_name") or ""
	admission.admit([Admission(doc.name, pool, name, holder) for pool, holder in planned], writes_owner=False)
	remove_shares_of_everyone([doc.name])
	if doc.flags.get(vault.CHANGED):
		vault.seal_stored(doc.name)
