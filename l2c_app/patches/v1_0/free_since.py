"""Seats that were free before it was stored since when: the last that happened to them made them so, by the log."""

import frappe
from frappe.query_builder.functions import Max

from l2c_app.core.seats import Event, State

MADE_FREE = (Event.ADMIT.value, Event.RELEASE.value, Event.RECYCLE.value, Event.REOPEN.value)


def execute() -> None:
	"""Write the date of the last such event."""
	seat, log = frappe.qb.DocType("Lead Pool Seat"), frappe.qb.DocType("Lead Pool Log")
	freed = frappe.qb.from_(log).where((log.to_state == State.AVAILABLE.value) & log.event.isin(MADE_FREE))
	freed = freed.groupby(log.seat).select(log.seat, Max(log.at).as_("at")).as_("freed")
	query = frappe.qb.update(seat).join(freed).on(freed.seat == seat.name).set(seat.free_since, freed.at)
	query.where((seat.state == State.AVAILABLE.value) & seat.free_since.isnull()).run()
