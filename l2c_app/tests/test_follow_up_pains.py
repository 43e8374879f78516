"""What users of other systems suffered from in follow ups and reminders: one test per complaint, named after it."""

from unittest.mock import patch

import frappe
from frappe.utils import add_to_date, get_datetime, now_datetime

from l2c_app.api import follow_up as api
from l2c_app.api import pool as pool_api
from l2c_app.patches.v1_0 import opportunity_dates
from l2c_app.services.contract import contract_drafts
from l2c_app.services.follow_up import cadences, digest, follow_up_party, follow_ups, reminders
from l2c_app.tests import factories
from l2c_app.tests.base import IN_SANDBOX, L2CTestCase, bench_only
from l2c_app.tests.pool_case import PoolCase

if not IN_SANDBOX:
	from frappe.cache_manager import clear_doctype_map


@bench_only("native assignment rules, notifications, the mail queue and list permissions")
class TestFollowUpPains(PoolCase):
	def setUp(self):
		super().setUp()
		self.one = self.lead(1)
		self.held = self.claimed(self.one)

	def plan(self, lead=None, user=None):
		with self.as_user(user or self.rep):
			return follow_ups.plan(
				"Lead",
				(lead or self.one).name,
				follow_up_type="Call",
				planned_for=add_to_date(now_datetime(), days=2).replace(microsecond=0),
			)

	def overdue(self, planned, days=1):
		moment = add_to_date(now_datetime(), days=-days)
		frappe.db.set_value("Follow Up", planned.name, "planned_for", moment, update_modified=False)

	def todos(self, planned):
		filters = {"reference_type": "Follow Up", "reference_name": planned.name}
		return frappe.get_all("ToDo", filters=filters, pluck="status", order_by="creation")

	def mails_queued(self):
		return frappe.db.count("Email Queue")

	def test_after_changing_the_assignee_the_list_shows_one_user(self):
		planned = self.plan()
		frappe.db.set_value("Lead Pool Seat", self.held.name, "state", "Held")
		planned.assigned_to = self.chief
		planned.save()
		self.assertEqual(
			frappe.parse_json(frappe.db.get_value("Follow Up", planned.name, "_assign")), [self.chief]
		)

	def test_disabled_users_get_no_mail_about_their_follow_ups(self):
		self.overdue(self.plan())
		frappe.db.set_value("User", self.rep, "enabled", 0)
		before = self.mails_queued()
		reminders.run()
		with patch.object(digest, "now_datetime", return_value=now_datetime().replace(hour=12)):
			digest.run()
		self.assertEqual(self.mails_queued(), before)

	def test_opportunity_from_prospect_or_crm_deal_breaks_quotation_and_contract(self):
		"""Whatever the party is, it is resolved without an error: as far as we know it, else as nobody with a name."""
		prospect = factories.make("Prospect", company_name="Pain Prospect", company=factories.company())
		party = follow_up_party.resolve("Prospect", prospect.name)
		self.assertEqual((party.lead, party.customer, party.title), ("", "", "Pain Prospect"))
		of_prospect = {"party_name": prospect.name, "company": factories.company()}
		asked = factories.make("Opportunity", opportunity_from="Prospect", **of_prospect)
		line = {"item_code": factories.SERVICE_ITEM, "qty": 1, "rate": 10}
		offer = factories.make("Quotation", quotation_to="Prospect", items=[line], **of_prospect)
		for kind in ("Prospect", "CRM Deal", ""):
			frappe.db.set_value("Opportunity", asked.name, "opportunity_from", kind)
			frappe.db.set_value("Quotation", offer.name, "quotation_to", kind)
			for document in (asked, offer):
				with self.subTest(kind=kind, doctype=document.doctype):
					party = follow_up_party.resolve(document.doctype, document.name)
					self.assertEqual((party.lead, party.customer, bool(party.title)), ("", "", True))
					contract = contract_drafts.create_from(document.doctype, document.name)
					self.assertEqual((contract.lead, contract.customer), (None, None))

	def test_quotation_made_to_the_lead_not_visible_on_the_customer(self):
		line = {"item_code": factories.SERVICE_ITEM, "qty": 1, "rate": 10}
		to_lead = {"quotation_to": "Lead", "party_name": self.one.name, "company": factories.company()}
		offer = factories.make("Quotation", items=[line], **to_lead)
		asked_about = follow_ups.plan(
			"Quotation",
			offer.name,
			follow_up_type="Call",
			planned_for=add_to_date(now_datetime(), days=2),
			assigned_to=self.rep,
		)
		customer = factories.customer("Pain Converted", lead_name=self.one.name)
		filters = {"customer": customer, "lead": self.one.name, "reference_name": offer.name}
		self.assertEqual(frappe.db.get_value("Follow Up", filters), asked_about.name)
		contract = contract_drafts.create_from("Quotation", offer.name)
		self.assertEqual((contract.lead, contract.customer), (self.one.name, customer))

	def test_no_first_class_next_follow_up_ours_is_a_date_on_the_lead_with_an_overdue_filter(self):
		planned = self.plan()
		self.overdue(planned)
		follow_up_party.roll_up_many("Lead", [self.one.name])
		late = [["l2c_next_follow_up_on", "<", now_datetime()], ["name", "=", self.one.name]]
		with self.as_user(self.rep):
			self.assertEqual(frappe.get_list("Lead", filters=late, pluck="name"), [self.one.name])

	def test_no_first_class_next_follow_up_opportunities_have_one_as_well(self):
		deal = factories.make(
			"Opportunity", opportunity_from="Lead", party_name=self.one.name, company=factories.company()
		)
		of_the_lead = get_datetime(self.plan().planned_for)
		mine = add_to_date(now_datetime(), days=5).replace(microsecond=0)
		with self.as_user(self.rep):
			planned = follow_ups.plan("Opportunity", deal.name, follow_up_type="Visit", planned_for=mine)
			late = [["l2c_next_follow_up_on", ">", of_the_lead], ["name", "=", deal.name]]
			self.assertEqual(frappe.get_list("Opportunity", filters=late, pluck="name"), [deal.name])
			deal.reload()
			deal.update(
				{"l2c_next_follow_up_on": None, "probability": 40}
			)  # as a form opened before would save it
			deal.save()
		dates = ["l2c_last_follow_up_on", "l2c_next_follow_up_on"]
		self.assertEqual(frappe.db.get_value("Opportunity", deal.name, dates), (None, mine))
		self.assertEqual(
			frappe.db.get_value("Lead", self.one.name, dates), (None, of_the_lead)
		)  # the sooner of both
		frappe.db.set_value("Opportunity", deal.name, dates[1], None)
		opportunity_dates.execute()  # what an older version has not written
		self.assertEqual(frappe.db.get_value("Opportunity", deal.name, dates), (None, mine))
		with self.as_user(self.rep):
			follow_ups.cancel(planned.name, reason="called first")
		self.assertEqual(frappe.db.get_value("Opportunity", deal.name, dates), (None, None))
		with self.as_user(self.rep):
			follow_ups.plan("Opportunity", deal.name, follow_up_type="Visit", planned_for=mine)
			pool_api.release(self.held.name, "no time")
		self.assertEqual(
			frappe.db.get_value("Opportunity", deal.name, dates), (None, None)
		)  # his plans went with the seat

	def test_next_contact_date_in_the_past_does_not_block_later_edits_of_the_lead(self):
		self.overdue(self.plan(), days=30)
		follow_up_party.roll_up_many("Lead", [self.one.name])
		with self.as_user(self.rep):
			lead = frappe.get_doc("Lead", self.one.name)
			lead.phone = "+86 10 6555 9876"
			lead.save()
		self.assertEqual(frappe.db.get_value("Lead", self.one.name, "phone"), "+86 10 6555 9876")

	def test_days_before_and_after_notifications_are_caught_up_after_missed_days_without_duplicates(self):
		planned = self.plan()
		self.overdue(planned, days=9)
		for _missed_day in range(3):
			reminders.run()
		told = frappe.get_all(
			"Notification Log",
			filters={"document_name": planned.name, "for_user": self.rep},
			pluck="name",
			order_by="name",
		)
		self.assertEqual(len(told), 1)

	def test_set_property_notifications_send_several_mails_ours_are_unique_per_due_user_and_channel(self):
		document = ("Follow Up", self.plan().name)
		channel = reminders.Channel.AT
		first = reminders.record(document, "2026-11-22 10:00:00", user=self.rep, channel=channel)
		again = reminders.record(document, "2026-11-22 10:00:00", user=self.rep, channel=channel)
		other = reminders.record(document, "2026-11-22 10:00:00", user=self.mate, channel=channel)
		self.assertEqual((first, again, other), (True, False, True))

	def test_rule_driven_assignment_removed_mail_automatic_todos_send_none(self):
		before = self.mails_queued()
		planned = self.plan()
		with self.as_user(self.rep):
			follow_ups.cancel(planned.name)
		self.assertEqual(self.mails_queued(), before)

	def test_todo_reopens_or_stays_open(self):
		"""Completing a follow up closes its task, cancelling cancels it, and no later save opens either again."""
		done, called_off = self.plan(), self.plan()
		with self.as_user(self.rep):
			follow_ups.cancel(called_off.name)
			follow_ups.close(done.name, outcome="Lost", note="Bought elsewhere", reason="Price")
		for planned, status in ((done, "Closed"), (called_off, "Cancelled")):
			frappe.get_doc("Follow Up", planned.name).save()
			self.assertEqual(self.todos(planned), [status])

	def test_assigned_to_filter_slow_on_big_tables_ours_has_an_index(self):
		columns = {row.Column_name for row in frappe.db.sql("show index from `tabFollow Up`", as_dict=True)}
		self.assertLessEqual({"assigned_to", "planned_for", "reference_name", "lead"}, columns)

	def test_rows_about_a_closed_lead_leak_to_no_stranger(self):
		cadence = factories.make(
			"Sales Cadence",
			cadence_name="Pain Cadence",
			party_type="Lead",
			steps=[{"day": 0, "kind": "Call"}],
		)
		self.set_pool(counts_notes=1)
		with self.as_user(self.rep):
			cadences.enrol(cadence.name, [self.one.name])
			result = {"outcome": "Reached", "note": "Talked about two presses", "next_action": "Call"}
			result["next_action_on"] = add_to_date(now_datetime(), days=2)
			follow_ups.log("Lead", self.one.name, result=result)
		for doctype in ("Follow Up", "Follow Up Effort", "Sales Cadence Enrolment"):
			names = {user: self.visible(doctype, user) for user in (self.rep, self.outsider, self.mate)}
			self.assertTrue(names[self.rep], doctype)
			self.assertEqual((names[self.outsider], names[self.mate]), ([], []), doctype)
			for name in names[self.rep]:
				self.assertFalse(frappe.has_permission(doctype, "read", doc=name, user=self.outsider))

	def test_the_calendar_shows_each_user_what_he_may_read(self):
		planned = self.plan()
		start, end = add_to_date(now_datetime(), days=-1), add_to_date(now_datetime(), days=5)
		for user, expected in ((self.rep, [planned.name]), (self.outsider, [])):
			with self.as_user(user):
				events = api.events(str(start), str(end), doctype="Follow Up", filters="[]")
			self.assertEqual([event["name"] for event in events], expected)

	def test_dragging_a_calendar_entry_moves_its_start_and_nothing_else(self):
		from frappe.desk.calendar import update_event

		planned = self.plan()
		moment = add_to_date(planned.planned_for, days=1)
		arguments = {"doctype": "Follow Up", "name": planned.name, "planned_for": str(moment)}
		arguments["ends_on"] = str(add_to_date(moment, hours=1))
		with self.as_user(self.rep):
			update_event(
				frappe.as_json(arguments), frappe.as_json({"start": "planned_for", "end": "ends_on"})
			)
		stored = frappe.db.get_value("Follow Up", planned.name, "planned_for")
		self.assertEqual(get_datetime(stored), get_datetime(moment))

	def visible(self, doctype: str, user: str) -> list[str]:
		with self.as_user(user):
			return frappe.get_list(doctype, pluck="name", order_by="name", limit=0)


@bench_only("native assignment rules")
class TestBesideNativeRules(L2CTestCase):
	def test_one_rule_s_close_condition_leaves_the_todos_of_follow_ups_open(self):
		rep = factories.sales_user("pain.rep")
		lead = factories.lead("Pain Prospect", lead_owner=rep)
		planned = follow_ups.plan(
			"Lead",
			lead.name,
			follow_up_type="Call",
			planned_for=add_to_date(now_datetime(), days=2),
			assigned_to=rep,
		)
		factories.make(
			"Assignment Rule",
			name="Pain Rule",
			document_type="Lead",
			description="{{ title }}",
			assign_condition='status == "Lead"',
			close_condition='status == "Open"',
			rule="Round Robin",
			users=[{"user": rep}],
			assignment_days=[{"day": get_datetime(now_datetime()).strftime("%A")}],
		)
		self.addCleanup(clear_doctype_map, "Assignment Rule", "Lead")
		lead.reload()
		lead.status = "Open"
		lead.save()
		filters = {"reference_type": "Follow Up", "reference_name": planned.name}
		todos = frappe.get_all("ToDo", filters=filters, pluck="status", order_by="creation")
		self.assertEqual(todos, ["Open"])
