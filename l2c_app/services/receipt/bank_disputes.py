"""What a bank line leaves open because the customer says that he does not owe it: disputed with the acceptance."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt

from l2c_app.core.money import from_minor, to_minor
from l2c_app.services.chasing import dispute_owners, disputes
from l2c_app.services.errors import BankMatchStateError, refuse
from l2c_app.services.ledger.ledger_amounts import money_unit
from l2c_app.services.receipt import bank_payment


def raise_for(match: Document, *, code: str, note: str) -> list[str]:
	"""Dispute what the invoices of an accepted match still have open and nobody disputes yet. Returns the disputes.

	Permission: the session's user must have the right to create disputes. Raises BankMatchStateError, DisputeRefused.
	"""
	left = bank_payment.open_invoices(match)
	if not left:
		refuse(
			BankMatchStateError,
			_("Nothing is short here that could be disputed."),
			do=_("Only what an invoice bills is disputed; a deposit is asked for again."),
		)
	return [_dispute(match, invoice, amount, code, note) for invoice, amount in _undisputed(left).items()]


def _undisputed(left: dict[str, float]) -> dict[str, float]:
	"""Return what is left without what open disputes are about: 400 open, 300 disputed: 100. Raises BankMatchStateError."""
	unit, already = money_unit(), disputes.disputed(left)
	amounts = {invoice: to_minor(amount, unit) - already[invoice] for invoice, amount in left.items()}
	found = {invoice: flt(from_minor(amount, unit)) for invoice, amount in amounts.items() if amount > 0}
	if not found:
		refuse(
			BankMatchStateError,
			_("All that is short here is disputed already."),
			compared=", ".join(left),
			do=_("Accept it without a dispute."),
		)
	return found


def _dispute(match: Document, invoice: str, amount: float, code: str, note: str) -> str:
	dispute = frappe.new_doc(disputes.DISPUTE)
	dispute.update({"sales_invoice": invoice, "code": code, "amount": amount, "note": note.strip()})
	dispute.update(
		{"responsible": dispute_owners.responsible(invoice), "deadline": dispute_owners.deadline()}
	)
	dispute.bank_match = match.name
	return dispute.insert().name


def take_back(match: Document) -> None:
	"""Close the open disputes that the acceptance of a match raised: with its payment undone, nothing is short any more.

	The right was checked with the step on the match.
	"""
	filters = {"bank_match": match.name, "status": "Open"}
	for name in frappe.get_all(disputes.DISPUTE, filters=filters, pluck="name", order_by="name"):
		disputes.close(name, note=_("Match {0} was undone.").format(match.name))
