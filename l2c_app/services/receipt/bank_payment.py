"""The native Payment Entry of a matched bank line: what it is applied to, what is written off, what is left."""

import json
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Sum
from frappe.utils import flt, fmt_money

from l2c_app.core.money import exact, from_minor, to_minor
from l2c_app.core.short_payment import Settlement, settle
from l2c_app.services.contract import contract_checks
from l2c_app.services.errors import (
	BankMatchStale,
	ExistingVoucherFound,
	ShortPaymentReason,
	WriteOffAboveTolerance,
	refuse,
)
from l2c_app.services.ledger.ledger_amounts import money_unit
from l2c_app.services.ledger.ledger_reads import INVOICE, ORDER
from l2c_app.services.receipt import collection_vouchers, existing_vouchers, receipt_payment, write_off_limits
from l2c_app.services.receipt.collection_checks import BY_SERVICE, REPORTED
from l2c_app.services.receipt.receipt_payment import PAYMENT, Receipt, Target


def make(match: Document, line: Document, choice: Any) -> str:
	"""Make and submit the payment of a locked match; a receipt that sales reported of the same money is confirmed by it.

	Returns its name. Raises BankMatchStale, ShortPaymentReason, WriteOffAboveTolerance, ExistingVoucherFound.
	"""
	contract_checks.open_customer(match.customer)
	money = _money(match, line)
	collection = _reported(money)
	if not collection and not choice.despite:
		_refuse_existing(money)
	settlement = _settlement(match, choice)
	targets = _targets(match, settlement)
	if choice.advance_on and settlement.left:
		targets.append(_advance(match, choice.advance_on, settlement))
	targets = receipt_payment.merged(targets)
	money.l2c_name = collection.name if collection else None
	payment = receipt_payment.build(money, Receipt(), targets=targets)
	_write_off(payment, settlement, match)
	payment.flags[BY_SERVICE] = True
	payment.insert()
	payment.submit()
	if collection:
		collection_vouchers.link(collection, PAYMENT, payment.name)
		match.collection = collection.name
	if choice.reason or settlement.written_off:
		payment.add_comment("Comment", _why(match, choice))
	return payment.name


def _why(match: Document, choice: Any) -> str:
	if not match.write_off_reason:
		return choice.reason
	asked = _("{0} asked for the write-off: {1}").format(match.write_off_asked_by, match.write_off_reason)
	return " ".join(part for part in (asked, choice.reason) if part)


def open_invoices(match: Document) -> dict[str, float]:
	"""Return what the invoices of a match have open now, those that have."""
	names = invoices_of(match)
	found = _open_invoices(names)
	return {name: found[name] for name in names if to_minor(found.get(name, 0), money_unit()) > 0}


def invoices_of(match: Document) -> list[str]:
	"""Return the invoices among the documents of a match."""
	return [row.reference_name for row in match.parts if row.reference_type == INVOICE]


def said(match: Document) -> set[str]:
	"""Return the kinds of evidence of a match."""
	return {what for what, _points in json.loads(match.evidence or "[]")}


def _money(match: Document, line: Document) -> Any:
	"""Return the bank line as money received, in the form of a Collection."""
	reference = (line.reference_number or line.transaction_id or line.name)[:140]
	contracts = {row.contract for row in match.parts if row.contract}
	return frappe._dict(
		name=reference,
		customer=match.customer,
		company=match.company,
		currency=match.currency,
		amount=match.amount,
		received_on=line.date,
		mode_of_payment=None,
		paid_to=frappe.db.get_value("Bank Account", line.bank_account, "account"),
		reference_no=reference,
		reference_date=line.date,
		allocations=[frappe._dict(contract=contract) for contract in sorted(contracts)],
	)


def _reported(money: Any) -> Document | None:
	"""Return the one receipt that sales reported of this money, locked; several alike are for people to link."""
	filters = {
		"status": REPORTED,
		"customer": money.customer,
		"company": money.company,
		"currency": money.currency,
		"amount": money.amount,
	}
	names = frappe.get_all("Collection", filters=filters, pluck="name", order_by="creation, name")
	near = [name for name in names if _is_near(name, money)]
	if len(near) != 1:
		return None
	collection = frappe.get_doc("Collection", near[0], for_update=True)
	return collection if collection.status == REPORTED else None


def _is_near(name: str, money: Any) -> bool:
	stored = frappe.db.get_value("Collection", name, ["received_on", "reference_no"], as_dict=True)
	voucher = frappe._dict(posting_date=money.received_on, reference_no=money.reference_no)
	return existing_vouchers.near(stored, voucher)


def _refuse_existing(money: Any) -> None:
	found = [row for row in existing_vouchers.search(money) if not _is_reconciled(row)]
	if found:
		refuse(
			ExistingVoucherFound,
			_("This money may be booked already."),
			compared=", ".join(row["voucher_no"] for row in found[:5]),
			do=_("Reconcile that document with the bank line, or give a reason for a second one."),
		)


def _is_reconciled(row: dict[str, Any]) -> bool:
	filters = {"payment_document": row["voucher_type"], "payment_entry": row["voucher_no"]}
	return bool(frappe.db.exists("Bank Transaction Payments", filters))


def _settlement(match: Document, choice: Any) -> Settlement:
	unit = money_unit()
	opens = _open_now(match)
	proposed = [to_minor(row.amount, unit) for row in match.parts]
	for row, now, wanted in zip(match.parts, opens, proposed, strict=True):
		if now < wanted:
			refuse(
				BankMatchStale,
				_("{0} owes less than when it was matched.").format(row.reference_name),
				compared=_("Matched {0}, open {1}.").format(row.amount, float(from_minor(now, unit))),
				do=_("Match again."),
			)
	paid = to_minor(match.amount, unit)
	tolerance = write_off_limits.tolerance(match)
	by_hand = proposed if choice.parts else None
	found = settle(paid, opens, tolerance=tolerance, write_off=choice.write_off, chosen=by_hand)
	if choice.write_off and found.short:
		refuse(
			WriteOffAboveTolerance,
			_("The difference is above the tolerance."),
			compared=_("Short by {0}.").format(
				fmt_money(float(from_minor(found.short, unit)), currency=match.currency)
			),
			do=_(
				"Take it as a partial payment with a reason, or ask an Accounts Manager for a higher tolerance."
			),
		)
	if (found.short or found.written_off) and not (choice.reason.strip() or match.write_off_reason):
		refuse(
			ShortPaymentReason,
			_("The payment is short by {0}.").format(
				float(from_minor(found.short or found.written_off, unit))
			),
			do=_("Say why, or write the difference off within the tolerance."),
		)
	return found


def _open_now(match: Document) -> list[int]:
	"""Return what each part's document has open now: invoices by the ledger, orders by the room a contract leaves."""
	unit = money_unit()
	invoices = _open_invoices(invoices_of(match))
	found = []
	for row in match.parts:
		if row.reference_type == INVOICE:
			found.append(max(0, to_minor(invoices.get(row.reference_name, 0), unit)))
		else:
			filters = {"parent": row.contract, "row_id": row.row_id}
			open_amount = frappe.db.get_value("Sales Contract Plan Row", filters, "open_amount")
			found.append(min(to_minor(row.open_amount, unit), to_minor(open_amount, unit)))
	return found


def _open_invoices(names: list[str]) -> dict[str, float]:
	if not names:
		return {}
	entry = frappe.qb.DocType("Payment Ledger Entry")
	rows = (
		frappe.qb.from_(entry)
		.select(entry.against_voucher_no, Sum(entry.amount_in_account_currency))
		.where((entry.delinked == 0) & (entry.account_type == "Receivable"))
		.where((entry.against_voucher_type == INVOICE) & entry.against_voucher_no.isin(names))
		.groupby(entry.against_voucher_no)
		.orderby(entry.against_voucher_no)
		.run()
	)
	return dict(rows)


def _targets(match: Document, settlement: Settlement) -> list[Target]:
	unit = money_unit()
	return [
		(row.reference_type, row.reference_name, float(from_minor(part, unit)))
		for row, part in zip(match.parts, settlement.parts, strict=True)
	]


def _advance(match: Document, order: str, settlement: Settlement) -> Target:
	"""Return what is left as an advance on a contract's order, never above what the order can still take."""
	fields = ["customer", "company", "currency", "docstatus", "l2c_contract"]
	found = frappe.db.get_value(ORDER, order, fields, as_dict=True)
	fits = found and found.docstatus == 1 and found.l2c_contract
	theirs = (found.customer, found.company, found.currency) if fits else ()
	if theirs != (match.customer, match.company, match.currency):
		refuse(
			BankMatchStale,
			_("Order {0} cannot take this money.").format(order),
			compared=_("It must be a submitted order of a contract of this customer, company and currency."),
		)
	frappe.has_permission(ORDER, "read", doc=order, throw=True)
	parts = zip(match.parts, settlement.parts, strict=True)
	applied = sum(part for row, part in parts if row.reference_name == order)
	room = receipt_payment.order_room(found.l2c_contract).get(order, 0) - applied
	return ORDER, order, float(from_minor(max(0, min(settlement.left, room)), money_unit()))


def _write_off(payment: Document, settlement: Settlement, match: Document) -> None:
	if not settlement.written_off:
		return
	account = frappe.get_cached_value("Company", match.company, "write_off_account")
	if not account:
		refuse(
			WriteOffAboveTolerance,
			_("Company {0} has no write-off account.").format(match.company),
			do=_("Set it on the company."),
		)
	base = exact(payment.source_exchange_rate or 1) * from_minor(settlement.written_off, money_unit())
	payment.append(
		"deductions",
		{
			"account": account,
			"cost_center": payment.cost_center
			or frappe.get_cached_value("Company", match.company, "cost_center"),
			"amount": flt(float(base), payment.precision("paid_amount")),
		},
	)
