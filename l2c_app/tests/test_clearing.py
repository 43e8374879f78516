"""Bills and cheques: received on an account in clearing they settle at once and are collected when the bank cleared them."""

import frappe
from frappe.utils import nowdate

from l2c_app.services.errors import ClearingAccountError
from l2c_app.services.ledger import clearing_doors
from l2c_app.services.receipt import bank_statement
from l2c_app.tests import bank_case, contracts, factories, receivables
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.contracts import plan_row

BILLS = "L2C Bills Receivable"


@bench_only("clearance dates are set by the host's bank tools")
class TestClearing(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		parent = f"Bank Accounts - {factories.ABBR}"
		values = {"parent": parent, "account_type": "Bank", "currency": "USD"}
		self.bills = factories.account(BILLS, **values)
		self.addCleanup(frappe.clear_document_cache, "Receipt Settings", "Receipt Settings")
		self.customer = factories.customer("L2C Bill Payer")
		plan = [plan_row(300, billing="Advance"), plan_row(700)]
		self.contract = contracts.active(self.customer, plan_rows=plan).name
		self.order = frappe.db.get_value("Sales Contract", self.contract, "sales_order")

	def put_in_clearing(self, account: str | None = None) -> None:
		settings = frappe.get_doc("Receipt Settings")
		settings.set("clearing_accounts", [{"company": factories.COMPANY, "account": account or self.bills}])
		settings.save()

	def pay(self, amount: float):
		against = [("Sales Order", self.order, amount)]
		payment = receivables.receipt(self.customer, amount, against=against, submit=False)
		payment.paid_to = self.bills
		payment.save()
		payment.submit()
		return payment

	def seen(self) -> tuple:
		values = receivables.figures(self.contract, "advance", "in_clearing", "collected", "collected_base")
		self.assertEqual(receivables.broken(self.contract), [])
		return values

	def kinds(self) -> list[str]:
		filters = {"contract": self.contract}
		return frappe.get_all("Contract Voucher", filters=filters, pluck="kind", order_by="kind")

	def test_a_bill_settles_but_is_collected_only_when_it_is_cleared(self):
		self.put_in_clearing()
		payment = self.pay(300)
		self.assertEqual(self.seen(), (300, 300, 0, 0))
		fields = ("settled", "collected", "in_clearing", "open_amount")
		self.assertEqual(receivables.rows(self.contract, *fields)[0], (300, 0, 300, 0))
		self.assertEqual(self.kinds(), ["In Clearing"])
		frappe.db.set_value("Payment Entry", payment.name, "clearance_date", nowdate())
		self.assertEqual(clearing_doors.catch_up(), 1)
		self.assertEqual(self.seen(), (300, 0, 300, 300))
		self.assertEqual(receivables.rows(self.contract, *fields)[0], (300, 300, 0, 0))
		self.assertEqual(self.kinds(), ["Advance"])
		frappe.db.set_value("Payment Entry", payment.name, "clearance_date", None)
		clearing_doors.catch_up()
		self.assertEqual(self.seen(), (300, 300, 0, 0))

	def test_a_bank_line_reconciled_with_the_bill_collects_it(self):
		self.put_in_clearing()
		payment = self.pay(300)
		self.seen()
		account = bank_case.bank_account(account=self.bills)
		line = bank_case.line(300, "bill 7", bank_account=account)
		bank_statement.reconcile(line.name, payment.name)
		self.assertEqual(self.seen(), (300, 0, 300, 300))
		bank_statement.release(line.name, payment.name)
		self.assertEqual(self.seen(), (300, 300, 0, 0))

	def test_an_account_put_on_the_list_and_taken_off_changes_what_is_collected(self):
		self.pay(300)
		self.assertEqual(self.seen(), (300, 0, 300, 300))
		self.put_in_clearing()
		self.assertEqual(self.seen(), (300, 300, 0, 0))
		settings = frappe.get_doc("Receipt Settings")
		settings.set("clearing_accounts", [])
		settings.save()
		self.assertEqual(self.seen(), (300, 0, 300, 300))

	def test_only_a_bank_account_of_the_company_can_be_in_clearing(self):
		with self.assertRaises(ClearingAccountError):
			self.put_in_clearing(factories.receivable_account())
