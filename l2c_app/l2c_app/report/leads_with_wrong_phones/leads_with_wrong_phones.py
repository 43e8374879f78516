from typing import Any

from frappe import _

from l2c_app.services.lead import contact_format


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Return columns and a row per lead that the user may read and whose phone cannot be read."""
	return _columns(), contact_format.leads_with_wrong_phones()


def _columns() -> list[dict[str, Any]]:
	return [
		{"fieldname": "name", "label": _("Lead"), "fieldtype": "Link", "options": "Lead", "width": 170},
		{"fieldname": "lead_name", "label": _("Name"), "fieldtype": "Data", "width": 180},
		{"fieldname": "company_name", "label": _("Company"), "fieldtype": "Data", "width": 200},
		{
			"fieldname": "lead_owner",
			"label": _("Holder"),
			"fieldtype": "Link",
			"options": "User",
			"width": 180,
		},
		{"fieldname": "status", "label": _("Status"), "fieldtype": "Data", "width": 110},
		{"fieldname": "creation", "label": _("Created On"), "fieldtype": "Datetime", "width": 160},
	]
