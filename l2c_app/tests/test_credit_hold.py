from contextlib import nullcontext
from decimal import Decimal
from unittest.mock import patch

import frappe
from frappe.utils import add_days, getdate, nowdate

from l2c_app.services.chasing import credit_hold, receivables
from l2c_app.services.errors import OrderHeld
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.chasing_case import ChasingTestCase

STOP = {"credit_hold": "Stop", "credit_hold_amount": 100, "credit_hold_days": 30, "credit_hold_role": None}


@bench_only("grouped queries over the payment ledger")
class TestCreditHold(ChasingTestCase):
	def order(self, **values):
		return factories.sales_order(self.customer, rate=500, **values)

	def test_off_by_default(self):
		self.invoice(60)
		self.order()

	def test_stopped_past_amount_and_days(self):
		with self.settings("L2C Settings", **STOP):
			self.invoice(60, 100)
			self.order()
			self.invoice(20, 500)
			self.order_is_held()
			frappe.db.set_single_value("L2C Settings", "credit_hold_days", 90)
			frappe.clear_document_cache("L2C Settings", "L2C Settings")
			self.order()

	def test_pain_close_order_more_reopen_does_not_bypass_the_hold(self):
		"""Pain 11: close, order more, open again. A hold laid on by hand ends the same way."""
		with self.settings("L2C Settings", **STOP):
			for state in ("Closed", "On Hold"):
				with self.subTest(state=state):
					frappe.db.savepoint("reopened")
					order = self.order()
					order.update_status(state)
					self.invoice(60, 500)
					again = frappe.get_doc("Sales Order", order.name)
					with self.assertRaises(OrderHeld):
						again.update_status("Draft")
					self.assertEqual(frappe.db.get_value("Sales Order", order.name, "status"), state)
					factories.payment(self.customer, 1000)
					frappe.get_doc("Sales Order", order.name).update_status("Draft")
					self.assertNotEqual(frappe.db.get_value("Sales Order", order.name, "status"), state)
					frappe.db.rollback(save_point="reopened")

	def order_is_held(self):
		draft = self.order(submit=False)
		with self.assertRaises(OrderHeld):
			draft.submit()
		return draft

	def test_a_warning_lets_it_pass(self):
		with self.settings("L2C Settings", **{**STOP, "credit_hold": "Warn"}):
			self.invoice(60)
			self.order()
			self.assertIn("overdue invoices", str(frappe.local.message_log))

	def test_paid_in_advance_passes(self):
		with self.settings("L2C Settings", **STOP):
			self.invoice(60, 1000)
			factories.payment(self.customer, 1400)
			self.order_is_held()
			factories.payment(self.customer, 100)
			self.order()

	def test_money_at_hand_counts_at_the_rate_of_its_own_currency(self):
		"""100 EUR overdue are 110 USD, the order is 900 EUR = 990 USD: 1,000 USD on account are not enough, 1,100 are."""
		overdue = receivables.Position(
			*map(Decimal, (100, 110)), getdate(add_days(nowdate(), -60)), *map(Decimal, (100, 0)), 1
		)
		euro = self.make_customer("L2C Held Euro", currency="EUR")
		draft = factories.sales_order(euro, rate=900, currency="EUR", submit=False)
		with self.settings("L2C Settings", **STOP):
			for dollars, held in ((1000, True), (1100, False)):
				money = receivables.Position(Decimal(0), Decimal(0), None, Decimal(0), Decimal(dollars), 0)
				key = (draft.customer, draft.company)
				found = {(*key, "EUR"): overdue, (*key, "USD"): money}
				with patch.object(receivables, "positions", return_value=found):
					with self.assertRaises(OrderHeld) if held else nullcontext():
						credit_hold.check(draft)

	def test_delivered_already_passes(self):
		with self.settings("L2C Settings", **STOP):
			self.invoice(60)
			draft = self.order(submit=False)
			draft.items[0].delivered_qty = 1
			draft.submit()

	def test_a_release_has_reason_expiry_and_role(self):
		release = {"doctype": "Credit Release", "customer": self.customer, "company": factories.COMPANY}
		with self.settings("L2C Settings", **STOP):
			self.invoice(60)
			draft = self.order_is_held()
			good = {**release, "valid_until": add_days(nowdate(), 5), "reason": "paid on Monday"}
			with self.as_user(factories.accounts_user()), self.assertRaises(frappe.PermissionError):
				frappe.get_doc(good).insert()
			with self.assertRaises(OrderHeld):
				frappe.get_doc({**good, "valid_until": add_days(nowdate(), -1)}).insert()
			with self.as_user(factories.accounts_manager()):
				made = frappe.get_doc(good).insert()
			frappe.get_doc("Sales Order", draft.name).submit()
			made.db_set("valid_until", add_days(nowdate(), -1))
			self.order_is_held()

	def test_pain_overdue_block_now_native_two_blocks_do_not_run(self):
		with self.settings("L2C Settings", **STOP):
			self.invoice(60)
			with patch("l2c_app.services.chasing.credit_hold._host_decides", return_value=True):
				self.order()
