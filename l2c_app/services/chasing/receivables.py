"""What customers owe, from the payment ledger and set-based: per customer, company and currency of the receivable account.

Sums are over rows that are not delinked and by nothing else. A billed invoice counts by its own due date; one with several
instalments by each of them, settled from the oldest. Advances on orders belong to their orders and are not offered.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from frappe.query_builder import Case
from frappe.query_builder.functions import Count, Max, Min, Sum
from frappe.utils import getdate, nowdate

from l2c_app import compat
from l2c_app.core.money import exact, split_by_weights, to_minor
from l2c_app.core.names import NO_NAMES
from l2c_app.services.ledger.ledger_amounts import money_unit

INVOICE, ORDER = "Sales Invoice", "Sales Order"
Key = tuple[str, str, str]
"""(customer, company, currency of the receivable account)"""


@dataclass(frozen=True)
class Position:
	"""Money of one key in its currency: overdue and billed, its oldest date, all that is open, and what is not applied."""

	overdue: Decimal
	overdue_base: Decimal
	oldest_due: date | None
	open: Decimal
	unapplied: Decimal
	invoices: int


@dataclass(frozen=True)
class Owed:
	"""One open piece of a document: minor units open, when it was due, and the same in company currency."""

	document: str
	open: int
	due: date | None
	base: int = 0


def positions(customers: Collection[str] | None = None, *, on: date | None = None) -> dict[Key, Position]:
	"""Return the position of all customers, or of these; two queries, and a third for invoices with instalments."""
	today = on or getdate(nowdate())
	inner = _documents(customers)
	late = (inner.left > 0) & (inner.due < today)
	query = (
		frappe.qb.from_(inner)
		.select(
			inner.party,
			inner.company,
			inner.account_currency,
			Sum(Case().when(late, inner.left).else_(0)),
			Sum(Case().when(late, inner.base).else_(0)),
			Min(Case().when(late, inner.due)),
			Sum(Case().when(inner.left > 0, inner.left).else_(0)),
			Sum(Case().when(inner.left < 0, -inner.left).else_(0)),
			Count(Case().when(late, inner.against_voucher_no)),
		)
		.groupby(inner.party, inner.company, inner.account_currency)
	)
	found = {(row[0], row[1], row[2]): Position(*_exact(row)) for row in query.run()}
	_spread_instalments(found, customers, today)
	_without_order_advances(found, customers)
	return found


def owed(customers: Collection[str] | None) -> dict[Key, list[Owed]]:
	"""Return the open pieces of these customers, or of all, instalment by instalment, minor units, oldest first."""
	inner = _documents(customers)
	rows = frappe.qb.from_(inner).select(inner.star).where(inner.left > 0).run(as_dict=True)
	return _owed(rows, _instalments(customers))


def both(customers: Collection[str]) -> tuple[dict[Key, list[Owed]], dict[Key, Position]]:
	"""Return what `owed` and `positions` say of these customers, from one read of their open documents."""
	inner = _documents(customers)
	rows = frappe.qb.from_(inner).select(inner.star).run(as_dict=True)
	parts = _instalments(customers)
	found = _owed([row for row in rows if row.left > 0], parts)
	known = _positions(rows, parts, getdate(nowdate()))
	_without_order_advances(known, customers)
	return found, known


def _owed(rows: Iterable[Any], parts: dict[str, list[tuple[date, Decimal]]]) -> dict[Key, list[Owed]]:
	found, unit = defaultdict[Key, list[Owed]](list), money_unit()
	for row in rows:
		found[_key(row)] += _pieces(row, parts.get(row.against_voucher_no, ()), unit)
	for pieces in found.values():
		pieces.sort(key=lambda piece: (piece.due or date.max, piece.document))
	return dict(found)


def _positions(
	rows: Iterable[Any], parts: dict[str, list[tuple[date, Decimal]]], today: date
) -> dict[Key, Position]:
	found, unit = dict[Key, Position](), money_unit()
	for row in rows:
		left = exact(row.left)
		known = found.get(_key(row)) or Position(Decimal(0), Decimal(0), None, Decimal(0), Decimal(0), 0)
		known = replace(known, open=known.open + max(left, 0), unapplied=known.unapplied + max(-left, 0))
		pieces = _pieces(row, parts.get(row.against_voucher_no, ()), unit) if left > 0 else ()
		late = [piece for piece in pieces if piece.due and piece.due < today]
		found[_key(row)] = (
			_with(known, sum(piece.open for piece in late), late[0].due, row) if late else known
		)
	return found


def _key(row: Any) -> Key:
	return row.party, row.company, row.account_currency


def _documents(customers: Collection[str] | None) -> Any:
	"""Return one row per open document: what is left of it, in account and company currency, and when it is due."""
	entry = frappe.qb.DocType("Payment Ledger Entry")
	left = Sum(entry.amount_in_account_currency)
	own = entry.voucher_no == entry.against_voucher_no
	query = (
		frappe.qb.from_(entry)
		.select(
			entry.party,
			entry.company,
			entry.account_currency,
			entry.against_voucher_type,
			entry.against_voucher_no,
			left.as_("left"),
			Sum(entry.amount).as_("base"),
			Max(Case().when(own, entry.due_date)).as_("due"),
			Sum(Case().when(own, entry.amount_in_account_currency).else_(0)).as_("total"),
		)
		.where(
			(entry.delinked == 0) & (entry.account_type == "Receivable") & (entry.party_type == "Customer")
		)
		.where(entry.against_voucher_type != ORDER)
		.groupby(
			entry.party,
			entry.company,
			entry.account_currency,
			entry.against_voucher_type,
			entry.against_voucher_no,
		)
		.having(left != 0)
	)
	if customers is not None:
		query = query.where(entry.party.isin(sorted(customers) or NO_NAMES))
	return query.as_("documents")


def _exact(row: Iterable[Any]) -> tuple[Any, ...]:
	_party, _company, _currency, overdue, base, oldest, left, unapplied, count = row
	return exact(overdue), exact(base), oldest, exact(left), exact(unapplied), int(count)


def _pieces(row: Any, schedule: Collection[tuple[date, Decimal]], unit: Decimal) -> list[Owed]:
	left = to_minor(row.left, unit)
	total = to_minor(row.total, unit)
	base = to_minor(row.base, unit)
	if len(schedule) < 2 or total < left:
		return [Owed(row.against_voucher_no, left, getdate(row.due) if row.due else None, base)]
	shares = split_by_weights(total, [amount for _due, amount in schedule])
	settled, pieces = total - left, []
	for (due, _amount), share in zip(schedule, shares, strict=True):
		rest = max(0, share - settled)
		settled = max(0, settled - share)
		if rest:
			pieces.append(Owed(row.against_voucher_no, rest, due, base * rest // left))
	return pieces


def _instalments(customers: Collection[str] | None) -> dict[str, list[tuple[date, Decimal]]]:
	"""Return (due date, amount in invoice currency) of submitted invoices with more than one, the oldest first."""
	term, second = frappe.qb.DocType("Payment Schedule"), frappe.qb.DocType("Payment Schedule").as_("second")
	invoice = frappe.qb.DocType(INVOICE)
	query = (
		frappe.qb.from_(second)
		.join(term)
		.on((term.parent == second.parent) & (term.parenttype == INVOICE))
		.join(invoice)
		.on(invoice.name == term.parent)
		.select(term.parent, term.due_date, term.payment_amount)
		.where((second.idx == 2) & (second.parenttype == INVOICE) & (invoice.docstatus == 1))
		.where(term.payment_amount > 0)
		.orderby(term.due_date)
		.orderby(term.idx)
	)
	if customers is not None:
		query = query.where(invoice.customer.isin(sorted(customers) or NO_NAMES))
	found: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
	for name, due, amount in query.run():
		found[name].append((due, exact(amount)))
	return found


def _spread_instalments(found: dict[Key, Position], customers: Collection[str] | None, today: date) -> None:
	"""Count instalments that are overdue although the invoice's last one is not, and date each invoice by its first open one;
	only where there are such invoices.
	"""
	parts = _instalments(customers)
	if not parts:
		return
	invoices = {name for name, schedule in parts.items() if any(due < today for due, _amount in schedule)}
	for row in _open_among(invoices, customers):
		key, pieces = _key(row), _pieces(row, parts[row.against_voucher_no], money_unit())
		late = [piece for piece in pieces if piece.due and piece.due < today]
		if not late or key not in found:
			continue
		known, first = found[key], late[0].due
		if row.due and row.due < today:  # all of it counts already, as old as its last instalment
			found[key] = replace(known, oldest_due=min(known.oldest_due or first, first))
		else:
			found[key] = _with(known, sum(piece.open for piece in late), first, row)


def _open_among(invoices: Collection[str], customers: Collection[str] | None) -> list[Any]:
	if not invoices:
		return []
	inner = _documents(customers)
	query = frappe.qb.from_(inner).select(inner.star)
	return query.where((inner.left > 0) & inner.against_voucher_no.isin(sorted(invoices))).run(as_dict=True)


def _with(position: Position, minor: int, due: date, row: Any) -> Position:
	amount = minor * money_unit()
	return replace(
		position,
		overdue=position.overdue + amount,
		overdue_base=position.overdue_base + amount * exact(row.base) / exact(row.left),
		oldest_due=min(position.oldest_due or due, due),
		invoices=position.invoices + 1,
	)


def _without_order_advances(found: dict[Key, Position], customers: Collection[str] | None) -> None:
	"""Take advances on orders out of what is not applied, where the payment ledger books them on the payment itself."""
	if not compat.advances_have_own_ledger() or not any(each.unapplied for each in found.values()):
		return
	payment, reference = frappe.qb.DocType("Payment Entry"), frappe.qb.DocType("Payment Entry Reference")
	query = (
		frappe.qb.from_(reference)
		.join(payment)
		.on(payment.name == reference.parent)
		.select(
			payment.party,
			payment.company,
			payment.paid_from_account_currency,
			Sum(reference.allocated_amount),
		)
		.where((payment.docstatus == 1) & (payment.payment_type == "Receive"))
		.where((payment.party_type == "Customer") & (reference.reference_doctype == ORDER))
		.groupby(payment.party, payment.company, payment.paid_from_account_currency)
	)
	if customers is not None:
		query = query.where(payment.party.isin(sorted(customers) or NO_NAMES))
	for *key, amount in query.run():
		known = found.get(tuple(key))
		if known:
			less = max(Decimal(0), known.unapplied - exact(amount))
			found[tuple(key)] = replace(known, unapplied=less)
