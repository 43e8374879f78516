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
	party_type = frappe.get_cached_value("Lead Pool", pool, "party_type")
	members = set(
		frappe.get_all("Lead Pool Membership", filters={"pool": pool}, pluck="user", order_by="user")
	)
	rows = []
	for names in chunks(list(dict.fromkeys(parties))):
		rows += frappe.get_all(
			party_type, filters={"name": ("in", names)}, fields=list(FIELDS[party_type]), order_by="name"
		)
	return admission.admit(
		[
			_admission(row, pool, party_type, members)
			for row in rows
			if row.get("status") not in admission.NEVER_ADMITTED and not row.get("disabled")
		]
	)


def _admission(row: frappe._dict, pool: str, party_type: str, members: set[str]) -> admission.Admission:
	owner = row.get("lead_owner") or row.get("account_manager")
	name = row.get("company_name") or row.get("lead_name") or row.get("customer_name") or ""
	return admission.Admission(
		row.name, pool, name, owner if owner in members else None, party_type=party_type
	)
