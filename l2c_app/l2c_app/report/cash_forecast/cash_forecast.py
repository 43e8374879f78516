from typing import Any

import frappe
from frappe import _
from frappe.utils import formatdate, getdate

from l2c_app.services.chasing import cash_forecast


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Return columns, a row per week, no message, and expected beside actual as chart; or the lines of one week."""
	chosen = frappe._dict(filters or {})
	frappe.has_permission("Company", "read", doc=chosen.company, throw=True)
	if chosen.week:
		return _line_columns(), cash_forecast.lines(chosen.company, getdate(chosen.week)), None, None
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
	return [
		_column("week", _("Week"), "Date", 120),
		_column("gross", _("Not Weighted"), "Currency", 150),
		_column("expected", _("Expected"), "Currency", 150),
		_column("promised", _("Promised"), "Currency", 150),
		_column("actual", _("Actual"), "Currency", 150),
		_column("difference", _("Difference"), "Currency", 150),
	]


def _line_columns() -> list[dict[str, Any]]:
	return [
		_column("document_type", _("Document Type"), "Data", 120),
		_column("document", _("Document"), "Dynamic Link", 170, options="document_type"),
		_column("customer", _("Customer"), "Link", 170, options="Customer"),
		_column("day", _("Expected On"), "Date", 110),
		_column("amount", _("Amount"), "Currency", 130),
		_column("share", _("Share"), "Percent", 80),
		_column("expected", _("Expected"), "Currency", 130),
		_column("why", _("Why"), "Data", 720),
	]


def _column(field: str, label: str, kind: str, width: int, **more: str) -> dict[str, Any]:
	return {"fieldname": field, "label": label, "fieldtype": kind, "width": width, **more}
