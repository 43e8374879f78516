"""Bank lines that nobody has matched yet and that may be a customer's money. They hold a message back, nothing more.

Looser than matching: the payer's name, account or an invoice number, or exactly the amount of an open piece or of all
that is overdue, is enough to wait and to say which line.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import frappe

from l2c_app.core.matching import Item, Line, Matcher
from l2c_app.core.money import to_minor
from l2c_app.services.chasing.receivables import Key, Owed
from l2c_app.services.ledger.ledger_amounts import money_unit


def suspects(owed: Mapping[Key, Sequence[Owed]]) -> dict[Key, str]:
	"""Return the bank line that may be the payment of each key, where there is one. Four queries for all."""
	lines = _lines({company for _customer, company, _currency in owed})
	if not lines:
		return {}
	customers = {customer for customer, _company, _currency in owed}
	names, accounts = _names(customers), _accounts(customers)
	found: dict[Key, str] = {}
	for company, rows in lines.items():
		keys = {key: pieces for key, pieces in owed.items() if key[1] == company}
		found.update(_by_amount(keys, rows))
		found.update(_by_matcher(keys, rows, names, accounts))
	return found


def _by_matcher(
	keys: Mapping[Key, Sequence[Owed]],
	rows: Sequence[Line],
	names: Sequence[tuple[str, str]],
	accounts: Mapping[str, str],
) -> dict[Key, str]:
	items = [
		Item(f"{piece.document} {place}", key[0], piece.open, key[2], piece.due, (piece.document,))
		for key, pieces in keys.items()
		for place, piece in enumerate(pieces)
		if piece.due
	]
	matches = Matcher(items, names=names, accounts=accounts).match(rows)
	by_line = {row.key: row for row in rows}
	found = {}
	for match in matches:
		owner = match.customer or _named(names, by_line[match.line])
		for key in keys:
			if owner == key[0] and by_line[match.line].currency == key[2]:
				found[key] = match.line
	return found


def _named(names: Sequence[tuple[str, str]], line: Line) -> str | None:
	"""Return the only customer whose name stands in the line."""
	said = f"{line.payer} {line.text}".casefold()
	owners = {customer for name, customer in names if len(name) > 3 and name.casefold() in said}
	return owners.pop() if len(owners) == 1 else None


def _by_amount(keys: Mapping[Key, Sequence[Owed]], rows: Sequence[Line]) -> dict[Key, str]:
	by_amount: dict[tuple[str, int], set[Key]] = defaultdict(set)
	for key, pieces in keys.items():
		for amount in {piece.open for piece in pieces} | {sum(piece.open for piece in pieces)}:
			by_amount[key[2], amount].add(key)
	found = {}
	for row in rows:
		fitting = by_amount.get((row.currency, row.amount), set())
		if len(fitting) == 1:  # an amount that many owe points at nobody
			found[next(iter(fitting))] = row.key
	return found


def _lines(companies: Collection[str]) -> dict[str, list[Line]]:
	"""Return the incoming lines with money that nothing was matched to, per company."""
	rows = frappe.get_all(
		"Bank Transaction",
		filters={
			"docstatus": 1,
			"status": "Unreconciled",
			"company": ("in", sorted(companies) or [""]),
			"deposit": (">", 0),
			"unallocated_amount": (">", 0),
		},
		fields=[
			"name",
			"company",
			"currency",
			"description",
			"reference_number",
			"bank_party_name",
			"bank_party_account_number",
			"bank_party_iban",
			"unallocated_amount",
		],
		order_by="date, name",
	)
	unit, found = money_unit(), defaultdict(list)
	for row in rows:
		line = Line(
			row.name,
			to_minor(row.unallocated_amount, unit),
			row.currency,
			f"{row.description or ''} {row.reference_number or ''}",
			row.bank_party_name or "",
			row.bank_party_iban or row.bank_party_account_number or "",
		)
		found[row.company].append(line)
	return dict(found)


def _names(customers: Collection[str]) -> list[tuple[str, str]]:
	filters = {"name": ("in", sorted(customers) or [""])}
	rows = frappe.get_all("Customer", filters=filters, fields=["name", "customer_name"], order_by="name")
	return [(row.customer_name, row.name) for row in rows]


def _accounts(customers: Collection[str]) -> dict[str, str]:
	filters = {"party_type": "Customer", "party": ("in", sorted(customers) or [""])}
	fields = ["party", "iban", "bank_account_no"]
	found: dict[str, str] = {}
	rows: list[Any] = frappe.get_all("Bank Account", filters=filters, fields=fields, order_by="name")
	for row in rows:
		found.update({number: row.party for number in (row.iban, row.bank_account_no) if number})
	return found
