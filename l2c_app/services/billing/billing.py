"""Billing the plan of a contract: rows that are due become native Sales Invoices.

The invoice of a row = its own amount + advances taken back + rows billed with it − what is billed; all invoices
together are the order's total. Permission: create on Sales Invoice and read on the contract; the invoice is made
with the user's native rights. Nothing here commits. Each call recomputes the contract from the ledger first.
"""

from dataclasses import dataclass
from datetime import date

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, nowdate

from l2c_app.core import billing
from l2c_app.core.money import from_minor
from l2c_app.services.billing import billing_links, contract_advances, due_rows, plan_invoices
from l2c_app.services.contract import (
	contract_checks,
	contract_money,
	contract_state,
	milestones,
	orders,
)
from l2c_app.services.contract.all_or_nothing import all_or_nothing
from l2c_app.services.errors import DraftInvoiceExists, PlanNotInStep, RowNotBillable, refuse
from l2c_app.services.ledger import recompute

SAVE_POINT = "l2c_bill_row"


@dataclass(frozen=True)
class Billed:
	"""What became of one row of a batch: an invoice, or the reason why not."""

	contract: str
	row_id: str
	invoice: str = ""
	error: str = ""
	message: str = ""
	refused: bool = False

	def as_dict(self) -> dict[str, str | bool]:
		"""Return the result as it is sent to the browser."""
		return dict(self.__dict__)


@all_or_nothing("l2c_bill")
def bill_row(
	contract: str,
	row_id: str,
	*,
	posting_date: date | str | None = None,
	submit: bool | None = None,
	approved: bool = False,
) -> str:
	"""Make the invoice of a plan row, as a draft or submitted as L2C Settings say (or `submit`). Returns its name.

	`approved`: a run's named approver, whose rights the run has checked, is the session's user; what User Permissions
	hide from that person does not stop the run.

	Raises ContractStateError, ContractCompanyError, ContractPartyError, NoLiveOrder, PlanNotInStep, RowNotBillable,
	DraftInvoiceExists, NoExchangeRate, StockNotDelivered, SameRateStops, InvoiceMissesRow and whatever the host
	refuses. All or nothing.
	"""
	frappe.has_permission("Sales Invoice", "create", throw=True)
	document, order = ready(contract, approved=approved)
	rows = contract_money.bill_rows(document, billing_links.drafts(document))
	root, bill = what_to_bill(document, rows, row_id)
	day = getdate(posting_date or nowdate())
	milestones.require_released(document, root, day)
	invoice = _make(document, order, rows=rows, bill=bill, day=day, approved=approved)
	got = plan_invoices.total_of(invoice, contract_money.stored_unit(document))
	_record(document, invoice.name, rows=rows, bill=bill, root=root, got=got)
	if orders.settings_flag("submit_invoices") if submit is None else submit:
		invoice.submit()
	return invoice.name


@all_or_nothing("l2c_bill_amount")
def bill_amount(contract: str, units: int) -> str:
	"""Make the draft invoice of an amount (stored units), on the oldest rows with something left to bill. Returns its name.

	For a contract that ends: rows need not be due or released. Raises what `bill_row` raises.
	"""
	frappe.has_permission("Sales Invoice", "create", throw=True)
	document, order = ready(contract)
	rows = contract_money.bill_rows(document, billing_links.drafts(document))
	parts = billing.place_oldest_first(units, rows)
	bill = billing.Bill(parts, sum(parts.get(row.row_id, 0) for row in rows if not row.root))
	day = getdate(nowdate())
	invoice = _make(document, order, rows=rows, bill=bill, day=day, approved=False)
	got = plan_invoices.total_of(invoice, contract_money.stored_unit(document))
	_record(document, invoice.name, rows=rows, bill=bill, root=next(iter(parts)), got=got)
	return invoice.name


def bill_due_rows(
	*, contract: str | None = None, company: str | None = None, today: date | str | None = None
) -> list[Billed]:
	"""Bill every row that is due on `today` (site date by default) of one contract or of a company's contracts.

	Each row stands alone: a refusal is a result with its error class and text, nothing else is undone by it.
	"""
	frappe.has_permission("Sales Invoice", "create", throw=True)
	day = getdate(today or nowdate())
	return [
		bill_isolated(row.parent, row.row_id, posting_date=day)
		for row in due_rows.find(contract=contract, company=company, today=day)
		if not row.draft_invoice
	]


def bill_isolated(
	contract: str,
	row_id: str,
	*,
	posting_date: date,
	submit: bool | None = None,
	approved: bool = False,
	again: tuple[type[Exception], ...] = (frappe.QueryDeadlockError,),
) -> Billed:
	"""Bill a row; a refusal or an error undoes only that. What is in `again` is passed on: the caller begins again."""
	frappe.db.savepoint(SAVE_POINT)
	try:
		invoice = bill_row(contract, row_id, posting_date=posting_date, submit=submit, approved=approved)
		return Billed(contract, row_id, invoice=invoice)
	except again:
		raise
	except Exception as error:
		frappe.db.rollback(save_point=SAVE_POINT)
		refused = isinstance(error, frappe.ValidationError | frappe.PermissionError)
		if not refused:
			frappe.log_error(
				title="Plan row not billed", reference_doctype="Sales Contract", reference_name=contract
			)
		frappe.clear_messages()
		return Billed(contract, row_id, error=type(error).__name__, message=str(error), refused=refused)


def ready(contract: str, *, approved: bool = False) -> tuple[Document, Document]:
	"""Return the locked contract with figures of now, and its submitted order whose total is that of the plan."""
	contract_state.load_newest(contract)
	recompute.recompute(contract)
	document = contract_state.load(contract)
	if not approved:
		document.check_permission("read")
	contract_state.require(document, running=True)
	contract_checks.open_customer(document.customer)
	contract_checks.check_company(document)
	order = orders.submitted(document)
	total = orders.total_with_outside(document, order)
	if not orders.totals_in_step(document, total):
		_refuse_step(document, order, total)
	return document, order


def _refuse_step(contract: Document, order: Document, total: float) -> None:
	rows = sum(contract_money.in_units(row.amount, contract) for row in contract.plan_rows)
	refuse(
		PlanNotInStep,
		_("The plan rows do not add up to the order any more."),
		compared=_("Order {0} {1}, rows {2} {3}.").format(
			order.name, total, from_minor(rows, contract_money.stored_unit(contract)), contract.currency
		),
		do=_("Revise the contract so that the plan follows the order."),
	)


def _root(contract: Document, rows: list[billing.BillRow], row_id: str) -> str:
	"""Return the row whose invoice bills `row_id`; refuse rows that cannot be billed, or are on a draft."""
	row = next((row for row in rows if row.row_id == row_id), None)
	if row is None or not row.root:
		refuse(
			RowNotBillable,
			_("Row {0} has no invoice of its own.").format(row_id),
			do=_("Advances are taken back by the invoices of the other rows; choose one of those."),
		)
	drafted = {r.row_id: r.draft_invoice for r in contract.plan_rows if r.draft_invoice}
	group = [r.row_id for r in rows if r.root == row.root]
	waiting = next((drafted[key] for key in group if key in drafted), None)
	if waiting:
		refuse(
			DraftInvoiceExists,
			_("Row {0} is on a draft invoice already.").format(row_id),
			compared=_("Draft {0}.").format(waiting),
			do=_("Submit or delete that draft first."),
		)
	return row.root


def what_to_bill(contract: Document, rows: list[billing.BillRow], row_id: str) -> tuple[str, billing.Bill]:
	"""Return the row whose invoice bills `row_id`, and what that invoice bills. Raises RowNotBillable, DraftInvoiceExists."""
	root = _root(contract, rows, row_id)
	bill = billing.bill_of(root, rows, recoup=contract.recoup_advances)
	if not bill.total:
		refuse(RowNotBillable, _("Nothing of row {0} is left to bill.").format(row_id))
	return root, bill


def build(
	contract: Document,
	order: Document,
	*,
	outstanding: int,
	bill: billing.Bill,
	day: date,
	approved: bool = False,
) -> Document:
	"""Return the unsaved invoice of a bill out of `outstanding` units of the order; stores nothing."""
	wanted = plan_invoices.Wanted(bill.total, outstanding, contract_money.stored_unit(contract))
	account = contract.receivable_account
	return plan_invoices.build(
		order, wanted, posting_date=day, receivable_account=account, ignore_permissions=approved
	)


def outstanding_of(rows: list[billing.BillRow]) -> int:
	"""Return what is not billed of the order, in units."""
	return sum(row.amount - row.billed for row in rows)


def _make(
	contract: Document,
	order: Document,
	*,
	rows: list[billing.BillRow],
	bill: billing.Bill,
	day: date,
	approved: bool,
) -> Document:
	outstanding = outstanding_of(rows)
	invoice = build(contract, order, outstanding=outstanding, bill=bill, day=day, approved=approved)
	invoice.flags.ignore_permissions = approved  # the run's approver was checked, see bill_row
	pulled = contract_advances.pull(invoice, contract, limit=bill.advances)
	if invoice.party_account_currency == invoice.currency:
		_set_schedule(invoice, contract, bill=bill, pulled=pulled)
	invoice.insert()
	return invoice


def _set_schedule(invoice: Document, contract: Document, *, bill: billing.Bill, pulled: int) -> None:
	"""One schedule row for each due date, after advances; the last one takes what the total misses of the plan."""
	unit = contract_money.stored_unit(contract)
	day = getdate(invoice.posting_date)
	parts = billing_links.schedule_parts(contract, dict(bill.parts), posting_date=day)
	off = plan_invoices.total_of(invoice, unit) - bill.total
	parts[-1] = (parts[-1][0], parts[-1][1] + off)
	dates = billing.invoice_schedule(parts, pulled=pulled, posting_date=day)
	schedule = [{"due_date": due, "payment_amount": float(from_minor(amount, unit))} for due, amount in dates]
	invoice.set("payment_schedule", schedule)
	invoice.due_date = max((due for due, _amount in dates), default=day)


def _record(
	contract: Document, invoice: str, *, rows: list[billing.BillRow], bill: billing.Bill, root: str, got: int
) -> None:
	"""Link the invoice to its rows; a cent that the host's taxes missed moves to the last unbilled row."""
	shares = dict(bill.parts)
	taker = root if root in shares else list(shares)[-1]
	shares[taker] += got - bill.total
	amounts = {row.row_id: row.amount for row in billing.take_figure(rows, bill, root=taker, got=got)}
	for row in contract.plan_rows:
		row.amount = contract_money.stored(amounts[row.row_id], contract)
	billing_links.put(contract, invoice, shares=shares, origin=billing_links.PLAN)
	billing_links.mark_drafts(contract)
	contract_state.save(contract)
	recompute.mark([contract.name])
