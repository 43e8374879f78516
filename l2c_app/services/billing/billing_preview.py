"""What the invoices of due rows would be: amounts, or why there would be none. Stores nothing but fresh figures.

Rows of one contract are judged in their order, each as if those before it were billed: the first one takes the
advances back, the next one does not take them again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import frappe
from frappe.model.document import Document

from l2c_app.core import billing as rules
from l2c_app.services.batch import steps
from l2c_app.services.billing import billing, billing_links
from l2c_app.services.contract import contract_money, milestones

SAVE_POINT = "l2c_judge"
REFUSALS = (frappe.ValidationError, frappe.PermissionError)


@dataclass(frozen=True)
class Judged:
	"""One row: the invoice that it would get, or the refusal. Amounts in contract currency."""

	row_id: str
	amount: float = 0
	advances: float = 0
	error: str = ""
	reason: str = ""


def judge(contract: str, row_ids: Sequence[str], *, posting_date: date) -> list[Judged]:
	"""Return one answer per row, in the order given. A refusal or an error is an answer; a deadlock is raised."""
	frappe.db.savepoint(SAVE_POINT)
	try:
		return _judge(contract, row_ids, posting_date=posting_date)
	except steps.AGAIN:
		raise
	except Exception as error:
		frappe.db.rollback(save_point=SAVE_POINT)
		if not isinstance(error, REFUSALS):
			title = "Due rows not judged"
			frappe.log_error(title=title, reference_doctype="Sales Contract", reference_name=contract)
		frappe.clear_messages()
		return [_refused(row_id, error) for row_id in row_ids]


def _judge(contract: str, row_ids: Sequence[str], *, posting_date: date) -> list[Judged]:
	document, order = billing.ready(contract)
	rows = contract_money.bill_rows(document, billing_links.drafts(document))
	outstanding = billing.outstanding_of(rows)
	answers = []
	for row_id in row_ids:
		try:
			root, bill = billing.what_to_bill(document, rows, row_id)
			milestones.require_released(document, root, posting_date)
			billing.build(document, order, outstanding=outstanding, bill=bill, day=posting_date)
		except steps.AGAIN:
			raise
		except REFUSALS as error:
			frappe.clear_messages()
			answers.append(_refused(row_id, error))
			continue
		rows = rules.after(rows, bill)
		answers.append(_planned(row_id, bill, document))
	return answers


def _planned(row_id: str, bill: rules.Bill, contract: Document) -> Judged:
	amounts = (contract_money.stored(units, contract) for units in (bill.total, bill.advances))
	return Judged(row_id, *amounts)


def _refused(row_id: str, error: Exception) -> Judged:
	return Judged(row_id, error=type(error).__name__, reason=str(error) or type(error).__name__)
