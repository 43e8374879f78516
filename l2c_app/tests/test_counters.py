"""The counters of the workspace: contracts to approve, contracts that end, rows due this week."""

import unittest
from datetime import date

import frappe
from frappe.utils import add_days, getdate, nowdate

from l2c_app.api import contract as api
from l2c_app.services.contract import due_rows
from l2c_app.tests import contracts, factories
from l2c_app.tests.base import L2CTestCase, bench_only

CARDS = ("Contracts to Approve", "Contracts Ending in 30 Days", "Rows Due This Week")


class TestWeek(unittest.TestCase):
	def test_a_week_goes_from_monday_to_sunday(self):
		week = (date(2026, 11, 23), date(2026, 11, 29))
		for day in (23, 26, 29):
			self.assertEqual(due_rows.week_of(date(2026, 11, day)), week)


@bench_only("lists joined with child rows, and stored cards")
class TestCounters(L2CTestCase):
	def test_open_rows_of_this_week_are_counted_for_who_may_read_the_contract(self):
		before = api.rows_due_this_week()["value"]
		monday, sunday = due_rows.week_of(getdate(nowdate()))
		days = (monday, sunday, add_days(sunday, 1), add_days(monday, -1))
		plan = [contracts.plan_row(250, fixed_date=str(day)) for day in days]
		contract = contracts.active(factories.customer("Counted Customer"), plan_rows=plan)
		card = api.rows_due_this_week()
		self.assertEqual(card["value"] - before, 2)
		self.assertIn(contract.name, card["route_options"]["name"][1])
		with self.as_user(factories.sales_user("counter.stranger")):
			self.assertEqual(api.rows_due_this_week()["value"], 0)

	def test_the_cards_are_on_the_workspace(self):
		shown = frappe.get_all(
			"Workspace Number Card", filters={"parent": "Lead to Cash"}, pluck="number_card_name"
		)
		for name in CARDS:
			self.assertTrue(frappe.db.exists("Number Card", name))
			self.assertIn(name, shown)
