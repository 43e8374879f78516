"""What speaks against taking a bank line as new money: it is in the books, stands there twice, went back, was undone."""

from collections import defaultdict
from datetime import date
from typing import Any

import frappe
from frappe.utils import add_days, date_diff, getdate

from l2c_app.core import bank_returns
from l2c_app.core.bank_returns import Movement
from l2c_app.core.bank_text import number_key, words
from l2c_app.core.matching import Decision, Match
from l2c_app.core.money import to_minor
from l2c_app.services.ledger.ledger_amounts import money_unit
from l2c_app.services.receipt import bank_reads
from l2c_app.services.receipt.existing_vouchers import window_days

MATCH, REJECTED, UNDONE = "Bank Match", "Rejected", "Undone"


def booked(company: str, lines: list[Any], since: date) -> dict[str, tuple[Match, str]]:
	"""Return the lines whose money is in the books already: one payment of the same amount to the same bank.

	Its number stands in the line's text, or it was posted within the window of days around the line.
	"""
	accounts = bank_reads.ledger_accounts({row.bank_account for row in lines if row.bank_account})
	unit, days = money_unit(), window_days()
	payments: dict[tuple[str, int], list[Any]] = defaultdict(list)
	since = getdate(add_days(since, -days))
	for payment in bank_reads.unclear_payments(company, set(accounts.values()), since):
		payments[payment.paid_to, to_minor(payment.received_amount, unit)].append(payment)
	found: dict[str, tuple[Match, str]] = {}
	taken: set[str] = set()
	for row in lines:
		amount = to_minor(row.unallocated_amount, unit)
		fitting = [
			(evidence, payment)
			for payment in payments.get((accounts.get(row.bank_account, ""), amount), [])
			if payment.name not in taken and (evidence := _same_money(row, payment, days))
		]
		named = [pair for pair in fitting if pair[0] == "reference"] or fitting
		if len(named) == 1:
			evidence, payment = named[0]
			taken.add(payment.name)
			points = (("in the books", 60), (evidence, 30 if evidence == "reference" else 10))
			match = Match(row.name, Decision.SUGGEST, 70, payment.party, (), 0, points)
			found[row.name] = (match, payment.name)
	return found


def _same_money(row: Any, payment: Any, days: int) -> str:
	reference = number_key(payment.reference_no)
	text = "".join(words(f"{row.description or ''} {row.reference_number or ''}"))
	if len(reference) >= 4 and reference in text:
		return "reference"
	return "near day" if abs(date_diff(payment.posting_date, row.date)) <= days else ""


def doubts(every: list[Any], lines: list[Any]) -> dict[str, list[str]]:
	"""Return what speaks against matching a line at once: it stands there twice, went back, or was undone before."""
	same: dict[tuple, list[str]] = defaultdict(list)
	gone = bank_returns.went_back(
		[_movement(row, row.deposit) for row in every if row.deposit > 0],
		[_movement(row, row.withdrawal) for row in every if row.withdrawal > 0],
	)
	for row in every:
		if row.deposit > 0:
			same[_face(row)].append(row.name)
	filters = {
		"bank_transaction": ("in", [row.name for row in lines]),
		"state": ("in", [REJECTED, UNDONE]),
	}
	undone = set(frappe.get_all(MATCH, filters=filters, pluck="bank_transaction", order_by="name"))
	found: dict[str, list[str]] = {}
	for row in lines:
		said = ["same line twice"] if same[_face(row)][0] != row.name else []
		if row.name in gone:
			said.append("went back")
		if row.name in undone:
			said.append("undone before")
		if said:
			found[row.name] = said
	return found


def _movement(row: Any, amount: float) -> Movement:
	return Movement(
		key=row.name,
		account=row.bank_account or "",
		on=getdate(row.date),
		amount=to_minor(amount, money_unit()),
		reference=row.reference_number or "",
		payer=row.bank_party_name or "",
		payer_account=row.bank_party_iban or row.bank_party_account_number or "",
		text=row.description or "",
	)


def _face(row: Any) -> tuple:
	said = (row.description, row.reference_number, row.bank_party_name, row.transaction_id)
	return (row.bank_account, row.date, row.deposit, *said)
