"""Pools of customers for second sales: seats go back by the days without an order, or without effort, by customer group."""

from unittest.mock import patch

import frappe
from frappe.utils import add_days, add_to_date, getdate, now_datetime, nowdate

from l2c_app.api import pool_recycle
from l2c_app.services.errors import BadRecycleRule
from l2c_app.services.pool import recycle_dates, run_work, runs
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.test_customer_pools import SECOND_SALES, CustomerCase

NO_DEAL_90 = {"kind": "No Deal", "days": 90}


class SecondSalesCase(CustomerCase):
	"""A customer held for a hundred days in a pool that asks for a deal within ninety."""

	def setUp(self) -> None:
		super().setUp()
		patcher = patch.object(runs, "queue")
		patcher.start()
		self.addCleanup(patcher.stop)
		self.rules(NO_DEAL_90)
		self.buyer = self.customer("Second Buyer", account_manager=self.rep)
		long_ago = {"claimed_on": add_to_date(now_datetime(), days=-100)}
		frappe.db.set_value("Lead Pool Seat", self.seat_of(self.buyer).name, long_ago)
		recycle_dates.recompute_parties("Customer", [self.buyer])

	def rules(self, *rows: dict) -> None:
		self.customers.reload()
		self.customers.update({"recycle_rules": [dict(row) for row in rows], "daily_quota": 0})
		self.customers.save()
		recycle_dates.recompute_chunk(SECOND_SALES)

	def ordered(self, days: int):
		"""Submit an order dated so many days from today."""
		order = factories.sales_order(self.buyer, submit=False)
		order.update({"transaction_date": add_days(nowdate(), days), "payment_schedule": []})
		order.delivery_date = order.items[0].delivery_date = add_days(nowdate(), max(days, 0))
		order.submit()
		return order

	def days_left(self) -> int:
		"""Return in how many days the seat goes back."""
		return (self.seat_of(self.buyer).recycle_on - getdate(nowdate())).days

	def tonight(self) -> list[str]:
		"""Do tonight's run; returns the status of its rows."""
		name = runs.start_by_system(runs.RECYCLE, SECOND_SALES)
		while run_work.step(name):
			pass
		return frappe.get_all("Pool Run Row", filters={"run": name}, pluck="status", order_by="name")


class TestDaysWithoutOrder(SecondSalesCase):
	def test_a_customer_who_never_ordered_goes_back_by_the_days_since_the_claim(self):
		self.assertEqual(self.days_left(), -9)  # 91 days behind the claim of a hundred days ago
		self.assertEqual(self.tonight(), ["Done"])
		self.assertFalse(frappe.db.get_value("Customer", self.buyer, "account_manager"))

	def test_an_order_starts_the_days_again_and_its_cancellation_does_not(self):
		order = self.ordered(-10)
		self.assertEqual(self.days_left(), 81)
		frappe.db.set_value("Sales Order", order.name, "status", "Completed")  # nothing open keeps the seat
		self.assertEqual(self.tonight(), [])
		self.assertEqual(self.seat_of(self.buyer).holder, self.rep)
		order.reload()
		order.cancel()
		self.assertEqual(self.days_left(), -9)

	def test_who_buys_without_orders_bought_by_his_invoice(self):
		factories.sales_invoice(self.buyer, set_posting_time=1, posting_date=add_days(nowdate(), -20))
		self.assertEqual(self.days_left(), 71)

	def test_an_order_dated_ahead_keeps_nothing_before_its_day(self):
		self.ordered(400)
		self.assertEqual(self.days_left(), -9)

	def test_the_seat_names_the_rule_and_its_day(self):
		self.ordered(0)
		self.assertEqual((self.days_left(), self.seat_of(self.buyer).recycle_rule), (91, "No Deal 90 d"))


class TestByGroup(SecondSalesCase):
	def group(self, name: str, parent: str, *, is_group: int = 0) -> str:
		"""Return a customer group below another."""
		values = {"customer_group_name": name, "parent_customer_group": parent, "is_group": is_group}
		return factories.find_or_make("Customer Group", name, **values)

	def moved_below(self, group: str, parent: str) -> list[str]:
		"""Give a group another parent; returns the pools whose dates are worked out anew for it, as the job does."""
		with patch.object(frappe, "enqueue") as queued:
			frappe.get_doc("Customer Group", group).update({"parent_customer_group": parent}).save()
		calls = [call for call in queued.call_args_list if call.args[0] == recycle_dates.JOB]
		pools = [call.kwargs["pool"] for call in calls]
		for pool in pools:
			recycle_dates.recompute_chunk(pool)
		return pools

	@bench_only("the tree of customer groups is numbered by the host")
	def test_a_moved_group_brings_its_customers_new_dates_and_a_preview_made_before_takes_nobody_it_spares(
		self,
	):
		top = factories.root_of("Customer Group")
		upper = self.group("L2C Key Accounts", top, is_group=1)
		lower = self.group("L2C Chains", top)
		frappe.get_doc("Customer", self.buyer).update({"customer_group": lower}).save()
		self.rules(NO_DEAL_90, {"kind": "No Deal", "days": 200, "customer_group": upper})
		self.assertEqual(self.days_left(), -9)
		preview = runs.start_by_system(runs.RECYCLE, SECOND_SALES, mode=runs.PREVIEW)
		while run_work.step(preview):
			pass
		self.assertEqual(self.moved_below(lower, upper), [SECOND_SALES])
		self.assertEqual(self.days_left(), 101)
		self.assertEqual(self.seat_of(self.buyer).recycle_rule, "No Deal L2C Chains 200 d")
		runs.commit_preview(preview)
		while run_work.step(preview):
			pass
		filters = {"run": preview}
		self.assertEqual(
			frappe.get_all("Pool Run Row", filters=filters, fields=["status", "reason"]),
			[{"status": "Skipped", "reason": "Not due any more"}],
		)
		self.assertEqual(self.seat_of(self.buyer).holder, self.rep)
		self.assertEqual(self.moved_below(lower, top), [SECOND_SALES])
		self.assertEqual(self.days_left(), -9)
		self.assertEqual(self.moved_below(lower, top), [])

	@bench_only("the tree of customer groups is numbered by the host")
	def test_the_row_of_the_nearest_group_counts(self):
		upper = self.group("L2C Key Accounts", factories.root_of("Customer Group"), is_group=1)
		lower = self.group("L2C Chains", upper)
		self.rules(NO_DEAL_90, {"kind": "No Deal", "days": 200, "customer_group": upper})
		self.assertEqual(self.days_left(), -9)  # neither of the two groups
		customer = frappe.get_doc("Customer", self.buyer)
		customer.customer_group = lower
		customer.save()
		self.assertEqual(self.days_left(), 101)
		self.assertEqual(self.seat_of(self.buyer).recycle_rule, "No Deal L2C Chains 200 d")
		self.rules(
			NO_DEAL_90,
			{"kind": "No Deal", "days": 200, "customer_group": upper},
			{"kind": "No Deal", "days": 120, "customer_group": lower},
		)
		self.assertEqual(self.days_left(), 21)

	def test_leads_have_tiers_and_customers_groups(self):
		with self.assertRaises(BadRecycleRule):
			self.rules({**NO_DEAL_90, "tier": "A"})
		self.pool.reload()
		self.pool.append(
			"recycle_rules", {**NO_DEAL_90, "customer_group": factories.leaf_of("Customer Group")}
		)
		with self.assertRaises(BadRecycleRule):
			self.pool.save()

	def test_a_new_pool_of_customers_begins_with_rules_that_fit_it(self):
		rows = pool_recycle.starting_rules("Customer")
		self.assertEqual({row["kind"] for row in rows}, {"No Follow Up", "No Deal"})
		self.rules(*rows)
