"""Going live: native orders and invoices that ran before become a Sales Contract with a plan, figures from their ledger.

Nothing native is rewritten but our own link fields. The dry run is the step itself, undone. Whoever may approve contracts,
or manages the accounts, adopts; each order and each named invoice must be readable. Nothing here commits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import fmt_money, getdate

from l2c_app.core import adoption as rules
from l2c_app.core import billing
from l2c_app.core.adoption import Case, Line
from l2c_app.core.money import exact
from l2c_app.services.batch import steps
from l2c_app.services.billing import billing_links
from l2c_app.services.contract import (
	adoption_draft,
	adoption_sources,
	contract_locks,
	contract_money,
	contract_state,
	order_state,
)
from l2c_app.services.contract.adoption_sources import Sources, total_of
from l2c_app.services.contract.all_or_nothing import all_or_nothing
from l2c_app.services.errors import AdoptionRefused, ApproverNeeded, refuse
from l2c_app.services.ledger import contract_customers, document_owners, recompute
from l2c_app.services.ledger.ledger_reads import INVOICE, ORDER

ADOPTED = "Adopted"
FINANCE_MANAGER = "Accounts Manager"
SAVE_POINT = "l2c_adopt_preview"
Link = tuple[str, str, str | None]
FIGURES = ("billed", "collected", "open_amount", "overdue_amount")
ROW_FIGURES = ("row_id", "label", "amount", "billing", "due_date", "status", *FIGURES)


@dataclass
class Result:
	"""What a case became or would become; amounts in its currency. `error` and `reason` if it is refused.

	`links`: the native documents that name the contract now, each with the contract that it named before.
	"""

	reference: str
	sales_order: str = ""
	contract: str = ""
	customer: str = ""
	currency: str = ""
	total: float = 0
	figures: dict[str, float] = field(default_factory=dict)
	rows: list[dict[str, Any]] = field(default_factory=list)
	differences: list[str] = field(default_factory=list)
	error: str = ""
	reason: str = ""
	links: list[Link] = field(default_factory=list)

	def as_dict(self) -> dict[str, Any]:
		"""Return the result as it is sent to the browser."""
		return asdict(self)


def require_adopter(user: str | None = None) -> None:
	"""Refuse whoever may neither approve contracts nor manages the accounts. Raises ApproverNeeded."""
	user = user or frappe.session.user
	if FINANCE_MANAGER in frappe.get_roles(user):
		return
	if not frappe.has_permission("Sales Contract", "submit", user=user):
		refuse(
			ApproverNeeded,
			_("Running documents are taken over by somebody who may approve contracts."),
			do=_("Ask a sales manager or an accounts manager."),
		)


def case_of(reference: str, lines: Sequence[Mapping[str, Any]]) -> Case:
	"""Return the case of typed lines. Raises AdoptionRefused for a cell that is no amount or no day."""
	try:
		return rules.case_of(reference, lines)
	except rules.UnreadableValue as error:
		refuse(
			AdoptionRefused,
			_("{0} of {1} cannot be read.").format(error.column, reference),
			compared=error.text,
			do=_("Write days as 2026-12-31 and amounts as 1234.50."),
		)


def preview(case: Case) -> Result:
	"""Return what `adopt` would make of a case, with every difference; a refusal is an answer. Stores nothing."""
	require_adopter()
	frappe.db.savepoint(SAVE_POINT)
	try:
		result = _adopt(case)
		result.contract = ""
	except steps.AGAIN:
		raise
	except frappe.ValidationError as error:
		frappe.clear_messages()
		result = Result(case.reference, case.sales_order, error=type(error).__name__, reason=str(error))
	frappe.db.rollback(save_point=SAVE_POINT)
	contract_customers.forget()
	return result


@all_or_nothing("l2c_adopt")
def adopt(case: Case) -> Result:
	"""Make the contract of a case: submitted, signed and active, its plan linked to its invoices. All or nothing.

	Raises ApproverNeeded, AdoptionRefused, ContractChangedMeanwhile, ReceivableAccountError and the plan's refusals.
	"""
	require_adopter()
	return _adopt(case)


def _adopt(case: Case) -> Result:
	sources = adoption_sources.read(case)
	if sources.stops:
		refuse(
			AdoptionRefused,
			_("{0} cannot be adopted.").format(case.reference),
			compared=" ".join(sources.stops),
		)
	if sources.order:
		contract_locks.lock_documents(ORDER, [sources.order.name])
	contract_locks.lock_documents(INVOICE, [invoice.name for invoice in sources.invoices])
	lines = _lines(case, sources)
	contract = adoption_draft.insert(case, sources, lines)
	links = _stamp(contract, sources)
	_link(contract, sources, lines)
	contract_customers.forget()
	recompute.mark([contract.name])
	recompute.flush()
	result = _result(case, sources, lines, frappe.get_doc("Sales Contract", contract.name))
	result.links = links
	return result


def _lines(case: Case, sources: Sources) -> list[Line]:
	due = sources.order.delivery_date if sources.order else None
	return rules.plan_of(
		case.lines,
		sources.billed(),
		total=exact(total_of(sources.order)) + sources.outside(),
		rest_due=getdate(due) if due else None,
	)


def _stamp(contract: Document, sources: Sources) -> list[Link]:
	"""Put our own link on the native documents, and nothing else. Returns them with what it was before."""
	links = []
	if sources.order:
		links.append(_name_on(sources.order, contract.name))
		contract.order_state = order_state.of_order(sources.order.status)
	for invoice in sources.invoices:
		owners = {name for name in document_owners.of_document(invoice) if name}
		if adoption_sources.is_outside(invoice) or owners == {contract.name}:
			links.append(_name_on(invoice, contract.name))
	return links


def _name_on(document: Document, contract: str) -> Link:
	before = document.get("l2c_contract")
	document.db_set("l2c_contract", contract, update_modified=False)
	return document.doctype, document.name, before


def _link(contract: Document, sources: Sources, lines: list[Line]) -> None:
	"""Give each invoice the rows that it bills: those that name it, then the oldest with something left to bill."""
	rows = contract_money.bill_rows(contract, set())
	for invoice in sources.invoices:
		units = contract_money.in_units(total_of(invoice), contract)
		total = document_owners.part_of(units, document_owners.of_document(invoice), contract.name)
		named = [
			row.row_id for row, line in zip(rows, lines, strict=True) if line.sales_invoice == invoice.name
		]
		shares = billing.place_oldest_first(total, rows, first=named)
		billing_links.put(contract, invoice.name, shares=shares, origin=ADOPTED)
		rows = billing.after(rows, billing.Bill(shares, 0))
	contract_state.save(contract)


def _result(case: Case, sources: Sources, lines: list[Line], contract: Document) -> Result:
	rows = {row.row_id: (exact(row.billed), exact(row.collected)) for row in contract.plan_rows}
	stated = [
		(row.row_id, line.billed, line.collected) for row, line in zip(contract.plan_rows, lines, strict=True)
	]
	figures = rules.differences(stated, rows)
	notes = (
		sources.notes
		+ _money_notes(contract)
		+ [_figure_text(figure, contract.currency) for figure in figures]
	)
	return Result(
		case.reference,
		contract.sales_order or "",
		contract.name,
		contract.party_name,
		contract.currency,
		contract.grand_total,
		{name: contract.get(name) for name in (*FIGURES, "credit_balance")},
		[{name: row.get(name) for name in ROW_FIGURES} for row in contract.plan_rows],
		notes,
	)


def _money_notes(contract: Document) -> list[str]:
	notes = []
	if contract.billed > contract.grand_total:
		text = _("Billed {0} of a total of {1} {2}.")
		notes.append(text.format(contract.billed, contract.grand_total, contract.currency))
	if contract.credit_balance:
		notes.append(
			_("{0} {1} of its money has no plan row.").format(contract.credit_balance, contract.currency)
		)
	if contract.approximate:
		notes.append(_("Its receivable account is in another currency: the figures are approximate."))
	return notes


def _figure_text(figure: rules.Figure, currency: str) -> str:
	texts = {
		"billed": _("{0}: {1} were billed as stated, {2} by the ledger."),
		"collected": _("{0}: {1} were paid as stated, {2} by the ledger."),
	}
	return texts[figure.name].format(
		figure.row_id,
		*(fmt_money(float(amount), currency=currency) for amount in (figure.stated, figure.found)),
	)
