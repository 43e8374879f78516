"""What a cash forecast is made of: open invoices, unbilled plan rows, the promises and disputes about them."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import frappe

from l2c_app.core.cash_forecast import Owing
from l2c_app.core.money import exact, to_minor
from l2c_app.core.names import NO_NAMES
from l2c_app.services.chasing import forecast_payers, receivables, row_promises
from l2c_app.services.chasing.forecast_payers import Payers
from l2c_app.services.chasing.receivables import Owed
from l2c_app.services.ledger.ledger_amounts import money_unit

CONTRACT = "Sales Contract"


@dataclass(frozen=True)
class Source:
	"""One open piece with the document it is on; `row_id` of an unbilled plan row."""

	doctype: str
	name: str
	customer: str
	owing: Owing
	row_id: str = ""


@dataclass
class _Said:
	"""What people said about an invoice: minor units promised and until when, disputed, and given up."""

	promised: int = 0
	promised_for: date | None = None
	disputed: int = 0
	given_up: int = 0
	deadline: date | None = None

	def promise(self, minor: int, day: date) -> None:
		"""Add a promise; of two days the later counts."""
		self.promised += minor
		self.promised_for = max(day, self.promised_for or day)


@dataclass
class _Talk:
	"""What is said about the invoices and plan rows of a company."""

	invoices: dict[str, _Said] = field(default_factory=dict)
	rows: dict[row_promises.Target, row_promises.Promised] = field(default_factory=dict)

	def of(self, invoice: str) -> _Said:
		"""Return what is said about an invoice."""
		return self.invoices.setdefault(invoice, _Said())


def read(company: str) -> tuple[list[Source], Payers]:
	"""Return every open piece of a company in company currency, and what is known of its payers."""
	payers, talk = forecast_payers.read(company), _talk(company)
	found = _unbilled(
		company, talk, payers
	)  # first: what is promised of a row and not on it is on its invoices
	_move_to_invoices(talk)
	for (customer, owner, _currency), pieces in receivables.owed(None).items():
		for piece in pieces if owner == company else ():
			if piece.due is not None:
				owing = _owing(piece, customer, talk.of(piece.document), payers)
				found.append(Source(receivables.INVOICE, piece.document, customer, owing))
	return found, payers


def _owing(piece: Owed, customer: str, said: _Said, payers: Payers) -> Owing:
	promised = min(said.promised, piece.open)
	said.promised -= promised
	disputed = min(said.disputed, piece.open - promised)
	said.disputed -= disputed
	given_up = min(said.given_up, piece.open - promised - disputed)
	said.given_up -= given_up
	payable = payers.payable.share * disputed / (disputed + given_up) if disputed + given_up else 1
	return Owing(
		piece.base,
		piece.due,
		payers.late_days(piece.document),
		piece.base * promised // piece.open,
		said.promised_for if promised else None,
		payers.kept_of(customer).share,
		piece.base * (disputed + given_up) // piece.open,
		said.deadline,
		payable,
		payers.paid_share(piece.due),
	)


def _talk(company: str) -> _Talk:
	talk, unit = _Talk(rows=row_promises.expected(company)), money_unit()
	filters = {"company": company, "status": "Open", "sales_invoice": ("is", "set")}
	fields = ["sales_invoice", "amount", "came", "promised_for"]
	for row in frappe.get_all("Promise to Pay", filters=filters, fields=fields, order_by="name"):
		left = max(0, to_minor(row.amount, unit) - to_minor(row.came, unit))
		talk.of(row.sales_invoice).promise(left, row.promised_for)
	fields = ["sales_invoice", "amount", "status", "deadline", "outcome_document"]
	filters = {"company": company, "status": ("in", ("Open", "Accepted"))}
	for row in frappe.get_all("Receivable Dispute", filters=filters, fields=fields, order_by="name"):
		said, amount = talk.of(row.sales_invoice), to_minor(row.amount, unit)
		if row.status == "Open":
			said.disputed += amount
			said.deadline = max((day for day in (said.deadline, row.deadline) if day), default=None)
		elif not row.outcome_document:
			said.given_up += amount
	return talk


def _move_to_invoices(talk: _Talk) -> None:
	"""Let what is promised of billed plan rows stand on their invoices, in the contract's currency as they are."""
	left = {target: promised for target, promised in talk.rows.items() if promised.left}
	filters = {"parent": ("in", sorted({name for name, _row in left}) or NO_NAMES), "parenttype": CONTRACT}
	fields = ["parent", "row_id", "sales_invoice"]
	for link in frappe.get_all("Plan Billing", filters=filters, fields=fields, order_by="parent, idx desc"):
		promised = left.pop((link.parent, link.row_id), None)
		if promised:
			talk.of(link.sales_invoice).promise(promised.left, promised.on)


def _unbilled(company: str, talk: _Talk, payers: Payers) -> list[Source]:
	"""Return what plan rows with a due date leave open and no invoice bills yet, at the rate of their contract."""
	unit, found = money_unit(), []
	for row in _plan_rows(company):
		billed = max(exact(0), exact(row.billed) - exact(row.credited) - exact(row.settled))
		left = to_minor(exact(row.open_amount) - min(exact(row.open_amount), billed), unit)
		if not left:
			continue
		promised, day = _take(talk, (row.contract, row.row_id), left)
		rate = exact(row.conversion_rate or 1)
		owing = Owing(
			round(left * rate),
			row.due_date,
			0,
			round(promised * rate),
			day,
			payers.kept_of(row.customer).share,
			paid_share=payers.paid_share(row.due_date),
		)
		found.append(Source(CONTRACT, row.contract, row.customer, owing, row.row_id))
	return found


def _take(talk: _Talk, target: row_promises.Target, most: int) -> tuple[int, date | None]:
	"""Take up to so much of what is promised of a plan row. Returns it and its day."""
	promised = talk.rows.get(target)
	if not promised:
		return 0, None
	part = min(promised.left, most)
	talk.rows[target] = row_promises.Promised(promised.left - part, promised.on, promised.promise)
	return part, promised.on if part else None


def _plan_rows(company: str) -> list[Any]:
	contract, row = frappe.qb.DocType(CONTRACT), frappe.qb.DocType("Sales Contract Plan Row")
	query = (
		frappe.qb.from_(row)
		.join(contract)
		.on((contract.name == row.parent) & (row.parenttype == CONTRACT))
		.select(row.row_id, row.due_date, row.open_amount, row.billed, row.credited, row.settled)
		.select(contract.name.as_("contract"), contract.customer, contract.conversion_rate)
		.where((contract.company == company) & (contract.docstatus == 1) & contract.activated_on.isnotnull())
		.where(contract.terminated_on.isnull() & row.due_date.isnotnull() & (row.open_amount > 0))
		.orderby(row.due_date, row.parent)
	)
	return query.run(as_dict=True)
