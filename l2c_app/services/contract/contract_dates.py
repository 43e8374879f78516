"""When the rows of a contract's plan are due: the events they wait for are read from native documents."""

from datetime import date

import frappe
from frappe.model.document import Document
from frappe.query_builder.functions import Max, Sum
from frappe.utils import flt, getdate

from l2c_app.core import milestones as milestone_rules
from l2c_app.core import plan
from l2c_app.services.contract import milestones
from l2c_app.services.ledger.ledger_reads import INVOICE


def refresh(contract: Document) -> None:
	"""Set the due date of every plan row from the events that have happened so far. Does not save."""
	milestones.follow(contract)
	bases = {row.due_basis for row in contract.plan_rows}
	events = _events(contract, bases)
	first_invoice = _first_invoices(contract) if "Invoice" in bases else {}
	for row in contract.plan_rows:
		own = {"Invoice": first_invoice.get(row.row_id), plan.MILESTONE: _released_on(row)}
		row.due_date = plan.due_date(_rule(row), {**events, **own})


def _released_on(row: Document) -> date | None:
	days = (getdate(day) if day else None for day in (row.released_on, row.fixed_date))
	return milestone_rules.due_from(*days)


def due_if_invoiced(row: Document, day: date) -> date | None:
	"""Return the due date of a plan row as it will be once an invoice of `day` bills it."""
	if row.due_basis == "Invoice" and not row.due_date:
		return plan.due_date(_rule(row), {"Invoice": day})
	return getdate(row.due_date) if row.due_date else None


def _rule(row: Document) -> plan.DueRule:
	return plan.DueRule(
		row.due_basis,
		getdate(row.fixed_date) if row.fixed_date else None,
		int(row.offset_months or 0),
		int(row.offset_days or 0),
		bool(row.end_of_month),
		bool(row.after_month_end),
	)


def _events(contract: Document, bases: set[str]) -> dict[str, date | None]:
	events: dict[str, date | None] = {"Contract": getdate(contract.transaction_date)}
	if contract.sales_order and bases & {"Order", "Delivery"}:
		order = frappe.db.get_value(
			"Sales Order", contract.sales_order, ["transaction_date", "docstatus"], as_dict=True
		)
		if order and order.docstatus == 1:
			events["Order"] = getdate(order.transaction_date)
			events["Delivery"] = _delivered_on(contract.sales_order) if "Delivery" in bases else None
	return events


def _delivered_on(order: str) -> date | None:
	"""Return the day of the last delivery once every line of the order is delivered in full, else None."""
	ordered = frappe.get_all(
		"Sales Order Item", filters={"parent": order}, fields=["name", "qty"], order_by="idx"
	)
	delivered, last = _deliveries(order)
	if any(flt(delivered.get(line.name)) < flt(line.qty) for line in ordered):
		return None
	return getdate(last) if last else None


def _deliveries(order: str) -> tuple[dict[str, float], date | None]:
	"""Return delivered quantity by order line and the last delivery day; returns count negative.

	Goods leave by Delivery Notes, or by invoices that update the stock themselves.
	"""
	delivered: dict[str, float] = {}
	last: date | None = None
	for doctype, field in (("Delivery Note", "against_sales_order"), (INVOICE, "sales_order")):
		document, line = frappe.qb.DocType(doctype), frappe.qb.DocType(f"{doctype} Item")
		query = (
			frappe.qb.from_(line)
			.join(document)
			.on(document.name == line.parent)
			.where((document.docstatus == 1) & (line[field] == order))
			.groupby(line.so_detail)
			.select(line.so_detail, Sum(line.qty), Max(document.posting_date))
		)
		if doctype == INVOICE:
			query = query.where(document.update_stock == 1)
		for ordered, quantity, day in query.run():
			delivered[ordered] = delivered.get(ordered, 0) + flt(quantity)
			last = max(known for known in (last, getdate(day)) if known)
	return delivered, last


def _first_invoices(contract: Document) -> dict[str, date]:
	"""Return for each row the posting date of its first submitted invoice."""
	names = {link.sales_invoice for link in contract.plan_billing}
	if not names:
		return {}
	posted = frappe.get_all(
		INVOICE,
		filters={"name": ("in", list(names)), "docstatus": 1, "is_return": 0},
		fields=["name", "posting_date"],
		order_by="posting_date desc, name",
	)
	first: dict[str, date] = {}
	for invoice in posted:
		for link in contract.plan_billing:
			if link.sales_invoice == invoice.name:
				first[link.row_id] = getdate(invoice.posting_date)
	return first
