"""The real names of seats' parties, for whoever holds the seat or may see the party. The seat keeps what its pool shows."""

from collections.abc import Iterable, Sequence

import frappe

from l2c_app.services.pool import visibility
from l2c_app.services.pool.name_lists import chunks

SEAT = "Lead Pool Seat"
TITLES = {"Lead": "title", "Customer": "customer_name"}
MOST = 500
Party = tuple[str, str]


def real(parties: Iterable[Party]) -> dict[Party, str]:
	"""Return {(party type, party): its name}, without asking who wants to know. One query per type and thousand."""
	found: dict[Party, str] = {}
	wanted = sorted(set(parties))
	for party_type, title in TITLES.items():
		for some in chunks([party for kind, party in wanted if kind == party_type]):
			filters = {"name": ("in", some)}
			rows = frappe.get_all(party_type, filters=filters, fields=["name", title], order_by="name")
			found |= {(party_type, row.name): row[title] for row in rows if row[title]}
	return found


def of_seats(names: Sequence[str]) -> dict[str, str]:
	"""Return {seat: the real name of its party} of those of the first 500 seats whose party the session user may see.

	A lead: whoever may read it. A customer, which everybody in sales may read: who holds the seat or manages its pool.
	Looked up by primary key, whatever the size of the pools.
	"""
	wanted = list(dict.fromkeys(names))[:MOST]
	fields = ["name", "party_type", "party", "pool", "holder"]
	rows = frappe.get_list(SEAT, filters={"name": ("in", wanted)}, fields=fields, order_by="name", limit=MOST)
	leads = _readable_leads([row.party for row in rows if row.party_type == "Lead"])
	shown = [row for row in rows if (row.party in leads if row.party_type == "Lead" else _works_on(row))]
	titles = real((row.party_type, row.party) for row in shown)
	named = {row.name: titles.get((row.party_type, row.party)) for row in shown}
	return {seat: name for seat, name in named.items() if name}


def _readable_leads(leads: list[str]) -> set[str]:
	if not leads or not frappe.has_permission("Lead"):
		return set()
	filters = {"name": ("in", leads)}
	return set(frappe.get_list("Lead", filters=filters, pluck="name", order_by="name", limit=MOST))


def _works_on(seat: frappe._dict) -> bool:
	user = frappe.session.user
	return seat.holder in visibility.team(user) or visibility.manages(seat.pool, user)
