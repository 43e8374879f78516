from datetime import timedelta

import frappe
from frappe.utils import get_datetime, now_datetime

from l2c_app.services.follow_up import first_response
from l2c_app.services.pool import seat_events
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.test_effort import EffortCase

WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@bench_only("the host's Service Level Agreement")
class TestFirstResponse(EffortCase):
	def setUp(self):
		super().setUp()
		frappe.db.set_single_value("Support Settings", "track_service_level_agreement", 1)
		factories.make("Issue Priority", name="L2C Normal", description="Normal")

	def agreement(self, minutes=60, **values):
		"""Insert an agreement for leads as if it had been there before the claims of this test."""
		holidays = factories.find_or_make(
			"Holiday List",
			"L2C No Holidays",
			holiday_list_name="L2C No Holidays",
			from_date="2026-01-01",
			to_date="2027-12-31",
		)
		sla = frappe.new_doc("Service Level Agreement")
		sla.update({"document_type": "Lead", "service_level": "L2C Answer", "enabled": 1, **values})
		sla.update(
			{"default_service_level_agreement": 1, "apply_sla_for_resolution": 0, "holiday_list": holidays}
		)
		sla.append(
			"priorities", {"priority": "L2C Normal", "default_priority": 1, "response_time": minutes * 60}
		)
		sla.append("sla_fulfilled_on", {"status": "Converted"})
		for day in WEEK:
			sla.append(
				"support_and_resolution", {"workday": day, "start_time": "00:00:00", "end_time": "23:59:59"}
			)
		# The host would add columns to Lead, and a change of a table commits: not within a test.
		sla.before_insert = lambda: None
		sla.name = "SLA-L2C-Answer"
		sla.flags.name_set = True
		sla.insert(ignore_permissions=True)
		frappe.db.set_value(
			"Service Level Agreement", sla.name, "creation", now_datetime() - timedelta(days=1)
		)
		frappe.cache.delete_value("doctypes_with_active_sla")
		self.addCleanup(frappe.cache.delete_value, "doctypes_with_active_sla")
		return sla

	def clocks(self):
		return frappe.get_all(
			"Lead First Response",
			filters={"party": self.one.name},
			fields=["holder", "status", "assigned_on", "response_by", "first_responded_on"],
			order_by="assigned_on, creation",
		)

	def test_without_an_agreement_nothing_happens(self):
		self.assertEqual(first_response.keep(), {"answered": 0, "handed_over": 0, "started": 0})
		self.assertEqual(self.clocks(), [])

	def test_the_clock_starts_at_the_assignment_and_stops_with_the_first_act(self):
		self.agreement()
		first_response.keep()
		[clock] = self.clocks()
		self.assertEqual((clock.holder, clock.status), (self.rep, "Waiting"))
		self.assertEqual(get_datetime(clock.assigned_on), get_datetime(self.held.claimed_on))
		self.call()
		first_response.keep()
		[clock] = self.clocks()
		self.assertEqual(clock.status, "In Time")
		first_response.keep()
		self.assertEqual(len(self.clocks()), 1)

	def test_a_late_answer_is_late(self):
		self.agreement()
		first_response.keep()
		past = now_datetime() - timedelta(hours=3)
		frappe.db.set_value("Lead First Response", {"party": self.one.name}, "response_by", past)
		self.call()
		first_response.keep()
		self.assertEqual(self.clocks()[0].status, "Late")

	def test_a_reassignment_hands_the_clock_over_and_starts_the_new_owner_s(self):
		self.agreement()
		first_response.keep()
		with self.as_user(self.rep):
			seat_events.transfer(self.held.name, self.mate)
		first_response.keep()
		self.assertEqual(
			[(clock.holder, clock.status) for clock in self.clocks()],
			[(self.rep, "Handed Over"), (self.mate, "Waiting")],
		)

	def test_an_agreement_with_a_condition_asks_each_lead(self):
		self.agreement(condition="doc.city == 'Nowhere'", default_service_level_agreement=0)
		frappe.db.set_value("Service Level Agreement", "SLA-L2C-Answer", "default_service_level_agreement", 0)
		first_response.keep()
		self.assertEqual(self.clocks(), [])
		frappe.db.set_value("Lead", self.one.name, "city", "Nowhere")
		first_response.keep()
		self.assertEqual(len(self.clocks()), 1)

	def test_each_owner_sees_his_own_clocks(self):
		self.agreement()
		first_response.keep()
		for user, expected in ((self.rep, 1), (self.outsider, 0)):
			with self.as_user(user):
				self.assertEqual(len(first_response.clocks_of("Lead", self.one.name)), expected)
