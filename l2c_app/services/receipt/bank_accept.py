"""The steps of people on a matched bank line: accept makes or takes the native payment, reject, undo.

Lock order: contracts, then the match and its bank line, then what the host locks while it posts. Permission is checked at
the entry of each step; nothing here commits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, now_datetime

from l2c_app.core.matching import ANOTHER_PAYER
from l2c_app.core.money import to_minor
from l2c_app.services.contract import contract_locks
from l2c_app.services.contract.all_or_nothing import all_or_nothing
from l2c_app.services.errors import BankLineTaken, BankMatchStateError, ReasonMissing, refuse
from l2c_app.services.ledger.ledger_amounts import money_unit
from l2c_app.services.ledger.ledger_reads import PAYMENT
from l2c_app.services.receipt import (
	bank_choice,
	bank_disputes,
	bank_guesses,
	bank_payment,
	bank_statement,
	payer_aliases,
)

MATCH = "Bank Match"
PROPOSED, DONE, UNDONE, REJECTED = "Proposed", "Done", "Undone", "Rejected"
OFFERED = ("Unclaimed", "Reported")
KNOWN_PAYER = {"account", "name", "in the books"}


@dataclass(frozen=True)
class Choice:
	"""What the accountant chose; empty means: as proposed, nothing written off, the rest on account.

	`customer`: whose money it is, where nobody was found. `advance_on`: the order that takes what is left. `reason`: why a
	short payment stays partial, or why a difference is written off. `despite`: why a second payment is right. `dispute`:
	the code under which what is short is disputed; the reason is what the customer says. `parts`: {key, amount} of the
	documents that get the money, see bank_choice.
	"""

	customer: str = ""
	write_off: bool = False
	reason: str = ""
	advance_on: str = ""
	despite: str = ""
	learn: bool = True
	dispute: str = ""
	parts: tuple[dict[str, Any], ...] = ()


@all_or_nothing("l2c_bank_accept")
def accept(name: str, choice: Choice | None = None) -> Document:
	"""Make the native payment of a proposed match, or take the one in the books, and reconcile the bank line with it.

	Returns the match. Raises BankMatchStateError, BankLineTaken, BankMatchStale, BankChoiceRefused, ShortPaymentReason,
	WriteOffAboveTolerance, ExistingVoucherFound, ReceivingAccountError, ExchangeRateMissing, DisputeRefused,
	ContractChangedMeanwhile; what the host refuses surfaces as it is. All or nothing.
	"""
	choice = choice or Choice()
	require_accountant()
	parts = bank_choice.chosen(name, choice.customer, choice.parts)
	match, line = open_proposal(name, parts)
	_refuse_set_aside(match)
	given = bool(choice.customer and choice.customer != match.customer)
	if given:
		_take_customer(match, choice.customer)
	if not match.customer:
		refuse(BankMatchStateError, _("Nobody is known who paid this."), do=_("Choose a customer first."))
	if parts:
		bank_choice.put(match, parts)
	if match.existing_payment and not given and not parts:
		match.payment_entry, match.made_payment = match.existing_payment, 0
	else:
		match.payment_entry, match.made_payment = bank_payment.make(match, line, choice), 1
	bank_statement.reconcile(line.name, match.payment_entry)
	if choice.dispute:
		bank_disputes.raise_for(match, code=choice.dispute, note=choice.reason)
	_finish(match, DONE, choice.reason or choice.despite)
	if choice.learn:
		_learn(match, line, given)
	return match


def _learn(match: Document, line: Document, given: bool) -> None:
	"""Remember who paid, where that was not known, and for whom."""
	if given or not KNOWN_PAYER.intersection(bank_payment.said(match)):
		payer_aliases.learn(line, match.customer)
	if ANOTHER_PAYER in bank_payment.said(match):
		payer = bank_guesses.payer_of(line)
		if payer:
			payer_aliases.learn_pays_for(payer, match.customer, line)


def open_proposal(name: str, parts: Sequence[dict[str, Any]] = ()) -> tuple[Document, Document]:
	"""Return a locked proposal and its locked bank line, still open; the contracts of further parts are locked before.

	Raises BankMatchStateError, BankLineTaken, ContractChangedMeanwhile.
	"""
	match = _locked(name, PROPOSED, parts)
	return match, _open_line(match)


def claimed(line: str, collection: Document) -> None:
	"""Note on the proposal of a bank line that its money was claimed, and by which payment it is in the books."""
	name = frappe.db.get_value(MATCH, {"bank_transaction": line, "state": PROPOSED}, "name")
	if name:
		match = frappe.get_doc(MATCH, name, for_update=True)
		match.update({"customer": collection.customer, "customer_name": collection.customer_name})
		match.update(
			{"payment_entry": collection.voucher_no, "made_payment": 1, "collection": collection.name}
		)
		_finish(match, DONE, "")


def reject(name: str, reason: str) -> Document:
	"""Say that a proposal is wrong: the same is not proposed again. Returns the match. Raises BankMatchStateError."""
	require_accountant()
	match = _locked(name, PROPOSED)
	_finish(match, REJECTED, _said(reason))
	return match


@all_or_nothing("l2c_bank_undo")
def undo(name: str, reason: str) -> Document:
	"""Undo an accepted match: cancel the payment it made, or let go of the one it found; the bank line is open again.

	Returns the match. Raises BankMatchStateError, ReasonMissing, ContractChangedMeanwhile; what the host refuses (a closed
	period) surfaces.
	"""
	require_accountant()
	match = _locked(name, DONE)
	payment = match.payment_entry
	said = _said(reason)
	bank_disputes.take_back(match)
	_finish(match, UNDONE, said)
	bank_statement.release(match.bank_transaction, payment)
	if match.made_payment:
		document = frappe.get_doc(PAYMENT, payment)
		if document.docstatus == 1:
			document.cancel()
	return match


def payment_gone(payment: Document) -> None:
	"""Note on its match that a payment was cancelled natively. The host has freed the bank line."""
	filters = {"payment_entry": payment.name, "state": DONE}
	for name in frappe.get_all(MATCH, filters=filters, pluck="name", order_by="name"):
		match = frappe.get_doc(MATCH, name, for_update=True)
		bank_disputes.take_back(match)
		_finish(match, UNDONE, _("Payment Entry {0} was cancelled.").format(payment.name))


def line_gone(line: Document) -> None:
	"""Note on the matches of a bank line that it was cancelled; the payment stays in the books."""
	filters = {"bank_transaction": line.name, "state": ("in", [PROPOSED, DONE])}
	for name in frappe.get_all(MATCH, filters=filters, pluck="name", order_by="name"):
		match = frappe.get_doc(MATCH, name, for_update=True)
		_finish(match, UNDONE, _("Bank line {0} was cancelled.").format(line.name))


def note(name: str, text: str) -> None:
	"""Write on a proposal why it was not accepted at once."""
	match = frappe.get_doc(MATCH, name, for_update=True)
	match.state_reason = text
	save(match)


def save(match: Document) -> None:
	"""Save what a service changed on a match. Nobody may write it himself; services check the right before."""
	match.flags.ignore_permissions = True
	match.flags.ignore_links = True
	match.save() if match.get("creation") and not match.is_new() else match.insert()


def require_accountant() -> None:
	"""Refuse everybody who may not submit payments."""
	frappe.has_permission(PAYMENT, "submit", throw=True)


def _locked(name: str, state: str, further: Sequence[dict[str, Any]] = ()) -> Document:
	first = frappe.get_doc(MATCH, name)
	first.check_permission("read")
	references = {(row.reference_type, row.reference_name) for row in first.parts}
	references |= {(row["reference_type"], row["reference_name"]) for row in further}
	contract_locks.lock_newest(references)
	match = frappe.get_doc(MATCH, name, for_update=True)
	if match.state != state:
		refuse(
			BankMatchStateError,
			_("Match {0} cannot take this step any more.").format(name),
			compared=_("Its state is {0}.").format(_(match.state)),
		)
	return match


def _open_line(match: Document) -> Document:
	"""Return the locked bank line, still with the money that was matched. Raises BankLineTaken."""
	line = frappe.get_doc("Bank Transaction", match.bank_transaction, for_update=True)
	unit = money_unit()
	if line.docstatus != 1 or to_minor(line.unallocated_amount, unit) != to_minor(match.amount, unit):
		refuse(
			BankLineTaken,
			_("Bank line {0} has other money than when it was matched.").format(line.name),
			compared=_("Matched {0}, open {1}.").format(flt(match.amount), flt(line.unallocated_amount)),
			do=_("Match again."),
		)
	return line


def _refuse_set_aside(match: Document) -> None:
	if match.collection and frappe.db.get_value("Collection", match.collection, "status") in OFFERED:
		refuse(
			BankMatchStateError,
			_("The money of this bank line is on the list already."),
			compared=match.collection,
			do=_("Decide its claims, or reject that receipt first."),
		)


def _take_customer(match: Document, customer: str) -> None:
	"""Put the accountant's customer on a match; parts of somebody else's documents go."""
	frappe.has_permission("Customer", "read", doc=customer, throw=True)
	match.customer = customer
	match.customer_name = frappe.db.get_value("Customer", customer, "customer_name")
	match.set("parts", [])
	match.left_amount = match.amount


def _finish(match: Document, state: str, reason: str) -> None:
	match.state, match.state_reason = state, reason or None
	match.decided_by, match.decided_on = frappe.session.user, now_datetime()
	save(match)


def _said(reason: str) -> str:
	if not (reason or "").strip():
		refuse(ReasonMissing, _("Please say why."))
	return reason.strip()
