"""What happened under an adopted contract since: whatever it is, the adoption is not taken back over it."""

from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from l2c_app.core import adoption as rules
from l2c_app.core.money import to_minor
from l2c_app.core.names import NO_NAMES
from l2c_app.services.contract import contract_money
from l2c_app.services.ledger.ledger_reads import INVOICE, ORDER

CONTRACT = "Sales Contract"
REPORTED = ("Unclaimed", "Reported", "Confirmed")


def vouchers(contract: Document) -> list[rules.Money]:
	"""Return the money on a contract as its last recompute found it."""
	fields = ["voucher_type", "voucher_no", "against_no", "kind", "amount"]
	rows = frappe.get_all(
		"Contract Voucher", filters={"contract": contract.name}, fields=fields, order_by="voucher_no, name"
	)
	unit = contract_money.stored_unit(contract)
	return [
		(row.voucher_type, row.voucher_no, row.against_no, row.kind, to_minor(row.amount, unit))
		for row in rows
	]


def since(contract: Document, before: dict[str, Any]) -> list[str]:
	"""Return a text for each thing that happened since a contract was adopted. `before`: as `adoption_undo.state_of` keeps it."""
	money = rules.came_since(map(tuple, before["vouchers"]), vouchers(contract))
	linked = {(doctype, name) for doctype, name, _named in before["links"]}
	found = (
		(_("Money came or was moved: {0}."), money),
		(_("Documents were made under it: {0}."), _documents(contract, linked)),
		(_("It was sent for signature: {0}."), _named("Contract Signing Request", contract)),
		(_("Billing was asked for: {0}."), _named("Billing Request", contract, state=("!=", "Rejected"))),
		(_("Receipts were reported for it: {0}."), _receipts(contract)),
		(_("Its customer was reminded, promised or disputed: {0}."), _chased(contract)),
		(_("It was revised: {0}."), [str(contract.revision)] if contract.revision else []),
		(_("It was terminated: {0}."), [str(contract.terminated_on)] if contract.terminated_on else []),
		(_("Its renewal has begun: {0}."), _renewal(contract)),
	)
	return [text.format(", ".join(names)) for text, names in found if names]


def _documents(contract: Document, linked: set[tuple[str, str]]) -> list[str]:
	"""Orders and invoices, drafts as well, that came to the contract since."""
	billed = [link.sales_invoice for link in contract.plan_billing if link.origin != "Adopted"]
	filters = {"l2c_contract": contract.name, "docstatus": ("<", 2)}
	there = {
		name
		for doctype in (ORDER, INVOICE)
		for name in frappe.get_all(doctype, filters=filters, pluck="name", order_by="name")
		if (doctype, name) not in linked
	}
	return sorted(there | set(billed))


def _named(doctype: str, contract: Document, **more: Any) -> list[str]:
	filters = {"contract": contract.name, **more}
	return frappe.get_all(doctype, filters=filters, pluck="name", order_by="name")


def _receipts(contract: Document) -> list[str]:
	"""Receipts and refunds that name the contract, and claims to one."""
	filters = {"contract": contract.name, "parenttype": "Collection"}
	names = frappe.get_all("Collection Allocation", filters=filters, pluck="parent", order_by="parent")
	live = {"name": ("in", names or NO_NAMES), "status": ("in", REPORTED)}
	reported = frappe.get_all("Collection", filters=live, pluck="name", order_by="name")
	claims = {"contract": contract.name, "state": ("!=", "Declined")}
	claimed = frappe.get_all("Collection Claim", filters=claims, pluck="collection", order_by="name")
	return sorted({*reported, *claimed})


def _chased(contract: Document) -> list[str]:
	"""What people did about the money of its customer. A case that the ledger alone opened stands without the contract."""
	invoices = sorted({link.sales_invoice for link in contract.plan_billing}) or NO_NAMES
	whose = {name: contract.get(name) for name in ("customer", "company", "currency")}
	later = {"creation": (">", contract.creation)}
	reads: Iterable[tuple[str, dict[str, Any]]] = (
		("Promise to Pay", {"sales_contract": contract.name, "status": ("!=", "Withdrawn")}),
		("Promise to Pay", {"sales_invoice": ("in", invoices), "status": ("!=", "Withdrawn"), **later}),
		("Receivable Dispute", {"sales_invoice": ("in", invoices), "status": ("!=", "Rejected"), **later}),
		("Dunning Notice", {**whose, "withdrawn_on": ("is", "not set"), **later}),
	)
	return sorted(
		{
			name
			for doctype, filters in reads
			for name in frappe.get_all(doctype, filters=filters, pluck="name", order_by="name")
		}
	)


def _renewal(contract: Document) -> list[str]:
	return [name for name in (contract.renewed_by, contract.renewal_opportunity) if name]
