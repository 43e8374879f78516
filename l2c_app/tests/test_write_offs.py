"""Who writes off how much of a short payment, and who pays for whom: by role, asked and approved, learned."""

import frappe
from frappe.utils import flt

from l2c_app.api import bank as api
from l2c_app.services.errors import (
	BankMatchStateError,
	PayerAliasError,
	ReasonMissing,
	WriteOffAboveTolerance,
)
from l2c_app.services.receipt import bank_reads, money_at_hand
from l2c_app.tests import factories
from l2c_app.tests.bank_case import BankCase
from l2c_app.tests.base import bench_only


@bench_only("bank lines and their reconciliation are the host's")
class TestWriteOffs(BankCase):
	def setUp(self) -> None:
		super().setUp()
		self.manager = factories.accounts_manager()
		settings = frappe.get_doc("Receipt Settings")
		settings.set("write_off_limits", [{"role": "Accounts Manager", "amount": 50}])
		settings.tolerance_amount, settings.tolerance_percent = 5, 0
		settings.save()
		self.addCleanup(frappe.clear_document_cache, "Receipt Settings", "Receipt Settings")
		self.invoice = factories.sales_invoice(self.customer, rate=1000).name
		_line, self.match = self.matched(
			970, self.invoice
		)  # 30 short: above 5 for all, within 50 for the role

	def test_asked_by_one_approved_by_another(self):
		with self.as_user(self.accountant):
			with self.assertRaises(WriteOffAboveTolerance):
				api.accept(self.match.name, write_off=1, reason="bank fee")
			with self.assertRaises(ReasonMissing):
				api.ask_write_off(self.match.name, " ")
			api.ask_write_off(self.match.name, "their bank keeps 30")
			with self.assertRaises(WriteOffAboveTolerance):
				api.accept(self.match.name, write_off=1)
		with self.as_user(self.manager):
			payment = api.accept(self.match.name, write_off=1)["payment_entry"]
		self.match.reload()
		self.assertEqual(
			(self.match.write_off_asked_by, self.match.decided_by), (self.accountant, self.manager)
		)
		paid = frappe.get_doc("Payment Entry", payment)
		self.assertEqual([flt(row.amount) for row in paid.deductions], [30])
		self.assertEqual(flt(frappe.db.get_value("Sales Invoice", self.invoice, "outstanding_amount")), 0)
		said = frappe.get_all(
			"Comment", {"reference_name": payment, "comment_type": "Comment"}, pluck="content"
		)
		self.assertIn("their bank keeps 30", said[0])

	def test_above_the_limit_of_the_role_too(self):
		_line, match = self.matched(920, factories.sales_invoice(self.customer, rate=1000).name)
		with self.as_user(self.manager), self.assertRaises(WriteOffAboveTolerance):
			api.accept(match.name, write_off=1, reason="80 short")

	def test_nothing_short_nothing_to_ask(self):
		_line, match = self.matched(100, factories.sales_invoice(self.customer, rate=100).name)
		with self.as_user(self.accountant), self.assertRaises(BankMatchStateError):
			api.ask_write_off(match.name, "why not")
		with self.as_user(factories.sales_user()), self.assertRaises(frappe.PermissionError):
			api.ask_write_off(self.match.name, "please")


@bench_only("bank lines and their reconciliation are the host's")
class TestParentsAndSuppliers(BankCase):
	def test_a_parent_that_paid_once_is_known_for_the_child(self):
		payer = {"payer": "Quartz Harbour Foods GmbH"}
		first = factories.sales_invoice(self.customer, rate=640)
		bank_line, match = self.matched(640, first.name, **payer)
		self.assertIn("another payer", match.evidence)
		self.assertNotEqual(match.decision, "Auto")
		with self.as_user(self.accountant):
			api.accept(match.name)
		self.assertEqual(bank_reads.pays_for()[self.stranger], {self.customer})
		learned = frappe.get_doc("Payer Alias", {"kind": "Customer", "payer": self.stranger})
		self.assertEqual((learned.learned_from, learned.confirmed_by), (bank_line.name, self.accountant))
		second = factories.sales_invoice(self.customer, rate=412)
		_line, match = self.matched(412, second.name, **payer)
		self.assertEqual((match.decision, match.customer), ("Auto", self.customer))
		self.assertIn("pays for", match.evidence)

	def test_nobody_pays_for_himself(self):
		same = {"kind": "Customer", "value": "x", "payer": self.customer, "customer": self.customer}
		with self.assertRaises(PayerAliasError):
			factories.make("Payer Alias", **same)
		other = {**same, "payer": self.stranger}
		factories.make("Payer Alias", **other)
		with self.assertRaises(PayerAliasError):
			factories.make("Payer Alias", **other)

	def test_what_we_owe_the_customer_as_a_supplier_is_shown(self):
		invoice = factories.sales_invoice(self.customer, rate=100).name
		supplier = factories.make(
			"Supplier",
			supplier_name="Blue Heron Supplies",
			supplier_group=factories.find_or_make(
				"Supplier Group", "L2C Suppliers", supplier_group_name="L2C Suppliers"
			),
		).name
		link = {"primary_role": "Customer", "primary_party": self.customer}
		factories.make("Party Link", **link, secondary_role="Supplier", secondary_party=supplier)
		self.owe(supplier, 75)
		with self.as_user(self.accountant):
			shown = money_at_hand.of_document("Sales Invoice", invoice)["set_off"]
		self.assertEqual(
			shown, [{"supplier": supplier, "currency": factories.COMPANY_CURRENCY, "amount": 75}]
		)

	def owe(self, supplier: str, amount: float) -> None:
		"""Owe a supplier an amount by a journal."""
		payable = frappe.get_cached_value("Company", factories.COMPANY, "default_payable_account")
		rows = [
			{
				"account": payable,
				"party_type": "Supplier",
				"party": supplier,
				"credit_in_account_currency": amount,
			},
			{"account": factories.bank_account(), "debit_in_account_currency": amount},
		]
		values = {"company": factories.COMPANY, "posting_date": frappe.utils.nowdate(), "accounts": rows}
		factories.make(
			"Journal Entry",
			submit=True,
			voucher_type="Bank Entry",
			cheque_no="1",
			cheque_date=frappe.utils.nowdate(),
			**values,
		)
