"""The stage of a story: a customer with one or two active contracts, read anew from the database before every step."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import frappe
from frappe.utils import add_days, flt, nowdate

from l2c_app.services.ledger import contract_customers
from l2c_app.tests import contracts, factories
from l2c_app.tests.base import IN_SANDBOX
from l2c_app.tests.contracts import line, plan_row

RATES = {"USD": (1.0,), "EUR": (1.1, 1.15, 1.2, 1.25), "CNY": (0.14, 0.135, 0.1425)}
RECOUP = ("First", "Pro Rata", "Last")
PARTS = (1, 1, 0.5, 0.3333, 0.1, 0.75)
SEPARATE = "book_advance_payments_in_separate_party_account"


@dataclass(frozen=True)
class Setting:
	"""How the books are kept: the contract's currency under a company in USD, and two native settings."""

	currency: str
	separate: bool = False
	immutable: bool = False


class Draw:
	"""Choices that one number decides."""

	def __init__(self, number: int, currency: str) -> None:
		self.random = random.Random(number)
		self.rates = RATES[currency][:1] if IN_SANDBOX else RATES[currency]

	def pick(self, things: Sequence[Any]) -> Any:
		"""Return one of the things."""
		return self.random.choice(list(things))

	def yes(self) -> bool:
		"""Return whether, by even chances."""
		return self.random.random() < 0.5

	def rate(self) -> float:
		"""Return an exchange rate; the sandbox knows no exchange differences, so it has one."""
		return self.pick(self.rates)

	def part(self, amount: float) -> float:
		"""Return a part of an amount: often all of it, at least a cent."""
		return max(0.01, flt(amount * self.pick(PARTS), 2))


class World:
	"""One story's customer, contracts and native documents."""

	def __init__(self, setting: Setting, shape: int) -> None:
		self.setting, self.currency = setting, setting.currency
		self.advance = self._separate_advances() if setting.separate else ""
		if setting.immutable:
			frappe.db.set_single_value("Accounts Settings", "enable_immutable_ledger", 1)
			frappe.clear_document_cache("Accounts Settings", "Accounts Settings")
		self.account = factories.receivable_account(self.currency)
		self.customer = self._customer()
		self.contracts = [self._contract(shape + number) for number in range(1 + shape % 2)]

	def _separate_advances(self) -> str:
		liabilities = {"company": factories.COMPANY, "root_type": "Liability", "is_group": 1}
		parent = frappe.get_all("Account", filters=liabilities, pluck="name", order_by="lft desc", limit=1)[0]
		kind = {"account_type": "Receivable", "root_type": "Liability"}
		name = factories.account(f"Advances {self.currency}", parent=parent, currency=self.currency, **kind)
		values = {SEPARATE: 1, "default_advance_received_account": name}
		frappe.db.set_value("Company", factories.COMPANY, values)
		frappe.clear_document_cache("Company", factories.COMPANY)
		return name

	def _customer(self) -> str:
		name = f"L2C Torture {self.currency}{' apart' if self.advance else ''}"
		accounts = {
			"company": factories.company(),
			"account": self.account,
			"advance_account": self.advance or None,
		}
		foreign = self.currency != factories.COMPANY_CURRENCY
		values = {"accounts": [accounts]} if foreign or self.advance else {}
		return factories.customer(name, currency=self.currency, **values)

	def _contract(self, shape: int) -> str:
		"""Make an active contract: of 10,000 or of an odd price with tax; a deposit and two rows.

		The sandbox has no entries for what rounding leaves over in company currency: foreign prices are even there.
		"""
		foreign = self.currency != factories.COMPANY_CURRENCY
		odd, small = (0, 0) if IN_SANDBOX and foreign else (shape // 2 % 2, shape // 4 % 2)
		price = 333.35 if small else 10_000
		shares = ((30, 45, 25), (33.34, 33.33, 33.33))[odd]
		plan = [
			plan_row(percent=shares[0], billing="Advance", fixed_date=add_days(nowdate(), -50)),
			plan_row(percent=shares[1], fixed_date=add_days(nowdate(), -14)),
			plan_row(percent=shares[2], fixed_date=add_days(nowdate(), 300)),
		]
		values = {"taxes": [contracts.tax(13)]} if odd else {}
		return contracts.active(
			self.customer,
			currency=self.currency,
			conversion_rate=RATES[self.currency][0],
			items=[line(price), line(flt(price / 3, 2))] if small else [line(price)],
			plan_rows=plan,
			recoup_advances=RECOUP[shape % 3],
			**values,
		).name

	def end(self) -> None:
		"""Undo the whole story, also what the host remembers outside the database."""
		frappe.set_user("Administrator")
		frappe.db.rollback()
		frappe.local.l2c_dirty = None
		frappe.local.message_log = []
		frappe.clear_document_cache("Company", factories.COMPANY)
		frappe.clear_document_cache("Accounts Settings", "Accounts Settings")
		frappe.clear_document_cache("Customer", self.customer)
		contract_customers.forget()

	# What there is now

	def orders(self) -> list[Any]:
		"""Return the customer's live orders."""
		return self._live("Sales Order", ["name", "grand_total", "l2c_contract"])

	def invoices(self, **filters: Any) -> list[Any]:
		"""Return submitted invoices that are no returns, with what is open by the host's own figure."""
		return self._live("Sales Invoice", ["name", "outstanding_amount"], is_return=0, **filters)

	def open_invoices(self) -> list[Any]:
		"""Return the invoices on which something is open."""
		return [row for row in self.invoices() if row.outstanding_amount > 0]

	def notes(self) -> list[Any]:
		"""Return submitted credit notes."""
		return self._live("Sales Invoice", ["name", "outstanding_amount"], is_return=1)

	def payments(self) -> list[Any]:
		"""Return submitted payments of the customer."""
		return self._live("Payment Entry", ["name", "payment_type", "unallocated_amount"])

	def journals(self) -> list[str]:
		"""Return submitted journals on the customer that a person made."""
		table, head = frappe.qb.DocType("Journal Entry Account"), frappe.qb.DocType("Journal Entry")
		query = frappe.qb.from_(table).join(head).on(head.name == table.parent).select(head.name).distinct()
		query = query.where((table.party == self.customer) & (head.docstatus == 1))
		query = query.where(head.voucher_type == "Journal Entry")
		return [row[0] for row in query.orderby(head.name).run()]

	def notes_of_delivery(self) -> list[Any]:
		"""Return submitted Delivery Notes."""
		return self._live("Delivery Note", ["name"])

	def _live(self, doctype: str, fields: list[str], **filters: Any) -> list[Any]:
		party = "party" if doctype == "Payment Entry" else "customer"
		wanted = {party: self.customer, "docstatus": 1, **filters}
		return frappe.get_all(doctype, filters=wanted, fields=fields, order_by="creation, name")
