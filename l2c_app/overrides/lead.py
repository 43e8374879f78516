"""Native Lead: seats follow it in and out of the pools. Without an enabled pool every handler ends at one cached look."""

import frappe
from frappe.model.document import Document

from l2c_app.services.lead import contact_format, lead_admission, lead_intake, lead_owner, party_keys
from l2c_app.services.pool import quiet_time, reveal, seat_removal, seat_view, vault, vault_scope, visibility


def onload(doc: Document, method: str | None = None) -> None:
	"""Give the form the fields that cannot be dialled or mailed, and of a pooled lead the seats, what this user may do, and
	the version it was loaded with."""
	if not visibility.enabled_pools():
		return
	doc.set_onload("l2c_wrong_fields", contact_format.wrong_fields(doc))
	if not doc.get("l2c_pooled"):
		return
	state = seat_view.state_of("Lead", doc.name)
	doc.set_onload("l2c_pool", state)
	doc.set_onload(lead_owner.FORM_VERSION, state["version"])
	doc.set_onload("l2c_may_reveal", reveal.may_reveal(doc.name, frappe.session.user))


def validate(doc: Document, method: str | None = None) -> None:
	"""Plan the seats of a lead that is new or that a pool admits now; refuse stale forms and owner changes not allowed."""
	if not visibility.enabled_pools("Lead"):
		return
	if doc.is_new():
		lead_intake.plan_seats(doc)
		return
	lead_owner.check(doc)
	if doc.get("l2c_pooled") and vault.is_sealed(doc.name):
		vault.seal(doc, doc.name)
	lead_admission.plan(doc)


def after_insert(doc: Document, method: str | None = None) -> None:
	"""Store keys, seat the lead, tell about duplicates."""
	lead_intake.seat_new_lead(doc)


def on_update(doc: Document, method: str | None = None) -> None:
	"""Follow a changed owner and changed contact data; seat a lead that a pool admits now."""
	if not visibility.enabled_pools() or doc.flags.in_insert:
		return
	lead_owner.follow(doc)
	lead_admission.enter(doc)
	quiet_time.follow_status(doc)
	if lead_intake.keys_changed(doc, "Lead"):
		lead_intake.note_duplicates(doc)


def before_rename(doc: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
	"""Before a merge: unite the seats, else two of them would meet in one pool."""
	if merge and visibility.enabled_pools():
		seat_removal.merge_seats("Lead", old, new)


def after_rename(doc: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
	"""Log and keys take the new name; a lead that got another's seats is masked as their pools want it."""
	seat_removal.follow_rename("Lead", old, new, merge=bool(merge))
	vault.rename(old, new)
	if merge and visibility.enabled_pools():
		vault_scope.follow([new])
	party_keys.rename("Lead", old, new, doc=doc)


def on_trash(doc: Document, method: str | None = None) -> None:
	"""Seats and keys go with the lead, the log stays."""
	seat_removal.remove({"party_type": "Lead", "party": doc.name})
	party_keys.forget("Lead", doc.name)
	vault.forget(doc.name)
