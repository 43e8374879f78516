from typing import Any

from frappe import _


def get_data() -> dict[str, Any]:
	"""The pool of a seat and what happened to the seat."""
	return {
		"fieldname": "seat",
		"internal_links": {"Lead Pool": "pool"},
		"transactions": [
			{"label": _("Pool"), "items": ["Lead Pool"]},
			{"label": _("History"), "items": ["Lead Pool Log"]},
		],
	}
