"""Overdue cash cuts the claim quota: who does not bring in the money of his contracts takes fewer new leads."""

from dataclasses import replace

import frappe
from frappe.query_builder.functions import Sum
from frappe.utils import flt

from l2c_app.core import claims as rules


def of(user: str) -> float:
	"""Return what is overdue on the contracts a user owns, in company currency, from their stored figures."""
	contract = frappe.qb.DocType("Sales Contract")
	query = frappe.qb.from_(contract).select(Sum(contract.overdue_base))
	query = query.where((contract.docstatus == 1) & (contract.contract_owner == user))
	return flt(query.where(contract.overdue_amount > 0).run()[0][0], 2)


def cut(limits: rules.Limits, pool: object, user: str) -> rules.Limits:
	"""Return a member's limits with his quota cut, where the pool has a limit and he is above it. No query without one."""
	limit = flt(pool.get("overdue_limit"))
	if limit <= 0:
		return limits
	overdue = of(user)
	left = rules.cut_quota(limits.daily_quota, overdue=overdue, limit=limit, cut=flt(pool.get("overdue_cut")))
	return replace(limits, cut_quota=left, overdue=overdue, overdue_limit=limit)
