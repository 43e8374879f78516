"""Reminders before a contract ends: one planned follow up of its owner per offset, said once also after missed nights."""

from collections.abc import Iterator

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, add_to_date, getdate, now_datetime, nowdate

from l2c_app.core import contract_end
from l2c_app.services.contract import contract_state, renewal
from l2c_app.services.errors import EndRemindersError, refuse
from l2c_app.services.errors.recovery import undo
from l2c_app.services.follow_up import follow_ups, managers

SETTINGS = "L2C Settings"
SAVEPOINT = "l2c_contract_end"
OCCASION = "Contract end"
FIRST_MINUTES = 5


def check_settings(settings: Document) -> None:
	"""Refuse days that cannot be read. Raises EndRemindersError."""
	try:
		contract_end.offsets(settings.end_reminder_days)
	except ValueError:
		refuse(
			EndRemindersError,
			_("The days before the end of a contract cannot be read."),
			compared=str(settings.end_reminder_days),
			do=_("Write whole numbers with commas between them, for example 90, 60, 30, 7."),
		)


def remind() -> Iterator[dict[str, int]]:
	"""Plan what is due today for contracts that end, and propose renewals. One dict of counts per contract.

	The caller commits after each; a contract that fails is logged and does not stop the others.
	"""
	days = contract_end.offsets(frappe.db.get_single_value(SETTINGS, "end_reminder_days"))
	for name in _ending(days):
		frappe.db.savepoint(SAVEPOINT)
		try:
			yield _one(name, days)
		except Exception as error:
			undo(SAVEPOINT, error)
			frappe.log_error(
				title="End of a contract not told",
				reference_doctype="Sales Contract",
				reference_name=name,
			)
			yield {"failed": 1}


def _ending(days: list[int]) -> list[str]:
	"""Return the running contracts that end within the longest offset, the soonest first; those renewed or lost are done."""
	longest = max([*days, renewal.default_days(), _longest_own()])
	return frappe.get_all(
		"Sales Contract",
		filters={
			"docstatus": 1,
			"terminated_on": ("is", "not set"),
			"renewed_by": ("is", "not set"),
			"renewal_lost": ("is", "not set"),
			"end_date": ("between", [nowdate(), add_days(nowdate(), longest)]),
		},
		pluck="name",
		order_by="end_date, name",
	)


def _longest_own() -> int:
	filters = {"docstatus": 1, "auto_renew": 1, "renewal_days": (">", 0)}
	rows = frappe.get_all(
		"Sales Contract", filters=filters, fields=["renewal_days"], order_by="renewal_days desc", limit=1
	)
	return rows[0].renewal_days if rows else 0


def _one(name: str, days: list[int]) -> dict[str, int]:
	contract = contract_state.load(name)
	done = {"reminded": int(_remind(contract, days)), "proposed": 0}
	if renewal.is_due(contract):
		renewal.make_opportunity(contract)
		done["proposed"] = 1
	return done


def _remind(contract: Document, days: list[int]) -> bool:
	end = getdate(contract.end_date)
	told = contract.reminded_days if getdate(contract.reminded_end) == end else None
	offset = contract_end.reminder_due(days, end, getdate(nowdate()), told)
	if offset is None:
		return False
	owner = owner_or_above(contract)
	if not owner:
		return False
	follow_ups.plan(
		"Sales Contract",
		contract.name,
		follow_up_type="Call",
		planned_for=add_to_date(now_datetime(), minutes=FIRST_MINUTES),
		assigned_to=owner,
		note=_("Contract {0} ends on {1}: renew it or let it end.").format(contract.name, end),
		occasion=OCCASION,
	)
	told = {"reminded_end": end, "reminded_days": offset}
	frappe.db.set_value("Sales Contract", contract.name, told, update_modified=False)
	return True


def owner_or_above(contract: Document) -> str | None:
	"""Return the owner, or whoever is above an owner who left."""
	owner = contract.contract_owner
	return owner if frappe.db.get_value("User", owner, "enabled") else managers.manager_of(owner)
