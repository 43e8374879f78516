"""Which parties are to be left alone today, and until when. What sets and lifts it is in `quiet_time`."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import frappe
from frappe import _
from frappe.query_builder.functions import Max
from frappe.utils import formatdate, getdate, nowdate

from l2c_app.core.seats import is_quiet
from l2c_app.services.pool import visibility
from l2c_app.services.pool.name_lists import chunks

FOR_EVER = date.max  # while a lead's status is Do Not Contact
BLOCKED_STATUS = "Do Not Contact"


def is_now(seat: Mapping) -> bool:
	"""Return True while the party of a seat is to be left alone."""
	until = seat.get("do_not_contact_until")
	return is_quiet(getdate(until) if until else None, getdate(nowdate()))


def refusal(until: date) -> dict[str, str | None]:
	"""Return {"message", "allowed_on"}: the first day on which the party may be contacted again, None where no day ends it."""
	allowed_on = None if until == FOR_EVER else str(until + timedelta(days=1))
	return {"message": text(until), "allowed_on": allowed_on}


def of_parties(party_type: str, parties: Iterable[str]) -> dict[str, date]:
	"""Return {party: the last day on which it is to be left alone} of those for which today is such a day."""
	if not visibility.enabled_pools(party_type):
		return {}
	seat = frappe.qb.DocType("Lead Pool Seat")
	found: dict[str, date] = {}
	for names in chunks(sorted(set(parties))):
		query = frappe.qb.from_(seat).select(seat.party, Max(seat.do_not_contact_until))
		query = query.where((seat.party_type == party_type) & seat.party.isin(names))
		query = query.where(seat.do_not_contact_until >= nowdate())
		found |= dict(query.groupby(seat.party).orderby(seat.party).run())
	return found


def spread(party_type: str, parties: Iterable[str]) -> None:
	"""Give new or united seats of parties the day that stands on their others."""
	table = frappe.qb.DocType("Lead Pool Seat")
	for party, day in of_parties(party_type, parties).items():
		query = frappe.qb.update(table).set(table.do_not_contact_until, day)
		query.where((table.party_type == party_type) & (table.party == party)).run()


def text(until: date) -> str:
	"""Say until when."""
	if until == FOR_EVER:
		return _("The lead is {0}.").format(_(BLOCKED_STATUS))
	return _("Not to be contacted until {0}.").format(formatdate(until))
