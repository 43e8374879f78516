"""Bank lines against books that close, customers that become one, and money of a third currency: refused whole, or done."""

from collections.abc import Callable

import frappe
from frappe.model.document import Document
from frappe.utils import nowdate

from l2c_app.api import bank as api
from l2c_app.services.errors import ReceivingAccountError
from l2c_app.tests import factories
from l2c_app.tests.bank_case import BankCase
from l2c_app.tests.base import bench_only


@bench_only("closed periods, and bank lines, are the host's")
class TestBankClosedBooks(BankCase):
	def setUp(self) -> None:
		super().setUp()
		self.invoice = factories.sales_invoice(self.customer, rate=640).name
		self.line, self.match = self.matched(640, self.invoice)

	def accept(self) -> str:
		with self.as_user(self.accountant):
			return api.accept(self.match.name)["payment_entry"]

	def undo(self) -> None:
		with self.as_user(self.accountant):
			api.undo(self.match.name, "wrong")

	def state(self) -> tuple:
		line = frappe.db.get_value(
			"Bank Transaction", self.line.name, ["status", "unallocated_amount", "allocated_amount"]
		)
		match = frappe.db.get_value("Bank Match", self.match.name, ["state", "payment_entry"])
		payments = frappe.get_all(
			"Payment Entry",
			filters={"party": self.customer},
			fields=["name", "docstatus", "clearance_date"],
			order_by="name",
			as_list=True,
		)
		open_amount = frappe.db.get_value("Sales Invoice", self.invoice, "outstanding_amount")
		return line, match, payments, open_amount, frappe.db.count("GL Entry", {"party": self.customer})

	def assert_refused(self, error: type[Exception], step: Callable[[], object]) -> None:
		before = self.state()
		with self.assertRaises(error) as refused:
			step()
		self.assertTrue(str(refused.exception).strip())
		self.assertEqual(self.state(), before)

	def closed_period(self) -> Document:
		closed = [{"document_type": "Payment Entry", "closed": 1}]
		days = {"start_date": nowdate(), "end_date": nowdate()}
		values = {"period_name": "L2C Closed Bank", "company": factories.COMPANY, **days}
		return factories.make("Accounting Period", closed_documents=closed, **values)

	def close_the_year(self, disabled: int = 1) -> None:
		year = factories.fiscal_year(nowdate())
		frappe.db.set_value("Fiscal Year", year, "disabled", disabled)
		frappe.cache.delete_value("fiscal_years")
		self.addCleanup(frappe.cache.delete_value, "fiscal_years")

	def test_a_period_that_closed_after_the_payment_keeps_it_until_it_opens(self) -> None:
		from erpnext.accounts.doctype.accounting_period.accounting_period import ClosedAccountingPeriod

		payment = self.accept()
		period = self.closed_period()
		self.assert_refused(ClosedAccountingPeriod, self.undo)
		self.assertEqual(frappe.db.get_value("Payment Entry", payment, "docstatus"), 1)
		frappe.delete_doc("Accounting Period", period.name)
		self.undo()
		line, match, payments, open_amount, _entries = self.state()
		self.assertEqual((line, match[0]), (("Unreconciled", 640, 0), "Undone"))
		self.assertEqual([(row[1], row[2]) for row in payments], [(2, None)])
		self.assertEqual(open_amount, 640)

	def test_no_payment_into_a_closed_period_or_year(self) -> None:
		from erpnext.accounts.doctype.accounting_period.accounting_period import ClosedAccountingPeriod
		from erpnext.accounts.utils import FiscalYearError

		self.close_the_year()
		self.assert_refused(FiscalYearError, self.accept)
		self.close_the_year(0)
		period = self.closed_period()
		self.assert_refused(ClosedAccountingPeriod, self.accept)
		with self.settings("Receipt Settings", match_at_once=1):
			run = self.run_matching()
		self.assertEqual((run.state, run.done_count, run.failed_count), ("Done", 0, 1))
		self.assertTrue(self.match_of(self.line).state_reason)
		frappe.delete_doc("Accounting Period", period.name)
		self.accept()

	def test_two_customers_that_become_one_between_run_and_acceptance(self) -> None:
		frappe.rename_doc("Customer", self.customer, self.stranger, merge=True, force=True, show_alert=False)
		for ledger in (
			"Payment Ledger Entry",
			"GL Entry",
		):  # some releases of 15 lose dynamic links on renaming
			filters = {"party_type": "Customer", "party": self.customer}
			frappe.db.set_value(ledger, filters, "party", self.stranger)
		payment = frappe.get_doc("Payment Entry", self.accept())
		self.assertEqual((payment.party, payment.unallocated_amount), (self.stranger, 0))
		self.assertEqual(frappe.db.get_value("Sales Invoice", self.invoice, "outstanding_amount"), 0)

	def test_money_of_a_third_currency_is_refused_by_type_and_stays_open(self) -> None:
		"""A euro line of a customer whose receivable is in dollars: nobody may guess at which rate."""
		self.line, self.match = self.matched(600, "thanks", currency="EUR")
		self.assertEqual((self.match.decision, self.match.parts), ("Ask", []))

		def accept() -> None:
			with self.as_user(self.accountant):
				api.accept(self.match.name, customer=self.customer)

		self.assert_refused(ReceivingAccountError, accept)
