"""The last enabled pool: every check of the closed set asks first whether a pool is enabled, so without one all pooled leads,
free, held and closed ones, of disabled pools as well, would be open to everybody. Whoever wants that says so seat by seat."""

import frappe
from frappe import _

from l2c_app.core.seats import State
from l2c_app.services.errors import PoolHoldsSeats, refuse
from l2c_app.services.pool import visibility


def refuse_to_open(pool: str, *, its_own: bool = True) -> None:
	"""Raise PoolHoldsSeats when no other pool is enabled and a seat closes a lead. `its_own=False`: its own seats go with it."""
	if set(visibility.enabled_pools()) != {pool}:
		return
	filters = {"party_type": "Lead", "state": ("!=", State.CONVERTED.value)}
	if not its_own:
		filters["pool"] = ("!=", pool)
	seats = frappe.db.count("Lead Pool Seat", filters)
	if seats:
		refuse(
			PoolHoldsSeats,
			_("Without pool {0} all pooled leads would be open to everybody.").format(pool),
			compared=_("Seats of leads: {0}").format(seats),
			do=_("Enable another pool first, or delete the pools that hold them."),
		)
