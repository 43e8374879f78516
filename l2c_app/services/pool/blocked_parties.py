"""Parties that nobody may take or be given: leads that are converted or not to be contacted, for ever or up to a day,
disabled customers, gone ones."""

from collections.abc import Collection, Iterable

import frappe
from frappe import _

from l2c_app.services.errors import PartyBlocked, refuse
from l2c_app.services.pool import quiet_days
from l2c_app.services.pool.admission import NEVER_ADMITTED
from l2c_app.services.pool.name_lists import chunks


def reasons(seats: Collection[frappe._dict]) -> dict[str, str]:
	"""Return {seat: why nobody gets it} of seats {name, party_type, party}; one query per thousand parties of a kind."""
	leads = {seat.party for seat in seats if seat.party_type == "Lead"}
	customers = {seat.party for seat in seats if seat.party_type == "Customer"}
	texts = {
		(kind, party): quiet_days.text(until)
		for kind, parties in (("Lead", leads), ("Customer", customers))
		for party, until in quiet_days.of_parties(kind, parties).items()
	}
	texts |= {("Lead", party): text for party, text in _leads(leads).items()}
	texts |= {("Customer", party): _("The customer is disabled.") for party in disabled_customers(customers)}
	found = {seat.name: texts.get((seat.party_type, seat.party)) for seat in seats}
	return {seat: text for seat, text in found.items() if text}


def refusals(seats: Iterable[str]) -> dict[str, PartyBlocked]:
	"""Return {seat: the refusal} of those among the named seats that nobody may be given."""
	rows: list[frappe._dict] = []
	for names in chunks(list(seats)):
		rows += frappe.get_all(
			"Lead Pool Seat",
			filters={"name": ("in", names)},
			fields=["name", "party_type", "party"],
			order_by="name",
		)
	return {seat: PartyBlocked(text) for seat, text in reasons(rows).items()}


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


def _leads(names: set[str]) -> dict[str, str]:
	statuses: dict[str, str] = {}
	for some in chunks(sorted(names)):
		rows = frappe.get_all(
			"Lead", filters={"name": ("in", some)}, fields=["name", "status"], order_by="name"
		)
		statuses |= {row.name: row.status or "Lead" for row in rows}
	found = {name: of_lead(statuses.get(name)) for name in names}
	return {name: text for name, text in found.items() if text}


def disabled_customers(names: set[str]) -> set[str]:
	"""Return the customers that are disabled or gone."""
	able: set[str] = set()
	for some in chunks(sorted(names)):
		filters = {"name": ("in", some), "disabled": 0}
		able |= set(frappe.get_all("Customer", filters=filters, pluck="name", order_by="name"))
	return names - able
