"""Fee and interest of a native Dunning whose invoices were paid without them: waived, or kept and told to finance once.

The host drops them when the principal is paid. Where the policy keeps them, a follow up asks to bill them: what is charged
is an invoice or nothing, so no open money exists outside the ledger.
"""

from datetime import timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import flt, fmt_money, now_datetime

from l2c_app.services.chasing import night_plans
from l2c_app.services.chasing.chase_facts import NOTICE
from l2c_app.services.follow_up.follow_ups import plan

OCCASION = "Kept fee {0}"


def tell_finance() -> int:
	"""Plan one follow up per kept charge that nobody has paid or been told of. Returns how many were planned."""
	rows = _charged()
	told = night_plans.told("Collection Case", [row.collection_case for row in rows])
	untold = [row for row in rows if (row.collection_case, OCCASION.format(row.dunning)) not in told]
	return night_plans.plan_each(untold, _tell, about=("Collection Case", "collection_case"))


def _tell(row: Any) -> bool:
	charge = flt(row.dunning_amount)
	if charge <= 0 or _paid(row, charge):
		return False
	note = _("The invoices are paid, {0} of fee and interest are not: bill or waive them. {1}").format(
		fmt_money(charge, currency=row.currency), f"[{row.dunning}]"
	)
	moment = now_datetime() + timedelta(hours=1)
	values = {"follow_up_type": "Other", "planned_for": moment, "assigned_to": row.finance_owner}
	plan("Collection Case", row.collection_case, note=note, occasion=OCCASION.format(row.dunning), **values)
	return True


def _charged() -> list[Any]:
	"""Return the submitted Dunnings of closed cases under policies that keep what was charged."""
	notice, case = frappe.qb.DocType(NOTICE), frappe.qb.DocType("Collection Case")
	policy, dunning = frappe.qb.DocType("Dunning Policy"), frappe.qb.DocType("Dunning")
	query = (
		frappe.qb.from_(notice)
		.join(case)
		.on(case.name == notice.collection_case)
		.join(policy)
		.on(policy.name == notice.policy)
		.join(dunning)
		.on(dunning.name == notice.dunning)
		.select(notice.dunning, notice.collection_case, case.finance_owner, dunning.customer)
		.select(dunning.currency, dunning.dunning_amount, dunning.income_account, dunning.posting_date)
		.where((case.status == "Closed") & (policy.fees == "Keep") & (dunning.docstatus == 1))
		.where(notice.withdrawn_on.isnull())
		.orderby(notice.dunning)
	)
	return query.run(as_dict=True)


def _paid(row: Any, charge: float) -> bool:
	"""Return whether a payment since then booked the charge as income, as the host does for a Dunning that is paid."""
	payment, line = frappe.qb.DocType("Payment Entry"), frappe.qb.DocType("Payment Entry Deduction")
	query = (
		frappe.qb.from_(line)
		.join(payment)
		.on(payment.name == line.parent)
		.select(line.name)
		.where((payment.docstatus == 1) & (payment.party == row.customer))
		.where((payment.posting_date >= row.posting_date) & (line.account == row.income_account))
		.where(line.amount <= -charge)
		.limit(1)
	)
	return bool(query.run())
