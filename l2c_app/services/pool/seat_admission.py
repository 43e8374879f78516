"""Existing parties enter a pool by a manager's hand."""

from collections.abc import Sequence

import frappe
from frappe import _

from l2c_app.services.errors import TooManyRows, refuse
from l2c_app.services.pool import admission, seat_events
from l2c_app.services.pool.seats import chunks

LIMIT = 5000
FIELDS = {
	"Lead": ("name", "status", "company_name", "lead_name", "lead_owner"),
	"Customer": ("name", "customer_name", "account_manager", "disabled"),
}


def admit_existing(pool: str, parties: Sequence[str]) -> list[str]:
	"""Seat parties that exist already, filter or not; the owner stays the holder if he is a member, else the seat is free.

	Skipped: parties already seated here, converted, not to be contacted, disabled, or gone. Raises NotAPoolManager, PoolDisabled,
	TooManyRows. Returns the new seats.
	"""
	seat_events.require_enabled(pool)
	seat_events.require_manager(pool, frappe.session.user)
	if len(parties) > LIMIT:
		refuse(TooManyRows, _("At most {0} at once.").format(LIMIT), compared=str(len(parties)))
	document = frappe.get_cached_doc("Lead Pool", pool)
	party_type = document.party_type
	rows = []
	for names in chunks(list(dict.fromkeys(parties))):
		rows += frappe.get_all(
			party_type, filters={"name": ("in", names)}, fields=list(FIELDS[party_type]), order_by="name"
		)
	fit = [
		row for row in rows if row.get("status") not in admission.NEVER_ADMITTED and not row.get("disabled")
	]
	return admission.admit(admissions(document, fit, members_of(pool)))


def members_of(pool: str) -> set[str]:
	"""Return the users who belong to a pool."""
	return set(frappe.get_all("Lead Pool Membership", filters={"pool": pool}, pluck="user", order_by="user"))


def owner_of(party: frappe._dict) -> str | None:
	"""Return who owns a lead or manages a customer."""
	return party.get("lead_owner") or party.get("account_manager") or None


def admissions(pool: object, parties: Sequence[frappe._dict], members: set[str]) -> list[admission.Admission]:
	"""Return the seats that stored parties (rows of FIELDS) get in a pool, held by their owners where those are members."""
	result = []
	for party in parties:
		name = party.get("company_name") or party.get("lead_name") or party.get("customer_name") or ""
		owner = owner_of(party)
		holder = owner if owner in members else None
		result.append(admission.Admission(party.name, pool.name, name, holder, party_type=pool.party_type))
	return result
