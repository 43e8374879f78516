from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from l2c_app.services.ledger import contract_months


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Return columns and a row per contract that the user may see, with its figures as of a day."""
	chosen = frappe._dict(filters or {})
	frappe.has_permission("Company", "read", doc=chosen.company, throw=True)
	own = {"company": chosen.company, "docstatus": 1}
	names = frappe.get_list("Sales Contract", filters=own, pluck="name", order_by="name", limit_page_length=0)
	return _columns(), contract_months.as_of(names, getdate(chosen["on"]))


def _columns() -> list[dict[str, Any]]:
	def link(field: str, label: str, doctype: str) -> dict[str, Any]:
		return {"fieldname": field, "label": label, "fieldtype": "Link", "options": doctype, "width": 180}

	def money(field: str, label: str) -> dict[str, Any]:
		values = {"fieldtype": "Currency", "options": "currency", "width": 130}
		return {"fieldname": field, "label": label, **values}

	return [
		link("contract", _("Sales Contract"), "Sales Contract"),
		link("customer", _("Customer"), "Customer"),
		money("total", _("Total")),
		money("billed", _("Billed")),
		money("collected", _("Collected")),
		money("written_off", _("Written Off")),
		money("open_amount", _("Open")),
		{**link("currency", _("Currency"), "Currency"), "width": 90},
	]
