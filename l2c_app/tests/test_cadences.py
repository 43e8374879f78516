from datetime import timedelta
from unittest.mock import patch

import frappe
from frappe.utils import add_days, get_datetime, now_datetime, nowdate

from l2c_app.core.cadence import Exit
from l2c_app.services.errors import CadenceInUse, CadenceStepsError, ContactRefused, EnrolmentRefused
from l2c_app.services.follow_up import cadence_mail, cadence_run, cadences, effort, follow_ups
from l2c_app.services.pool import seat_events, visibility
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.pool_case import PoolCase

CALLS = [
	{"day": 0, "kind": "Call", "at": "00:00:00"},
	{"day": 2, "kind": "Message", "at": "00:00:00"},
	{"day": 4, "kind": "Visit", "at": "00:00:00"},
]


@bench_only("the mail queue, templates and rows found by joins")
class CadenceCase(PoolCase):
	def setUp(self):
		super().setUp()
		self.one = self.lead(1)
		self.claimed(self.one)
		factories.make(
			"Email Template",
			name="L2C Hello",
			subject="Hello {{ company_name }}",
			response="<p>Good day</p>",
		)
		self.cadence = self.make_cadence(CALLS)

	def make_cadence(self, steps, name="L2C Cadence", **values):
		values.setdefault("business_days", 0)
		return factories.make("Sales Cadence", cadence_name=name, party_type="Lead", steps=steps, **values)

	def enrol(self, *leads, cadence=None, user=None):
		with self.as_user(user or self.rep):
			return cadences.enrol((cadence or self.cadence).name, [lead.name for lead in leads or [self.one]])

	def enrolment(self, answer=None):
		filters = {"name": answer[0]["enrolment"]} if answer else {"party": self.one.name}
		return frappe.get_doc("Sales Cadence Enrolment", filters)

	def run_at(self, days=0.0):
		moment = now_datetime() + timedelta(days=days)
		with patch.object(cadence_run, "now_datetime", return_value=moment):
			return cadence_run.run()

	def planned(self, lead=None):
		filters = {"lead": (lead or self.one).name, "cadence_enrolment": ("is", "set")}
		return frappe.get_all("Follow Up", filters=filters, pluck="follow_up_type", order_by="creation, name")

	def outgoing(self):
		if not frappe.db.exists("Email Account", {"enable_outgoing": 1, "default_outgoing": 1}):
			factories.make(
				"Email Account",
				email_account_name="Cadence Out",
				email_id="out@l2c.example.com",
				enable_outgoing=1,
				default_outgoing=1,
				smtp_server="localhost",
				no_smtp_authentication=1,
				awaiting_password=1,
			)

	def mails(self):
		filters = {"reference_name": self.one.name, "communication_type": "Automated Message"}
		return frappe.get_all("Communication", filters=filters, pluck="name", order_by="creation, name")


class TestSteps(CadenceCase):
	def test_steps_are_done_one_by_one_each_once(self):
		self.enrol()
		for _run in range(3):
			self.run_at()
		self.assertEqual(self.planned(), ["Call"])
		self.run_at(2)
		self.assertEqual(self.planned(), ["Call", "Message"])
		counts = self.run_at(4)
		self.assertEqual((self.planned(), counts["finished"]), (["Call", "Message", "Visit"], 1))
		self.assertEqual(self.enrolment().state, "Finished")

	def test_after_downtime_the_steps_keep_their_distance(self):
		self.enrol()
		self.run_at(10)
		self.assertEqual(self.planned(), ["Call"])
		self.assertEqual(self.enrolment().next_on.date(), (now_datetime() + timedelta(days=12)).date())

	def test_running_members_keep_their_version(self):
		self.enrol()
		self.cadence.reload()
		self.cadence.steps[1].kind = "Meeting"
		self.cadence.save()
		self.assertEqual(self.cadence.version, 2)
		two = self.lead(2)
		self.claimed(two)
		self.enrol(two)
		self.run_at()
		self.run_at(2)
		self.assertEqual((self.planned()[-1], self.planned(two)[-1]), ("Message", "Meeting"))

	def test_saving_without_a_change_of_steps_makes_no_version(self):
		self.cadence.description = "For trade fairs"
		self.cadence.save()
		self.assertEqual(self.cadence.version, 1)

	def test_business_days_step_over_the_holiday_list(self):
		days = [{"holiday_date": add_days(nowdate(), n), "description": "Off"} for n in (2, 3)]
		listed = factories.make(
			"Holiday List",
			holiday_list_name="Cadence Days Off",
			from_date=add_days(nowdate(), -1),
			to_date=add_days(nowdate(), 20),
			holidays=days,
		)
		cadence = self.make_cadence(CALLS, "L2C Days", business_days=1, holiday_list=listed.name)
		self.enrol(cadence=cadence)
		self.run_at()
		self.assertEqual(str(self.enrolment().next_on.date()), add_days(nowdate(), 4))

	def test_a_disabled_cadence_pauses(self):
		self.enrol()
		frappe.db.set_value("Sales Cadence", self.cadence.name, "enabled", 0)
		self.run_at()
		self.assertEqual(self.planned(), [])

	def test_bad_steps_are_refused_with_their_row(self):
		with self.assertRaisesRegex(CadenceStepsError, "Row 2"):
			self.make_cadence([{"day": 3, "kind": "Call"}, {"day": 1, "kind": "Call"}], "L2C Backwards")

	def test_a_cadence_somebody_runs_through_cannot_be_deleted(self):
		self.enrol()
		with self.assertRaises(CadenceInUse):
			frappe.delete_doc("Sales Cadence", self.cadence.name)

	def test_one_failing_step_does_not_stop_the_others_and_is_tried_again(self):
		two = self.lead(2)
		self.claimed(two, self.mate)
		self.enrol()
		self.enrol(two, user=self.mate)
		frappe.db.set_value("User", self.rep, "enabled", 0)
		counts = self.run_at()
		self.assertEqual((counts["failed"], self.planned(two)), (1, ["Call"]))
		self.assertIn("disabled", self.enrolment().problem)
		frappe.db.set_value("User", self.rep, "enabled", 1)
		self.run_at()
		self.assertEqual(self.planned(), ["Call"])


class TestMails(CadenceCase):
	STEPS = (
		{"day": 0, "kind": "Mail", "at": "00:00:00", "email_template": "L2C Hello"},
		{"day": 1, "kind": "Call", "at": "00:00:00", "only_if": "Last Mail Opened"},
		{"day": 1, "kind": "Message", "at": "00:00:00", "only_if": "Last Mail Not Opened"},
	)

	def setUp(self):
		super().setUp()
		self.outgoing()
		self.mailing = self.make_cadence(list(self.STEPS), "L2C Mailing")

	def test_a_mail_goes_out_once_through_the_queue_and_is_no_effort(self):
		self.enrol(cadence=self.mailing)
		for _run in range(3):
			self.run_at()
		self.assertEqual(len(self.mails()), 1)
		queued = frappe.get_all(
			"Email Queue", filters={"communication": self.mails()[0]}, pluck="name", order_by="name"
		)
		self.assertEqual(len(queued), 1)
		frappe.get_doc("Communication", self.mails()[0]).db_set("delivery_status", "Sent")
		self.assertEqual(effort.count_by_holder([self.one.name]), {})

	def test_a_step_that_was_logged_is_not_mailed_again(self):
		self.enrol(cadence=self.mailing)
		enrolment = self.enrolment()
		self.assertTrue(cadence_mail.send(enrolment, "L2C Hello", number=0))
		self.assertIsNone(cadence_mail.send(enrolment, "L2C Hello", number=0))
		self.assertEqual(len(self.mails()), 1)

	def test_branches_follow_whether_the_mail_was_opened(self):
		self.enrol(cadence=self.mailing)
		self.run_at()
		frappe.db.set_value("Communication", self.mails()[0], "read_by_recipient", 1)
		self.run_at(1)
		self.assertEqual(self.planned(), ["Call"])
		self.assertEqual(self.enrolment().state, "Finished")

	def test_without_an_address_the_mail_is_skipped_and_said(self):
		frappe.db.set_value("Lead", self.one.name, "email_id", None)
		self.enrol(cadence=self.mailing)
		self.run_at()
		self.assertEqual(self.mails(), [])
		self.assertIn("no mail address", self.enrolment().problem)


class TestExits(CadenceCase):
	def left(self, days=1.0):
		self.run_at(days)
		enrolment = self.enrolment()
		self.assertEqual(enrolment.state, "Exited")
		self.assertIsNone(enrolment.running_key)
		return enrolment.exit_reason

	def test_a_reply_ends_it(self):
		self.enrol()
		factories.make(
			"Communication",
			communication_type="Communication",
			communication_medium="Email",
			sent_or_received="Received",
			subject="Re: Hello",
			sender="buyer1@pooled.example.com",
			reference_doctype="Lead",
			reference_name=self.one.name,
		)
		self.assertEqual(self.left(), Exit.REPLIED.value)

	def test_a_conversion_ends_it(self):
		self.enrol()
		factories.customer("Cadence Customer", lead_name=self.one.name)
		self.assertEqual(self.left(), Exit.CONVERTED.value)

	def test_unsubscribing_ends_it(self):
		self.enrol()
		factories.make("Email Unsubscribe", email="buyer1@pooled.example.com", global_unsubscribe=1)
		self.assertEqual(self.left(), Exit.UNSUBSCRIBED.value)

	def test_an_address_that_only_the_database_calls_alike_stops_nobody(self):
		self.enrol()
		other = factories.make("Email Unsubscribe", email="twin@pooled.example.com", global_unsubscribe=1)
		frappe.db.set_value("Email Unsubscribe", other.name, "email", "búyer1@pooled.example.com")
		self.run_at(1)
		self.assertEqual(self.enrolment().state, "Running")

	def test_a_release_ends_it(self):
		self.enrol()
		with self.as_user(self.rep):
			seat_events.release(self.seat(self.one).name, "No budget")
		self.assertEqual(self.left(), Exit.RELEASED.value)

	def test_closing_the_matter_ends_it(self):
		self.enrol()
		with self.as_user(self.rep):
			follow_ups.log(
				"Lead",
				self.one.name,
				result={"outcome": "Lost", "note": "Bought elsewhere", "closes": 1, "close_reason": "Lost"},
			)
		self.assertEqual(self.left(), Exit.CLOSED.value)

	def test_a_deleted_lead_ends_it(self):
		self.enrol()
		frappe.delete_doc("Lead", self.one.name, force=True)
		self.assertEqual(self.left(), Exit.VANISHED.value)

	def test_a_user_ends_it_by_hand_strangers_do_not(self):
		[answer] = self.enrol()
		with self.as_user(self.outsider), self.assertRaises(frappe.PermissionError):
			cadences.stop(answer["enrolment"])
		with self.as_user(self.rep):
			cadences.stop(answer["enrolment"])
			with self.assertRaises(EnrolmentRefused):
				cadences.stop(answer["enrolment"])
		self.assertEqual(self.enrolment().exit_reason, "Stopped")


class TestEnrolling(CadenceCase):
	def test_many_at_once_answer_row_by_row(self):
		free, foreign, blocked = self.lead(2), self.lead(3), self.lead(4)
		self.claimed(foreign, self.mate)
		self.claimed(blocked)
		frappe.db.set_value("Lead", blocked.name, "status", "Do Not Contact")
		answers = self.enrol(self.one, free, foreign, blocked)
		self.assertEqual([bool(row.get("enrolment")) for row in answers], [True, False, False, False])
		self.assertIn("must not be contacted", answers[3]["refused"])
		self.assertTrue(all(row["refused"] for row in answers[1:]))
		[again] = self.enrol()
		self.assertIn("already", again["refused"])

	def test_an_unsubscribed_lead_may_be_called_but_not_mailed(self):
		frappe.db.set_value("Lead", self.one.name, "unsubscribed", 1)
		mailing = self.make_cadence(list(TestMails.STEPS), "L2C Mailing")
		[answer] = self.enrol(cadence=mailing)
		self.assertIn("wants no mail", answer["refused"])

	def test_a_manager_enrols_for_the_holder(self):
		[answer] = self.enrol(user=self.chief)
		self.assertEqual(self.enrolment([answer]).assigned_to, self.rep)

	def test_a_merged_lead_keeps_one_enrolment(self):
		self.enrol()
		two = self.lead(2)
		self.claimed(two)
		self.enrol(two)
		cadences.renamed("Lead", two.name, self.one.name)
		rows = frappe.get_all(
			"Sales Cadence Enrolment", filters={"party": self.one.name}, pluck="state", order_by="state"
		)
		self.assertEqual(rows, ["Exited", "Running"])


class TestDoNotContact(CadenceCase):
	def plan(self, kind):
		with self.as_user(self.rep):
			return follow_ups.plan(
				"Lead", self.one.name, follow_up_type=kind, planned_for=get_datetime(add_days(nowdate(), 2))
			)

	def test_a_blocked_lead_refuses_plans_of_contact(self):
		frappe.db.set_value("Lead", self.one.name, "status", "Do Not Contact")
		for kind in ("Call", "Visit", "Email", "Message"):
			with self.assertRaises(ContactRefused):
				self.plan(kind)
		self.assertEqual(self.plan("Other").status, "Planned")

	def test_an_unsubscribed_lead_refuses_mail_only(self):
		factories.make("Email Unsubscribe", email="buyer1@pooled.example.com", global_unsubscribe=1)
		with self.assertRaises(ContactRefused):
			self.plan("Email")
		self.assertEqual(self.plan("Call").status, "Planned")

	def mail(self, about: tuple[str, str], **values: object):
		"""Write a mail as the form of a document does."""
		kind = {"communication_type": "Communication", "communication_medium": "Email"}
		who = {
			"reference_doctype": about[0],
			"reference_name": about[1],
			"recipients": "buyer1@pooled.example.com",
		}
		text = {"subject": "Our offer", "content": "Dear Ada", "sent_or_received": "Sent"}
		return factories.make("Communication", **{**kind, **who, **text, **values})

	def test_pain_harassed_contact_gets_no_mail_from_any_form_but_the_answer_to_his_own(self):
		deal = factories.make(
			"Opportunity", opportunity_from="Lead", party_name=self.one.name, company=factories.company()
		)
		lead = ("Lead", self.one.name)
		self.mail(lead)
		frappe.db.set_value("Lead", self.one.name, "status", "Do Not Contact")
		for about in (lead, ("Opportunity", deal.name)):
			with self.assertRaises(ContactRefused):
				self.mail(about)
		asked = self.mail(lead, sent_or_received="Received", sender="buyer1@pooled.example.com")
		self.mail(lead, in_reply_to=asked.name)
		self.mail(("Lead", self.lead(2).name))  # the others get theirs
		with patch.object(visibility, "enabled_pools", return_value=[]):
			self.mail(lead)  # without a pool nothing of ours asks

	def test_work_already_planned_can_still_be_closed(self):
		planned = self.plan("Call")
		frappe.db.set_value("Lead", self.one.name, "status", "Do Not Contact")
		with self.as_user(self.rep):
			done = follow_ups.close(
				planned.name, outcome="Lost", note="Asked not to be called", reason="Blocked"
			)
		self.assertEqual(done.status, "Done")
