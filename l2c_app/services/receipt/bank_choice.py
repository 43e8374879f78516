"""The documents that an accountant chooses for the money of a bank line, instead of those that were proposed."""

import json
from collections.abc import Sequence
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, fmt_money, getdate, nowdate

from l2c_app.core.money import from_minor, to_minor
from l2c_app.services.errors import BankChoiceRefused, BankMatchStale, refuse
from l2c_app.services.ledger.ledger_amounts import money_unit
from l2c_app.services.ledger.ledger_reads import PAYMENT
from l2c_app.services.receipt import bank_reads
from l2c_app.services.receipt.bank_reads import Open

BY_HAND = "chosen by hand"
SHOWN = 200
"""So many documents are offered at most; who owes more is paid by a native Payment Entry."""
Part = dict[str, Any]


def offered(name: str, customer: str = "") -> dict[str, Any]:
	"""Return what a customer owes in company and currency of a match: {"rows": […], "left_out": number not shown}.

	First what the match proposes, then the oldest. Each row has the `key` to choose it by and what it is proposed to get.
	For people who may submit payments.
	"""
	match = _for_accountant(name)
	rows = [
		{**bank_reads.part(each, 0, match.currency), "key": each.item.key}
		for each in _open_of(match, customer or match.customer)
	]
	proposed = {(part.reference_name, part.row_id or ""): flt(part.amount) for part in match.parts}
	for row in rows:
		wanted = proposed.get((row["reference_name"], row["row_id"] or ""), 0)
		row["amount"] = min(wanted, row["open_amount"])
	rows.sort(key=lambda row: (not row["amount"], row["due_date"], row["key"]))
	return {"rows": rows[:SHOWN], "left_out": max(0, len(rows) - SHOWN)}


def chosen(name: str, customer: str, wanted: Sequence[dict[str, Any]]) -> list[Part]:
	"""Return the parts of a match that somebody wants: `wanted` are {key, amount} of documents of the customer.

	Raises BankMatchStale, BankChoiceRefused. For people who may submit payments.
	"""
	if not wanted:
		return []
	match, unit = _for_accountant(name), money_unit()
	opened = {each.item.key: each for each in _open_of(match, customer or match.customer)}
	rows = [row if isinstance(row, dict) else {} for row in wanted]
	given = [(str(row.get("key") or ""), to_minor(flt(row.get("amount")), unit)) for row in rows]
	_check(given, opened, to_minor(match.amount, unit), match.currency)
	return [bank_reads.part(opened[key], amount, match.currency) for key, amount in given]


def put(match: Document, parts: Sequence[Part]) -> None:
	"""Put chosen parts on a match, whose evidence then says that a person chose."""
	match.set("parts", [])
	for part in parts:
		match.append("parts", part)
	unit = money_unit()
	left = to_minor(match.amount, unit) - sum(to_minor(part["amount"], unit) for part in parts)
	match.left_amount = float(from_minor(left, unit))
	match.evidence = json.dumps([*json.loads(match.evidence or "[]"), (BY_HAND, 0)])


def _for_accountant(name: str) -> Document:
	frappe.has_permission(PAYMENT, "submit", throw=True)
	match = frappe.get_doc("Bank Match", name)
	match.check_permission("read")
	return match


def _open_of(match: Document, customer: str) -> list[Open]:
	if not customer:
		return []
	frappe.has_permission("Customer", "read", doc=customer, throw=True)
	found = bank_reads.open_documents(match.company, getdate(nowdate()), customer)
	return [each for each in found if each.item.currency == match.currency]


def _check(given: list[tuple[str, int]], opened: dict[str, Open], paid: int, currency: str) -> None:
	for key, amount in given:
		if key not in opened:
			refuse(
				BankMatchStale,
				_("{0} is not open for this customer and currency any more.").format(key.split("|")[0]),
				do=_("Choose again."),
			)
		if not 0 < amount <= opened[key].item.open:
			refuse(
				BankChoiceRefused,
				_("{0} cannot take this amount.").format(opened[key].reference_name),
				compared=_("Given {0}, open {1}.").format(
					_shown(amount, currency), _shown(opened[key].item.open, currency)
				),
			)
	if len({key for key, _amount in given}) < len(given):
		refuse(BankChoiceRefused, _("A document is chosen twice."), do=_("Choose it once, with the sum."))
	_check_sum(given, opened, paid, currency)


def _check_sum(given: list[tuple[str, int]], opened: dict[str, Open], paid: int, currency: str) -> None:
	total = sum(amount for _key, amount in given)
	if total > paid:
		refuse(
			BankChoiceRefused,
			_("More is given out than was paid."),
			compared=_("Given {0}, paid {1}.").format(_shown(total, currency), _shown(paid, currency)),
		)
	accounts = {opened[key].account for key, _amount in given if opened[key].account}
	if len(accounts) > 1:
		refuse(
			BankChoiceRefused,
			_("The documents are owed on several accounts, and one payment has one."),
			compared=", ".join(sorted(accounts)),
			do=_("Choose those of one account, and book the rest natively."),
		)


def _shown(amount: int, currency: str) -> str:
	return fmt_money(float(from_minor(amount, money_unit())), currency=currency)
