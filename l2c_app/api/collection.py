"""What forms and other programs may do with money received. Each method calls one service, which checks rights."""

import json
from typing import Any

import frappe
from frappe.utils import flt

from l2c_app.services.errors.recovery import retrying
from l2c_app.services.ledger import audit
from l2c_app.services.ledger.contract_position import of_contract
from l2c_app.services.receipt import collections
from l2c_app.services.receipt.receipt_payment import Receipt

SAID = (
	"customer",
	"company",
	"received_on",
	"amount",
	"currency",
	"mode_of_payment",
	"paid_to",
	"reference_no",
	"reference_date",
	"payer_name",
	"payer_account",
	"kind",
	"note",
)


@frappe.whitelist(methods=["POST"])
def report(values: dict | str, allocations: list | str | None = None) -> dict:
	"""Report a receipt: `values` of the Collection, `allocations` of {contract, row_id, amount}. Returns the name."""
	given = _parsed(values) or {}
	collection = collections.report(
		{field: given[field] for field in SAID if given.get(field) not in (None, "")},
		_parsed(allocations) or [],
	)
	return {"name": collection.name, "status": collection.status}


@frappe.whitelist(methods=["POST"])
def candidates(name: str) -> list[dict]:
	"""Return the native documents that may be this money already."""
	return collections.candidates(name)


@frappe.whitelist(methods=["POST"])
def confirm(
	name: str,
	paid_to: str | None = None,
	mode_of_payment: str | None = None,
	reference_no: str | None = None,
	exchange_rate: float | str | None = None,
	despite: str | None = None,
) -> dict:
	"""Make the native payment. `despite`: why, although a native document looks like this money already."""
	chosen = Receipt(paid_to or "", mode_of_payment or "", reference_no or "", flt(exchange_rate))
	return _answer(retrying(lambda: collections.confirm(name, chosen, despite=despite or "")))


@frappe.whitelist(methods=["POST"])
def link(name: str, voucher_type: str, voucher_no: str) -> dict:
	"""Confirm by a native document that exists already."""
	return _answer(retrying(lambda: collections.link(name, voucher_type, voucher_no)))


@frappe.whitelist(methods=["POST"])
def reject(name: str, reason: str) -> dict:
	"""Accounts did not find the money."""
	return _answer(collections.reject(name, reason))


@frappe.whitelist(methods=["POST"])
def cancel_collection(name: str, reason: str) -> dict:
	"""Whoever reported the receipt takes it back."""
	return _answer(collections.cancel(name, reason))


@frappe.whitelist(methods=["POST"])
def contract_position(contract: str) -> dict:
	"""Return a contract's money live from the ledger."""
	return of_contract(contract)


@frappe.whitelist(methods=["POST"])
def audit_now() -> dict:
	"""Run the nightly audit now; for system and accounts managers."""
	frappe.only_for(("System Manager", "Accounts Manager"))
	return audit.run()


def _answer(collection: Any) -> dict:
	return {
		"name": collection.name,
		"status": collection.status,
		"voucher_type": collection.voucher_type,
		"voucher_no": collection.voucher_no,
	}


def _parsed(value: Any) -> Any:
	return json.loads(value) if isinstance(value, str) else value
