"""How much a party wants to buy now: the grade of the newest follow up that gave one, until it is too old to be believed."""

from collections.abc import Iterable
from datetime import timedelta

import frappe
from frappe.utils import add_days, cint, getdate, nowdate

from l2c_app.core.follow_up import Status

COLUMN = {"Lead": "lead", "Customer": "customer"}


def current(party_type: str, parties: Iterable[str]) -> dict[str, dict]:
	"""Return {party: {"intent", "on", "until", "follow_up"}} of those with a grade that counts today. One query for all.

	A grade counts from its follow up's date for the days in the settings, the last one included; 0 days: none counts.
	Nothing is stored, so it ends by itself and a newer grade replaces it at once.
	"""
	days, names = cint(frappe.get_cached_doc("L2C Settings").intent_days), sorted(set(parties))
	if not days or not names:
		return {}
	column = COLUMN[party_type]
	rows = frappe.get_all(
		"Follow Up",
		filters={
			column: ("in", names),
			"status": Status.DONE.value,
			"intent": ("is", "set"),
			"done_on": (">=", f"{add_days(nowdate(), -days)} 00:00:00"),
		},
		fields=[f"{column} as party", "name", "intent", "done_on"],
		order_by="done_on, creation, name",
	)
	return {
		row.party: {
			"intent": row.intent,
			"on": str(getdate(row.done_on)),
			"until": str(getdate(row.done_on) + timedelta(days=days)),
			"follow_up": row.name,
		}
		for row in rows
	}
