from typing import Any

from frappe import _


def get_data() -> dict[str, Any]:
	"""Seats, members and history of a pool."""
	return {
		"fieldname": "pool",
		"transactions": [
			{"label": _("Seats"), "items": ["Lead Pool Seat"]},
			{"label": _("People"), "items": ["Lead Pool Membership"]},
			{"label": _("History"), "items": ["Lead Pool Log"]},
		],
	}
