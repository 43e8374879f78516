"""Ending a contract early: what was performed is billed to the cent, the rest credited, and the native drafts proposed.

The drafts are native documents made with the user's own rights; once they are submitted the contract can be terminated at
that value. Nothing here commits.
"""

from dataclasses import asdict
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, fmt_money, getdate, nowdate

from l2c_app.core import settlement as rules
from l2c_app.core.billing import share_of
from l2c_app.core.names import NO_NAMES
from l2c_app.services.billing import billing, credit_notes, plan_invoices
from l2c_app.services.contract import contract_money, contract_state, order_state
from l2c_app.services.contract.all_or_nothing import all_or_nothing
from l2c_app.services.errors import SettlementOpen, refuse
from l2c_app.services.ledger import recompute
from l2c_app.services.ledger.ledger_reads import INVOICE

ATTEMPTS = 5


def propose(contract: str, *, performed: float | None = None, fee: float = 0) -> dict[str, Any]:
	"""Return the settlement in contract currency, what was delivered by the order, and the drafts it needs.

	Without `performed` the larger of delivered and billed is taken. Needs read permission on the contract.
	"""
	recompute.flush()
	document = frappe.get_doc("Sales Contract", contract)
	document.check_permission("read")
	delivered = _delivered(document)
	if performed is None:
		performed = max(delivered, flt(document.billed))
	found = _settle(document, performed, fee)
	money = {name: contract_money.stored(value, document) for name, value in asdict(found).items()}
	credits = rules.credits(found.to_credit, _credit_room(document))
	return {
		**money,
		"delivered": delivered,
		"currency": document.currency,
		"credits": [
			{"invoice": name, "amount": contract_money.stored(part, document)} for name, part in credits
		],
	}


def _settle(contract: Document, performed: float, fee: float) -> rules.Settlement:
	total = contract_money.in_units(contract.grand_total, contract)
	wanted, cost = (contract_money.in_units(amount, contract) for amount in (performed, fee))
	if not 0 <= wanted <= total or cost < 0:
		refuse(
			SettlementOpen,
			_("What was performed lies between nothing and the contract total, and a fee is not below zero."),
			compared=_("Performed {0}, fee {1}, contract total {2}.").format(
				performed, fee, contract.grand_total
			),
		)
	return rules.settle(
		performed=wanted,
		fee=cost,
		billed=contract_money.in_units(contract.billed, contract),
		collected=contract_money.in_units(contract.collected, contract),
	)


def _delivered(contract: Document) -> float:
	"""Return the delivered part of the order's total: by the lines' delivered quantities, taxes in proportion."""
	if not contract.sales_order:
		return 0
	fields = ["qty", "delivered_qty", "net_amount"]
	lines = frappe.get_all(
		"Sales Order Item", filters={"parent": contract.sales_order}, fields=fields, order_by="idx"
	)
	net = sum(flt(line.net_amount) for line in lines)
	done = sum(
		flt(line.net_amount) * min(1, flt(line.delivered_qty) / flt(line.qty)) for line in lines if line.qty
	)
	return flt(flt(contract.grand_total) * done / net, contract.precision("grand_total")) if net else 0


def _credit_room(contract: Document) -> list[tuple[str, int]]:
	"""Return what is left of each submitted invoice after its returns, oldest first."""
	names = sorted({link.sales_invoice for link in contract.plan_billing})
	room: dict[str, int] = {}
	fields = ["name", "return_against", "grand_total", "rounded_total", "is_return"]
	for column in ("name", "return_against"):
		filters = {column: ("in", names or NO_NAMES), "docstatus": 1}
		for row in frappe.get_all(INVOICE, filters=filters, fields=fields, order_by="posting_date, name"):
			units = contract_money.in_units(row.rounded_total or row.grand_total, contract)
			key = row.return_against if row.is_return else row.name
			room[key] = room.get(key, 0) + units
	return list(room.items())


@all_or_nothing("l2c_settle")
def draft(contract: str, *, performed: float, fee: float = 0, fee_item: str = "") -> list[dict[str, str]]:
	"""Make the native drafts of a settlement. Returns them as {doctype, name}.

	Needs the right to end the contract's business: read on it and create on Sales Invoice. Raises SettlementOpen,
	DraftInvoiceExists, and what billing and the host refuse.
	"""
	frappe.has_permission(INVOICE, "create", throw=True)
	recompute.recompute(contract)
	document = contract_state.load_newest(contract)
	document.check_permission("read")
	contract_state.require(document, running=True)
	order_state.refuse_drafts(document)
	found = _settle(document, performed, fee)
	made = []
	if found.to_bill:
		made.append(billing.bill_amount(contract, found.to_bill))
	for invoice, part in rules.credits(found.to_credit, _credit_room(document)):
		made.append(_credit(document, invoice, part))
	if found.fee:
		made.append(_fee(document, fee, fee_item))
	return [{"doctype": INVOICE, "name": name} for name in made]


def _credit(contract: Document, invoice: str, part: int) -> str:
	"""Make the draft credit note of a part of an invoice, forgiven: it is not billed again."""
	credit = credit_notes.draft(invoice, bill_again=False)
	whole = -contract_money.in_units(credit.get("rounded_total") or credit.grand_total, contract)
	rates = [flt(line.rate) for line in credit.items]
	wanted = part
	for _attempt in range(ATTEMPTS):
		for line, rate in zip(credit.items, rates, strict=True):
			line.update({"rate": flt(rate * wanted / whole, line.precision("rate")), "price_list_rate": 0})
			line.update({"discount_percentage": 0, "discount_amount": 0, "margin_type": ""})
		_scale_actual(credit, part, whole, contract)
		credit.calculate_taxes_and_totals()
		got = -contract_money.in_units(credit.get("rounded_total") or credit.grand_total, contract)
		if got == part:
			break
		wanted += part - got
	credit.set("payment_schedule", [])
	credit.insert()
	return credit.name


def _scale_actual(credit: Document, part: int, whole: int, contract: Document) -> None:
	if credit.flags.get("l2c_scaled"):
		return
	credit.flags.l2c_scaled = True
	for tax in credit.taxes:
		if tax.charge_type == "Actual":
			units = contract_money.in_units(tax.tax_amount, contract)
			(share,) = share_of([units], part, outstanding=whole)
			tax.tax_amount = contract_money.stored(share, contract)


def _fee(contract: Document, fee: float, item: str) -> str:
	"""Make the draft invoice of the fee: a claim of its own, outside the plan."""
	if not item:
		refuse(SettlementOpen, _("A fee needs the item that it is invoiced with."))
	invoice = frappe.new_doc(INVOICE)
	invoice.update(
		{"customer": contract.customer, "company": contract.company, "currency": contract.currency}
	)
	rate = plan_invoices.rate_on(contract.currency, contract.company, posting_date=getdate(nowdate()))
	invoice.update({"conversion_rate": rate, "due_date": nowdate(), "ignore_pricing_rule": 1})
	invoice.update(
		{"debit_to": contract.receivable_account, "selling_price_list": contract.selling_price_list}
	)
	invoice.remarks = _("Fee for ending contract {0}").format(contract.name)
	invoice.append("items", {"item_code": item, "qty": 1, "rate": fee, "description": invoice.remarks})
	invoice.set_missing_values()
	invoice.insert()
	return invoice.name


def require_settled(contract: Document, performed: float) -> None:
	"""Refuse to end a contract whose invoices are not what was performed. Raises SettlementOpen."""
	wanted, billed = (contract_money.in_units(amount, contract) for amount in (performed, contract.billed))
	tolerance = max(1, len(contract.taxes))
	if abs(wanted - billed) > tolerance:
		refuse(
			SettlementOpen,
			_("Contract {0} is not settled at this value.").format(contract.name),
			compared=_("Performed {0}, billed {1}.").format(
				*(fmt_money(amount, currency=contract.currency) for amount in (performed, contract.billed))
			),
			do=_("Make and submit the documents of the settlement first."),
		)
