"""The Sales Contract of documents that ran before: text, lines and team of its order, the plan as it is wanted."""

from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import flt, getdate, nowdate

from l2c_app.core import billing, plan
from l2c_app.core.adoption import Case, Line
from l2c_app.services.contract import activation, contract_drafts, contract_money, contract_state, orders
from l2c_app.services.contract.adoption_sources import Sources, total_of

LINE_FIELDS = (*orders.LINE_FIELDS, "rate", "amount", "delivery_date")


def insert(case: Case, sources: Sources, lines: list[Line]) -> Document:
	"""Insert and submit the contract: what was agreed before needs neither approval nor signature again."""
	contract = frappe.new_doc("Sales Contract")
	contract.update(_head(case, sources))
	_fill_lines(contract, sources)
	ids = plan.next_row_ids([], len(lines))
	contract.set("plan_rows", [_plan_row(line, row_id) for line, row_id in zip(lines, ids, strict=True)])
	contract.receivable_account = _receivable_account(contract, sources)
	contract.flags.ignore_permissions = True  # checked at the entry
	contract.flags[contract_state.BY_SERVICE] = True
	contract.flags[contract_state.BY_ADOPTION] = True
	contract.insert()
	contract.submit()
	return contract


def _head(case: Case, sources: Sources) -> dict[str, Any]:
	source, given = sources.head, case.head
	values = {name: source.get(name) for name in contract_drafts.HEADER_FIELDS if source.get(name)}
	agreed = given.get("contract_date") or source.get("transaction_date") or source.get("posting_date")
	outside = float(sources.outside())
	total = total_of(sources.order) + outside
	values |= {
		"customer": source.customer,
		"title": (given.get("title") or source.customer_name or "")[:140],
		"contract_owner": given.get("contract_owner") or frappe.session.user,
		"transaction_date": agreed,
		"start_date": given.get("start_date"),
		"end_date": given.get("end_date"),
		"source_doctype": source.doctype,
		"source_name": source.name,
		"net_total": source.net_total if sources.order else total,
		"total_taxes_and_charges": source.total_taxes_and_charges if sources.order else 0,
		"grand_total": total,
		"base_grand_total": contract_money.in_company_currency(
			total * flt(source.conversion_rate or 1), source.company
		),
		"adopted_outside": outside,
		"recoup_advances": billing.RECOUP_FIRST,
	}
	signed = {"signed_on": min(getdate(agreed), getdate(nowdate())), "signed_by": frappe.session.user}
	return values | signed | {"activated_on": nowdate(), "adopted_on": nowdate()}


def _fill_lines(contract: Document, sources: Sources) -> None:
	"""Take lines, taxes and team of the order; of invoices that bill no order only where there is no order."""
	documents = [sources.order] if sources.order else sources.invoices
	for document in documents:
		for line in document.items:
			values = {name: line.get(name) for name in LINE_FIELDS if line.get(name)}
			contract.append("items", {**values, "sales_order_item": line.name if sources.order else ""})
	if sources.order:
		contract.sales_order = sources.order.name
		taxes = [{name: tax.get(name) for name in orders.TAX_FIELDS} for tax in sources.order.taxes]
		contract.set("taxes", taxes)
	for member in sources.head.get("sales_team") or []:
		contract.append("sales_team", {name: member.get(name) for name in orders.TEAM_FIELDS})


def _plan_row(line: Line, row_id: str) -> dict[str, Any]:
	return {
		"row_id": row_id,
		"label": line.label[:140],
		"amount": float(line.amount or 0),
		"billing": line.billing,
		"with_row": line.with_row,
		"retention": int(line.retention),
		"due_basis": plan.FIXED_DATE if line.due_date else "Order",
		"fixed_date": line.due_date,
	}


def _receivable_account(contract: Document, sources: Sources) -> str:
	"""The account of the invoices that are there; the figures are exact in its currency."""
	accounts = [invoice.debit_to for invoice in sources.invoices]
	return accounts[-1] if accounts else activation.receivable_account(contract)
