from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from l2c_app.services.pool import fairness


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Return columns and a row per member of a pool that the user manages."""
	chosen = frappe._dict(filters or {})
	return _columns(), fairness.of_pool(chosen.pool, getdate(chosen.from_date), getdate(chosen.to_date))


def _columns() -> list[dict[str, Any]]:
	numbers = {
		"weight": (_("Weight"), "Int"),
		"received": (_("Received"), "Int"),
		"claimed": (_("Claimed"), "Int"),
		"kept": (_("Still Held"), "Int"),
		"recycled": (_("Recycled"), "Int"),
		"share": (_("Share %"), "Percent"),
		"due_share": (_("Share by Weight %"), "Percent"),
	}
	return [
		{"fieldname": "user", "label": _("User"), "fieldtype": "Link", "options": "User", "width": 220},
		*(
			{"fieldname": name, "label": label, "fieldtype": fieldtype, "width": 120}
			for name, (label, fieldtype) in numbers.items()
		),
	]
