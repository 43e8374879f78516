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
	rows = _rows()
	told = night_plans.told("Sales Contract", [row.parent for row in rows])
	untold = [row for row in rows if (row.parent, OCCASION.format(row.row_id)) not in told]
	return night_plans.plan_each(untold, _tell, about=("Sales Contract", "parent"))


def _tell(row: Any) -> bool:
	occasion = OCCASION.format(row.row_id)
	late = flt(row.overdue_amount) - flt(row.overdue_billed)
	note = _("{0} of the plan was due on {1} and is not billed: ask for it. {2}").format(
		fmt_money(late, currency=row.currency), formatdate(row.due_date), f"[{row.row_id}]"
	)
	moment = now_datetime() + timedelta(hours=1)
	values = {"follow_up_type": "Call", "planned_for": moment, "assigned_to": row.contract_owner}
	plan("Sales Contract", row.parent, note=note, occasion=occasion, **values)
	return True


def _rows() -> list[Any]:
	"""Return the late rows that nobody billed of running contracts whose owner is enabled."""
	contract, row = frappe.qb.DocType("Sales Contract"), frappe.qb.DocType("Sales Contract Plan Row")
	user = frappe.qb.DocType("User")
	query = (
		frappe.qb.from_(row)
		.join(contract)
		.on(contract.name == row.parent)
		.join(user)
		.on((user.name == contract.contract_owner) & (user.enabled == 1))
		.select(
			row.parent,
			row.row_id,
			row.due_date,
			row.overdue_amount,
			row.overdue_billed,
			contract.currency,
			contract.contract_owner,
		)
		.where((contract.docstatus == 1) & contract.terminated_on.isnull())
		.where((row.due_date < nowdate()) & (row.overdue_amount > row.overdue_billed))
		.orderby(row.due_date, row.parent)
	)
	return query.run(as_dict=True)
