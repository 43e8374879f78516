from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from l2c_app.services.chasing import collection_targets


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Return columns and a row per target with what was collected, in company currency."""
	chosen = frappe._dict(filters or {})
	frappe.has_permission("Company", "read", doc=chosen.company, throw=True)
	period = {"start": getdate(chosen.from_date), "end": getdate(chosen.to_date)}
	return _columns(), collection_targets.against_collected(chosen.company, **period)


def _columns() -> list[dict[str, Any]]:
	return [
		{"fieldname": "month", "label": _("Month"), "fieldtype": "Date", "width": 120},
		{
			"fieldname": "sales_person",
			"label": _("Sales Person"),
			"fieldtype": "Link",
			"options": "Sales Person",
			"width": 200,
		},
		{"fieldname": "target", "label": _("Target"), "fieldtype": "Currency", "width": 150},
		{"fieldname": "collected", "label": _("Collected"), "fieldtype": "Currency", "width": 150},
		{"fieldname": "percent", "label": _("Reached %"), "fieldtype": "Percent", "width": 120},
	]
