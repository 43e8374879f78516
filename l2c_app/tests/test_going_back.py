"""Who is about to lose a lead is told, also without a single plan; who keeps it is not alarmed."""

from unittest.mock import patch

import frappe
from frappe.utils import add_days, get_datetime, getdate, nowdate

from l2c_app.api import pool_recycle
from l2c_app.services.follow_up import digest
from l2c_app.services.pool import going_back
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.test_recycling import IDLE_7, NO_DEAL_30, RecycleCase


@bench_only("notifications and the mail queue")
class TestGoingBack(RecycleCase):
	"""Claimed six days ago with seven days: the run of the day after tomorrow takes the seat."""

	RULES = (IDLE_7, NO_DEAL_30)

	def setUp(self) -> None:
		super().setUp()
		self.today = getdate(nowdate())
		self.idle = self.held(days=6)

	def soon(self) -> list[tuple[str, str]]:
		"""Return (party, date) of the rep's seats about to go back."""
		rows = going_back.soon([self.rep], self.today).get(self.rep, [])
		return [(row.party, str(row.recycle_on)) for row in rows]

	def send(self) -> None:
		"""Send the digests of this morning, twice."""
		morning = get_datetime(f"{nowdate()} 08:30:00")
		with patch.object(digest, "now_datetime", return_value=morning):
			digest.run()
			digest.run()

	def told(self) -> list[str]:
		"""Return the subjects in the bell and the mails to the rep about his day."""
		bell = {"for_user": self.rep, "document_type": "User"}
		lines = frappe.get_all("Notification Log", filters=bell, pluck="subject", order_by="name")
		queue = frappe.get_all("Email Queue Recipient", filters={"recipient": self.rep}, pluck="parent")
		return lines + [frappe.db.get_value("Email Queue", name, "message") for name in queue]

	def test_a_holder_without_any_plan_gets_the_digest_once(self):
		self.assertFalse(frappe.db.exists("Follow Up", {"assigned_to": self.rep, "status": "Planned"}))
		self.send()
		self.assertEqual(len(self.told()), 1)
		self.assertIn("1 going back", self.told()[0])

	def test_the_date_is_the_one_of_the_run_that_takes_it(self):
		self.assertEqual(self.soon(), [(self.idle.party, add_days(nowdate(), 2))])

	def test_the_holder_reads_the_real_name(self):
		[row] = going_back.soon([self.rep], self.today)[self.rep]
		self.assertEqual(row.party_name, frappe.db.get_value("Lead", self.idle.party, "title"))
		self.assertNotEqual(row.party_name, self.idle.party_name)

	def test_a_protected_seat_alarms_nobody_until_its_shield_ends(self):
		self.idle.db_set("protected_until", add_days(nowdate(), 3))
		self.assertEqual(self.soon(), [])
		self.send()
		self.assertEqual(self.told(), [])
		self.idle.db_set("protected_until", add_days(nowdate(), 2))
		self.assertEqual(self.soon(), [(self.idle.party, add_days(nowdate(), 3))])

	def test_a_seat_that_business_keeps_alarms_nobody(self):
		factories.make(
			"Opportunity",
			opportunity_from="Lead",
			party_name=self.idle.party,
			company=factories.COMPANY,
			status="Open",
		)
		self.assertEqual(self.soon(), [])

	def test_a_pool_that_takes_nothing_alarms_nobody(self):
		self.set_pool(recycle_enabled=0)
		self.assertEqual((self.soon(), going_back.holders(self.today)), ([], []))

	def test_the_card_counts_the_same(self):
		self.held(2, days=6).db_set("protected_until", add_days(nowdate(), 9))
		with self.as_user(self.rep):
			card = pool_recycle.about_to_go_back()
		self.assertEqual((card["value"], card["route_options"]["holder"]), (1, self.rep))
		stored = frappe.get_doc("Number Card", "About to Go Back")
		self.assertEqual(
			(stored.type, stored.method), ("Custom", "l2c_app.api.pool_recycle.about_to_go_back")
		)
