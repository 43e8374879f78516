"""Whose orders and invoices are: the contracts of native documents with the weight of their share.

A line of an invoice belongs to the contract of its order, and to nobody if that order has none. Only a line without any
order follows the contract that the invoice, or the one it returns, names; an invoice of several contracts names none.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import frappe

from l2c_app.core.money import exact, split_by_weights
from l2c_app.services.ledger import ledger_reads
from l2c_app.services.ledger.ledger_reads import INVOICE, ORDER

NOBODY = ""
Weights = dict[str, Decimal]


class Owner(NamedTuple):
	"""The contract of an order."""

	contract: str
	customer: str | None


Orders = dict[str, Owner | None]


def owners(documents: Collection[str]) -> dict[str, Weights]:
	"""Return the contracts of orders and of submitted invoices, each with the weight of its share."""
	if not documents:
		return {}
	filters = {"name": ("in", list(documents)), "l2c_contract": ("is", "set")}
	rows = frappe.get_all(ORDER, filters=filters, fields=["name", "l2c_contract"], order_by="name")
	found: dict[str, Weights] = {row.name: {row.l2c_contract: Decimal(1)} for row in rows}
	return found | of_invoices(ledger_reads.invoices_by_order(sorted(documents)))


def of_invoices(rows: Collection[Any]) -> dict[str, Weights]:
	"""Return per invoice (rows of `ledger_reads.invoices_by_order`) the contracts that share it; "" stands for none."""
	invoices = {row.name: row for row in rows}
	sums: dict[str, Weights] = {name: defaultdict(Decimal) for name in invoices}
	for row in rows:
		original = invoices.get(row.return_against)
		named = row.l2c_contract or (original.l2c_contract if original else None)
		sums[row.name][_of_line(row.sales_order, row.of_order, named)] += exact(row.net_amount)
	return {name: _absolute(weights) for name, weights in sums.items()}


def orders_of(invoice: Any) -> Orders:
	"""Return for each order that an invoice bills its contract with its customer, None where it has none."""
	orders: Orders = {line.sales_order: None for line in invoice.items if line.sales_order}
	if orders:
		order, contract = frappe.qb.DocType(ORDER), frappe.qb.DocType("Sales Contract")
		query = frappe.qb.from_(order).join(contract).on(contract.name == order.l2c_contract)
		query = query.select(order.name, contract.name, contract.customer)
		for name, *owner in query.where(order.name.isin(sorted(orders))).run():
			orders[name] = Owner(*owner)
	return orders


def of_document(invoice: Any, *, orders: Orders | None = None) -> Weights:
	"""Return the contracts that share one invoice as it stands in memory, saved or not; "" stands for none.

	`orders`: its orders as `orders_of` has read them in this transaction already; an order that is missing is read.
	"""
	if orders is None or any(line.sales_order and line.sales_order not in orders for line in invoice.items):
		orders = orders_of(invoice)
	contract_of = {name: owner.contract for name, owner in orders.items() if owner}
	named = invoice.get("l2c_contract")
	if not named and invoice.get("return_against"):
		named = frappe.db.get_value(INVOICE, invoice.return_against, "l2c_contract")
	sums: Weights = defaultdict(Decimal)
	for line in invoice.items:
		owner = _of_line(line.sales_order, contract_of.get(line.sales_order), named)
		sums[owner] += exact(line.net_amount)
	return _absolute(sums)


def part_of(minor: int, weights: Mapping[str, Decimal], contract: str) -> int:
	"""Return a contract's part of an amount of an invoice; the parts of all sharers add up to it (largest remainder)."""
	if len(weights) == 1:
		return minor
	sharers = sorted(weights)
	values = [weights[sharer] for sharer in sharers]
	parts = split_by_weights(minor, values if any(values) else [1] * len(values))
	return parts[sharers.index(contract)]


def _of_line(order: str | None, contract_of_order: str | None, named: str | None) -> str:
	return (contract_of_order if order else named) or NOBODY


def _absolute(weights: Weights) -> Weights:
	"""A return weighs like what it takes back."""
	return {owner: abs(weight) for owner, weight in weights.items()}
