from typing import Any

import frappe
from frappe import _
from frappe.utils import formatdate

from l2c_app.services.chasing import cash_forecast


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Return columns, a row per week, no message, and expected beside actual as chart."""
	chosen = frappe._dict(filters or {})
	frappe.has_permission("Company", "read", doc=chosen.company, throw=True)
	rows = cash_forecast.against_actual(chosen.company)
	return _columns(), rows, None, _chart(rows)


def _chart(rows: list[dict[str, Any]]) -> dict[str, Any]:
	sets = [
		{"name": label, "values": [row.get(field) or 0 for row in rows]}
		for field, label in (("expected", _("Expected")), ("actual", _("Actual")))
	]
	labels = [formatdate(row["week"]) for row in rows]
	return {"data": {"labels": labels, "datasets": sets}, "type": "bar", "fieldtype": "Currency"}


def _columns() -> list[dict[str, Any]]:
	def money(field: str, label: str) -> dict[str, Any]:
		return {"fieldname": field, "label": label, "fieldtype": "Currency", "width": 150}

	return [
		{"fieldname": "week", "label": _("Week"), "fieldtype": "Date", "width": 120},
		money("expected", _("Expected")),
		money("promised", _("Promised")),
		money("actual", _("Actual")),
		money("difference", _("Difference")),
	]
