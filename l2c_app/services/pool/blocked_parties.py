"""Parties that nobody may take or be given: leads that are converted or not to be contacted, for ever or up to a day,
disabled customers, gone ones."""

from collections.abc import Iterable, Mapping, Sequence

import frappe
from frappe import _
from frappe.query_builder.functions import Count
from frappe.utils import getdate, nowdate
from pypika import Case, Table
from pypika.terms import Criterion

from l2c_app.core.seats import is_quiet
from l2c_app.services.errors import PartyBlocked, refuse
from l2c_app.services.pool import quiet_days
from l2c_app.services.pool.admission import NEVER_ADMITTED
from l2c_app.services.pool.name_lists import among, chunks


def reasons(seats: Iterable[Mapping]) -> dict[str, str]:
	"""Return {seat: why nobody gets it} of those among seats {name, party_type, party, do_not_contact_until}; one query
	per thousand parties, which only counts: mostly none is blocked."""
	today, found = getdate(nowdate()), {}
	parties: dict[str, dict[str, list[str]]] = {}
	for seat in seats:
		until = seat["do_not_contact_until"]
		if until and is_quiet(
			getdate(until), today
		):  # the day stands on each seat of a party (quiet_days.spread)
			found[seat["name"]] = quiet_days.text(getdate(until))
		parties.setdefault(seat["party_type"], {}).setdefault(seat["party"], []).append(seat["name"])
	for party_type, seats_of in parties.items():
		for names in chunks(sorted(seats_of)):
			blocked = _blocked(party_type, names)
			found |= {seat: reason for party, reason in blocked.items() for seat in seats_of[party]}
	return found


def reasons_of(names: Sequence[str]) -> dict[str, str]:
	"""Return {seat: why nobody gets it} of those among named seats."""
	found: dict[str, str] = {}
	for some in chunks(names):
		fields = ["name", "party_type", "party", "do_not_contact_until"]
		filters = {"name": ("in", some)}
		found |= reasons(frappe.get_all("Lead Pool Seat", filters=filters, fields=fields, order_by="name"))
	return found


def mark(seat: Table, party_type: str) -> Case:
	"""Return what is 1 for a seat that must be asked for its `reasons`, in a query that joins the party to the left, else 0."""
	fits = may_be_given(party_type) & seat.do_not_contact_until.isnull()
	return Case().when(fits, 0).else_(1)


def refusals(seats: Iterable[Mapping]) -> dict[str, PartyBlocked]:
	"""Return {seat: the refusal} of those among seats that nobody may be given."""
	return {name: PartyBlocked(text) for name, text in reasons(seats).items()}


def _blocked(party_type: str, names: Sequence[str]) -> dict[str, str]:
	"""Return {party: why nobody gets it} of at most a thousand parties; who has none of the marks is not read."""
	table = frappe.qb.DocType(party_type)
	there = frappe.qb.from_(table).where(among(table.name, names))
	if there.where(may_be_given(party_type)).select(Count("*")).run()[0][0] == len(names):
		return {}
	if party_type == "Lead":
		status = dict(there.where(table.name != "").select(table.name, table.status).run())
		return {name: reason for name in names if (reason := of_lead(status.get(name)))}
	gone = disabled_customers(set(names))
	return dict.fromkeys(gone, _("The customer is disabled."))


def may_be_given(party_type: str) -> Criterion:
	"""Return the condition that a lead or customer is there and may be given to somebody, but for days to be left alone."""
	party = frappe.qb.DocType(party_type)
	return party.status.notin(sorted(NEVER_ADMITTED)) if party_type == "Lead" else party.disabled == 0


def refuse_blocked(seat: frappe._dict) -> None:
	"""Raise PartyBlocked when nobody may be given this seat."""
	reason = reasons([seat]).get(seat.name)
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
