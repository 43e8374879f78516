"""What the ledgers say about many contracts at once, as facts for the pure figures of core.position.

Where the receivable account has the contract's currency every amount is exact. Where it has company currency
(allowed by a native setting) amounts are converted by total / base total of each invoice or order, and the
contract is marked approximate.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from frappe.utils import getdate

from l2c_app.core.contract_status import CANCELLED_DOCSTATUS
from l2c_app.core.facts import Ask, Billing, Entry, Facts, Invoice, PlanRow
from l2c_app.core.money import exact, to_minor
from l2c_app.services.ledger import collection_asks, document_owners, ledger_entries, ledger_reads
from l2c_app.services.ledger.ledger_amounts import (
	account_currencies,
	in_document_currency,
	money_unit,
	total_of,
)


@dataclass(frozen=True)
class ContractFacts:
	"""The facts of one contract with what is needed to store figures again."""

	header: Any
	plan_rows: tuple[Any, ...]
	orders: tuple[str, ...]
	facts: Facts
	unit: Decimal
	approximate: bool


def read(names: Collection[str], *, until: date | None = None) -> dict[str, ContractFacts]:
	"""Read the facts of the contracts that exist among the names, with a fixed number of queries.

	`until`: only what was posted up to that day, by today's plan. An invoice posted later is nothing billed, while money
	that came before it and was applied to it since is there already.
	"""
	headers = {row.name: row for row in ledger_reads.contracts(list(names))} if names else {}
	if not headers:
		return {}
	batch = _Batch(headers, until or date.max)
	return {name: batch.facts_of(name) for name in headers}


def read_locked(name: str) -> ContractFacts | None:
	"""Lock a contract and read its facts; None if it does not exist. Its own columns are as new as the lock."""
	table = frappe.qb.DocType("Sales Contract")
	query = frappe.qb.from_(table).select(*(table[field] for field in ledger_reads.CONTRACT_FIELDS))
	rows = query.where(table.name == name).for_update().run(as_dict=True)
	return _Batch({name: rows[0]}, date.max).facts_of(name) if rows else None


class _Batch:
	"""All rows of a batch of contracts, and how shared invoices are split."""

	def __init__(self, headers: dict[str, Any], until: date) -> None:
		names = list(headers)
		self.until = until
		self.headers = headers
		self.unit = money_unit()
		self.plan = _by_parent(
			ledger_reads.children("Sales Contract Plan Row", names, ledger_reads.PLAN_FIELDS)
		)
		self.billing = _by_parent(
			ledger_reads.children("Plan Billing", names, ["row_id", "sales_invoice", "amount"])
		)
		orders = ledger_reads.orders(names)
		self.orders = {row.name: row for row in orders}
		invoices = self._invoice_rows({row.invoice for row in orders if row.invoice})
		self.invoices = {row.name: row for row in invoices}
		self.asks = collection_asks.of_contracts(names)
		rows = ledger_reads.ledger_rows(list(self.invoices)) if self.invoices else []
		self.ledger = [row for row in rows if getdate(row.posting_date) <= until]
		self.weights = document_owners.of_invoices(invoices)
		self.invoices_by_contract = self._group_invoices()
		self.open_amounts = self._open_amounts()
		self.open_bases = self._open_bases()
		self.entries = self._shared_entries()
		self.on_account = ledger_entries.on_account(self.asks, self.unit)
		self.converted = self._converted()

	def facts_of(self, name: str) -> ContractFacts:
		header, rows = self.headers[name], tuple(self.plan.get(name, ()))
		orders = tuple(order for order, row in self.orders.items() if row.l2c_contract == name)
		totals = [to_minor(total_of(self.orders[order]), self.unit) for order in orders]
		outside = to_minor(header.adopted_outside, self.unit)
		facts = Facts(
			total=sum(totals) + outside if orders else to_minor(header.grand_total, self.unit),
			rows=tuple(self._plan_row(row) for row in rows),
			billing=tuple(self._billing(row) for row in self.billing.get(name, ())),
			invoices=tuple(self._invoices_of(name)),
			entries=tuple(self.entries.get(name, ())),
			asks=tuple(self._asks_of(name)),
			on_account=self.on_account.get(name, 0),
			rate=exact(header.conversion_rate) or Decimal(1),
		)
		return ContractFacts(header, rows, orders, facts, self.unit, name in self.converted)

	def _invoice_rows(self, of_orders: set[str]) -> list[Any]:
		"""Return the invoices that belong to the contracts: by their orders, by their own link, by plan billing."""
		billed = {row.sales_invoice for rows in self.billing.values() for row in rows}
		names = of_orders | billed | ledger_reads.own_invoices(list(self.headers))
		return ledger_reads.invoices_by_order(sorted(names)) if names else []

	def _plan_row(self, row: Any) -> PlanRow:
		"""Of a cancelled contract nobody is asked for anything: its rows are waived whole."""
		cancelled = self.headers[row.parent].docstatus == CANCELLED_DOCSTATUS
		return PlanRow(
			row_id=row.row_id,
			index=row.idx,
			amount=to_minor(row.amount, self.unit),
			waived=to_minor(row.amount if cancelled else row.waived, self.unit),
			due=_date(row.due_date),
			is_advance=row.billing == "Advance",
		)

	def _billing(self, row: Any) -> Billing:
		return Billing(row.row_id, row.sales_invoice, to_minor(row.amount, self.unit))

	def _invoices_of(self, name: str) -> list[Invoice]:
		return [
			Invoice(
				name=invoice.name,
				family=self._family(invoice),
				total=self._share(self._total(invoice), invoice.name, name),
				open=self._share(to_minor(self.open_amounts[invoice.name], self.unit), invoice.name, name),
				bill_again=bool(invoice.is_return and invoice.update_billed_amount_in_sales_order),
				disputed=invoice.disputes > 0,
				open_base=self._share(to_minor(self.open_bases[invoice.name], self.unit), invoice.name, name),
			)
			for invoice in self.invoices_by_contract.get(name, ())
		]

	def _total(self, invoice: Any) -> int:
		return to_minor(total_of(invoice), self.unit) if getdate(invoice.posting_date) <= self.until else 0

	def _group_invoices(self) -> dict[str, list[Any]]:
		grouped: dict[str, list[Any]] = defaultdict(list)
		for invoice, sharers in self.weights.items():
			for contract in sharers:
				grouped[contract].append(self.invoices[invoice])
		return grouped

	def _open_amounts(self) -> dict[str, Decimal]:
		sums: dict[str, Decimal] = defaultdict(Decimal)
		for row in self.ledger:
			document = self.invoices[row.against_voucher_no]
			sums[document.name] += in_document_currency(
				row.amount_in_account_currency, row.account_currency, document
			)
		return sums

	def _open_bases(self) -> dict[str, Decimal]:
		sums: dict[str, Decimal] = defaultdict(Decimal)
		for row in self.ledger:
			sums[row.against_voucher_no] += exact(row.amount)
		return sums

	def _family(self, invoice: Any) -> str:
		return invoice.return_against if invoice.return_against in self.invoices else invoice.name

	def _asks_of(self, name: str) -> list[Ask]:
		return [
			Ask(ask.voucher_type, ask.voucher_no, ask.row_id, to_minor(ask.amount, self.unit))
			for ask in self.asks
			if ask.contract == name and ask.row_id
		]

	def _converted(self) -> set[str]:
		"""Return the contracts with invoices, or a receivable account, in another currency than their own."""
		accounts = sorted({row.receivable_account for row in self.headers.values() if row.receivable_account})
		currency = account_currencies(accounts)
		found = {
			name
			for name, row in self.headers.items()
			if row.activated_on and currency.get(row.receivable_account, row.currency) != row.currency
		}
		return found | {
			contract
			for row in self.ledger
			if row.account_currency != self.invoices[row.against_voucher_no].currency
			for contract in self.weights[row.against_voucher_no]
		}

	def _share(self, minor: int, invoice: str, contract: str) -> int:
		return document_owners.part_of(minor, self.weights[invoice], contract)

	def _shared_entries(self) -> dict[str, list[Entry]]:
		"""Return the entries of every contract of the batch, those on shared invoices split."""
		found: dict[str, list[Entry]] = defaultdict(list)
		for entry in ledger_entries.entries(
			self.ledger, self.invoices, self.orders, self.unit, until=self.until
		):
			if entry.target in self.orders:
				found[self.orders[entry.target].l2c_contract].append(entry)
				continue
			for contract in self.weights[entry.target]:
				found[contract].append(self._entry_share(entry, contract))
		return found

	def _entry_share(self, entry: Entry, contract: str) -> Entry:
		if len(self.weights[entry.target]) == 1:
			return entry
		parts = {
			field: self._share(getattr(entry, field), entry.target, contract)
			for field in ("amount", "non_cash", "base_cash", "in_clearing")
		}
		return Entry(**{**entry.__dict__, **parts})


def _by_parent(rows: list[Any]) -> dict[str, list[Any]]:
	grouped: dict[str, list[Any]] = defaultdict(list)
	for row in rows:
		grouped[row.parent].append(row)
	return grouped


def _date(value: date | str | None) -> date | None:
	return getdate(value) if value else None
