"""The credit note of a contract's invoice asks what becomes of the plan; money at hand is shown, not taken."""

from typing import Any

import frappe

from l2c_app.services.billing import billing, credit_notes
from l2c_app.services.errors import CreditNoteRefused, RowNotBillable
from l2c_app.services.receipt import money_at_hand
from l2c_app.tests import contracts, factories
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.contracts import plan_row


@bench_only("credit notes")
class TestCreditNotes(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.accountant = factories.accounts_user()
		self.contract = contracts.active(plan_rows=[plan_row(percent=50), plan_row(percent=50)])
		self.invoice = billing.bill_row(self.contract.name, "R1", submit=True)

	def credit(self, amount: float, *, bill_again: bool) -> Any:
		"""Credit a part of the invoice as the accountant; returns the contract's first row."""
		with self.as_user(self.accountant):
			credit = credit_notes.draft(self.invoice, bill_again=bill_again)
			credit.items[0].update({"rate": amount, "price_list_rate": amount})
			credit.insert().submit()
		return contracts.fresh(self.contract).plan_rows[0]

	def test_what_is_forgiven_is_credited_on_the_row(self) -> None:
		row = self.credit(200, bill_again=False)
		self.assertEqual((row.billed, row.credited, row.open_amount), (500, 200, 300))
		with self.assertRaises(RowNotBillable):
			billing.bill_row(self.contract.name, "R1")

	def test_what_is_to_be_billed_again_opens_the_row(self) -> None:
		row = self.credit(200, bill_again=True)
		self.assertEqual((row.billed, row.credited, row.open_amount), (300, 0, 500))
		again = billing.bill_row(self.contract.name, "R1", submit=True)
		self.assertEqual(frappe.db.get_value("Sales Invoice", again, "grand_total"), 200)

	def test_only_submitted_invoices_of_contracts_and_only_by_accounts(self) -> None:
		draft = billing.bill_row(self.contract.name, "R2", submit=False)
		other = factories.sales_invoice(self.contract.customer).name
		for name in (draft, other):
			with self.assertRaises(CreditNoteRefused):
				credit_notes.draft(name, bill_again=False)
		with self.as_user(factories.sales_user()), self.assertRaises(frappe.PermissionError):
			credit_notes.draft(self.invoice, bill_again=False)


class TestMoneyAtHand(L2CTestCase):
	def test_deposits_and_money_on_account_are_shown_apart(self) -> None:
		customer = factories.customer("L2C At Hand")
		contract = contracts.active(
			customer, plan_rows=[plan_row(percent=30, billing="Advance"), plan_row(percent=70)]
		)
		factories.payment(customer, 350, against=[("Sales Order", contract.sales_order, 350)])
		factories.payment(customer, 77)
		contracts.fresh(contract)
		invoice = billing.bill_row(contract.name, "R2", submit=False)
		with self.as_user(factories.accounts_user()):
			shown = money_at_hand.of_document("Sales Invoice", invoice)
		# The draft has drawn 300 of the deposit, but drafts take nothing: 350 still lie on the order, 77 on account.
		self.assertEqual(
			shown, {"currency": "USD", "on_account": 77, "earmarked": 0, "advance": 350, "set_off": []}
		)

	def test_sales_may_not_look_into_the_ledger_by_it(self) -> None:
		contract = contracts.active()
		invoice = billing.bill_row(contract.name, "R1", submit=False)
		with self.as_user(factories.sales_user()), self.assertRaises(frappe.PermissionError):
			money_at_hand.of_document("Sales Invoice", invoice)
		with self.assertRaises(frappe.PermissionError):
			money_at_hand.of_document("Customer", contract.customer)
