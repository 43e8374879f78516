from typing import Any

from frappe import _


def get_data() -> dict[str, Any]:
	"""The party of a follow up, the steps before and after it, and its ToDo."""
	return {
		"fieldname": "previous_follow_up",
		"non_standard_fieldnames": {"ToDo": "reference_name"},
		"internal_links": {"Lead": "lead", "Customer": "customer"},
		"transactions": [
			{"label": _("Party"), "items": ["Lead", "Customer"]},
			{"label": _("Next Step"), "items": ["Follow Up", "ToDo"]},
		],
	}
