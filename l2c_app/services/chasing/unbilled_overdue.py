"""Plan rows that are late but not billed (a deposit, a missed milestone): a follow up for sales, never a message."""

from datetime import timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import flt, fmt_money, formatdate, now_datetime, nowdate

from l2c_app.services.chasing import night_plans
from l2c_app.services.follow_up.follow_ups import plan

OCCASION = "Late row {0}"


def tell_sales() -> int:
	"""Plan one call per late unbilled row for the owner of its contract, once. Returns how many were planned."""
	return night_plans.plan_each(_rows(), _tell, about=("Sales Contract", "parent"))


def _tell(row: Any) -> bool:
	occasion = OCCASION.format(row.row_id)
	told = {"reference_doctype": "Sales Contract", "reference_name": row.parent, "occasion": occasion}
	if frappe.db.exists("Follow Up", told) or not frappe.db.get_value("User", row.contract_owner, "enabled"):
		return False
	late = flt(row.overdue_amount) - flt(row.overdue_billed)
	note = _("{0} of the plan was due on {1} and is not billed: ask for it. {2}").format(
		fmt_money(late, currency=row.currency), formatdate(row.due_date), f"[{row.row_id}]"
	)
	moment = now_datetime() + timedelta(hours=1)
	values = {"follow_up_type": "Call", "planned_for": moment, "assigned_to": row.contract_owner}
	plan("Sales Contract", row.parent, note=note, occasion=occasion, **values)
	return True


def _rows() -> list[Any]:
	contract, row = frappe.qb.DocType("Sales Contract"), frappe.qb.DocType("Sales Contract Plan Row")
	query = (
		frappe.qb.from_(row)
		.join(contract)
		.on(contract.name == row.parent)
		.select(
			row.parent,
			row.row_id,
			row.due_date,
			row.overdue_amount,
			row.overdue_billed,
			contract.currency,
			contract.contract_owner,
		)
		.where((contract.docstatus == 1) & contract.terminated_on.isnull() & (contract.contract_owner != ""))
		.where((row.due_date < nowdate()) & (row.overdue_amount > row.overdue_billed))
		.orderby(row.due_date, row.parent)
	)
	return query.run(as_dict=True)
