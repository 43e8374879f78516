from typing import Any

from frappe import _


def get_data() -> dict[str, Any]:
	"""The trail of a request."""
	return {
		"fieldname": "request",
		"transactions": [{"label": _("Audit Trail"), "items": ["Contract Signing Event"]}],
	}
