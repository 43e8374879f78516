"""The native Payment Entry of a Collection: accounts, rates, and the documents it is applied to."""

from dataclasses import dataclass
from datetime import date

import frappe
from erpnext.accounts.party import get_party_account
from erpnext.setup.utils import get_exchange_rate
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, getdate, nowdate

from l2c_app.core import receipts
from l2c_app.core.money import from_minor, to_minor
from l2c_app.core.position import position
from l2c_app.services.errors import ExchangeRateMissing, ReceivingAccountError, refuse
from l2c_app.services.ledger import ledger_facts
from l2c_app.services.ledger.ledger_amounts import money_unit, total_of
from l2c_app.services.ledger.ledger_reads import INVOICE, ORDER, PAYMENT
from l2c_app.services.receipt import receiving_account

Target = tuple[str, str, float]
"""DocType and name of an order or invoice, and the amount applied to it."""


@dataclass(frozen=True)
class Receipt:
	"""What the accountant chose at the confirmation; empty means the usual."""

	paid_to: str = ""
	mode_of_payment: str = ""
	reference_no: str = ""
	exchange_rate: float = 0


def build(collection: Document, chosen: Receipt, *, targets: list[Target] | None = None) -> Document:
	"""Return the unsaved Payment Entry of a Collection, or of a bank line that says the same, with its references.

	It is applied to the given targets, else to what the contracts have open on the rows asked for, never to more: the
	rest stays on the customer's account. Raises ReceivingAccountError, ExchangeRateMissing.
	"""
	targets = references(collection) if targets is None else targets
	payment = frappe.new_doc(PAYMENT)
	payment.update(
		{
			"payment_type": "Receive",
			"party_type": "Customer",
			"party": collection.customer,
			"company": collection.company,
			"posting_date": collection.received_on,
			"mode_of_payment": chosen.mode_of_payment or collection.mode_of_payment,
			"paid_from": _receivable(collection, targets),
			"reference_no": chosen.reference_no or collection.reference_no or collection.name,
			"reference_date": collection.reference_date or collection.received_on,
			"l2c_collection": collection.name if isinstance(collection, Document) else collection.l2c_name,
			**_dimensions(collection),
		}
	)
	_set_amounts(payment, collection, chosen)
	for doctype, name, amount in targets:
		payment.append(
			"references", {"reference_doctype": doctype, "reference_name": name, "allocated_amount": amount}
		)
	return payment


def references(collection: Document) -> list[Target]:
	"""Return (DocType, name, amount in contract currency) that the Collection's contracts ask for."""
	unit = money_unit()
	asks: dict[str, list[tuple[str, int]]] = {}
	for row in collection.allocations:
		asks.setdefault(row.contract, []).append((row.row_id or "", to_minor(row.amount, unit)))
	found = []
	for contract, known in sorted(ledger_facts.read(list(asks)).items()):
		figures = position(known.facts, getdate(nowdate()))
		room = receipts.room_of(known.facts, figures, _order_totals(known))
		for target, minor in receipts.apply(asks[contract], room).items():
			doctype = ORDER if target in known.orders else INVOICE
			found.append((doctype, target, float(from_minor(minor, unit))))
	return _within_native(merged(found))


def merged(targets: list[Target]) -> list[Target]:
	"""Add up what goes to the same document, e.g. an invoice of two contracts: the host takes one reference each."""
	unit = money_unit()
	sums: dict[tuple[str, str], int] = {}
	for doctype, name, amount in targets:
		sums[doctype, name] = sums.get((doctype, name), 0) + to_minor(amount, unit)
	return [(doctype, name, float(from_minor(part, unit))) for (doctype, name), part in sums.items() if part]


def order_room(contract: str) -> dict[str, int]:
	"""Return what each order of a contract can still take as an advance, in minor units."""
	known = ledger_facts.read([contract])[contract]
	figures = position(known.facts, getdate(nowdate()))
	return receipts.room_of(known.facts, figures, _order_totals(known)).orders


def _order_totals(known: ledger_facts.ContractFacts) -> dict[str, int]:
	fields = ["name", "grand_total", "rounded_total"]
	if not known.orders:
		return {}
	filters = {"name": ("in", list(known.orders))}
	rows = frappe.get_all(ORDER, filters=filters, fields=fields, order_by="transaction_date, creation, name")
	return {row.name: to_minor(total_of(row), known.unit) for row in rows}


def _within_native(targets: list[tuple[str, str, float]]) -> list[tuple[str, str, float]]:
	"""Cut amounts to what the host lets a payment allocate to an invoice (a standing return is not in it)."""
	names = [name for doctype, name, _amount in targets if doctype == INVOICE]
	if not names:
		return targets
	rows = frappe.get_all(
		INVOICE, filters={"name": ("in", names)}, fields=["name", "outstanding_amount"], order_by="name"
	)
	open_of = {row.name: flt(row.outstanding_amount) for row in rows}
	cut = [(doctype, name, min(amount, open_of.get(name, amount))) for doctype, name, amount in targets]
	return [target for target in cut if target[2] > 0]


def _receivable(collection: Document, targets: list[tuple[str, str, float]]) -> str:
	"""Return the account that the open documents use, else the contract's, else the customer's.

	Raises ReceivingAccountError where it is not in the receipt's currency: how much of the contract such money pays
	depends on each invoice, so the accountant books it natively.
	"""
	account = _account_in_use(collection, targets)
	currency = frappe.db.get_value("Account", account, "account_currency")
	if currency != collection.currency:
		refuse(
			ReceivingAccountError,
			_("The receivable account {0} is not in the currency of the receipt.").format(account),
			compared=_("Account {0}, receipt {1}.").format(currency, collection.currency),
			do=_("Make the Payment Entry natively: the contract shows it at once."),
		)
	return account


def _account_in_use(collection: Document, targets: list[tuple[str, str, float]]) -> str:
	for doctype, name, _amount in targets:
		if doctype == INVOICE:
			return frappe.db.get_value(INVOICE, name, "debit_to")
	for row in collection.allocations:
		account = frappe.db.get_value("Sales Contract", row.contract, "receivable_account")
		if account:
			return account
	return get_party_account("Customer", collection.customer, collection.company)


def _set_amounts(payment: Document, collection: Document, chosen: Receipt) -> None:
	account = (
		chosen.paid_to
		or collection.paid_to
		or receiving_account.usual(payment.mode_of_payment, collection.company)
	)
	currency = receiving_account.currency_of(account, collection)
	rate = rate_to_company(
		collection.currency, collection.company, collection.received_on, given=chosen.exchange_rate
	)
	received_rate = rate if currency == collection.currency else 1
	payment.update(
		{
			"paid_to": account,
			"paid_from_account_currency": collection.currency,
			"paid_to_account_currency": currency,
			"paid_amount": collection.amount,
			"received_amount": flt(
				collection.amount * rate / received_rate, payment.precision("received_amount")
			),
			"source_exchange_rate": rate,
			"target_exchange_rate": received_rate,
		}
	)


def rate_to_company(currency: str, company: str, day: str | date, *, given: float = 0) -> float:
	"""Return the rate from a currency to the company's on a day: the given one, else the stored one.

	Raises ExchangeRateMissing.
	"""
	base = frappe.get_cached_value("Company", company, "default_currency")
	if currency == base:
		return 1.0
	rate = flt(given) or flt(get_exchange_rate(currency, base, day))
	if rate <= 0:
		refuse(
			ExchangeRateMissing,
			_("There is no exchange rate from {0} to {1} on {2}.").format(currency, base, day),
			do=_("Enter the rate of the bank, or store a Currency Exchange."),
		)
	return rate


def _dimensions(collection: Document) -> dict[str, str]:
	"""Return cost centre and project where all contracts of the receipt have the same."""
	names = {row.contract for row in collection.allocations}
	found: dict[str, str] = {}
	if not names:
		return found
	for field in ("cost_center", "project"):
		filters = {"name": ("in", list(names))}
		values = set(frappe.get_all("Sales Contract", filters=filters, pluck=field, order_by="name"))
		if len(values) == 1 and None not in values and "" not in values:
			found[field] = values.pop()
	return found
