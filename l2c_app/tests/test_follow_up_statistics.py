from datetime import timedelta

import frappe
from frappe.utils import now_datetime, nowdate

from l2c_app.l2c_app.report.follow_up_statistics import follow_up_statistics as report
from l2c_app.services.follow_up import follow_ups
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.pool_case import PoolCase


@bench_only("list conditions in SQL")
class TestFollowUpStatistics(PoolCase):
	def setUp(self) -> None:
		super().setUp()
		self.one = self.lead(1)
		self.claimed(self.one)

	def log(self, outcome: str) -> None:
		"""Log a call of the rep about his lead."""
		result = {"follow_up_type": "Call", "outcome": outcome, "note": f"They said {outcome}"}
		more = {"next_action": "Call", "next_action_on": now_datetime() + timedelta(days=1)}
		with self.as_user(self.rep):
			follow_ups.log("Lead", self.one.name, result={**result, **more})

	def rows(self, user: str) -> list[dict]:
		"""Return the rep's rows in the report of a user."""
		with self.as_user(user):
			found = report.execute({"from_date": nowdate(), "to_date": nowdate()})[1]
		return [row for row in found if row["user"] == self.rep]

	def test_each_sees_the_figures_of_what_he_may_read(self):
		self.log("Interested")
		self.log("No Answer")
		for user in (self.rep, self.chief):
			[row] = self.rows(user)
			self.assertEqual((row["done"], row["reached"], row["good"]), (2, 1, 1))
		self.assertEqual(self.rows(self.outsider), [])

	def test_first_answers_stand_beside_the_follow_ups_of_who_gave_them(self):
		"""Assigned two hours ago, answered one hour ago: one hour, in time; for the holder and his manager alone."""
		now = now_datetime().replace(hour=12, minute=0, second=0, microsecond=0)
		values = {"party_type": "Lead", "party": self.one.name, "holder": self.rep, "pool": self.pool.name}
		values |= {"seat": self.seat(self.one).name, "status": "In Time"}
		values |= {"assigned_on": now - timedelta(hours=2), "first_responded_on": now - timedelta(hours=1)}
		row = frappe.get_doc({"doctype": "Lead First Response", **values})
		row.insert(ignore_permissions=True, set_name="l2c-first-answer")
		for user in (self.rep, self.chief):
			[row] = self.rows(user)
			self.assertEqual((row["done"], row["on_time"], row["hours_to_answer"]), (1, 100, 1))
		self.assertEqual(self.rows(self.outsider), [])

	def test_the_report_is_for_sales(self):
		stored = frappe.get_doc("Report", "Follow Up Statistics")
		for user, allowed in ((self.rep, True), (factories.accounts_user(), False)):
			with self.as_user(user):
				self.assertEqual(bool(stored.is_permitted()), allowed)
