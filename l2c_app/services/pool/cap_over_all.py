"""The cap on seats that one member holds in all pools together. It binds whoever hands them out; L2C Settings alone lift it."""

from collections.abc import Sequence

import frappe
from frappe import _
from frappe.query_builder.functions import Count

from l2c_app.core.seats import State


def cap() -> int:
	"""Return how many seats of all pools together a member may hold, 0 = no limit."""
	return int(frappe.get_cached_doc("L2C Settings").get("holding_cap_over_all") or 0)


def held(users: Sequence[str]) -> dict[str, int]:
	"""Return {user: seats he holds in all pools} of those who hold any."""
	if not users:
		return {}
	seat = frappe.qb.DocType("Lead Pool Seat")
	query = frappe.qb.from_(seat).select(seat.holder, Count("*")).groupby(seat.holder)
	return dict(query.where(seat.holder.isin(users) & (seat.state == State.HELD.value)).run())


def rooms(users: Sequence[str]) -> tuple[dict[str, int], dict[str, str]]:
	"""Return ({user: seats he has room for}, {user: why he has none}); both empty while there is no cap."""
	limit = cap()
	if not limit:
		return {}, {}
	counts = held(users)
	left = {user: max(0, limit - counts.get(user, 0)) for user in users}
	full = {
		user: _("The member holds {0} of {1} seats of all pools together.").format(counts[user], limit)
		for user, room in left.items()
		if not room
	}
	return left, full
