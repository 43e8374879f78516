"""What forms and other programs may do with bank lines. Each method calls one service, which checks rights."""

from typing import Any

import frappe
from frappe.utils import cint

from l2c_app.services.errors.recovery import retrying
from l2c_app.services.receipt import (
	bank_accept,
	bank_choice,
	bank_matching,
	unclaimed,
	unclaimed_entry,
	write_off_requests,
)
from l2c_app.services.receipt.bank_accept import Choice

UNCLAIMED_FIELDS = (
	"company",
	"received_on",
	"amount",
	"currency",
	"mode_of_payment",
	"paid_to",
	"reference_no",
)
UNCLAIMED_FIELDS += ("reference_date", "payer_name", "payer_account", "note")


@frappe.whitelist(methods=["POST"])
def match_now(company: str, bank_account: str | None = None) -> dict:
	"""Start a run over the open bank lines of a company, or of one bank account. Returns the run."""
	return {"run": bank_matching.start(company, bank_account)}


@frappe.whitelist(methods=["POST"])
def accept(
	name: str,
	customer: str | None = None,
	write_off: int | str = 0,
	reason: str | None = None,
	advance_on: str | None = None,
	despite: str | None = None,
	learn: int | str = 1,
	dispute: str | None = None,
	parts: list | str | None = None,
) -> dict:
	"""Accept a proposed match: make the native payment, or take the one in the books, and reconcile the line.

	`dispute`: the code under which what is short is disputed. `parts`: [{key, amount}] of the documents that get the money
	instead of the proposed ones; keys as open_documents gives them.
	"""
	chosen = frappe.parse_json(parts) if parts else []
	choice = Choice(
		customer or "",
		bool(cint(write_off)),
		reason or "",
		advance_on or "",
		despite or "",
		bool(cint(learn)),
		dispute or "",
		tuple(chosen if isinstance(chosen, list) else ()),
	)
	return _answer(retrying(lambda: bank_accept.accept(name, choice)))


@frappe.whitelist(methods=["POST"])
def open_documents(name: str, customer: str | None = None) -> dict:
	"""Return what a customer owes that the money of a matched bank line may go to."""
	return bank_choice.offered(name, customer or "")


@frappe.whitelist(methods=["POST"])
def reject(name: str, reason: str) -> dict:
	"""Say that a proposal is wrong."""
	return _answer(retrying(lambda: bank_accept.reject(name, reason)))


@frappe.whitelist(methods=["POST"])
def undo(name: str, reason: str) -> dict:
	"""Undo an accepted match."""
	return _answer(retrying(lambda: bank_accept.undo(name, reason)))


@frappe.whitelist(methods=["POST"])
def ask_write_off(name: str, reason: str) -> dict:
	"""Ask for a write-off above one's own limit."""
	return _answer(retrying(lambda: write_off_requests.ask(name, reason)))


@frappe.whitelist(methods=["POST"])
def enter_unclaimed(values: dict | str, despite: str | None = None) -> dict:
	"""Put money of an unknown payer on the list by hand: `values` of the Collection."""
	given = frappe.parse_json(values) or {}
	money = {field: given[field] for field in UNCLAIMED_FIELDS if given.get(field) not in (None, "")}
	return {"name": unclaimed_entry.enter(money, despite=despite or "").name}


@frappe.whitelist(methods=["POST"])
def take_off(name: str, reason: str) -> dict:
	"""Take money off the list of unclaimed money."""
	return {"name": name, "status": unclaimed_entry.take_off(name, reason).status}


@frappe.whitelist(methods=["POST"])
def set_aside(name: str) -> dict:
	"""Put the money of a matched bank line on the unclaimed list."""
	return {"name": retrying(lambda: unclaimed.set_aside(name)).name}


@frappe.whitelist(methods=["POST"])
def unclaimed_money() -> list[dict]:
	"""Return the unclaimed money, payers masked, for people who may report receipts."""
	return unclaimed.listed()


@frappe.whitelist(methods=["POST"])
def claim(
	name: str, contract: str, reason: str, row_id: str | None = None, evidence: str | None = None
) -> dict:
	"""Claim unclaimed money for a contract."""
	made = unclaimed.claim(name, contract, reason=reason, row_id=row_id or None, evidence=evidence or None)
	return {"name": made.name, "state": made.state}


@frappe.whitelist(methods=["POST"])
def claims_of(name: str) -> list[dict]:
	"""Return the open claims of unclaimed money, for accountants."""
	return unclaimed.claims_of(name)


@frappe.whitelist(methods=["POST"])
def decide_claim(claim: str, reason: str | None = None, despite: str | None = None) -> dict:
	"""Give unclaimed money to one claim and make the payment."""
	made = retrying(lambda: unclaimed.decide(claim, reason or "", despite=despite or ""))
	return {"name": made.name, "status": made.status, "voucher_no": made.voucher_no}


@frappe.whitelist(methods=["POST"])
def decline_claim(claim: str, reason: str) -> dict:
	"""Decline one claim; the money stays on the list."""
	return {"name": claim, "state": unclaimed.decline(claim, reason).state}


def _answer(match: Any) -> dict:
	return {"name": match.name, "state": match.state, "payment_entry": match.payment_entry}
