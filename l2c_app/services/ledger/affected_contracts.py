"""Which contracts a native document touches: those it names now, and those whose figures it was part of."""

from collections.abc import Iterable

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
	found |= _by_collection(names.get(PAYMENT, set()))
	for doctype, name in _references(names.get(PAYMENT, set()), names.get(JOURNAL, set())):
		names.setdefault(doctype, set()).add(name)
	return found | _of_orders(names.get(ORDER, set())) | of_invoices(names.get(INVOICE, set()))


def of_invoices(names: set[str]) -> set[str]:
	"""Return the contracts of invoices, by their own link, their orders and plan billing; of returns too."""
	if not names:
		return set()
	headers = frappe.get_all(
		INVOICE,
		filters={"name": ("in", list(names))},
		fields=["l2c_contract", "return_against"],
		order_by="name",
	)
	family = list(names | {row.return_against for row in headers if row.return_against})
	found = {row.l2c_contract for row in headers}
	found.update(
		_pluck("Plan Billing", "parent", {"sales_invoice": ("in", family), "parenttype": "Sales Contract"})
	)
	item, order = frappe.qb.DocType("Sales Invoice Item"), frappe.qb.DocType(ORDER)
	query = frappe.qb.from_(item).join(order).on(order.name == item.sales_order).select(order.l2c_contract)
	found.update(row[0] for row in query.distinct().where(item.parent.isin(family)).run())
	return {name for name in found if name}


def _remembered(names: set[str]) -> set[str]:
	found = _pluck("Contract Voucher", "contract", {"voucher_no": ("in", list(names))})
	return found | _pluck("Contract Voucher", "contract", {"against_no": ("in", list(names))})


def _by_collection(payments: set[str]) -> set[str]:
	if not payments:
		return set()
	collections = _pluck(
		PAYMENT, "l2c_collection", {"name": ("in", list(payments)), "l2c_collection": ("is", "set")}
	)
	if not collections:
		return set()
	return _pluck("Collection Allocation", "contract", {"parent": ("in", list(collections))})


def _references(payments: set[str], journals: set[str]) -> set[Voucher]:
	found: set[Voucher] = set()
	for doctype, parents, kind, name in (
		("Payment Entry Reference", payments, "reference_doctype", "reference_name"),
		("Journal Entry Account", journals, "reference_type", "reference_name"),
	):
		if parents:
			filters = {"parent": ("in", list(parents)), kind: ("in", [ORDER, INVOICE])}
			rows = frappe.get_all(doctype, filters=filters, fields=[kind, name], order_by="parent, idx")
			found.update((row[kind], row[name]) for row in rows)
	return found


def _of_orders(names: set[str]) -> set[str]:
	if not names:
		return set()
	return _pluck(ORDER, "l2c_contract", {"name": ("in", list(names)), "l2c_contract": ("is", "set")})


def _pluck(doctype: str, field: str, filters: dict) -> set[str]:
	return set(frappe.get_all(doctype, filters=filters, pluck=field, order_by="name"))
