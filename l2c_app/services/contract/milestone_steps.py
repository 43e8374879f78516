"""Signing a milestone off and taking that back: steps of whoever may write the contract, or of the finance managers.

Nothing here commits.
"""

from datetime import date

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, nowdate

from l2c_app.core import milestones as rules
from l2c_app.core import plan
from l2c_app.services.contract import contract_dates, contract_state
from l2c_app.services.errors import MilestoneRefused, refuse
from l2c_app.services.ledger import recompute

FINANCE_MANAGER = "Accounts Manager"


def release(contract: str, row_id: str, *, note: str, released_on: date | str | None = None) -> Document:
	"""Sign a milestone off: who, when and why are kept. Returns the contract. Raises MilestoneRefused, ContractStateError."""
	document, row = _row(contract, row_id)
	day = getdate(released_on or nowdate())
	if row.released_on or day > getdate(nowdate()) or not note.strip():
		refuse(
			MilestoneRefused,
			_("Row {0} cannot be signed off.").format(row_id),
			compared=_("Released on {0}, wanted for {1}.").format(row.released_on or "–", day),
			do=_("A row is signed off once, not before its day, with a note."),
		)
	row.released_on, row.released_by, row.release_note = day, frappe.session.user, note.strip()
	return _store(document)


def take_back(contract: str, row_id: str, *, note: str) -> Document:
	"""Undo a sign-off as long as no invoice bills the row. Returns the contract. Raises MilestoneRefused."""
	document, row = _row(contract, row_id)
	billed = any(link.row_id == row_id for link in document.plan_billing)
	if not row.released_on or billed or not note.strip():
		refuse(
			MilestoneRefused,
			_("The sign-off of row {0} cannot be taken back.").format(row_id),
			compared=_("Released on {0}, billed: {1}.").format(
				row.released_on or "–", _("Yes") if billed else _("No")
			),
			do=_("Cancel its invoice first, and say why."),
		)
	row.released_on = row.taken_back_on = None
	row.released_by = row.release_note = ""
	document.add_comment("Comment", _("Sign-off of row {0} taken back: {1}").format(row_id, note.strip()))
	return _store(document)


def _row(contract: str, row_id: str) -> tuple[Document, Document]:
	document = contract_state.load_newest(contract)
	document.check_permission("read")
	if FINANCE_MANAGER not in frappe.get_roles():
		document.check_permission("write")
	contract_state.require(document)
	row = next((row for row in document.plan_rows if row.row_id == row_id), None)
	if row is None or row.due_basis != plan.MILESTONE or row.milestone_type != rules.SIGN_OFF:
		refuse(
			MilestoneRefused,
			_("Row {0} does not wait for a sign-off.").format(row_id),
			do=_("Rows that wait for a delivery, a task or a project follow it by themselves."),
		)
	return document, row


def _store(contract: Document) -> Document:
	contract_dates.refresh(contract)
	contract_state.save(contract)
	recompute.mark([contract.name])
	return contract
