from typing import Any

import frappe
from frappe import _
from frappe.utils import flt, getdate

from l2c_app.services.chasing import measures


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Return columns, a row per customer, no message, unpaid shares by billing month as chart, and the company's figures."""
	chosen = frappe._dict(filters or {})
	frappe.has_permission("Company", "read", doc=chosen.company, throw=True)
	period = {"start": getdate(chosen.from_date), "end": getdate(chosen.to_date)}
	figures = measures.company_figures(chosen.company, **period)
	chart = _chart(measures.cohorts(chosen.company, end=period["end"]))
	return _columns(), measures.customers(chosen.company, **period), None, chart, _summary(figures)


def _chart(cohorts: dict[str, float | None]) -> dict[str, Any] | None:
	"""Return bars per billing month; months of which nothing is 90 days late yet are left out."""
	known = {month: share for month, share in cohorts.items() if share is not None}
	if not known:
		return None
	values = [flt(share, 1) for share in known.values()]
	name = _("Unpaid 90 Days After the Due Date %")
	return {"data": {"labels": list(known), "datasets": [{"name": name, "values": values}]}, "type": "bar"}


def _summary(figures: dict[str, float | None]) -> list[dict[str, Any]]:
	labels = {
		"dso": _("Days Sales Outstanding"),
		"dso_countback": _("Days Sales Outstanding, Countback"),
		"effectiveness": _("Collection Effectiveness %"),
		"at_risk": _("More Than 90 Days Late %"),
	}
	return [
		{"label": label, "value": "–" if figures[key] is None else flt(figures[key], 1), "datatype": "Data"}
		for key, label in labels.items()
	]


def _columns() -> list[dict[str, Any]]:
	return [
		{
			"fieldname": "customer",
			"label": _("Customer"),
			"fieldtype": "Link",
			"options": "Customer",
			"width": 220,
		},
		{"fieldname": "rating", "label": _("Payer Rating"), "fieldtype": "Data", "width": 110},
		{
			"fieldname": "delay",
			"label": _("Days Late by Amount"),
			"fieldtype": "Float",
			"precision": 1,
			"width": 150,
		},
		{
			"fieldname": "trend",
			"label": _("Trend in Days"),
			"fieldtype": "Float",
			"precision": 1,
			"width": 120,
		},
		{"fieldname": "invoices", "label": _("Invoices"), "fieldtype": "Int", "width": 90},
		{"fieldname": "open", "label": _("Open"), "fieldtype": "Currency", "width": 130},
		{"fieldname": "overdue", "label": _("Overdue"), "fieldtype": "Currency", "width": 130},
		{
			"fieldname": "at_risk",
			"label": _("More Than 90 Days Late %"),
			"fieldtype": "Percent",
			"width": 170,
		},
		{"fieldname": "pays_on", "label": _("Pays Mostly On"), "fieldtype": "Data", "width": 120},
		{"fieldname": "in_parts", "label": _("Paid in Parts %"), "fieldtype": "Percent", "width": 120},
	]
