"""Bank lines that nobody has matched yet and that may be a customer's money. They hold a message back, nothing more.

Who paid a line is what matching itself would say, over all customers of the company; where it names nobody, the amount
of an open piece or of all that is open points at the only customer who owes it. Looking at every line is work for the
hourly job and for runs: a ledger door only asks whether the line that was found last is still there.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import frappe
from frappe.query_builder.functions import Count, Max, Sum

from l2c_app.core.money import to_minor
from l2c_app.core.names import NO_NAMES
from l2c_app.services.chasing import receivables
from l2c_app.services.chasing.receivables import Key, Owed
from l2c_app.services.ledger.ledger_amounts import money_unit
from l2c_app.services.receipt import bank_guesses, bank_reads


def suspects(companies: Collection[str] | None = None) -> dict[Key, str]:
	"""Return the oldest bank line that may be the payment of each key, of these companies or of all."""
	lines = _lines(companies)
	if not lines:
		return {}
	owing = _owing(receivables.owed(None))
	found: dict[Key, str] = {}
	for company, rows in lines.items():
		matches, _opened = bank_guesses.guess(company, rows)
		for row in rows:
			amount = to_minor(row.unallocated_amount, money_unit())
			customer = matches[row.name].customer or owing.get((company, row.currency, amount))
			if customer:
				found.setdefault((customer, company, row.currency), row.name)
	return found


def remembered(cases: Iterable[Any]) -> dict[Key, str]:
	"""Return the lines found last for these cases, those that still have money. One query where there are any."""
	found = {(row.customer, row.company, row.currency): row.bank_line for row in cases if row.bank_line}
	if not found:
		return {}
	filters = {"name": ("in", sorted(found.values())), "docstatus": 1, "status": "Unreconciled"}
	filters["unallocated_amount"] = (">", 0)
	live = set(frappe.get_all(bank_reads.LINE, filters=filters, pluck="name", order_by="name"))
	return {key: line for key, line in found.items() if line in live}


class Watch:
	"""Suspects over a long run: looked for again only when a line came, went or was partly matched."""

	def __init__(self) -> None:
		self._stamp: tuple = ()
		self._found: dict[Key, str] = {}

	def now(self) -> dict[Key, str]:
		"""Return the suspects as the lines are now. One query while they are as before."""
		stamp = _stamp()
		if stamp != self._stamp:
			self._stamp, self._found = stamp, suspects()
		return self._found


def _owing(owed: Mapping[Key, Sequence[Owed]]) -> dict[tuple[str, str, int], str]:
	"""Return {(company, currency, minor units): customer} of amounts that one customer alone owes."""
	found: dict[tuple[str, str, int], set[str]] = defaultdict(set)
	for (customer, company, currency), pieces in owed.items():
		for amount in {piece.open for piece in pieces} | {sum(piece.open for piece in pieces)}:
			found[company, currency, amount].add(customer)
	return {key: next(iter(owners)) for key, owners in found.items() if len(owners) == 1}


def _lines(companies: Collection[str] | None) -> dict[str, list[Any]]:
	"""Return the incoming lines with money that nothing was matched to, per company, the oldest first."""
	filters: dict[str, Any] = {
		"docstatus": 1,
		"status": "Unreconciled",
		"deposit": (">", 0),
		"unallocated_amount": (">", 0),
	}
	if companies is not None:
		filters["company"] = ("in", sorted(companies) or NO_NAMES)
	found: dict[str, list[Any]] = defaultdict(list)
	rows = frappe.get_all(
		bank_reads.LINE, filters=filters, fields=bank_reads.LINE_FIELDS, order_by="date, name"
	)
	for row in rows:
		found[row.company].append(row)
	return dict(found)


def _stamp() -> tuple:
	line = frappe.qb.DocType(bank_reads.LINE)
	query = frappe.qb.from_(line).select(
		Count(line.name), Max(line.modified), Max(line.name), Sum(line.unallocated_amount)
	)
	return query.where((line.docstatus == 1) & (line.status == "Unreconciled")).run()[0]
