"""Whether a native document is the money of a Collection: what is compared, and in which points they differ."""

from collections.abc import Iterable

from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, flt, fmt_money

from l2c_app.core.money import exact, from_minor, to_minor
from l2c_app.services.ledger import document_owners, ledger_reads
from l2c_app.services.ledger.ledger_amounts import money_unit
from l2c_app.services.ledger.ledger_reads import JOURNAL, PAYMENT


def differences(collection: Document, voucher: Document) -> list[str]:
	"""Return in words where a submitted voucher and a Collection differ; empty if it is that money.

	Compared are customer, company, currency, amount, whether a journal moves money at all, and what of the amount lies on
	documents of others: that part cannot be the money of this Collection's contracts.
	"""
	party, currency, amount = _payer(collection, voucher)
	wanted, found = _minor(collection.amount), _minor(amount)
	elsewhere = (
		_elsewhere(collection, voucher) if voucher.doctype == PAYMENT and collection.kind != "Refund" else 0
	)
	needed = sum(_minor(row.amount) for row in collection.allocations)
	compared = [
		(cint(voucher.docstatus) == 1, _("It is not submitted.")),
		(party == collection.customer, _text(_("Customer"), party, collection.customer)),
		(voucher.company == collection.company, _text(_("Company"), voucher.company, collection.company)),
		(currency == collection.currency, _text(_("Currency"), currency, collection.currency)),
		(found == wanted, _text(_("Amount"), fmt_money(amount), fmt_money(collection.amount))),
		(_is_money(voucher), _("It moves no bank or cash account.")),
		(
			found - elsewhere >= needed,
			_("Applied to documents of other contracts: {0}.").format(
				fmt_money(float(from_minor(elsewhere, money_unit())))
			),
		),
	]
	return [text for same, text in compared if not same]


def _is_money(voucher: Document) -> bool:
	"""A write-off or a set-off takes the same amount off the debt, and no money came."""
	return voucher.doctype != JOURNAL or bool(ledger_reads.journals_with_money([voucher.name]))


def _text(label: str, found: str | None, wanted: str | None) -> str:
	return _("{0}: document {1}, receipt {2}.").format(label, found or "–", wanted or "–")


def _payer(collection: Document, voucher: Document) -> tuple[str | None, str | None, float]:
	"""Return customer, currency and amount received of a payment, or of the journal's lines of that customer."""
	if voucher.doctype == PAYMENT and collection.kind == "Refund":
		pays = voucher.payment_type == "Pay" and voucher.party_type == "Customer"
		return voucher.party if pays else None, voucher.paid_to_account_currency, flt(voucher.received_amount)
	if voucher.doctype == PAYMENT:
		receives = voucher.payment_type == "Receive" and voucher.party_type == "Customer"
		return (
			voucher.party if receives else None,
			voucher.paid_from_account_currency,
			flt(voucher.paid_amount),
		)
	lines = [line for line in voucher.accounts if line.party_type == "Customer"]
	mine = [line for line in lines if line.party == collection.customer] or lines
	if not mine:
		return None, None, 0
	amount = sum(
		exact(line.credit_in_account_currency) - exact(line.debit_in_account_currency)
		for line in mine
		if line.account_currency == mine[0].account_currency
	)
	return mine[0].party, mine[0].account_currency, float(amount)


def _elsewhere(collection: Document, payment: Document) -> int:
	"""Return the units that a payment has on orders and invoices that are no contract's of the Collection."""
	mine = {row.contract for row in collection.allocations}
	if not mine:
		return 0
	owners = document_owners.owners({row.reference_name for row in payment.references})
	return sum(
		_minor(row.allocated_amount)
		for row in payment.references
		if not mine.intersection(_names(owners.get(row.reference_name)))
	)


def _names(shares: dict | None) -> Iterable[str]:
	return shares or ()


def _minor(amount: float | None) -> int:
	return to_minor(amount, money_unit())
