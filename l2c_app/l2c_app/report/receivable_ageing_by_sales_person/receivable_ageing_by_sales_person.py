from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from l2c_app.core.ageing import BUCKETS
from l2c_app.services.chasing import sales_ageing


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Return columns and a row per sales person with the age of what is open, in company currency."""
	chosen = frappe._dict(filters or {})
	frappe.has_permission("Company", "read", doc=chosen.company, throw=True)
	return _columns(), sales_ageing.by_sales_person(chosen.company, getdate(chosen["on"]))


def _columns() -> list[dict[str, Any]]:
	person = {"fieldname": "sales_person", "label": _("Sales Person"), "width": 200}
	words = {BUCKETS[0]: _("Not due"), BUCKETS[-1]: _("Over 90")}
	buckets = [
		{"fieldname": each, "label": words.get(each, each), "fieldtype": "Currency", "width": 130}
		for each in BUCKETS
	]
	total = {"fieldname": "total", "label": _("Total"), "fieldtype": "Currency", "width": 140}
	return [{**person, "fieldtype": "Link", "options": "Sales Person"}, *buckets, total]
