"""What the desk and other programs may ask about contracts. Every method checks the user's right on every name."""

from typing import Any

import frappe

from l2c_app.core import clause_text
from l2c_app.services.billing import billing
from l2c_app.services.contract import (
	activation,
	contract_changes,
	contract_clauses,
	contract_drafts,
	contract_revisions,
	due_rows,
	milestone_steps,
	renewal,
	revision_diff,
)
from l2c_app.services.contract import readiness as contract_readiness
from l2c_app.services.errors.recovery import retrying
from l2c_app.services.ledger import recompute

PLAN_FIELDS = (
	"row_id",
	"label",
	"billing",
	"with_row",
	"due_date",
	"amount",
	"billed",
	"draft_invoice",
	"settled",
	"collected",
	"written_off",
	"credited",
	"waived",
	"open_amount",
	"due_amount",
	"overdue_amount",
	"status",
	"retention",
	"released_on",
	"taken_back_on",
)
FIGURES = (
	"billed",
	"open_billed",
	"settled",
	"written_off",
	"advance",
	"collected",
	"open_amount",
	"due_amount",
	"overdue_amount",
	"credit_balance",
	"refunded",
	"on_account",
)


@frappe.whitelist(methods=["POST"])
def create_from(
	source_doctype: str = "", source_name: str = "", company: str | None = None
) -> dict[str, Any]:
	"""Return an unsaved contract filled from a Quotation, Opportunity, Lead or Customer, or an empty one."""
	return contract_drafts.create_from(source_doctype, source_name, company=company).as_dict()


@frappe.whitelist(methods=["POST"])
def sign(contract: str, signed_on: str | None = None, signed_by: str = "") -> dict[str, Any]:
	"""Record the signature of an approved contract. Returns its state."""
	return _state(activation.sign(contract, signed_on=signed_on, signed_by=signed_by).name)


@frappe.whitelist(methods=["POST"])
def activate(contract: str) -> dict[str, Any]:
	"""Make customer and order of a signed contract. Returns its state."""
	return _state(activation.activate(contract).name)


@frappe.whitelist()
def readiness(contract: str) -> list[dict[str, str]]:
	"""Return what stands in the way of an activation, and what is fine."""
	return contract_readiness.checks(contract)


@frappe.whitelist(methods=["POST"])
def make_order(contract: str) -> dict[str, Any]:
	"""Make the order of an active contract that has none. Returns its state."""
	return _state(activation.make_order(contract).name)


@frappe.whitelist(methods=["POST"])
def bill_row(contract: str, row_id: str, posting_date: str | None = None) -> str:
	"""Make the invoice of a plan row. Returns its name."""
	return retrying(lambda: billing.bill_row(contract, row_id, posting_date=posting_date))


@frappe.whitelist(methods=["POST"])
def bill_due(contract: str | None = None, company: str | None = None) -> list[dict[str, str]]:
	"""Bill all rows due today of a contract or a company. Returns one result per row."""
	return [result.as_dict() for result in billing.bill_due_rows(contract=contract, company=company)]


@frappe.whitelist(methods=["POST"])
def revise(
	contract: str,
	reason: str,
	items: list | str | None = None,
	plan_rows: list | str | None = None,
	clauses: list | str | None = None,
) -> dict[str, Any]:
	"""Change lines, plan and clauses of an active contract. Returns its state."""
	given = {"items": items, "plan_rows": plan_rows, "clauses": clauses}
	changed = {name: frappe.parse_json(rows) for name, rows in given.items()}
	retrying(lambda: contract_revisions.revise(contract, reason=reason, **changed))
	return _state(contract)


@frappe.whitelist(methods=["POST"])
def propose_renewal(contract: str) -> str:
	"""Make the renewal Opportunity of a running contract, once. Returns its name."""
	return renewal.propose(contract).name


@frappe.whitelist(methods=["POST"])
def quote_renewal(contract: str, price: str = renewal.SAME, uplift: float = 0) -> str:
	"""Draft the Quotation of a renewal: same price, list price, or an uplift in percent. Returns its name."""
	return renewal.quote(contract, price=price, uplift=uplift).name


@frappe.whitelist(methods=["POST"])
def terminate(contract: str, reason: str, performed: float | None = None, fee: float = 0) -> dict[str, Any]:
	"""End an active contract, at the value of its settlement if one is given. Returns its state."""
	retrying(lambda: contract_changes.terminate(contract, reason=reason, performed=performed, fee=fee))
	return _state(contract)


@frappe.whitelist()
def compare_revisions(contract: str, older: int, newer: int) -> dict[str, Any]:
	"""Return what differs between two revisions of a contract; 0 is the contract as approved."""
	return revision_diff.compare(contract, older=older, newer=newer)


@frappe.whitelist()
def template_clauses(template: str, company: str, bill_by: str = "Plan") -> list[dict[str, Any]]:
	"""Return the clause rows that a draft gets from a template."""
	return contract_clauses.of_template(template, company=company, bill_by=bill_by)


@frappe.whitelist()
def clause_variables() -> list[str]:
	"""Return the names that clauses may use between double braces."""
	return list(clause_text.VARIABLES)


@frappe.whitelist(methods=["POST"])
def release_row(contract: str, row_id: str, note: str, released_on: str | None = None) -> dict[str, Any]:
	"""Sign a milestone of the plan off. Returns the contract's state."""
	return _state(milestone_steps.release(contract, row_id, note=note, released_on=released_on).name)


@frappe.whitelist(methods=["POST"])
def take_back_release(contract: str, row_id: str, note: str) -> dict[str, Any]:
	"""Undo a sign-off that no invoice follows. Returns the contract's state."""
	return _state(milestone_steps.take_back(contract, row_id, note=note).name)


@frappe.whitelist()
def plan_status(contract: str) -> dict[str, Any]:
	"""Return the stored figures of a contract and of its rows, as the ledger gave them at the last recompute."""
	document = frappe.get_doc("Sales Contract", contract)
	document.check_permission("read")
	rows = [{field: row.get(field) for field in PLAN_FIELDS} for row in document.plan_rows]
	figures = {field: document.get(field) for field in FIGURES}
	return {
		**_head(document),
		"currency": document.currency,
		"approximate": bool(document.approximate),
		"figures": figures,
		"rows": rows,
	}


def _state(contract: str) -> dict[str, Any]:
	"""Return the state after a step, with figures that include it."""
	recompute.flush()
	return _head(frappe.get_doc("Sales Contract", contract))


def _head(document: Any) -> dict[str, Any]:
	fields = ("name", "status", "money_status", "customer", "sales_order", "grand_total", "revision")
	return {field: document.get(field) for field in fields}


@frappe.whitelist()
def rows_due_this_week(filters: str | list | dict | None = None) -> dict[str, Any]:
	"""Return how many open plan rows of the user's contracts are due this week, for the card that shows it."""
	return due_rows.this_week()
