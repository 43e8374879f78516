from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from l2c_app.services.follow_up import statistics


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Return columns and a row per user and kind of follow up, of those the user may read."""
	chosen = frappe._dict(filters or {})
	rows = statistics.of_period(getdate(chosen.from_date), getdate(chosen.to_date))
	return _columns(), [{**row, "kind": _(row["kind"])} for row in rows]


def _columns() -> list[dict[str, Any]]:
	numbers = {
		"done": (_("Done"), "Int"),
		"reached": (_("Reached"), "Int"),
		"good": (_("Good Outcome"), "Int"),
		"on_time": (_("On Time %"), "Percent"),
		"hours_late": (_("Hours Late on Average"), "Float"),
	}
	return [
		{"fieldname": "user", "label": _("User"), "fieldtype": "Link", "options": "User", "width": 220},
		{"fieldname": "kind", "label": _("Type"), "fieldtype": "Data", "width": 120},
		*(
			{"fieldname": name, "label": label, "fieldtype": fieldtype, "width": 130}
			for name, (label, fieldtype) in numbers.items()
		),
	]
