from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from l2c_app.services.follow_up import statistics


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Return columns and a row per user and kind of follow up, and one of his first answers, of those the user may read."""
	chosen = frappe._dict(filters or {})
	period = getdate(chosen.from_date), getdate(chosen.to_date)
	rows = [{**row, "kind": _(row["kind"])} for row in statistics.of_period(*period)]
	rows += [{**row, "kind": _("First Response")} for row in statistics.answers_of_period(*period)]
	return _columns(), sorted(rows, key=lambda row: row["user"])


def _columns() -> list[dict[str, Any]]:
	numbers = {
		"done": (_("Done"), "Int"),
		"reached": (_("Reached"), "Int"),
		"good": (_("Good Outcome"), "Int"),
		"on_time": (_("On Time %"), "Percent"),
		"hours_late": (_("Hours Late on Average"), "Float"),
		"hours_to_answer": (_("Hours to First Answer"), "Float"),
	}
	return [
		{"fieldname": "user", "label": _("User"), "fieldtype": "Link", "options": "User", "width": 220},
		{"fieldname": "kind", "label": _("Type"), "fieldtype": "Data", "width": 120},
		*(
			{"fieldname": name, "label": label, "fieldtype": fieldtype, "width": 130}
			for name, (label, fieldtype) in numbers.items()
		),
	]
