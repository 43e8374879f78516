"""What a customer has to his credit, from the payment ledger: open credit notes, and money that lies on account.

Money on an order is none of it, wherever the host books it: 15 against the order, 16 against the voucher itself, with the
order in its reference only. Money that was paid out without saying for what lessens the whole.
"""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import frappe
from frappe.query_builder.functions import Min, Sum

from l2c_app import compat
from l2c_app.core.money import exact, to_minor
from l2c_app.services.ledger import ledger_reads
from l2c_app.services.ledger.ledger_amounts import money_unit
from l2c_app.services.ledger.ledger_reads import INVOICE, JOURNAL, ORDER, PAYMENT


@dataclass(frozen=True)
class Voucher:
	"""A credit note, payment or journal and what is left of it to the customer's credit, in minor units."""

	doctype: str
	name: str
	left: int


@dataclass(frozen=True)
class Credit:
	"""Open credit notes and money on account, both the oldest first, and money paid out against no document."""

	notes: tuple[Voucher, ...]
	receipts: tuple[Voucher, ...]
	paid_out: int

	@property
	def on_account(self) -> int:
		"""What lies on account, less what was paid out; below zero where more was paid out than lies there."""
		return sum(voucher.left for voucher in self.receipts) - self.paid_out


def read(customer: str, company: str, currency: str, *, account: str = "") -> Credit:
	"""Return the credit of a customer in the currency of the receivable account, of one account if it is given."""
	rows = _balances(customer, company, currency, account)
	bound = _on_orders([row.against_voucher_no for row in rows if row.left < 0])
	unit = money_unit()
	found = [
		Voucher(
			row.against_voucher_type,
			row.against_voucher_no,
			to_minor(-exact(row.left) - bound.get(row.against_voucher_no, Decimal(0)), unit),
		)
		for row in rows
	]
	return Credit(
		notes=tuple(voucher for voucher in found if voucher.doctype == INVOICE and voucher.left > 0),
		receipts=tuple(voucher for voucher in found if voucher.doctype != INVOICE and voucher.left > 0),
		paid_out=_paid_out(found),
	)


def _balances(customer: str, company: str, currency: str, account: str) -> list[Any]:
	entry = frappe.qb.DocType("Payment Ledger Entry")
	left = Sum(entry.amount_in_account_currency)
	query = (
		frappe.qb.from_(entry)
		.select(entry.against_voucher_type, entry.against_voucher_no, left.as_("left"))
		.where((entry.delinked == 0) & (entry.account_type == "Receivable") & (entry.company == company))
		.where((entry.party_type == "Customer") & (entry.party == customer))
		.where((entry.account_currency == currency) & (entry.against_voucher_type != ORDER))
		.groupby(entry.against_voucher_type, entry.against_voucher_no)
		.having(left != 0)
		.orderby(Min(entry.posting_date), entry.against_voucher_no)
	)
	if account:
		query = query.where(entry.account == account)
	return query.run(as_dict=True)


def _on_orders(vouchers: list[str]) -> dict[str, Decimal]:
	"""Return what of the vouchers' own balance is bound to orders; nothing where the ledger books that on the order."""
	if not compat.advances_have_own_ledger() or not vouchers:
		return {}
	sums: dict[str, Decimal] = {}
	fields = ["parent", "allocated_amount"]
	filters = {"parent": ("in", vouchers), "parenttype": PAYMENT, "reference_doctype": ORDER}
	for row in frappe.get_all("Payment Entry Reference", filters=filters, fields=fields, order_by="parent"):
		sums[row.parent] = sums.get(row.parent, Decimal(0)) + exact(row.allocated_amount)
	fields = ["parent", "credit_in_account_currency", "debit_in_account_currency"]
	filters = {"parent": ("in", vouchers), "parenttype": JOURNAL, "reference_type": ORDER}
	for row in frappe.get_all("Journal Entry Account", filters=filters, fields=fields, order_by="parent"):
		held = exact(row.credit_in_account_currency) - exact(row.debit_in_account_currency)
		sums[row.parent] = sums.get(row.parent, Decimal(0)) + held
	return sums


def _paid_out(found: Collection[Voucher]) -> int:
	"""Money to the customer on no document: payments, and journals that move money; any other debit is a debt."""
	owed = [voucher for voucher in found if voucher.left < 0]
	journals = [voucher.name for voucher in owed if voucher.doctype == JOURNAL]
	moved = ledger_reads.journals_with_money(journals) if journals else set()
	return -sum(voucher.left for voucher in owed if voucher.doctype == PAYMENT or voucher.name in moved)
