"""How leads come in, by form, import, API, web form or mail: normalised keys, duplicates, admission, first holder."""

import frappe

from l2c_app.core import claims as claim_rules
from l2c_app.services.lead import duplicate_policy, duplicates, party_keys
from l2c_app.services.lead.duplicate_policy import API, DESK, IMPORT
from l2c_app.services.pool import admission, claim_answers, claims, membership_locks, vault, visibility
from l2c_app.services.pool.admission import Admission

DESK_COMMANDS = frozenset({"frappe.desk.form.save.savedocs", "frappe.client.save"})
PLAN = "l2c_seats"
INSERTING = "l2c_lead_being_inserted"


def origin(doc: object) -> str:
	"""Return where a new lead comes from: typed in the Desk by a person, Data Import, or anything else.

	The Desk saves by its own two commands; token requests, web forms, mail and background jobs are not people typing.
	`doc.flags.l2c_origin` overrides (batch service, tests).
	"""
	if doc.flags.get("l2c_origin"):
		return doc.flags.l2c_origin
	if frappe.flags.in_import or doc.flags.get("in_import"):
		return IMPORT
	command = (getattr(frappe.local, "form_dict", None) or {}).get("cmd")
	typed = getattr(frappe.local, "request", None) and command in DESK_COMMANDS
	return DESK if typed and not frappe.get_request_header("Authorization") else API


def plan_seats(doc: object) -> None:
	"""On insert, after defaults: decide pools and first holder, and clear or set the owner accordingly.

	The host fills `lead_owner` with the creating user even when none was given, so it is cleared here, not earlier. Raises
	HoldingCapReached when somebody types in a lead of his own over his cap.
	"""
	frappe.flags[INSERTING] = doc.name
	pools = admission.admitting_pools(doc, "Lead")
	if not pools:
		return
	holders = _holders(doc, pools)
	ordered = sorted(
		pools, key=lambda pool: pool not in holders
	)  # stable: a holder's pool comes first, is primary
	doc.flags[PLAN] = [(pool, holders.get(pool)) for pool in ordered]
	doc.l2c_pooled = 1
	doc.lead_owner = holders.get(ordered[0])
	if vault.masks_for_ever(pools):
		vault.seal(doc, doc.name, pools)


def _holders(doc: object, pools: list[str]) -> dict[str, str]:
	"""Return {pool: first holder}. By origin: typed in by a member or sales person, his; import with an owner column, that
	member's, as far as he has room; all else free."""
	came_from, user = origin(doc), frappe.session.user
	if came_from == DESK:
		own = [pool for pool in pools if visibility.is_member(pool, user)]
		if not own and _is_sales_person(user):
			own = pools[:1]
		for pool in own:
			_require_room(pool, user)
		return dict.fromkeys(own, user)
	owner = doc.get("lead_owner")
	if came_from == IMPORT and owner and owner != user:
		return {pool: owner for pool in pools if visibility.is_member(pool, owner) and _has_room(pool, owner)}
	return {}


def _is_sales_person(user: str) -> bool:
	employees = frappe.get_all("Employee", filters={"user_id": user}, pluck="name", order_by="name")
	return bool(employees) and bool(
		frappe.db.exists("Sales Person", {"employee": ("in", employees), "enabled": 1})
	)


def _room_refusal(pool: str, user: str) -> claim_rules.Refusal | None:
	"""Return why the user cannot hold one more seat; a sales person outside the pool has the pool's own cap."""
	return claims.room_refusal(pool, membership_locks.lock_receiver(pool, user) or frappe._dict(), user)


def _has_room(pool: str, user: str) -> bool:
	return _room_refusal(pool, user) is None


def _require_room(pool: str, user: str) -> None:
	refusal = _room_refusal(pool, user)
	if refusal:
		claim_answers.raise_refusal(refusal)


def seat_new_lead(doc: object) -> None:
	"""After insert: seat the lead as planned, store its keys, act on duplicates. Raises DuplicateBlocked."""
	if not visibility.enabled_pools():
		return
	frappe.flags.pop(INSERTING, None)
	seats = [
		Admission(doc.name, pool, doc.get("company_name") or doc.get("lead_name") or "", holder)
		for pool, holder in doc.flags.get(PLAN) or []
	]
	admission.admit(seats, writes_owner=False)
	if seats and doc.flags.get(vault.CHANGED):
		vault.seal_stored(doc.name)  # the contact that the host has made of it meanwhile
	note_duplicates(doc, is_new=True)


def note_duplicates(doc: object, *, is_new: bool = False) -> None:
	"""Store the keys of a new or changed lead and do about other parties alike what the settings say for its entry point.

	A changed lead is compared by its new keys only: what was known before was told before. A new one has no key yet, and
	no contact but the one that the host has made of its own fields. Raises DuplicateBlocked.
	"""
	if is_new:
		new = party_keys.keys_of(doc, "Lead", contacts=())
		party_keys.insert("Lead", doc.name, new)
	else:
		new = party_keys.store("Lead", doc.name, party_keys.keys_of(doc, "Lead"))
	found = duplicates.of_new_party("Lead", doc.name, new)
	doc.flags.l2c_duplicates = found
	if found:
		duplicate_policy.act(doc, found, origin(doc))


def contact_changed(contact: object) -> None:
	"""Store the keys of the leads and customers of a saved or deleted contact anew.

	A lead that is just being inserted stores its own afterwards: the host has made this contact of it.
	"""
	for party_type in party_keys.FIELDS:
		names = {row.link_name for row in contact.get("links") or [] if row.link_doctype == party_type}
		names.discard(frappe.flags.get(INSERTING))
		if names:
			party_keys.refresh(party_type, names)


def keys_changed(doc: object, party_type: str) -> bool:
	"""Return True when a saved document's contact fields differ from before."""
	before = doc.get_doc_before_save()
	return bool(before) and (
		bool(doc.flags.get(vault.CHANGED))
		or any(
			(before.get(fieldname) or "") != (doc.get(fieldname) or "")
			for _kind, fieldname in party_keys.FIELDS[party_type]
		)
	)
