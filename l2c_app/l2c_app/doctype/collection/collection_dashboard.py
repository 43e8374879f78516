from typing import Any

from frappe import _


def get_data() -> dict[str, Any]:
	"""What a collection pays, and the Payment Entry behind it."""
	return {
		"fieldname": "l2c_collection",
		"internal_links": {"Sales Contract": ["allocations", "contract"], "Customer": "customer"},
		"transactions": [
			{"label": _("Pays"), "items": ["Sales Contract", "Customer"]},
			{"label": _("In the Books"), "items": ["Payment Entry"]},
		],
	}
