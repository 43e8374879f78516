"""The states of a contract, computed from its separate facts: first match wins. Money has a state of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

CANCELLED_DOCSTATUS = 2
SUBMITTED_DOCSTATUS = 1


@dataclass(frozen=True)
class ContractFacts:
	"""What decides the state. `open_amount` in currency units; `fully_billed`: every row billed or waived."""

	docstatus: int
	pending_approval: bool = False
	signed_on: date | None = None
	activated_on: date | None = None
	terminated_on: date | None = None
	start_date: date | None = None
	end_date: date | None = None
	open_amount: Decimal = Decimal(0)
	fully_billed: bool = False


@dataclass(frozen=True)
class MoneyFacts:
	"""What decides the money state, in currency units: `to_bill` is what the plan rows still have to bill."""

	billed: Decimal
	to_bill: Decimal
	open_amount: Decimal
	overdue_amount: Decimal


def contract_status(facts: ContractFacts, today: date) -> str:
	"""Return the state of a contract on `today` (site date).

	In this order: Cancelled, Terminated, Draft, Pending Approval, Approved (submitted, unsigned), Signed (not
	activated), Not Started, Completed (nothing open, all billed or waived), Expired (money may be open), Active.
	"""
	if facts.docstatus == CANCELLED_DOCSTATUS:
		return "Cancelled"
	if facts.terminated_on:
		return "Terminated"
	if facts.docstatus < SUBMITTED_DOCSTATUS:
		return "Pending Approval" if facts.pending_approval else "Draft"
	if not facts.activated_on:
		return "Signed" if facts.signed_on else "Approved"
	return _running_status(facts, today)


def _running_status(facts: ContractFacts, today: date) -> str:
	if facts.start_date and facts.start_date > today:
		return "Not Started"
	if facts.open_amount == 0 and facts.fully_billed:
		return "Completed"
	if facts.end_date and facts.end_date < today:
		return "Expired"
	return "Active"


def money_status(facts: MoneyFacts) -> str:
	"""Return Overdue, Settled, Unbilled, Partly Billed or Open, first match in that order."""
	if facts.overdue_amount > 0:
		return "Overdue"
	if facts.to_bill <= 0:
		return "Open" if facts.open_amount > 0 else "Settled"
	return "Partly Billed" if facts.billed > 0 else "Unbilled"


def row_status(
	*,
	net: Decimal,
	settled: Decimal,
	due_date: date | None,
	today: date,
	waived: bool = False,
	disputed: bool = False,
) -> str:
	"""Return the state of one plan row, first match: Waived, Paid, Disputed, Overdue, Partly Paid, Due or Planned.

	`net` = amount − credited − waived and `settled` in currency units; due today is not overdue.
	"""
	if net <= 0:
		return "Waived" if waived else "Paid"
	if settled >= net:
		return "Paid"
	if disputed:
		return "Disputed"
	if due_date and due_date < today:
		return "Overdue"
	if settled > 0:
		return "Partly Paid"
	return "Due" if due_date and due_date <= today else "Planned"


def fully_billed(to_bill: Sequence[Decimal]) -> bool:
	"""Return whether no row has anything left to bill (currency units per row)."""
	return all(amount <= 0 for amount in to_bill)
