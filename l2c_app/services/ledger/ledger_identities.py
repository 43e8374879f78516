"""What must hold between the native ledgers themselves, whatever a contract says; read for many customers at once."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

import frappe
from frappe.query_builder.functions import Count, Sum

from l2c_app.core.money import exact, from_minor, to_minor
from l2c_app.services.ledger import contract_customers
from l2c_app.services.ledger.ledger_amounts import money_unit
from l2c_app.services.ledger.ledger_reads import ORDER, PAYMENT

CHUNK = 1000
STORED_DIGITS = 6


def payment_differences(names: Collection[str]) -> list[dict[str, Any]]:
	"""Return the submitted payments whose open money the payment ledger tells otherwise (party account currency).

	For each payment: what it has on orders + what is unallocated = what the ledger holds of it against no other
	document. In 15 money on an order is a row against the order, in 16 one against the payment itself. Half a cent of
	company currency for each row is none: the host works open money of a foreign payment out of company currency again.
	"""
	found = []
	ordered = sorted(names)
	for start in range(0, len(ordered), CHUNK):
		found += _payment_differences(ordered[start : start + CHUNK])
	return found


def _payment_differences(names: list[str]) -> list[dict[str, Any]]:
	unit = money_unit()
	fields = ["name", "payment_type", "unallocated_amount", "source_exchange_rate", "target_exchange_rate"]
	filters = {"name": ("in", names), "docstatus": 1, "party_type": "Customer"}
	payments = frappe.get_all(PAYMENT, filters=filters, fields=fields, order_by="name")
	on_orders, held = _on_orders(names), _held(names)
	differences = []
	for row in payments:
		said = on_orders.get(row.name, Decimal(0)) + exact(row.unallocated_amount)
		sign, rate = (
			(-1, row.source_exchange_rate) if row.payment_type == "Receive" else (1, row.target_exchange_rate)
		)
		amount, count = held.get(row.name, (Decimal(0), 0))
		ledger = sign * amount
		if to_minor(said - ledger, unit) and not _host_rounded(said - ledger, exact(rate), count, unit):
			amounts = {"payment": _rounded(said, unit), "ledger": _rounded(ledger, unit)}
			differences.append({"voucher": row.name, **amounts})
	return differences


def _host_rounded(gap: Decimal, rate: Decimal, count: int, unit: Decimal) -> bool:
	"""Return whether a gap in foreign currency is what `count` amounts rounded in company currency may leave."""
	return rate != 1 and round(abs(gap) * rate, STORED_DIGITS) <= count * unit / 2


def _rounded(amount: Decimal, unit: Decimal) -> float:
	return float(from_minor(to_minor(amount, unit), unit))


def _on_orders(payments: list[str]) -> dict[str, Decimal]:
	reference = frappe.qb.DocType("Payment Entry Reference")
	query = (
		frappe.qb.from_(reference)
		.select(reference.parent, Sum(reference.allocated_amount))
		.where(reference.parent.isin(payments) & (reference.reference_doctype == ORDER))
		.groupby(reference.parent)
	)
	return {name: exact(amount or 0) for name, amount in query.run()}


def _held(payments: list[str]) -> dict[str, tuple[Decimal, int]]:
	"""Sum and count what the payments hold against orders or themselves; what they pay of other documents is spent."""
	entry = frappe.qb.DocType("Payment Ledger Entry")
	query = (
		frappe.qb.from_(entry)
		.select(entry.voucher_no, Sum(entry.amount_in_account_currency), Count("*"))
		.where((entry.delinked == 0) & (entry.voucher_type == PAYMENT) & entry.voucher_no.isin(payments))
		.where((entry.against_voucher_type == ORDER) | (entry.against_voucher_no == entry.voucher_no))
		.groupby(entry.voucher_no)
	)
	return {name: (exact(amount or 0), count) for name, amount, count in query.run()}


def ledger_differences() -> list[dict[str, Any]]:
	"""Return the contract customers whose payment ledger and general ledger differ, in company currency."""
	customers = sorted(contract_customers.customers())
	if not customers:
		return []
	unit = money_unit()
	payment, general = _payment_ledger(customers), _general_ledger(customers)
	return [
		{
			"company": key[0],
			"customer": key[1],
			"payment_ledger": payment.get(key, 0),
			"general_ledger": general.get(key, 0),
		}
		for key in sorted(payment.keys() | general.keys())
		if to_minor(payment.get(key, 0), unit) != to_minor(general.get(key, 0), unit)
	]


def _payment_ledger(customers: list[str]) -> dict[tuple[str, str], float]:
	entry = frappe.qb.DocType("Payment Ledger Entry")
	query = (
		frappe.qb.from_(entry)
		.select(entry.company, entry.party, Sum(entry.amount))
		.where((entry.delinked == 0) & (entry.party_type == "Customer") & entry.party.isin(customers))
		.groupby(entry.company, entry.party)
	)
	return {(company, party): amount or 0 for company, party, amount in query.run()}


def _general_ledger(customers: list[str]) -> dict[tuple[str, str], float]:
	entry = frappe.qb.DocType("GL Entry")
	query = (
		frappe.qb.from_(entry)
		.select(entry.company, entry.party, Sum(entry.debit) - Sum(entry.credit))
		.where((entry.is_cancelled == 0) & (entry.party_type == "Customer") & entry.party.isin(customers))
		.groupby(entry.company, entry.party)
	)
	return {(company, party): amount or 0 for company, party, amount in query.run()}
