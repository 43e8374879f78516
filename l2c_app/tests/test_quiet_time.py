"""Somebody asked to be left alone: until that day no list offers him, nobody is given him, no contact is planned."""

from datetime import date

import frappe
from frappe.utils import add_days, get_datetime, getdate, nowdate

from l2c_app.api import lead as lead_api
from l2c_app.api import pool as api
from l2c_app.services import errors
from l2c_app.services.follow_up import cadence_run, cadences, follow_ups
from l2c_app.services.pool import distribution, quiet_days, seat_admission
from l2c_app.services.pool.distribution import Wish
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.pool_case import POOL, PoolCase


class QuietCase(PoolCase):
	def setUp(self) -> None:
		super().setUp()
		self.one, self.other = self.lead(1), self.lead(2)
		self.until = add_days(nowdate(), 10)

	def silence(self, until: str | None = "", lead=None) -> None:
		"""Let the manager say until when the lead is to be left alone."""
		with self.as_user(self.chief):
			api.leave_alone(
				self.seat(lead or self.one).name, "Complained", self.until if until == "" else until
			)

	def offered(self, user: str) -> set[str]:
		"""Return the parties that the list of free seats offers a user."""
		with self.as_user(user):
			return {row.party for row in api.seats(POOL)}


class TestQuietTime(QuietCase):
	def test_pain_harassed_contact_leaves_the_claim_list_and_comes_back_after_the_day(self):
		self.assertEqual(self.offered(self.rep), {self.one.name, self.other.name})
		self.silence()
		self.assertEqual(self.offered(self.rep), {self.other.name})
		self.seat(self.one).db_set("do_not_contact_until", add_days(nowdate(), -1))
		self.assertEqual(self.offered(self.rep), {self.one.name, self.other.name})

	def test_claiming_is_refused_with_the_first_day_on_which_it_is_allowed(self):
		self.silence()
		seat = self.seat(self.one).name
		with self.as_user(self.rep):
			with self.assertRaises(errors.PartyBlocked):
				api.claim(seat)
			[answer] = api.claim_batch([seat])
		self.assertEqual((answer["ok"], answer["allowed_on"]), (False, add_days(nowdate(), 11)))
		self.silence(None)
		self.claimed(self.one)
		self.assertEqual(sorted(self.logged(seat)), ["Admit", "Claim", "Do Not Contact", "May Be Contacted"])

	def test_distribution_leaves_it_out_and_says_why_when_it_was_asked_for(self):
		self.silence()
		seat, free = self.seat(self.one).name, self.seat(self.other).name
		with self.as_user(self.chief):
			drawn = distribution.preview(POOL, Wish())
			self.assertEqual([row["seat"] for row in drawn["rows"] if row["user"]], [free])
			answer = distribution.distribute(POOL, Wish(seats=[seat, free]))
		reasons = {row["seat"]: (row["user"], row["reason"]) for row in answer["rows"]}
		self.assertIsNone(reasons[seat][0])
		self.assertIn("Not to be contacted until", reasons[seat][1])
		self.assertTrue(reasons[free][0])

	def test_what_a_draw_leaves_out_is_shown_in_order_of_admission(self):
		leads = [self.one, self.other, *[self.lead(number) for number in range(3, 7)]]
		for lead in leads:
			self.silence(lead=lead)
		wanted = []
		for minute, lead in enumerate(reversed(leads)):
			seat = self.seat(lead)
			seat.db_set("admitted_on", get_datetime(f"2026-06-01 09:{minute:02d}:00"))
			wanted.append(seat.name)
		with self.as_user(self.chief):
			drawn = distribution.preview(POOL, Wish())
		self.assertEqual([row["seat"] for row in drawn["rows"]], wanted)

	def test_every_seat_of_the_party_has_the_day_also_a_later_one(self):
		zones = {"members": (self.mate,), "managers": (self.chief,), "admission_filters": ""}
		second = factories.lead_pool("L2C Zone Two", **zones)
		self.silence()
		with self.as_user(self.chief):
			[seat] = seat_admission.admit_existing(second.name, [self.one.name])
		stored = frappe.db.get_value("Lead Pool Seat", seat, "do_not_contact_until")
		self.assertEqual(str(stored), self.until)

	def test_a_lead_that_must_not_be_contacted_leaves_the_list_until_its_status_changes(self):
		lead = frappe.get_doc("Lead", self.one.name)
		lead.status = "Do Not Contact"
		lead.save()
		self.assertEqual(self.offered(self.rep), {self.other.name})
		self.assertEqual(self.seat(self.one).do_not_contact_until, date.max)
		with self.assertRaises(errors.QuietDayRefused):
			self.silence(None)
		lead.reload()
		lead.status = "Lead"
		lead.save()
		self.assertEqual(self.offered(self.rep), {self.one.name, self.other.name})

	def test_a_day_set_by_hand_outlives_the_status_that_took_its_place(self):
		self.silence()
		for status in ("Do Not Contact", "Lead", "Do Not Contact", "Open"):
			frappe.get_doc("Lead", self.one.name).update({"status": status}).save()
		self.assertEqual(self.seat(self.one).do_not_contact_until, getdate(self.until))
		self.assertEqual(self.offered(self.rep), {self.other.name})
		self.silence(None)
		for status in ("Do Not Contact", "Lead"):
			frappe.get_doc("Lead", self.one.name).update({"status": status}).save()
		self.assertIsNone(self.seat(self.one).do_not_contact_until)
		self.assertEqual(self.offered(self.rep), {self.one.name, self.other.name})

	def test_a_day_that_is_over_when_the_status_ends_holds_no_more(self):
		self.silence()
		frappe.get_doc("Lead", self.one.name).update({"status": "Do Not Contact"}).save()
		filters = {"seat": self.seat(self.one).name, "decision": ("like", "%instead_of%")}
		row = frappe.get_all("Lead Pool Log", filters=filters, pluck="name")[0]
		over = frappe.as_json({"until": str(date.max), "instead_of": add_days(nowdate(), -1)})
		frappe.db.set_value("Lead Pool Log", row, "decision", over)
		frappe.get_doc("Lead", self.one.name).update({"status": "Lead"}).save()
		self.assertIsNone(self.seat(self.one).do_not_contact_until)

	@bench_only("merging leads")
	def test_a_day_set_by_hand_goes_with_the_lead_that_is_merged_into_another(self):
		for lead in (self.one, self.other):
			self.claimed(lead)
		self.silence(lead=self.other)
		with self.as_user(self.rep):
			lead_api.merge(self.one.name, self.other.name, take=[])
		self.assertEqual(self.seat(self.one).do_not_contact_until, getdate(self.until))

	@bench_only("merging leads")
	def test_a_lead_united_with_a_blocked_one_is_left_alone_until_somebody_lifts_it(self):
		for lead in (self.one, self.other):
			self.claimed(lead)
		frappe.get_doc("Lead", self.other.name).update({"status": "Do Not Contact"}).save()
		with self.as_user(self.rep):
			self.assertEqual(lead_api.merge(self.one.name, self.other.name, take=[])["state"], "Done")
		self.assertEqual(frappe.db.get_value("Lead", self.one.name, "status"), "Lead")
		self.assertEqual(self.seat(self.one).do_not_contact_until, date.max)
		self.silence(None)
		self.assertIsNone(self.seat(self.one).do_not_contact_until)

	def test_only_the_holder_and_managers_say_so_with_a_reason_and_a_day_to_come(self):
		seat = self.claimed(self.one).name
		for user, reason, until, error in (
			(self.mate, "Complained", self.until, errors.NotTheHolder),
			(self.rep, " ", self.until, errors.ReasonMissing),
			(self.rep, "Complained", add_days(nowdate(), -1), errors.QuietDayRefused),
		):
			with self.as_user(user), self.assertRaises(error):
				api.leave_alone(seat, reason, until)
		with self.as_user(self.rep):
			api.leave_alone(seat, "Complained", nowdate())
		self.assertEqual(quiet_days.of_parties("Lead", [self.one.name]), {self.one.name: getdate(nowdate())})

	def test_no_contact_is_planned_before_the_day_is_over(self):
		self.claimed(self.one)
		self.silence()

		def plan(days: int, kind: str = "Call"):
			with self.as_user(self.rep):
				moment = get_datetime(f"{add_days(nowdate(), days)} 10:00:00")
				return follow_ups.plan("Lead", self.one.name, follow_up_type=kind, planned_for=moment)

		with self.assertRaises(errors.ContactRefused):
			plan(10)
		self.assertEqual([plan(11).status, plan(1, "Other").status], ["Planned", "Planned"])

	@bench_only("rows found by joins")
	def test_cadences_refuse_it_and_end_for_it(self):
		steps = [{"day": 5, "kind": "Call", "at": "00:00:00"}]
		cadence = factories.make("Sales Cadence", cadence_name="L2C Quiet", party_type="Lead", steps=steps)
		for lead in (self.one, self.other):
			self.claimed(lead)
		self.silence()
		with self.as_user(self.rep):
			refused, enrolled = cadences.enrol(cadence.name, [self.one.name, self.other.name])
		self.assertIn("Not to be contacted until", refused["refused"])
		self.silence(lead=self.other)
		cadence_run.run()
		reason = frappe.db.get_value("Sales Cadence Enrolment", enrolled["enrolment"], "exit_reason")
		self.assertEqual(reason, "Do Not Contact")


@bench_only("list conditions in SQL")
class TestQuietSeatsInLists(QuietCase):
	def listed(self, user: str) -> set[str]:
		"""Return the parties in the list of seats."""
		with self.as_user(user):
			return set(frappe.get_list("Lead Pool Seat", pluck="party", limit=0))

	def test_a_member_does_not_see_the_seat_the_manager_does(self):
		self.silence()
		seat = self.seat(self.one)
		self.assertEqual(self.listed(self.rep), {self.other.name})
		self.assertFalse(frappe.has_permission("Lead Pool Seat", "read", doc=seat, user=self.rep))
		self.assertEqual(self.listed(self.chief), {self.one.name, self.other.name})
		self.assertTrue(frappe.has_permission("Lead Pool Seat", "read", doc=seat, user=self.chief))
