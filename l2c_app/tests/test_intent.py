"""Hot, warm or cold: the newest grade with its evidence, forgotten by itself."""

from datetime import timedelta

import frappe
from frappe.utils import add_days, now_datetime, nowdate

from l2c_app.api import pool as api
from l2c_app.overrides import follow_ups as events
from l2c_app.services.follow_up import follow_ups, intent
from l2c_app.tests.pool_case import POOL, PoolCase


class TestIntent(PoolCase):
	def setUp(self) -> None:
		super().setUp()
		self.one = self.lead(1)
		self.claimed(self.one)

	def graded(self, grade: str, *, days_ago: int):
		"""Log a call that found a grade so many days ago."""
		with self.as_user(self.rep):
			done = follow_ups.log(
				"Lead",
				self.one.name,
				result={
					"follow_up_type": "Call",
					"outcome": "Reached",
					"note": f"They sounded {grade}",
					"intent": grade,
					"next_action": "Call",
					"next_action_on": now_datetime() + timedelta(days=1),
				},
			)
		at = f"{add_days(nowdate(), -days_ago)} 10:00:00"
		frappe.db.set_value("Follow Up", done.name, "done_on", at, update_modified=False)
		return done

	def grade(self) -> str | None:
		"""Return the grade that counts today."""
		found = intent.current("Lead", [self.one.name]).get(self.one.name)
		return found and found["intent"]

	def test_the_newest_grade_counts_with_its_evidence_and_its_end(self):
		self.graded("Cold", days_ago=5)
		newest = self.graded("Hot", days_ago=2)
		self.graded("Warm", days_ago=9)
		self.assertEqual(
			intent.current("Lead", [self.one.name])[self.one.name],
			{
				"intent": "Hot",
				"on": add_days(nowdate(), -2),
				"until": add_days(nowdate(), 12),
				"follow_up": newest.name,
			},
		)

	def test_it_ends_by_itself_after_the_days_of_the_settings(self):
		self.graded("Hot", days_ago=14)
		self.assertEqual(self.grade(), "Hot")
		with self.settings("L2C Settings", intent_days=13):
			self.assertIsNone(self.grade())
		with self.settings("L2C Settings", intent_days=0):
			self.assertIsNone(self.grade())

	def test_form_and_list_of_seats_show_it_to_members_strangers_learn_nothing(self):
		self.graded("Warm", days_ago=1)
		form = frappe.get_doc("Lead", self.one.name)
		events.lead_onload(form)
		self.assertEqual(form.get("__onload")["l2c_intent"]["intent"], "Warm")
		with self.as_user(self.rep):
			api.release(self.seat(self.one).name, "No time")
		with self.as_user(self.mate):
			[row] = api.seats(POOL)
			self.assertEqual(row.intent["intent"], "Warm")
			self.assertEqual(api.party_state("Lead", self.one.name)["intent"]["intent"], "Warm")
		with self.as_user(self.outsider):
			self.assertIsNone(api.party_state("Lead", self.one.name)["intent"])
