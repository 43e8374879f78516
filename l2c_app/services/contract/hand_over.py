"""When somebody leaves: contracts, collection cases and planned follow ups go to another user, in one recorded step.

Leads and what is planned about them go with their seats. Sales managers hand over the work of sales, accounts managers that
of accounts, system managers both. Nothing here commits.
"""

import json
from collections.abc import Sequence

import frappe
from frappe import _
from frappe.utils import now_datetime

from l2c_app.core.follow_up import Status
from l2c_app.services.contract import contract_locks
from l2c_app.services.errors import HandOverRefused, refuse
from l2c_app.services.follow_up import follow_up_handover

CONTRACT, CASE, FOLLOW_UP = "Sales Contract", "Collection Case", "Follow Up"
OVER = ("Completed", "Terminated", "Cancelled")
SALES = frozenset({"Sales Manager", "System Manager"})
FINANCE = frozenset({"Accounts Manager", "System Manager"})
Work = dict[str, list[str]]


def count(former: str) -> dict[str, int]:
	"""Return how much of a user's open work the session user may hand over: contracts, cases, follow ups."""
	_require_manager()
	return _counts(_work_of(former))


def hand_over(former: str, successor: str, *, reason: str) -> str:
	"""Give a user's open work to another one. Returns the Work Hand Over that lists it. Raises HandOverRefused."""
	_require_manager()
	_check(former, successor, reason)
	work = _work_of(former)
	if not any(work.values()):
		refuse(HandOverRefused, _("{0} has no open work that you may hand over.").format(former))
	contract_locks.lock(work["contracts"])
	_write(CONTRACT, work["contracts"], {"contract_owner": successor})
	_write(CASE, work["sales_cases"], {"sales_owner": successor})
	_write(CASE, work["finance_cases"], {"finance_owner": successor})
	follow_up_handover.give(work["follow_ups"], successor)
	return _record(former, successor, work, reason=reason)


def _require_manager() -> None:
	if (SALES | FINANCE).isdisjoint(frappe.get_roles()):
		frappe.throw(_("Only managers hand over the work of others"), frappe.PermissionError)


def _check(former: str, successor: str, reason: str) -> None:
	enabled = frappe.db.get_value("User", successor, "enabled")
	kinds = [CONTRACT] if not SALES.isdisjoint(frappe.get_roles()) else [CASE]
	able = enabled and all(frappe.has_permission(kind, "read", user=successor) for kind in kinds)
	if former == successor or not able or not reason.strip():
		refuse(
			HandOverRefused,
			_("Work is handed over to another enabled user who may do it, with a reason."),
			compared=_("From {0} to {1}, reason: {2}").format(former, successor, reason.strip() or "–"),
		)


def _work_of(former: str) -> Work:
	roles = frappe.get_roles()
	sales, finance = not SALES.isdisjoint(roles), not FINANCE.isdisjoint(roles)
	open_case = {"status": ("!=", "Closed")}
	contracts = {"contract_owner": former, "docstatus": ("<", 2), "status": ("not in", OVER)}
	return {
		"contracts": _names(CONTRACT, contracts) if sales else [],
		"sales_cases": _names(CASE, {**open_case, "sales_owner": former}) if sales else [],
		"finance_cases": _names(CASE, {**open_case, "finance_owner": former}) if finance else [],
		"follow_ups": _follow_ups(former),
	}


def _follow_ups(former: str) -> list[str]:
	"""Planned ones that are not about a lead: those go with its seat."""
	filters = {
		"assigned_to": former,
		"status": Status.PLANNED.value,
		"reference_doctype": ("not in", follow_up_handover.ABOUT),
	}
	return _names(FOLLOW_UP, filters)


def _names(doctype: str, filters: dict) -> list[str]:
	return frappe.get_all(doctype, filters=filters, pluck="name", order_by="name")


def _write(doctype: str, names: Sequence[str], values: dict[str, str]) -> None:
	for name in names:
		frappe.db.set_value(doctype, name, values)


def _counts(work: Work) -> dict[str, int]:
	cases = {*work["sales_cases"], *work["finance_cases"]}
	return {"contracts": len(work["contracts"]), "cases": len(cases), "follow_ups": len(work["follow_ups"])}


def _record(former: str, successor: str, work: Work, *, reason: str) -> str:
	record = frappe.new_doc("Work Hand Over")
	record.update({"former": former, "successor": successor, "reason": reason.strip(), **_counts(work)})
	record.update({"handed_by": frappe.session.user, "handed_on": now_datetime()})
	record.log = json.dumps(work, indent=1)
	return record.insert(ignore_permissions=True).name  # written by the step itself and by nobody else
