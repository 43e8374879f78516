"""Plan rows released by a delivery, a task, a project or a sign-off. Unreleased rows are not due and are not billed.

Tasks, projects and deliveries are followed by themselves; `milestone_steps` has the sign-off. Nothing here saves.
"""

from datetime import date

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Min
from frappe.utils import getdate, nowdate

from l2c_app.core import milestones as rules
from l2c_app.core import plan
from l2c_app.services.errors import MilestoneRefused, PlanDueError, refuse
from l2c_app.services.ledger import contract_customers

COMPLETED = "Completed"


def check(contract: Document) -> None:
	"""Refuse rows whose milestone is not named or does not exist, and a retention that is an advance. Raises PlanDueError."""
	wrong = [row.row_id for row in contract.plan_rows if row.retention and row.billing == plan.ADVANCE]
	if wrong:
		refuse(
			PlanDueError,
			_("What the customer keeps back is billed by an invoice; it is no advance."),
			compared=_("Rows: {0}.").format(", ".join(wrong)),
		)
	for row in contract.plan_rows:
		if row.due_basis == plan.MILESTONE and not _is_known(row, contract):
			refuse(
				PlanDueError,
				_("Row {0} waits for a milestone that is not there.").format(row.row_id),
				compared=f"{_(row.milestone_type or '–')} {row.milestone or '–'}",
				do=_("Choose what releases it, and an existing document for it."),
			)


def _is_known(row: Document, contract: Document) -> bool:
	name = _document_of(row, contract)
	if row.milestone_type == rules.SIGN_OFF or (row.milestone_type == rules.DELIVERY_NOTE and not name):
		return True
	return bool(row.milestone_type and name and frappe.db.exists(row.milestone_type, name))


def _document_of(row: Document, contract: Document) -> str:
	return row.milestone or (contract.project if row.milestone_type == rules.PROJECT else "") or ""


def follow(contract: Document) -> None:
	"""Look at the milestones of a contract's rows and keep what happened. Does not save."""
	linked = {link.row_id for link in contract.plan_billing}
	for row in contract.plan_rows:
		if row.due_basis != plan.MILESTONE:
			continue
		release = rules.follow(
			stored(row),
			_event(row, contract),
			by=frappe.session.user,
			billed=row.row_id in linked,
			today=getdate(nowdate()),
		)
		row.released_on, row.taken_back_on = release.released_on, release.taken_back_on
		row.released_by, row.release_note = release.released_by, release.note


def stored(row: Document) -> rules.Release:
	"""Return what is stored of a row's release."""
	days = (getdate(day) if day else None for day in (row.released_on, row.taken_back_on))
	released_on, taken_back_on = days
	return rules.Release(released_on, row.released_by or "", row.release_note or "", taken_back_on)


def _event(row: Document, contract: Document) -> date | None:
	if row.milestone_type == rules.SIGN_OFF:
		return getdate(row.released_on) if row.released_on else None
	if row.milestone_type == rules.DELIVERY_NOTE:
		return _delivered_on(row.milestone, contract.sales_order)
	return _completed_on(row, _document_of(row, contract))


def _delivered_on(note: str | None, order: str | None) -> date | None:
	"""Return the day of a submitted note, or of the first one of the order."""
	if note:
		filters = {"name": note, "docstatus": 1, "is_return": 0}
		day = frappe.db.get_value(rules.DELIVERY_NOTE, filters, "posting_date")
		return getdate(day) if day else None
	if not order:
		return None
	document, line = frappe.qb.DocType(rules.DELIVERY_NOTE), frappe.qb.DocType("Delivery Note Item")
	query = (
		frappe.qb.from_(line)
		.join(document)
		.on(document.name == line.parent)
		.select(Min(document.posting_date))
	)
	query = query.where(
		(document.docstatus == 1) & (document.is_return == 0) & (line.against_sales_order == order)
	)
	day = query.run()[0][0]
	return getdate(day) if day else None


def _completed_on(row: Document, name: str) -> date | None:
	"""Return when a task or project was completed; the host keeps that day for tasks only, so a known one stays."""
	field = "completed_on" if row.milestone_type == rules.TASK else "actual_end_date"
	found = frappe.db.get_value(row.milestone_type, name, ["status", field], as_dict=True) if name else None
	if not found or found.status != COMPLETED:
		return None
	known = row.released_on if not row.taken_back_on else None
	return getdate(found[field] or known or nowdate())


def require_released(contract: Document, row_id: str, day: date) -> None:
	"""Refuse to bill a row whose milestone has not been reached on `day`. Raises MilestoneRefused."""
	row = next(row for row in contract.plan_rows if row.row_id == row_id)
	if row.due_basis != plan.MILESTONE:
		return
	latest = getdate(row.fixed_date) if row.fixed_date else None
	if not rules.may_be_billed(stored(row).released_on, latest, day):
		refuse(
			MilestoneRefused,
			_("Row {0} is not released yet.").format(row_id),
			compared=f"{_(row.milestone_type)} {row.milestone or ''}".strip(),
			do=_("It is billed once its milestone is reached or signed off."),
		)


def watched(doctype: str, name: str) -> bool:
	"""Return whether a submitted contract waits for this task or project. No query once the set is warm."""
	return contract_customers.awaits(doctype, name)


def waiting_for(doctype: str, name: str) -> list[str]:
	"""Return the submitted contracts with a row that waits for a task or project."""
	row, contract = frappe.qb.DocType("Sales Contract Plan Row"), frappe.qb.DocType("Sales Contract")
	named = row.milestone == name
	if doctype == rules.PROJECT:
		named |= ((row.milestone == "") | row.milestone.isnull()) & (contract.project == name)
	query = (
		frappe.qb.from_(row).join(contract).on(contract.name == row.parent).select(contract.name).distinct()
	)
	query = query.where((contract.docstatus == 1) & (row.milestone_type == doctype) & named)
	return sorted(found[0] for found in query.run())


def renamed(doctype: str, old: str, new: str) -> None:
	"""Follow a task or project to its new name."""
	filters = {"milestone_type": doctype, "milestone": old}
	for name in frappe.get_all("Sales Contract Plan Row", filters=filters, pluck="name", order_by="name"):
		frappe.db.set_value("Sales Contract Plan Row", name, "milestone", new, update_modified=False)
	contract_customers.forget()
