from typing import Any

from frappe import _


def get_data() -> dict[str, Any]:
	"""What a contract became in the books, who it is with, and the work on it."""
	return {
		"fieldname": "l2c_contract",
		"non_standard_fieldnames": {
			"Collection": "contract",
			"Billing Request": "contract",
			"Follow Up": "reference_name",
			"Sales Contract": "renewed_from",
			"Sales Contract Revision": "contract",
			"Contract Signing Request": "contract",
			"Promise to Pay": "sales_contract",
		},
		"internal_links": {"Customer": "customer", "Lead": "lead"},
		"transactions": [
			{"label": _("In the Books"), "items": ["Sales Order", "Sales Invoice"]},
			{"label": _("Money"), "items": ["Collection", "Billing Request", "Promise to Pay"]},
			{"label": _("Party"), "items": ["Customer", "Lead"]},
			{
				"label": _("Work"),
				"items": [
					"Follow Up",
					"Sales Contract Revision",
					"Contract Signing Request",
					"Sales Contract",
				],
			},
		],
	}
