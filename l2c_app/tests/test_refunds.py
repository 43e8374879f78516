"""Money given back: a Collection of the kind Refund makes the native payment to the customer."""

import frappe
from frappe.utils import flt, nowdate

from l2c_app.api import collection as api
from l2c_app.services.billing import billing
from l2c_app.services.errors import CollectionLocked, RefundTooHigh
from l2c_app.services.ledger import ledger_identities
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
		self.assertEqual(receivables.figures(self.contract, "on_account", "refunded"), (0, 0))
		self.assertEqual(receivables.broken(self.contract), [])

	def test_the_same_money_on_account_is_not_paid_back_twice(self):
		receipt = factories.payment(self.customer, 80)
		self.refund(80)
		receipt.reload()
		self.assertEqual(receipt.unallocated_amount, 0)
		with self.assertRaises(RefundTooHigh):
			self.refund(80)
		self.assertEqual(ledger_identities.payment_differences([receipt.name, *self.payments("Pay")]), [])

	def test_nor_where_somebody_paid_it_back_natively(self):
		"""80 came, 30 were paid back without a reference: 50 are left."""
		factories.payment(self.customer, 80)
		receivables.receipt(self.customer, 30, pay=True)
		with self.assertRaises(RefundTooHigh):
			self.refund(50.01)
		self.refund(50)
		with self.assertRaises(RefundTooHigh):
			self.refund(0.01)

	def test_money_paid_back_is_not_drawn_by_the_next_invoice(self):
		for pay_back in (lambda: self.refund(80), lambda: receivables.receipt(self.customer, 80, pay=True)):
			with self.subTest():
				contract = contracts.active(
					self.customer, plan_rows=[plan_row(80, billing="Advance"), plan_row(920)]
				)
				values = {"customer": self.customer, "company": factories.COMPANY, "currency": "USD"}
				asks = [{"contract": contract.name, "amount": 80}]
				name = api.report({**values, "amount": 80, "received_on": nowdate()}, asks)["name"]
				payment = api.confirm(name, paid_to=factories.bank_account())["voucher_no"]
				receivables.unreconcile("Payment Entry", payment)
				self.assertEqual(receivables.figures(contract.name, "advance", "on_account"), (0, 80))
				mine, self.contract = self.contract, contract.name
				pay_back()
				self.contract = mine
				name = billing.bill_row(contract.name, receivables.row_id(contract.name, 2), submit=True)
				self.assertEqual(frappe.get_doc("Sales Invoice", name).advances, [])

	def test_a_deposit_that_is_bound_to_an_order_is_no_credit(self):
		contract = contracts.active(
			self.customer, plan_rows=[plan_row(300, billing="Advance"), plan_row(700)]
		)
		paid = [("Sales Order", contract.sales_order, 300)]
		payment = factories.payment(self.customer, 310, against=paid)
		with self.assertRaises(RefundTooHigh):
			self.refund(10.01)
		self.refund(10)
		with self.assertRaises(RefundTooHigh):
			self.refund(10)
		self.assertEqual(receivables.figures(contract.name, "advance", "collected"), (300, 300))
		receivables.unreconcile("Payment Entry", payment.name)
		self.refund(300)

	def test_a_refund_takes_the_credit_notes_of_its_contract(self):
		"""B's credit note of 100 is the older one; 150 given back for A are A's."""
		other = contracts.active(self.customer, plan_rows=[plan_row(1000)]).name
		invoice = billing.bill_row(other, receivables.row_id(other, 1), submit=True)
		theirs = receivables.credit_note(invoice, 100)
		mine = receivables.credit_note(self.invoice, 150)
		with self.assertRaises(RefundTooHigh):
			self.refund(151)
		payment = frappe.get_doc("Payment Entry", self.refund(150))
		self.assertEqual([row.reference_name for row in payment.references], [mine.name])
		self.assertEqual(receivables.figures(self.contract, "refunded"), (150,))
		self.assertEqual(receivables.figures(other, "refunded"), (0,))
		self.assertEqual(flt(frappe.db.get_value("Sales Invoice", theirs.name, "outstanding_amount")), -100)

	def test_money_on_account_for_another_contract_is_left_to_it(self):
		other = contracts.active(self.customer, plan_rows=[plan_row(1000)]).name
		values = {"customer": self.customer, "company": factories.COMPANY, "currency": "USD"}
		asks = [{"contract": other, "amount": 60}]
		name = api.report({**values, "amount": 60, "received_on": nowdate()}, asks)["name"]
		payment = api.confirm(name, paid_to=factories.bank_account())["voucher_no"]
		receivables.unreconcile("Payment Entry", payment)
		with self.assertRaises(RefundTooHigh):
			self.refund(60)

	def payments(self, payment_type: str) -> list[str]:
		filters = {"party": self.customer, "payment_type": payment_type, "docstatus": 1}
		return frappe.get_all("Payment Entry", filters=filters, pluck="name", order_by="name")

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
