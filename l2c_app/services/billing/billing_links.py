"""Plan Billing: which invoice bills which plan rows. The only link between plan and invoices.

The shares of an invoice always add up to its total (its contract's part of it). Native invoices are linked at their
submit, oldest unbilled rows first. Nothing here may stop a native document: callers in overrides isolate failures.
"""

from datetime import date

import frappe
from frappe.model.document import Document
from frappe.utils import getdate

from l2c_app.core import billing
from l2c_app.services.contract import contract_dates, contract_money, contract_state
from l2c_app.services.ledger import document_owners, recompute

PLAN, NATIVE = "Plan", "Native"


def drafts(contract: Document, *, besides: str = "") -> set[str]:
	"""Return the invoices of the plan that are not submitted yet. `besides`: one that is known to be submitted."""
	names = sorted({link.sales_invoice for link in contract.plan_billing} - {besides})
	if not names:
		return set()
	filters = {"name": ("in", names), "docstatus": 0}
	return set(frappe.get_all("Sales Invoice", filters=filters, pluck="name", order_by="name"))


def of_invoice(contract: Document, invoice: str) -> dict[str, int]:
	"""Return the units of each row on an invoice."""
	shares: dict[str, int] = {}
	for link in contract.plan_billing:
		if link.sales_invoice == invoice:
			shares[link.row_id] = shares.get(link.row_id, 0) + contract_money.in_units(link.amount, contract)
	return shares


def put(contract: Document, invoice: str, *, shares: dict[str, int], origin: str) -> None:
	"""Replace the links of an invoice. Does not save."""
	take_off(contract, invoice)
	for row_id, share in shares.items():
		amount = contract_money.stored(share, contract)
		link = {"row_id": row_id, "sales_invoice": invoice, "amount": amount, "origin": origin}
		contract.append("plan_billing", link)


def take_off(contract: Document, invoice: str) -> None:
	"""Remove the links of an invoice. Does not save."""
	contract.set("plan_billing", [link for link in contract.plan_billing if link.sales_invoice != invoice])


def mark_drafts(contract: Document) -> None:
	"""Show on each row the draft invoice that bills it. Does not save."""
	_show_drafts(contract, drafts(contract))


def _show_drafts(contract: Document, waiting: set[str]) -> None:
	draft_of = {
		link.row_id: link.sales_invoice for link in contract.plan_billing if link.sales_invoice in waiting
	}
	for row in contract.plan_rows:
		row.draft_invoice = draft_of.get(row.row_id)


def on_invoice_submit(invoice: Document, weights: document_owners.Weights) -> None:
	"""Link a submitted invoice to the plans of its contracts (`weights`), so that its shares add up to its total.

	Links made with the draft stay if they still do; an invoice that accounts changed or made natively is placed on
	the rows it was made for, then on the oldest rows with something left to bill.
	"""
	for name in sorted(weights):
		if name:
			_link(invoice, name, weights=weights)


def _link(invoice: Document, name: str, *, weights: document_owners.Weights) -> None:
	contract = contract_state.load_plan(name)
	units = contract_money.in_units(invoice.get("rounded_total") or invoice.grand_total, contract)
	total = document_owners.part_of(units, weights, name)
	shares, waiting = of_invoice(contract, invoice.name), drafts(contract, besides=invoice.name)
	if sum(shares.values()) != total:
		contract = _without(contract, invoice.name, linked=bool(shares))
		rows = contract_money.bill_rows(contract, waiting)
		parts = billing.place_oldest_first(total, rows, first=list(shares))
		put(contract, invoice.name, shares=parts, origin=PLAN if shares else NATIVE)
	_store(contract, waiting)


def _without(contract: Document, invoice: str, *, linked: bool) -> Document:
	"""Return the contract with its figures without an invoice, loaded again where they were read again."""
	if linked:
		take_off(contract, invoice)
		contract_state.save_plan(contract)
	# without a link it is billed to no row yet: then the figures are as they were before it
	itself = {("Sales Invoice", invoice), ("Sales Order", contract.sales_order)}
	if not (linked or contract.to_audit or recompute.pending(contract.name, besides=itself)):
		return contract
	recompute.recompute(contract.name)
	return contract_state.load_plan(contract.name)


def _store(contract: Document, waiting: set[str]) -> None:
	"""Bring what follows from the links up to date and store the plan. `waiting`: its draft invoices."""
	_show_drafts(contract, waiting)
	contract_dates.refresh(contract)
	contract_state.save_plan(contract)
	recompute.mark([contract.name])


def on_invoice_gone(invoice: str) -> None:
	"""Take a cancelled or deleted invoice off every plan: its rows may be billed again."""
	filters = {"sales_invoice": invoice, "parenttype": "Sales Contract"}
	parents = frappe.get_all("Plan Billing", filters=filters, pluck="parent", order_by="parent")
	for name in sorted(set(parents)):
		contract = contract_state.load_plan(name)
		take_off(contract, invoice)
		_store(contract, drafts(contract))


def schedule_parts(
	contract: Document, shares: dict[str, int], *, posting_date: date | str
) -> list[tuple[date | None, int]]:
	"""Return (due date, units) of an invoice's rows in the order in which advances pay them: advances first."""
	day = getdate(posting_date)
	rows = [row for row in contract.plan_rows if row.row_id in shares]
	dated = [(row, contract_dates.due_if_invoiced(row, day)) for row in rows]
	dated.sort(key=lambda pair: (pair[0].billing != "Advance", pair[1] is None, pair[1] or day))
	return [(due, shares[row.row_id]) for row, due in dated]
