from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from l2c_app.services.ledger import contract_months


def execute(filters: dict[str, Any] | None = None) -> tuple:
	"""Return columns and a row per contract whose figures of a closed month are not those that were kept."""
	chosen = frappe._dict(filters or {})
	frappe.has_permission("Company", "read", doc=chosen.company, throw=True)
	return _columns(), contract_months.late_changes(chosen.company, getdate(chosen.month))


def _columns() -> list[dict[str, Any]]:
	def link(field: str, label: str, doctype: str) -> dict[str, Any]:
		return {"fieldname": field, "label": label, "fieldtype": "Link", "options": doctype, "width": 160}

	def money(field: str, label: str) -> dict[str, Any]:
		values = {"fieldtype": "Currency", "options": "currency", "width": 130}
		return {"fieldname": field, "label": label, **values}

	figures = {
		"billed": _("Billed"),
		"collected": _("Collected"),
		"written_off": _("Written Off"),
		"open_amount": _("Open"),
	}
	amounts = []
	for field, label in figures.items():
		amounts.append(money(field, _("{0} Then").format(label)))
		amounts.append(money(f"{field}_change", _("{0} Change").format(label)))
	return [
		link("contract", _("Sales Contract"), "Sales Contract"),
		link("customer", _("Customer"), "Customer"),
		*amounts,
		{"fieldname": "vouchers", "label": _("Vouchers"), "fieldtype": "Data", "width": 220},
		{**link("currency", _("Currency"), "Currency"), "width": 90},
		{"fieldname": "taken_on", "label": _("Taken On"), "fieldtype": "Datetime", "width": 150},
	]
