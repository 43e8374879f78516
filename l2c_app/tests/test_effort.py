import frappe
from frappe.utils import add_days, add_to_date, get_datetime, now_datetime, nowdate

from l2c_app.services.errors import EvidenceError
from l2c_app.services.follow_up import acts, effort, follow_up_offers, follow_ups
from l2c_app.services.pool import seat_events
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.pool_case import PoolCase

NOTE = "Rang the buyer, she wants a written offer by Friday"
OTHER_NOTE = "Visited the plant, the foreman showed me both presses"
BUYER = "buyer1@pooled.example.com"


@bench_only("evidence of native mails, calls and events, and seats written by joins")
class EffortCase(PoolCase):
	def setUp(self):
		super().setUp()
		self.one = self.lead(1)
		self.held = self.claimed(self.one)

	def effort(self, lead=None):
		return self.seat(lead or self.one).last_effort_on

	def note(self, text=NOTE, *, lead=None, user=None, **more):
		result = {"follow_up_type": "Call", "outcome": "Reached", "note": text, "next_action": "Call"}
		result["next_action_on"] = add_to_date(now_datetime(), days=3)
		with self.as_user(user or self.rep):
			return follow_ups.log("Lead", (lead or self.one).name, result=result, **more)

	def mail(self, *, user=None, recipients=BUYER, delivery="Sent", lead=None, **values):
		with self.as_user(user or self.rep):
			communication = frappe.get_doc(
				{
					"doctype": "Communication",
					"communication_type": "Communication",
					"communication_medium": "Email",
					"sent_or_received": "Sent",
					"subject": "Our offer",
					"content": "As discussed",
					"sender": user or self.rep,
					"recipients": recipients,
					"reference_doctype": "Lead",
					"reference_name": (lead or self.one).name,
					**values,
				}
			).insert(ignore_permissions=True)
		if delivery:
			communication.db_set("delivery_status", delivery)
		return communication

	def call(self, *, user=None, status="Completed", duration=60, lead=None):
		call = frappe.new_doc("Call Log")
		call.update(
			{
				"id": frappe.generate_hash(length=8),
				"to": (lead or self.one).mobile_no,
				"from": "1",
				"type": "Outgoing",
			}
		)
		call.update({"status": status, "duration": duration, "employee_user_id": user or self.rep})
		call.append("links", {"link_doctype": "Lead", "link_name": (lead or self.one).name})
		return call.insert(ignore_permissions=True)

	def event(self, *, starts=-2.0, ends=-1.0, status="Open", lead=None):
		with self.as_user(self.rep):
			event = frappe.new_doc("Event")
			event.update({"subject": "Plant visit", "event_type": "Private", "status": status})
			event.starts_on, event.ends_on = (add_to_date(now_datetime(), hours=h) for h in (starts, ends))
			event.append(
				"event_participants",
				{"reference_doctype": "Lead", "reference_docname": (lead or self.one).name},
			)
			return event.insert(ignore_permissions=True)

	def verdict(self, follow_up):
		filters = {"source_name": follow_up.name, "party_type": "Lead"}
		return frappe.db.get_value("Follow Up Effort", filters, ["counts", "verdict"])


class TestNotes(EffortCase):
	def test_a_note_of_the_holder_moves_the_clock_to_the_server_s_time(self):
		before = now_datetime()
		done = self.note()
		self.assertTrue(before <= get_datetime(self.effort()) <= now_datetime())
		self.assertEqual(self.verdict(done), (1, "Counts"))
		self.assertEqual(done.reload().effort, "Counts as effort.")

	def test_a_copied_note_is_kept_and_says_which_one_it_repeats(self):
		other = self.lead(2)
		self.claimed(other)
		self.note(lead=other)
		done = self.note(f"{NOTE}  2")
		self.assertIsNone(self.effort())
		self.assertEqual(self.verdict(done), (0, "Copy"))
		self.assertIn(other.name, done.reload().effort)
		self.assertEqual(frappe.db.get_value("Follow Up", done.name, "status"), "Done")

	def test_a_note_written_the_day_before_recycling_comes_too_late(self):
		frappe.db.set_value("Lead Pool Seat", self.held.name, "recycle_on", add_days(nowdate(), 1))
		done = self.note()
		self.assertEqual(self.verdict(done), (0, "Last Minute"))
		self.assertIsNone(self.effort())
		self.mail()
		self.assertIsNotNone(self.effort())

	def test_a_second_note_of_the_day_does_not_count_again(self):
		first = self.note()
		at = self.effort()
		second = self.note(OTHER_NOTE)
		self.assertEqual((self.verdict(first)[1], self.verdict(second)[1]), ("Counts", "One a Day"))
		self.assertEqual(self.effort(), at)

	def test_deleting_the_note_takes_the_effort_back(self):
		done = self.note()
		frappe.delete_doc("Follow Up", done.next_follow_up, force=True)
		frappe.delete_doc("Follow Up", done.name, force=True)
		self.assertIsNone(self.effort())

	def test_the_work_of_others_is_not_the_holder_s_effort(self):
		with self.as_user(self.chief):
			self.note(user=self.chief)
		self.assertIsNone(self.effort())

	def test_what_was_done_before_the_claim_does_not_count(self):
		self.note()
		with self.as_user(self.rep):
			seat_events.release(self.held.name, "Wrong region")
		frappe.db.set_value("Lead Pool", self.pool.name, "cool_down_days", 0)
		frappe.clear_document_cache("Lead Pool", self.pool.name)
		self.claimed(self.one)
		effort.refresh([("Lead", self.one.name)])
		self.assertIsNone(self.effort())

	def test_planning_and_editing_are_no_effort(self):
		with self.as_user(self.rep):
			follow_ups.plan(
				"Lead", self.one.name, follow_up_type="Call", planned_for=add_to_date(now_datetime(), days=1)
			)
			lead = frappe.get_doc("Lead", self.one.name)
			lead.city = "Shanghai"
			lead.save()
		self.assertIsNone(self.effort())

	def test_a_request_cannot_forge_the_evidence_fields(self):
		with self.as_user(self.rep):
			follow_up = frappe.get_doc(
				{
					"doctype": "Follow Up",
					"reference_doctype": "Lead",
					"reference_name": self.one.name,
					"assigned_to": self.rep,
					"planned_for": add_to_date(now_datetime(), days=1),
					"effort": "Counts as effort.",
					"evidence_doctype": "Communication",
					"evidence_name": "forged",
				}
			).insert()
		self.assertEqual((follow_up.effort, follow_up.evidence_name), (None, None))


class TestActs(EffortCase):
	def test_a_mail_counts_once_the_queue_has_sent_it(self):
		communication = self.mail(delivery="")
		self.assertIsNone(self.effort())
		communication.db_set("delivery_status", "Sent")
		at = self.effort()
		self.assertIsNotNone(at)
		communication.db_set("delivery_status", "Read")
		self.assertEqual(self.effort(), at)

	def test_mailings_automatic_and_internal_mails_do_not_count(self):
		self.mail(recipients=", ".join(f"b{i}@pooled.example.com" for i in range(4)))
		self.mail(recipients=self.mate)
		self.mail(communication_type="Automated Message")
		self.mail(sent_or_received="Received")
		campaign = {"reference_doctype": "Email Campaign", "reference_name": None}
		self.mail(**campaign, timeline_links=[{"link_doctype": "Lead", "link_name": self.one.name}])
		self.assertIsNone(self.effort())

	def test_a_short_or_missed_call_does_not_count(self):
		self.call(duration=5)
		self.call(status="No Answer")
		self.assertIsNone(self.effort())
		call = self.call(duration=5, status="In Progress")
		call.update({"status": "Completed", "duration": 75})
		call.save(ignore_permissions=True)
		self.assertIsNotNone(self.effort())

	def test_a_meeting_counts_when_it_is_over(self):
		self.event(starts=1, ends=2)
		self.assertIsNone(self.effort())
		self.event()
		self.assertIsNotNone(self.effort())

	def test_a_meeting_that_ends_by_the_clock_is_found_by_the_job_once(self):
		event = self.event(starts=1, ends=2)
		for field, hours in (("starts_on", -2), ("ends_on", -1)):
			frappe.db.set_value("Event", event.name, field, add_to_date(now_datetime(), hours=hours))
		acts.meetings_over()
		at = self.effort()
		self.assertIsNotNone(at)
		acts.meetings_over()
		self.assertEqual(self.effort(), at)

	def test_an_opportunity_counts_when_it_is_made_and_when_it_moves_on(self):
		with self.as_user(self.rep):
			opportunity = factories.make(
				"Opportunity", opportunity_from="Lead", party_name=self.one.name, status="Open"
			)
			self.assertEqual(effort.count_by_holder([self.one.name]), {(self.one.name, self.rep): 1})
			for status in ("Quotation", "Open", "Quotation"):
				opportunity.status = status
				opportunity.save(ignore_permissions=True)
		self.assertEqual(effort.count_by_holder([self.one.name]), {(self.one.name, self.rep): 2})

	def test_a_submitted_offer_counts_until_it_is_cancelled(self):
		with self.as_user(self.rep):
			quotation = factories.make(
				"Quotation",
				quotation_to="Lead",
				party_name=self.one.name,
				company=factories.company(),
				items=[{"item_code": factories.SERVICE_ITEM, "qty": 1, "rate": 10}],
			)
			self.assertIsNone(self.effort())
			quotation.submit()
		self.assertIsNotNone(self.effort())
		quotation.cancel()
		self.assertIsNone(self.effort())

	def test_a_pool_chooses_what_counts(self):
		self.set_pool(counts_mail=0)
		self.mail()
		self.assertIsNone(self.effort())
		self.set_pool(counts_mail=1)
		effort.refresh([("Lead", self.one.name)])
		self.assertIsNotNone(self.effort())

	def test_evidence_that_lies_ahead_of_a_clock_set_back_does_not_count_yet(self):
		self.mail()
		at = self.effort()
		self.call()
		call = frappe.db.get_value(
			"Follow Up Effort", {"source_doctype": "Call Log", "user": self.rep}, "name"
		)
		frappe.db.set_value("Follow Up Effort", call, "recorded_at", add_to_date(now_datetime(), days=30))
		effort.refresh([("Lead", self.one.name)])
		self.assertEqual(self.effort(), at)

	def test_deleted_evidence_is_taken_back(self):
		communication = self.mail()
		frappe.delete_doc("Communication", communication.name, force=True, ignore_permissions=True)
		self.assertIsNone(self.effort())

	def test_the_date_is_derived_so_that_repeating_changes_nothing(self):
		self.mail()
		at = self.effort()
		frappe.db.set_value("Lead Pool Seat", self.held.name, "last_effort_on", None)
		self.assertEqual(effort.refresh([("Lead", self.one.name)]), 1)
		self.assertEqual(effort.refresh([("Lead", self.one.name)]), 0)
		self.assertEqual(self.effort(), at)

	def test_acts_are_counted_by_holder_for_many_parties_at_once(self):
		two = self.lead(2)
		self.claimed(two, self.mate)
		self.mail()
		self.call()
		self.call(user=self.mate, lead=two)
		counted = effort.count_by_holder([self.one.name, two.name])
		self.assertEqual(counted, {(self.one.name, self.rep): 2, (two.name, self.mate): 1})

	def test_without_a_pool_nothing_is_recorded(self):
		with self.as_user(self.rep):
			seat_events.release(self.held.name, "Wrong region")
		before = frappe.db.count("Follow Up Effort")
		frappe.db.delete("Lead Pool Seat", {"pool": self.pool.name})
		self.set_pool(enabled=0)
		self.mail()
		self.note()
		self.assertEqual(frappe.db.count("Follow Up Effort"), before)


class TestOffers(EffortCase):
	def offers(self, user=None):
		return follow_up_offers.open_offers("Lead", self.one.name, user=user or self.rep)

	def test_a_sent_mail_offers_a_follow_up_that_does_not_count_again(self):
		communication = self.mail()
		[offer] = self.offers()
		self.assertEqual((offer["follow_up_type"], offer["evidence_name"]), ("Email", communication.name))
		done = self.note(evidence=("Communication", communication.name))
		self.assertEqual(effort.count_by_holder([self.one.name]), {(self.one.name, self.rep): 1})
		self.assertIn("counts by itself", done.reload().effort)
		self.assertEqual(self.offers(), [])

	def test_an_ignored_offer_leaves_no_follow_up(self):
		before = frappe.db.count("Follow Up")
		self.call()
		self.assertEqual(frappe.db.count("Follow Up"), before)

	def test_somebody_else_s_mail_or_one_logged_already_is_refused(self):
		communication = self.mail(user=self.chief)
		with self.assertRaises(EvidenceError):
			self.note(evidence=("Communication", communication.name))
		own = self.mail()
		self.note(evidence=("Communication", own.name))
		with self.assertRaises(EvidenceError):
			self.note(OTHER_NOTE, evidence=("Communication", own.name))

	def test_offers_can_be_switched_off(self):
		with self.settings("L2C Settings", offer_follow_up=0):
			self.mail()
			self.assertEqual(self.offers(), [])
