"""Parties that nobody may take or be given: leads that are converted or not to be contacted, for ever or up to a day,
disabled customers, gone ones."""

from collections.abc import Sequence

import frappe
from frappe import _
from frappe.utils import nowdate

from l2c_app.services.errors import PartyBlocked, refuse
from l2c_app.services.pool import quiet_days
from l2c_app.services.pool.admission import NEVER_ADMITTED
from l2c_app.services.pool.name_lists import among, chunks


def reasons(seats: Sequence[str]) -> dict[str, str]:
	"""Return {seat: why nobody gets it} of those among the named seats; three queries per thousand, which find the blocked
	ones only: mostly there are none."""
	found: dict[str, str] = {}
	for names in chunks(seats):
		found |= _quiet(names) | _of_leads(names) | _of_customers(names)
	return found


def refusals(seats: Sequence[str]) -> dict[str, PartyBlocked]:
	"""Return {seat: the refusal} of those among the named seats that nobody may be given."""
	return {seat: PartyBlocked(text) for seat, text in reasons(seats).items()}


def _quiet(names: Sequence[str]) -> dict[str, str]:
	"""The day stands on each seat of a party (quiet_days.spread)."""
	seat = frappe.qb.DocType("Lead Pool Seat")
	query = frappe.qb.from_(seat).select(seat.name, seat.do_not_contact_until)
	query = query.where(among(seat.name, names) & (seat.do_not_contact_until >= nowdate()))
	return {name: quiet_days.text(until) for name, until in query.run()}


def _of_leads(names: Sequence[str]) -> dict[str, str]:
	seat, lead = frappe.qb.DocType("Lead Pool Seat"), frappe.qb.DocType("Lead")
	query = frappe.qb.from_(seat).left_join(lead).on(lead.name == seat.party)
	query = query.where(among(seat.name, names) & (seat.party_type == "Lead"))
	query = query.where(lead.name.isnull() | lead.status.isin(sorted(NEVER_ADMITTED)))
	rows = query.select(seat.name, lead.name, lead.status).run()
	return {name: of_lead(status if party else None) or "" for name, party, status in rows}


def _of_customers(names: Sequence[str]) -> dict[str, str]:
	seat, customer = frappe.qb.DocType("Lead Pool Seat"), frappe.qb.DocType("Customer")
	query = frappe.qb.from_(seat).left_join(customer).on(customer.name == seat.party)
	query = query.where(among(seat.name, names) & (seat.party_type == "Customer"))
	query = query.where(customer.name.isnull() | (customer.disabled == 1))
	return {name: _("The customer is disabled.") for (name,) in query.select(seat.name).run()}


def refuse_blocked(seat: frappe._dict) -> None:
	"""Raise PartyBlocked when nobody may be given this seat."""
	reason = reasons([seat.name]).get(seat.name)
	if reason:
		refuse(
			PartyBlocked,
			_("{0} cannot be handed to anybody.").format(seat.party),
			compared=reason,
			do=_("Close the seat, or lift the mark first."),
		)


def of_lead(status: str | None) -> str | None:
	"""Return why a lead with this status is nobody's to take, None when it is; no status: the lead is gone."""
	if status and status not in NEVER_ADMITTED:
		return None
	return _("The lead is {0}.").format(_(status or "Deleted"))


def disabled_customers(names: set[str]) -> set[str]:
	"""Return the customers that are disabled or gone."""
	able: set[str] = set()
	for some in chunks(sorted(names)):
		filters = {"name": ("in", some), "disabled": 0}
		able |= set(frappe.get_all("Customer", filters=filters, pluck="name", order_by="name"))
	return names - able
