"""What forms and lists may do with overdue money. Each method calls one service, which checks rights."""

from typing import Any

import frappe
from frappe.utils import cint

from l2c_app.services.chasing import (
	cases,
	disputes,
	dunning_runs,
	message_preview,
	payer_habits,
	promises,
)


@frappe.whitelist()
def case_items(case: str) -> list[dict[str, Any]]:
	"""Return the overdue pieces of a case, live from the ledger."""
	return cases.items(case)


@frappe.whitelist()
def habits_of_payer(case: str) -> dict[str, Any]:
	"""Return how the customer of a case pays, live from the ledger."""
	return payer_habits.of_case(case)


@frappe.whitelist(methods=["POST"])
def hold_case(case: str, until: str, reason: str) -> None:
	"""Keep messages back until a day."""
	cases.hold(case, until=until, reason=reason)


@frappe.whitelist(methods=["POST"])
def lift_hold(case: str) -> None:
	"""Let messages go out again."""
	cases.lift_hold(case)


@frappe.whitelist(methods=["POST"])
def promise(values: dict | str) -> str:
	"""Take a promise: sales_invoice and amount, or sales_contract and rows ([{row_id, amount}], no amount: all that is
	open); promised_for, channel, promised_by, note. Returns its name."""
	return _insert("Promise to Pay", values, PROMISED)


@frappe.whitelist(methods=["POST"])
def withdraw_promise(name: str, reason: str) -> None:
	"""Take an open promise back."""
	promises.withdraw(name, reason)


@frappe.whitelist(methods=["POST"])
def dispute(values: dict | str) -> str:
	"""Raise a dispute: sales_invoice, code, amount, responsible, deadline, note. Returns its name."""
	return _insert("Receivable Dispute", values, DISPUTED)


@frappe.whitelist(methods=["POST"])
def decide_dispute(name: str, outcome: str, note: str, document: str | None = None) -> None:
	"""Decide a dispute."""
	disputes.decide(name, outcome=outcome, note=note, document=document or "")


@frappe.whitelist(methods=["POST"])
def prepare_run(policy: str) -> str:
	"""Make the draft list of a policy. Returns the run."""
	return dunning_runs.prepare(policy)


@frappe.whitelist(methods=["POST"])
def override_line(row: str, kind: str, reason: str | None = None, level: int | str | None = None) -> None:
	"""Skip a line, hold its case, or give it another level."""
	dunning_runs.override(row, kind=kind, reason=reason or "", level=cint(level))


@frappe.whitelist(methods=["POST"])
def preview_line(row: str) -> dict[str, Any]:
	"""Return the message of a line as it would go out now, or why it would not."""
	return message_preview.of_line(row)


@frappe.whitelist(methods=["POST"])
def send_run(run: str) -> None:
	"""Send a run in the background."""
	dunning_runs.start(run)


PROMISED = (
	"sales_invoice",
	"sales_contract",
	"rows",
	"amount",
	"promised_for",
	"channel",
	"promised_by",
	"note",
	"pauses",
)
DISPUTED = ("sales_invoice", "code", "amount", "responsible", "deadline", "note")


def _insert(doctype: str, values: dict | str, fields: tuple[str, ...]) -> str:
	given = frappe.parse_json(values)
	document = frappe.new_doc(doctype)
	document.update({field: given[field] for field in fields if given.get(field) not in (None, "")})
	return document.insert().name
