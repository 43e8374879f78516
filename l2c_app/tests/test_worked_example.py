"""The ten-step example to the cent on the real host: EUR 10,000 under a company in USD, every figure by hand.

R1 deposit 3,000 (overdue since 50 days), R2 5,000 (due 14 days ago), R3 retention 2,000 (due in 300 days).
"""

from contextlib import AbstractContextManager

import frappe
from frappe.utils import add_days, flt, nowdate

from l2c_app.services.billing import billing
from l2c_app.services.ledger import ledger_identities
from l2c_app.tests import contracts, factories, receivables
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.contracts import line, plan_row
from l2c_app.tests.receivables import broken, figures, rows


@bench_only("reconciliation, exchange differences and separate advance accounts")
class TestWorkedExample(L2CTestCase):
	def test_ten_steps_with_advances_on_the_receivable_account(self) -> None:
		self.story()

	def test_ten_steps_with_advances_on_an_account_of_their_own(self) -> None:
		self.story(self.separate_advances())

	def test_ten_steps_in_an_immutable_ledger(self) -> None:
		with self.immutable_ledger():
			self.story()

	def test_ten_steps_with_separate_advances_in_an_immutable_ledger(self) -> None:
		advance = self.separate_advances()
		with self.immutable_ledger():
			self.story(advance)

	def immutable_ledger(self) -> AbstractContextManager[None]:
		"""Keep the rows of cancelled vouchers: 16 reverses them, 15 takes their link away."""
		return self.settings("Accounts Settings", enable_immutable_ledger=1)

	def separate_advances(self) -> str:
		"""Let the company book advances on an account of their own. Returns that account."""
		advance = factories.account(
			"Advances EUR",
			parent=self.liabilities(),
			account_type="Receivable",
			currency="EUR",
			root_type="Liability",
		)
		values = {
			"book_advance_payments_in_separate_party_account": 1,
			"default_advance_received_account": advance,
		}
		frappe.db.set_value("Company", factories.COMPANY, values)
		frappe.clear_document_cache("Company", factories.COMPANY)
		self.addCleanup(frappe.clear_document_cache, "Company", factories.COMPANY)
		return advance

	def liabilities(self) -> str:
		filters = {"company": factories.COMPANY, "root_type": "Liability", "is_group": 1}
		return frappe.get_all("Account", filters=filters, pluck="name", order_by="lft desc", limit=1)[0]

	def story(self, advance: str = "") -> None:
		self.advance = advance
		account = factories.receivable_account("EUR")
		groups = {
			"customer_group": factories.leaf_of("Customer Group"),
			"territory": factories.leaf_of("Territory"),
		}
		self.customer = factories.make(
			"Customer",
			customer_name=f"Worked Example {advance or 'plain'}",
			customer_type="Company",
			default_currency="EUR",
			accounts=[{"company": factories.COMPANY, "account": account, "advance_account": advance or None}],
			**groups,
		).name
		self.contract = contracts.active(
			self.customer,
			currency="EUR",
			conversion_rate=1.2,
			items=[line(10_000)],
			plan_rows=[
				plan_row(3000, billing="Advance", fixed_date=add_days(nowdate(), -50)),
				plan_row(5000, fixed_date=add_days(nowdate(), -14)),
				plan_row(2000, fixed_date=add_days(nowdate(), 300)),
			],
		).name
		self.order = frappe.db.get_value("Sales Contract", self.contract, "sales_order")
		self.deposit_and_first_invoice()
		self.payments_and_credit_note()
		self.second_invoice_and_write_off()
		self.undo()

	def check(self, contract: tuple, settled: list, base: tuple) -> None:
		"""`base`: what is open and overdue in dollars, as booked or, where nobody billed it, at the agreed 1.20."""
		self.assertEqual(figures(self.contract), contract)
		self.assertEqual(figures(self.contract, "open_base", "overdue_base"), base)
		self.assertEqual(rows(self.contract, "settled"), settled)
		self.assertEqual(broken(self.contract), [])
		parts = ("amount", "collected", "written_off", "credited", "waived", "open_amount")
		for amount, *others in rows(self.contract, *parts):
			self.assertEqual(flt(sum(others), 2), amount)
		self.check_payments()

	def check_payments(self) -> None:
		"""Per payment: what lies on orders + unallocated = what the payment ledger holds against no invoice."""
		filters = {"party": self.customer, "docstatus": 1}
		for payment in frappe.get_all("Payment Entry", filters=filters, pluck="name", order_by="name"):
			document = frappe.get_doc("Payment Entry", payment)
			on_orders = [
				row.allocated_amount for row in document.references if row.reference_doctype == "Sales Order"
			]
			held = frappe.get_all(
				"Payment Ledger Entry",
				filters={
					"voucher_no": payment,
					"delinked": 0,
					"against_voucher_type": ("!=", "Sales Invoice"),
				},
				pluck="amount_in_account_currency",
				order_by="name",
			)
			self.assertEqual(flt(sum(on_orders) + document.unallocated_amount, 2), flt(-sum(held), 2))
			self.assertEqual(ledger_identities.payment_differences([payment]), [])

	def pay(self, amount: float, rate: float, *against: tuple) -> str:
		return receivables.receipt(
			self.customer, amount, against=list(against), currency="EUR", rate=rate
		).name

	def bill(self, index: int, rate: float) -> str:
		row = receivables.row_id(self.contract, index)
		invoice = frappe.get_doc("Sales Invoice", billing.bill_row(self.contract, row, submit=False))
		invoice.conversion_rate = rate
		invoice.save()
		invoice.submit()
		return invoice.name

	def deposit_and_first_invoice(self) -> None:
		self.first = self.pay(3000, 1.15, ("Sales Order", self.order, 3000))
		self.check((0, 0, 0, 0, 3000, 3000, 0, 3450), [3000, 0, 0], (8400, 6000))
		self.invoice = self.bill(2, 1.20)
		self.assertEqual(frappe.db.get_value("Sales Invoice", self.invoice, "grand_total"), 8000)
		self.check((8000, 5000, 3000, 0, 0, 3000, 0, 3450), [3000, 0, 0], (8400, 6000))

	def payments_and_credit_note(self) -> None:
		self.second = self.pay(2000, 1.25, ("Sales Invoice", self.invoice, 2000))
		self.check((8000, 3000, 5000, 0, 0, 5000, 0, 5950), [3000, 2000, 0], (6000, 3600))
		self.assertEqual(rows(self.contract, "due_amount", "overdue_amount")[1], (3000, 3000))
		self.assertEqual(frappe.db.get_value("Sales Contract", self.contract, "money_status"), "Overdue")
		receivables.credit_note(self.invoice, 500)
		self.check((7500, 2500, 5000, 0, 0, 5000, 0, 5950), [3000, 2000, 0], (5400, 3000))
		self.assertEqual(rows(self.contract, "credited", "open_amount")[1], (500, 2500))
		self.third = self.pay(3000, 1.22, ("Sales Invoice", self.invoice, 2500))
		self.earmark(self.third)
		self.check((7500, 0, 7500, 0, 0, 7500, 500, 9000), [3000, 4500, 0], (2400, 0))

	def earmark(self, payment: str) -> None:
		"""Say that a payment came of a Collection for this contract, as accounts do by linking it."""
		amount = frappe.db.get_value("Payment Entry", payment, "paid_amount")
		collection = factories.make(
			"Collection",
			customer=self.customer,
			company=factories.COMPANY,
			currency="EUR",
			amount=amount,
			received_on=nowdate(),
			allocations=[{"contract": self.contract, "amount": amount}],
		)
		from l2c_app.services.receipt import collections

		collections.link(collection.name, "Payment Entry", payment)

	def second_invoice_and_write_off(self) -> None:
		self.last = self.bill(3, 1.18)
		self.check((9500, 2000, 7500, 0, 0, 7500, 500, 9000), [3000, 4500, 0], (2360, 0))
		self.assertEqual(rows(self.contract, "open_amount", "due_amount")[2], (2000, 0))
		receivables.reconcile(
			self.customer,
			self.third,
			self.last,
			500,
			account=factories.receivable_account("EUR"),
			advance=self.advance,
		)
		self.check((9500, 1500, 8000, 0, 0, 8000, 0, 9610), [3000, 4500, 500], (1770, 0))
		account = factories.receivable_account("EUR")
		credit = receivables.party_credit(
			self.customer, 20, reference=("Sales Invoice", self.last), account=account, exchange_rate=1.18
		)
		debit = {"account": receivables.expense_account(), "debit_in_account_currency": 23.6}
		receivables.journal([credit, debit])
		self.check((9500, 1480, 8020, 20, 0, 8000, 0, 9610), [3000, 4500, 520], (1746.4, 0))
		self.assertEqual(rows(self.contract, "collected", "written_off", "open_amount")[2], (500, 20, 1480))

	def undo(self) -> None:
		self.earmark(self.second)
		receivables.unreconcile("Payment Entry", self.second)
		self.check((9500, 3480, 6020, 20, 0, 6000, 2000, 7110), [3000, 2500, 520], (4146.4, 2400))
		self.assertEqual(rows(self.contract, "overdue_amount")[1], 2000)
		frappe.get_doc("Payment Entry", self.second).cancel()
		self.check((9500, 3480, 6020, 20, 0, 6000, 0, 7110), [3000, 2500, 520], (4146.4, 2400))
		self.assertEqual(
			[row for row in ledger_identities.ledger_differences() if row["customer"] == self.customer], []
		)
		filters = {"party": self.customer, "delinked": 0}
		ledger = frappe.get_all("Payment Ledger Entry", filters=filters, pluck="amount", order_by="name")
		self.assertEqual(flt(sum(ledger), 2), 4146.40)
