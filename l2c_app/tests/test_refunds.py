"""Money given back: a Collection of the kind Refund makes the native payment to the customer."""

import frappe
from frappe.utils import flt, nowdate

from l2c_app.api import collection as api
from l2c_app.services.billing import billing
from l2c_app.services.errors import CollectionLocked, RefundTooHigh
from l2c_app.tests import contracts, factories, receivables
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.contracts import plan_row


@bench_only("credit notes and their payments on the host's ledgers")
class TestRefunds(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.accountant = factories.accounts_user()
		self.customer = factories.customer("L2C Refunded")
		self.contract = contracts.active(self.customer, plan_rows=[plan_row(600), plan_row(400)]).name
		row = receivables.row_id(self.contract, 1)
		self.invoice = billing.bill_row(self.contract, row, submit=True)
		factories.payment(self.customer, 600, against=[("Sales Invoice", self.invoice, 600)])

	def refund(self, amount: float) -> str:
		values = {
			"kind": "Refund",
			"customer": self.customer,
			"company": factories.COMPANY,
			"currency": "USD",
			"amount": amount,
			"received_on": nowdate(),
			"paid_to": factories.bank_account(),
		}
		allocations = [{"contract": self.contract, "amount": amount}]
		with self.as_user(self.accountant):
			name = api.report(values, allocations)["name"]
			return api.confirm(name)["voucher_no"]

	def test_a_credit_note_is_paid_back(self):
		note = receivables.credit_note(self.invoice, 150)
		payment = frappe.get_doc("Payment Entry", self.refund(150))
		self.assertEqual((payment.payment_type, payment.received_amount), ("Pay", 150))
		self.assertEqual([row.reference_name for row in payment.references], [note.name])
		self.assertEqual(flt(frappe.db.get_value("Sales Invoice", note.name, "outstanding_amount")), 0)
		self.assertEqual(
			receivables.figures(self.contract, "refunded", "collected", "on_account"), (150, 450, 0)
		)
		self.assertEqual(receivables.broken(self.contract), [])

	def test_money_on_account_is_paid_back(self):
		factories.payment(self.customer, 80)
		payment = frappe.get_doc("Payment Entry", self.refund(80))
		self.assertEqual((payment.payment_type, payment.unallocated_amount), ("Pay", 80))
		self.assertEqual(receivables.broken(self.contract), [])

	def test_more_than_the_credit_is_refused(self):
		receivables.credit_note(self.invoice, 150)
		with self.assertRaises(RefundTooHigh):
			self.refund(150.01)

	def test_the_kind_of_a_confirmed_refund_stays(self):
		receivables.credit_note(self.invoice, 150)
		voucher = self.refund(150)
		name = frappe.db.get_value("Collection", {"voucher_no": voucher}, "name")
		collection = frappe.get_doc("Collection", name)
		collection.kind = "Receipt"
		self.assertRaises(CollectionLocked, collection.save)
