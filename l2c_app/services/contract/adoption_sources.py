"""The native documents of a contract that is to be adopted, read and judged. Nothing native is changed here."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, getdate

from l2c_app.core.adoption import Billed, Case
from l2c_app.core.money import exact
from l2c_app.services.contract import order_state
from l2c_app.services.ledger.ledger_reads import INVOICE, ORDER


@dataclass
class Sources:
	"""The order (or None), its submitted invoices and those named that bill no order, by posting date; returns left out.

	`stops`: texts of what forbids the adoption. `notes`: texts of what is only to be known.
	"""

	order: Document | None
	invoices: list[Document]
	stops: list[str] = field(default_factory=list)
	notes: list[str] = field(default_factory=list)

	@property
	def head(self) -> Document:
		"""The document that says who, where and in which currency."""
		return self.order or self.invoices[0]

	def outside(self) -> Decimal:
		"""Return the total of the invoices that bill no order."""
		return sum((invoice.total for invoice in self.billed() if not invoice.of_order), Decimal(0))

	def billed(self) -> list[Billed]:
		"""Return the invoices as the pure rules see them."""
		return [
			Billed(
				invoice.name,
				exact(total_of(invoice)),
				getdate(invoice.due_date) if invoice.due_date else None,
				not is_outside(invoice),
			)
			for invoice in self.invoices
		]


def total_of(document: Document | None) -> float:
	"""Return the total of an order or invoice (rounded where the host rounds), 0 without one."""
	return flt(document.get("rounded_total") or document.grand_total) if document else 0


def is_outside(invoice: Document) -> bool:
	"""Return whether an invoice bills no order, as opening invoices do."""
	return not any(line.sales_order for line in invoice.items)


def read(case: Case) -> Sources:
	"""Read what a case names, for the session user, who must be allowed to read it.

	Documents that do not exist or may not be read are stops like any other.
	"""
	stops: list[str] = []
	order = _load(ORDER, case.sales_order, stops) if case.sales_order else None
	named = [invoice for name in case.invoices if (invoice := _load(INVOICE, name, stops))]
	known = {invoice.name: invoice for invoice in named}
	for name in _invoices_of(order):
		known.setdefault(name, frappe.get_doc(INVOICE, name))
	posted = sorted(known.values(), key=lambda invoice: (getdate(invoice.posting_date), invoice.name))
	sources = Sources(order, posted, stops)
	if order or posted:
		_judge(case, sources)
	elif not stops:
		stops.append(_("It names neither an order nor an invoice."))
	return sources


def _load(doctype: str, name: str, stops: list[str]) -> Document | None:
	if not frappe.db.exists(doctype, name):
		stops.append(_("{0} {1} does not exist.").format(_(doctype), name))
		return None
	document = frappe.get_doc(doctype, name)
	if not document.has_permission("read"):
		stops.append(_("{0} {1} may not be read by {2}.").format(_(doctype), name, frappe.session.user))
		return None
	return document


def _invoices_of(order: Document | None) -> list[str]:
	if not order:
		return []
	line, invoice = frappe.qb.DocType("Sales Invoice Item"), frappe.qb.DocType(INVOICE)
	query = (
		frappe.qb.from_(line).join(invoice).on(invoice.name == line.parent).select(invoice.name).distinct()
	)
	rows = query.where(
		(line.sales_order == order.name) & (invoice.docstatus == 1) & (invoice.is_return == 0)
	).run()
	return sorted(row[0] for row in rows)


def _judge(case: Case, sources: Sources) -> None:
	sources.stops += [_("Its lines differ in {0}.").format(column) for column in case.conflicts]
	if sources.order:
		_judge_order(sources)
	for invoice in sources.invoices:
		_judge_invoice(invoice, sources)
	owner = case.head.get("contract_owner")
	if owner and not frappe.db.exists("User", {"name": owner, "enabled": 1}):
		sources.stops.append(_("User {0} does not exist or is disabled.").format(owner))
	disabled = frappe.db.get_value("Customer", sources.head.customer, "disabled")
	if disabled:
		sources.stops.append(_("Customer {0} is disabled.").format(sources.head.customer))
	drafts = _drafts_of(sources.order)
	if drafts:
		text = _("Draft invoices join the contract when they are submitted: {0}.")
		sources.notes.append(text.format(", ".join(drafts)))


def _judge_order(sources: Sources) -> None:
	order = sources.order
	if order.docstatus != 1:
		state = _("Cancelled") if order.docstatus == 2 else _("Draft")
		sources.stops.append(_("Sales Order {0} is not submitted: {1}.").format(order.name, state))
	if order.get("l2c_contract"):
		text = _("{0} {1} is in contract {2} already.")
		sources.stops.append(text.format(_(ORDER), order.name, order.l2c_contract))
	if order_state.of_order(order.status):
		text = _("Sales Order {0} is {1}: what is not billed stays so until it is opened again.")
		sources.notes.append(text.format(order.name, _(order.status)))


def _judge_invoice(invoice: Document, sources: Sources) -> None:
	head, name = sources.head, invoice.name
	if invoice.docstatus != 1 or invoice.is_return:
		sources.stops.append(_("{0} is no submitted invoice.").format(name))
	elsewhere = {line.sales_order for line in invoice.items if line.sales_order}
	if sources.order:
		elsewhere.discard(sources.order.name)
	if elsewhere and (not sources.order or not _bills(invoice, sources.order.name)):
		text = _("{0} bills another order: {1}.")
		sources.stops.append(text.format(name, ", ".join(sorted(elsewhere))))
	elif elsewhere:
		text = _("{0} bills other orders as well; only its part counts here: {1}.")
		sources.notes.append(text.format(name, ", ".join(sorted(elsewhere))))
	taken = invoice.get("l2c_contract") or _in_plan(name) if is_outside(invoice) else None
	if taken:
		sources.stops.append(_("{0} {1} is in contract {2} already.").format(_(INVOICE), name, taken))
	for label, found, wanted in _compared(invoice, head):
		if found != wanted:
			text = _("{0} of {1} is {2}, of {3} it is {4}.")
			sources.stops.append(text.format(label, name, found, head.name, wanted))


def _bills(invoice: Document, order: str) -> bool:
	return any(line.sales_order == order for line in invoice.items)


def _compared(invoice: Document, head: Document) -> list[tuple[str, Any, Any]]:
	labels = {"customer": _("Customer"), "company": _("Company"), "currency": _("Currency")}
	return [(label, invoice.get(field), head.get(field)) for field, label in labels.items()]


def _in_plan(invoice: str) -> str | None:
	return frappe.db.get_value(
		"Plan Billing", {"sales_invoice": invoice, "parenttype": "Sales Contract"}, "parent"
	)


def _drafts_of(order: Document | None) -> list[str]:
	if not order:
		return []
	filters = {"sales_order": order.name, "docstatus": 0, "parenttype": INVOICE}
	found = frappe.get_all("Sales Invoice Item", filters=filters, pluck="parent", order_by="parent")
	return sorted(set(found))
