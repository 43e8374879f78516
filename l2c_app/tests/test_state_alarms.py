"""Held leads that stay too long in one status: who is told, when, and how often."""

from collections import Counter
from unittest.mock import patch

import frappe
from frappe.utils import add_days, add_to_date, getdate, now_datetime, nowdate

from l2c_app.services import errors
from l2c_app.services.follow_up import reminders
from l2c_app.services.pool import state_alarms
from l2c_app.services.pool.seats import Event, Move, move
from l2c_app.tests import factories
from l2c_app.tests.pool_case import POOL, PoolCase


class TestStateAlarms(PoolCase):
	def setUp(self) -> None:
		super().setUp()
		self.set_pool(state_alarms=[{"status": "Open", "days": 5}, {"status": "Replied", "days": 2}])

	def held(self, number: int, *, status: str = "Open", days: int, claimed: int = 30):
		"""Return a seat that the rep has held for so many days, of a lead whose last change lies some days back."""
		seat = self.claimed(self.lead(number))
		self.change(seat, status, days)
		frappe.db.set_value(
			"Lead Pool Seat", seat.name, "claimed_on", add_to_date(now_datetime(), days=-claimed)
		)
		return seat

	def change(self, seat, status: str, days: int = 0) -> None:
		"""Give the lead a status past its events, as the host does, so many days ago."""
		at = add_to_date(now_datetime(), days=-days)
		frappe.db.set_value("Lead", seat.party, {"status": status, "modified": at}, update_modified=False)

	def night(self, ahead: int = 0) -> Counter:
		"""Do what the job does on a day ahead; returns the counts."""
		total: Counter = Counter()
		for counts in state_alarms.tell_due(getdate(add_days(nowdate(), ahead))):
			total.update(counts)
		return total

	def bells(self, user: str) -> list[str]:
		filters = {"for_user": user, "document_type": "Lead Pool", "document_name": POOL}
		return frappe.get_all("Notification Log", filters=filters, pluck="subject", order_by="creation, name")

	def test_holder_and_manager_are_told_once_on_the_day(self):
		self.held(1, days=4)
		self.assertEqual((self.night()["told"], self.bells(self.rep)), (0, []))
		self.assertEqual(self.night(ahead=1)["told"], 1)
		self.assertEqual(self.night(ahead=2)["told"], 0)
		line = f"1 leads in {POOL} have been Open for too long: Pooled Company 1 Ltd ({{0}}5 days)"
		self.assertEqual(self.bells(self.rep), [line.format("")])
		holder = frappe.utils.get_fullname(self.rep)
		self.assertEqual(self.bells(self.chief), [line.format(f"{holder}, ")])
		self.assertEqual(self.bells(self.mate), [])

	def test_each_status_has_its_days_and_a_change_begins_anew(self):
		seat = self.held(1, days=5)
		self.assertEqual(self.night()["told"], 1)
		self.change(seat, "Replied")
		self.assertEqual((self.night()["told"], self.night(ahead=1)["told"]), (0, 0))
		self.assertEqual(self.night(ahead=2)["told"], 1)
		self.change(seat, "Interested")
		self.assertEqual(self.night(ahead=3), {"seen": 1, "told": 0})
		self.assertIsNone(frappe.db.get_value("Lead Pool Seat", seat.name, "status_seen"))
		self.assertEqual(len(self.bells(self.rep)), 2)

	def test_a_change_of_something_else_does_not_begin_anew(self):
		seat = self.held(1, days=3)
		self.night()
		self.change(seat, "Open", days=0)
		self.assertEqual(self.night(ahead=2)["told"], 1)

	def test_a_new_holder_has_his_own_days(self):
		seat = self.held(1, days=9)
		self.assertEqual(self.night()["told"], 1)
		move([Move(seat.name, Event.TRANSFER, self.mate, "test")])
		self.assertEqual((self.night()["told"], self.night(ahead=4)["told"]), (0, 0))
		self.assertEqual(self.night(ahead=5)["told"], 1)
		self.assertEqual((len(self.bells(self.rep)), len(self.bells(self.mate))), (1, 1))

	def test_free_seats_other_statuses_and_disabled_pools_tell_nobody(self):
		self.lead(1)
		self.held(2, status="Interested", days=50)
		self.held(3, days=50)
		frappe.db.set_value("Lead Pool", POOL, "enabled", 0)
		self.assertEqual(self.night()["told"], 0)
		frappe.db.set_value("Lead Pool", POOL, "enabled", 1)
		self.assertEqual(self.night()["told"], 1)

	def test_many_are_one_line_that_names_five_and_one_failing_notice_stops_nobody(self):
		for number in range(1, 8):
			self.held(number, days=10 + number)
		original = reminders.bell

		def bell(user: str, text: str, **rest: object) -> None:
			if user == self.chief:
				raise ValueError("no bell")
			original(user, text, **rest)

		with patch.object(reminders, "bell", bell), patch.object(state_alarms, "PAGE", 50):
			self.assertEqual(self.night()["told"], 7)
		(line,) = self.bells(self.rep)
		self.assertIn("7 leads", line)
		self.assertIn("Pooled Company 7 Ltd (17 days)", line)
		self.assertNotIn("Pooled Company 2 Ltd", line)
		self.assertEqual(self.bells(self.chief), [])

	def test_pages_tell_everything(self):
		for number in range(1, 4):
			self.held(number, days=10)
		with patch.object(state_alarms, "PAGE", 2):
			self.assertEqual(self.night(), {"seen": 3, "told": 3})

	def test_alarms_that_cannot_be_meant_are_refused(self):
		for rows in (
			[{"status": "No Such Status", "days": 3}],
			[{"status": "Open", "days": 0}],
			[{"status": "Open", "days": 3}, {"status": "Open", "days": 4}],
		):
			with self.subTest(rows=rows), self.assertRaises(errors.BadStateAlarm):
				self.set_pool(state_alarms=rows)
		customers = factories.lead_pool(
			"L2C State Customers", members=(self.rep,), party_type="Customer", admission_filters=""
		)
		customers.append("state_alarms", {"status": "Open", "days": 3})
		with self.assertRaises(errors.BadStateAlarm):
			customers.save()
