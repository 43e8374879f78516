"""Ledger rows and references judged: which voucher settled how much of what, and was it money."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from frappe.utils import getdate

from l2c_app.core.facts import ADVANCE, CASH, NON_CASH, REFUND, Entry
from l2c_app.core.money import exact, from_minor, split_by_weights, to_minor
from l2c_app.core.receipts import share_unallocated
from l2c_app.services.ledger import clearing, document_owners, ledger_reads
from l2c_app.services.ledger.ledger_amounts import in_document_currency
from l2c_app.services.ledger.ledger_reads import INVOICE, JOURNAL, PAYMENT

Documents = Mapping[str, Any]
Key = tuple[str, str, str]


def entries(
	ledger: list[Any], invoices: Documents, orders: Documents, unit: Decimal, *, until: date = date.max
) -> list[Entry]:
	"""Return what every voucher posted up to a day settled on invoices and holds on orders, in minor units.

	Money is a Payment Entry less its deductions, a Journal Entry with a bank or cash account, or cash at
	the till (a negative row of a point of sale invoice itself). Anything else settles without money.
	"""
	sums = _sum_ledger(ledger, invoices)
	found_on_orders = _payments_on_orders(orders) + _journals_on_orders(orders)
	on_orders = [row for row in found_on_orders if row["posting_date"] <= until]
	payment_names = {key[2] for key in sums if key[1] == PAYMENT}
	payment_names.update(row["voucher_no"] for row in on_orders if row["voucher_type"] == PAYMENT)
	journal_names = {key[2] for key in sums if key[1] == JOURNAL}
	journal_names.update(row["voucher_no"] for row in on_orders if row["voucher_type"] == JOURNAL)
	judge = _Judge(payment_names, journal_names, {**invoices, **orders}, unit=unit, until=until)
	found = [judge.on_invoice(key, value) for key, value in sums.items()]
	found += [judge.on_order(row) for row in on_orders]
	return [entry for entry in found if entry.amount or entry.base_cash]


def on_account(asks: list[Any], unit: Decimal) -> dict[str, int]:
	"""Return per contract the unallocated money of the payments that its Collections led to.

	A payment for several contracts is shared by what the Collection asked for each, less what each got of it.
	"""
	asked: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
	for ask in asks:
		if ask.voucher_type == PAYMENT:
			asked[ask.voucher_no][ask.contract] += to_minor(ask.amount, unit)
	applied = _applied([name for name, contracts in asked.items() if len(contracts) > 1], unit)
	found: dict[str, int] = defaultdict(int)
	given_back = ledger_reads.given_back(list(asked)) if asked else {}
	for name, payment in (ledger_reads.payments(list(asked)) if asked else {}).items():
		left = to_minor(payment.unallocated_amount, unit) if payment.docstatus == 1 else 0
		left = to_minor(given_back.get(name), unit) - left if payment.payment_type == "Pay" else left
		for contract, part in share_unallocated(left, asked[name], applied.get(name, {})).items():
			found[contract] += part
	return found


def _applied(payments: list[str], unit: Decimal) -> dict[str, dict[str, int]]:
	"""Return per shared payment what each contract has of it on its orders and invoices."""
	references = ledger_reads.references(payments) if payments else []
	owners = document_owners.owners({row.reference_name for row in references})
	found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
	for row in references:
		weights = {name: share for name, share in owners.get(row.reference_name, {}).items() if share > 0}
		parts = (
			split_by_weights(to_minor(row.allocated_amount, unit), list(weights.values())) if weights else []
		)
		for contract, part in zip(weights, parts, strict=True):
			found[row.parent][contract] += part
	return found


class _Judge:
	"""Knows of every voucher whether it is money and what of it was deducted."""

	def __init__(
		self, payments: set[str], journals: set[str], documents: Documents, *, unit: Decimal, until: date
	) -> None:
		self.unit = unit
		self.until = until
		self.documents = documents
		self.payments = ledger_reads.payments(sorted(payments)) if payments else {}
		self.clearing = clearing.accounts()
		self.with_money = ledger_reads.journals_with_money(sorted(journals)) if journals else set()
		self.deducted = self._deductions()

	def on_invoice(self, key: Key, value: dict[str, Any]) -> Entry:
		target, voucher_type, voucher_no = key
		amount, base = to_minor(value["amount"], self.unit), to_minor(value["base"], self.unit)
		kind = self._kind(voucher_type, voucher_no, amount)
		lost, base_lost = self._lost(key, kind, amount, base)
		return Entry(
			voucher_type=voucher_type,
			voucher_no=voucher_no,
			target=target,
			amount=amount,
			kind=kind,
			non_cash=lost,
			posting_date=value["posting_date"],
			**self._cash(key, kind, amount - lost, base - base_lost),
		)

	def _cash(self, key: Key, kind: str, cash: int, base: int) -> dict[str, int]:
		"""Return what of the money counts as collected, in company currency, or that no bank has cleared it yet."""
		payment = self.payments.get(key[2]) if key[1] == PAYMENT else None
		if kind in (CASH, ADVANCE) and payment and clearing.waits(payment, self.clearing, on=self.until):
			return {"base_cash": 0, "in_clearing": cash}
		return {"base_cash": base}

	def on_order(self, row: dict[str, Any]) -> Entry:
		amount, base = to_minor(row["amount"], self.unit), to_minor(row["base"], self.unit)
		key = (row["target"], row["voucher_type"], row["voucher_no"])
		lost, base_lost = self._lost(key, self._kind(*key[1:], amount), amount, base)
		return Entry(
			voucher_type=row["voucher_type"],
			voucher_no=row["voucher_no"],
			target=row["target"],
			amount=amount,
			kind=ADVANCE,
			non_cash=lost,
			posting_date=row["posting_date"],
			**self._cash(key, ADVANCE, amount - lost, base - base_lost),
		)

	def _kind(self, voucher_type: str, voucher_no: str, amount: int) -> str:
		if voucher_type == PAYMENT:
			payment = self.payments.get(voucher_no)
			return REFUND if payment and payment.payment_type == "Pay" else CASH
		if voucher_type == INVOICE:
			return CASH
		if voucher_type == JOURNAL and voucher_no in self.with_money:
			return CASH if amount >= 0 else REFUND
		return NON_CASH

	def _lost(self, key: Key, kind: str, amount: int, base: int) -> tuple[int, int]:
		if kind == NON_CASH:
			return amount, base
		if key[1] != PAYMENT or (key[2], key[0]) not in self.deducted:
			return 0, 0
		lost, base_lost = self.deducted[key[2], key[0]]
		currency = _party_currency(self.payments[key[2]])
		converted = in_document_currency(from_minor(lost, self.unit), currency, self.documents[key[0]])
		return to_minor(converted, self.unit), base_lost

	def _deductions(self) -> dict[tuple[str, str], tuple[int, int]]:
		"""Spread deductions over what each payment was allocated to and what is left of it, pro rata.

		In the party account's and in company currency. What is deducted of a receipt is above zero; below zero it is
		what was kept of a refund. The reverse, a bank that took more or gave more, is neither.
		"""
		totals = {name: row.deducted for name, row in self.payments.items() if row.deducted}
		if not totals:
			return {}
		allocated: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
		for row in ledger_reads.references(list(totals)):
			sign = _sign(self.payments[row.parent])
			amount = abs(exact(row.allocated_amount)) if sign < 0 else exact(row.allocated_amount)
			allocated[row.parent][row.reference_name] += max(Decimal(0), amount)
		shares = {}
		for name, base_total in totals.items():
			payment = self.payments[name]
			if base_total * _sign(payment) < 0:
				continue
			allocated[name][""] = max(Decimal(0), exact(payment.unallocated_amount))
			targets = sorted(allocated[name])
			weights = [allocated[name][target] for target in targets]
			if not any(weights):
				continue
			base = split_by_weights(to_minor(base_total, self.unit), weights)
			total = to_minor(exact(base_total) / _rate(payment), self.unit)
			for target, part, base_part in zip(targets, split_by_weights(total, weights), base, strict=True):
				shares[name, target] = (part, base_part)
		return shares


def _sum_ledger(ledger: list[Any], invoices: Documents) -> dict[Key, dict[str, Any]]:
	"""Sum rows per invoice and voucher; what an invoice or a return says of itself is billing, not money."""
	sums: dict[Key, dict[str, Any]] = {}
	for row in ledger:
		invoice = invoices[row.against_voucher_no]
		if row.voucher_type == INVOICE and not _is_till_cash(row, invoice):
			continue
		key = (invoice.name, row.voucher_type, row.voucher_no)
		value = sums.setdefault(
			key, {"amount": Decimal(0), "base": Decimal(0), "posting_date": getdate(row.posting_date)}
		)
		value["amount"] -= in_document_currency(row.amount_in_account_currency, row.account_currency, invoice)
		value["base"] -= exact(row.amount)
	return sums


def _is_till_cash(row: Any, invoice: Any) -> bool:
	if row.voucher_no != invoice.name or not invoice.is_pos:
		return False
	return row.amount > 0 if invoice.is_return else row.amount < 0


def _payments_on_orders(orders: Documents) -> list[dict[str, Any]]:
	found = []
	for row in ledger_reads.payments_on_orders(list(orders)) if orders else []:
		sign, currency = _sign(row), _party_currency(row)
		order = orders[row.reference_name]
		found.append(
			{
				"voucher_type": PAYMENT,
				"voucher_no": row.name,
				"target": row.reference_name,
				"posting_date": getdate(row.posting_date),
				"amount": sign * in_document_currency(row.allocated_amount, currency, order),
				"base": sign * exact(row.allocated_amount) * _rate(row),
			}
		)
	return _merge(found)


def _journals_on_orders(orders: Documents) -> list[dict[str, Any]]:
	found = []
	for row in ledger_reads.journals_on_orders(list(orders)) if orders else []:
		amount = exact(row.credit_in_account_currency) - exact(row.debit_in_account_currency)
		order = orders[row.reference_name]
		found.append(
			{
				"voucher_type": JOURNAL,
				"voucher_no": row.name,
				"target": row.reference_name,
				"posting_date": getdate(row.posting_date),
				"amount": in_document_currency(amount, row.account_currency, order),
				"base": exact(row.credit) - exact(row.debit),
			}
		)
	return _merge(found)


def _merge(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
	"""Add up several references of one voucher to one order."""
	merged: dict[tuple[str, str], dict[str, Any]] = {}
	for row in rows:
		known = merged.setdefault(
			(row["voucher_no"], row["target"]), {**row, "amount": Decimal(0), "base": Decimal(0)}
		)
		known["amount"] += row["amount"]
		known["base"] += row["base"]
	return list(merged.values())


def _sign(payment: Any) -> int:
	return 1 if payment.payment_type == "Receive" else -1


def _party_currency(payment: Any) -> str:
	receives = payment.payment_type == "Receive"
	return payment.paid_from_account_currency if receives else payment.paid_to_account_currency


def _rate(payment: Any) -> Decimal:
	"""Return the rate from the party account's currency to company currency."""
	rate = payment.source_exchange_rate if payment.payment_type == "Receive" else payment.target_exchange_rate
	return exact(rate) or Decimal(1)
