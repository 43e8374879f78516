"""Which contracts a native document touches: those it names now, and those whose figures it was part of."""

from collections.abc import Iterable
from typing import Any

import frappe

from l2c_app.services.ledger.ledger_reads import INVOICE, JOURNAL, ORDER, PAYMENT

Voucher = tuple[str, str]


def of_vouchers(vouchers: Iterable[Voucher]) -> set[str]:
	"""Return the contracts of native documents, given as (doctype, name), with a fixed number of queries.

	An advance that moved to another order's invoice no longer names the first order anywhere; the vouchers
	remembered at the last recompute do.
	"""
	names: dict[str, set[str]] = {}
	for doctype, name in vouchers:
		names.setdefault(doctype, set()).add(name)
	if not names:
		return set()
	found = _remembered(set().union(*names.values()))
	collected, references = _of_payments(names.get(PAYMENT, set()))
	found |= collected
	for doctype, name in references | _of_journals(names.get(JOURNAL, set())):
		names.setdefault(doctype, set()).add(name)
	invoices = _invoices(names.get(INVOICE, set()))
	found.update(name for row in invoices for name in (row.own, row.of_order, row.of_plan) if name)
	return found | _of_orders(names.get(ORDER, set()) - {row.sales_order for row in invoices})


def _invoices(names: set[str]) -> list[Any]:
	"""Return invoices, and those that they return, with the contracts that their links, orders and plan billing name."""
	rows = _lines(names)
	return rows + _lines({row.return_against for row in rows if row.return_against} - names)


def _lines(names: set[str]) -> list[Any]:
	if not names:
		return []
	invoice, item = frappe.qb.DocType(INVOICE), frappe.qb.DocType("Sales Invoice Item")
	order, billing = frappe.qb.DocType(ORDER), frappe.qb.DocType("Plan Billing")
	query = (
		frappe.qb.from_(invoice)
		.left_join(item)
		.on(item.parent == invoice.name)
		.left_join(order)
		.on(order.name == item.sales_order)
		.left_join(billing)
		.on((billing.sales_invoice == invoice.name) & (billing.parenttype == "Sales Contract"))
		.select(invoice.return_against, item.sales_order, invoice.l2c_contract.as_("own"))
		.select(order.l2c_contract.as_("of_order"), billing.parent.as_("of_plan"))
	)
	return query.distinct().where(invoice.name.isin(list(names))).run(as_dict=True)


def _remembered(names: set[str]) -> set[str]:
	voucher = frappe.qb.DocType("Contract Voucher")
	query = frappe.qb.from_(voucher).select(voucher.contract).distinct()
	named = list(names)
	rows = query.where(voucher.voucher_no.isin(named) | voucher.against_no.isin(named)).run()
	return {row[0] for row in rows}


def _of_payments(names: set[str]) -> tuple[set[str], set[Voucher]]:
	"""Return the contracts that the Collections of payments ask for, and the orders and invoices that they name."""
	if not names:
		return set(), set()
	payment, row = frappe.qb.DocType(PAYMENT), frappe.qb.DocType("Payment Entry Reference")
	ask = frappe.qb.DocType("Collection Allocation")
	query = (
		frappe.qb.from_(payment)
		.left_join(row)
		.on((row.parent == payment.name) & row.reference_doctype.isin([ORDER, INVOICE]))
		.left_join(ask)
		.on(ask.parent == payment.l2c_collection)
		.select(row.reference_doctype, row.reference_name, ask.contract)
	)
	rows = query.distinct().where(payment.name.isin(list(names))).run()
	contracts = {contract for _kind, _name, contract in rows if contract}
	return contracts, {(kind, name) for kind, name, _contract in rows if name}


def _of_journals(names: set[str]) -> set[Voucher]:
	"""Return the orders and invoices that journal entries name."""
	if not names:
		return set()
	filters = {"parent": ("in", list(names)), "reference_type": ("in", [ORDER, INVOICE])}
	fields = ["reference_type", "reference_name"]
	rows = frappe.get_all("Journal Entry Account", filters=filters, fields=fields, order_by="parent, idx")
	return {(row.reference_type, row.reference_name) for row in rows}


def _of_orders(names: set[str]) -> set[str]:
	if not names:
		return set()
	return _pluck(ORDER, "l2c_contract", {"name": ("in", list(names)), "l2c_contract": ("is", "set")})


def _pluck(doctype: str, field: str, filters: dict) -> set[str]:
	return set(frappe.get_all(doctype, filters=filters, pluck=field, order_by="name"))
