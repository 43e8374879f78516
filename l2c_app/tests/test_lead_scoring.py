"""Leads scored by rules: on save, on events and in batch, explained without their values, silent while switched off."""

from collections.abc import Callable
from datetime import timedelta
from unittest.mock import patch

import frappe
from frappe.utils import now_datetime

from l2c_app.api import lead as api
from l2c_app.core.scoring import Kind, Reason
from l2c_app.services.errors import BadScoringRule
from l2c_app.services.follow_up import follow_ups
from l2c_app.services.lead import scoring, starting_rules
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.pool_case import PoolCase


def learned(leads: list[str], at: object) -> dict[str, list[Reason]]:
	"""Stand in for a learned scorer of another app."""
	reasons = [
		Reason(Kind.FIT, "Learned", "pays early", 40),
		Reason(Kind.ENGAGEMENT, "Learned", "asks often", 15),
	]
	return dict.fromkeys(leads, reasons)


class TestLeadScoring(PoolCase):
	def setUp(self) -> None:
		super().setUp()
		self.addCleanup(frappe.clear_document_cache, "Lead Scoring", "Lead Scoring")

	def switch_on(self, **tables: object) -> None:
		settings = frappe.get_doc("Lead Scoring")
		settings.enabled = 1
		for table, rows in {**starting_rules.all_rules(), **tables}.items():
			settings.set(table, [])
			for row in rows:
				settings.append(table, row)
		settings.save()

	def shown(self, lead: str) -> tuple[int, str]:
		row = frappe.db.get_value("Lead", lead, ["l2c_score", "l2c_tier"], as_dict=True)
		return row.l2c_score or 0, row.l2c_tier or ""

	def follow_up(self, lead: str, outcome: str, days: float = 0) -> None:
		done = follow_ups.log(
			"Lead",
			lead,
			result={
				"follow_up_type": "Call",
				"outcome": outcome,
				"note": f"spoke about {outcome}",
				"next_action": "Call",
				"next_action_on": now_datetime() + timedelta(days=1),
			},
		)
		if days:
			frappe.db.set_value("Follow Up", done.name, "done_on", now_datetime() - timedelta(days=days))
			scoring.score_leads([lead])

	def test_without_scoring_a_lead_has_no_score(self):
		lead = self.lead()
		self.assertEqual(self.shown(lead.name), (0, ""))
		self.assertEqual(scoring.explain(lead.name), {})

	def test_a_saved_lead_is_scored_and_the_form_sees_it_at_once(self):
		self.switch_on()
		lead = self.lead()
		# mobile 20 + mail 10 + company 25 = 55 fit, no engagement
		self.assertEqual(self.shown(lead.name), (28, "D"))
		self.assertEqual((lead.l2c_score, lead.l2c_tier), (28, "D"))
		lead.reload()
		lead.qualification_status = "Qualified"
		lead.save()
		self.assertEqual((lead.l2c_score, lead.l2c_tier), (43, "B"))  # fit 85

	def test_a_follow_up_moves_engagement_and_the_tier(self):
		self.switch_on()
		lead = self.lead(qualification_status="Qualified")
		with self.as_user(self.rep):
			self.claimed(lead)
			self.follow_up(lead.name, "Meeting Agreed")
			self.follow_up(lead.name, "Interested")
		told = scoring.explain(lead.name)
		self.assertEqual((told["fit"], told["engagement"], told["tier"]), (85, 40, "A"))
		self.assertEqual(told["previous_tier"], "B")

	def test_a_field_that_vanished_scores_nothing_is_said_and_keeps_no_lead_from_being_saved(self):
		self.switch_on()
		settings = frappe.get_doc("Lead Scoring")
		rule = next(row for row in settings.rules if "mobile_no" in (row.filters or ""))
		asked = next(row for row in settings.completeness if row.field == "email_id")
		gone = frappe.as_json([["custom_gone", "is", "set"]])
		frappe.db.set_value("Lead Score Rule", rule.name, "filters", gone, update_modified=False)
		frappe.db.set_value("Lead Score Field", asked.name, "field", "custom_lost", update_modified=False)
		frappe.clear_document_cache("Lead Scoring", "Lead Scoring")
		lead = self.lead()
		# mail 10 + company 25 = 35 fit; the 20 points for a mobile number are not counted
		self.assertEqual(scoring.explain(lead.name)["fit"], 35)
		said = scoring.explain(lead.name)["vanished"]
		self.assertEqual([line.count("any more") for line in said], [1, 1])
		self.assertIn(f"Rules, row {rule.idx}", said[0])
		self.assertIn("custom_lost", said[1])
		form = frappe.get_doc("Lead Scoring")
		form.run_method("onload")
		self.assertEqual(form.get("__onload")["l2c_vanished"], said)
		with self.assertRaises(BadScoringRule):
			form.save()

	def bell(self, user: str) -> list[str]:
		filters = {"for_user": user, "subject": ("like", "%tier%")}
		return frappe.get_all("Notification Log", filters=filters, pluck="subject", order_by="creation")

	def test_the_holder_is_told_once_when_the_tier_goes_up_and_when_it_goes_down(self):
		self.switch_on()
		lead = self.lead()  # fit 55: D
		self.claimed(lead)
		self.change(lead, qualification_status="Qualified")
		self.assertEqual(self.bell(self.rep), [], "off by default")
		self.tell_changes()
		self.change(lead, qualification_status="Unqualified")
		self.assertEqual(len(self.bell(self.rep)), 1)
		self.assertIn("↓ B → D", self.bell(self.rep)[0])
		scoring.score_leads([lead.name])
		self.assertEqual(len(self.bell(self.rep)), 1, "once")
		self.change(lead, qualification_status="Qualified")
		self.assertIn("↑ D → B", self.bell(self.rep)[-1])
		self.assertEqual(self.bell(self.chief), [])

	@bench_only("translated texts")
	def test_a_change_is_told_in_the_language_of_who_is_told(self):
		self.switch_on()
		lead = self.lead()
		self.claimed(lead)
		self.tell_changes()
		frappe.db.set_value("User", self.rep, "language", "zh")
		self.change(lead, qualification_status="Qualified")
		filters = {"for_user": self.rep, "subject": ("like", "%条线索等级变化%")}
		self.assertEqual(frappe.db.count("Notification Log", filters), 1)

	def test_managers_are_told_about_a_free_lead_and_nobody_about_a_first_score(self):
		self.switch_on()
		self.tell_changes()
		lead = self.lead()
		self.assertEqual(self.bell(self.chief), [])
		self.change(lead, qualification_status="Qualified")
		self.assertEqual((len(self.bell(self.chief)), self.bell(self.rep)), (1, []))

	def tell_changes(self) -> None:
		frappe.get_doc("Lead Scoring").update({"tell_tier_changes": 1}).save()

	def change(self, lead: object, **values: object) -> None:
		frappe.get_doc("Lead", lead.name).update(values).save()

	def test_another_way_of_scoring_joins_by_its_hook(self):
		self.switch_on()
		lead = self.lead()
		with patch.object(frappe, "get_hooks", self.with_scorer(frappe.get_hooks)):
			row = scoring.score_leads([lead.name])[lead.name]
		# fit 55 by the rules + 40 learned, engagement 0 + 15
		self.assertEqual((row["fit"], row["engagement"]), (95, 15))
		self.assertIn("pays early", row["reasons"])

	def with_scorer(self, hooks: Callable) -> Callable:
		name = f"{__name__}.learned"
		return lambda hook=None, *args, **more: (
			[name] if hook == scoring.SCORERS else hooks(hook, *args, **more)
		)

	def test_an_old_follow_up_has_faded_by_half(self):
		self.switch_on()
		lead = self.lead()
		self.follow_up(lead.name, "Meeting Agreed", days=13.9)
		self.assertEqual(scoring.explain(lead.name)["engagement"], 13)

	def test_the_explanation_says_why_and_what_is_missing_but_no_value(self):
		self.switch_on(completeness=({"field": "mobile_no", "weight": 3}, {"field": "industry", "weight": 1}))
		lead = self.lead()
		told = api.score(lead.name)
		reasons = {row["label"]: row["points"] for row in told["reasons"]}
		self.assertEqual(
			reasons, {"Has a mobile number": 20, "Has a mail address": 10, "Names its company": 25}
		)
		self.assertEqual(told["completeness"], 75)
		self.assertEqual([(row["field"], row["adds"]) for row in told["missing"]], [("industry", 25)])
		self.assertNotIn(lead.mobile_no[-8:], frappe.as_json(told))
		self.assertNotIn(lead.email_id, frappe.as_json(told))

	def test_who_may_not_read_the_lead_gets_no_explanation(self):
		self.switch_on()
		lead = self.lead()
		with self.as_user(self.outsider), self.assertRaises(frappe.PermissionError):
			api.score(lead.name)

	def test_a_sales_user_may_neither_change_the_rules_nor_start_a_run(self):
		with self.as_user(self.rep):
			for call in (api.starting_score_rules, api.score_all):
				with self.assertRaises(frappe.PermissionError):
					call()

	def test_the_nightly_batch_scores_all_and_writes_only_what_changed(self):
		leads = [self.lead(number) for number in (1, 2, 3)]
		self.switch_on()
		self.assertGreaterEqual(sum(scoring.chunks_of_leads()), 3)
		names = {lead.name: frappe.db.get_value("Lead Score", {"lead": lead.name}, "name") for lead in leads}
		self.assertTrue(all(names.values()))
		modified = frappe.db.get_value("Lead", leads[0].name, "modified")
		sum(scoring.chunks_of_leads())
		for lead, score in names.items():
			self.assertEqual(frappe.db.get_value("Lead Score", {"lead": lead}, "name"), score)
		self.assertEqual(frappe.db.get_value("Lead", leads[0].name, "modified"), modified)

	def test_the_tier_is_kept_with_its_date_until_it_changes(self):
		self.switch_on()
		lead = self.lead()
		since = scoring.explain(lead.name)["tier_since"]
		later = now_datetime() + timedelta(days=3)
		scoring.score_leads([lead.name], at=later)
		self.assertEqual(scoring.explain(lead.name)["tier_since"], since)
		frappe.db.set_value("Lead", lead.name, "qualification_status", "Qualified")
		scoring.score_leads([lead.name], at=later)
		told = scoring.explain(lead.name)
		self.assertEqual((told["tier"], told["previous_tier"]), ("B", "D"))
		self.assertNotEqual(told["tier_since"], since)

	def test_rules_that_cannot_work_are_refused_with_their_row(self):
		rule = {
			"group_name": "Reachable",
			"label": "x",
			"points": 5,
			"filters": '[["mobile_no", "is", "set"]]',
		}
		wrong = (
			{**rule, "group_name": "Nowhere"},
			{**rule, "points": 0},
			{**rule, "filters": ""},
			{**rule, "filters": "[]"},
			{**rule, "filters": "{not json"},
			{**rule, "filters": '[["no_such_field", "=", 1]]'},
			{**rule, "filters": '[["mobile_no", "drop table", 1]]'},
			{**rule, "event": "Call"},
			{**rule, "group_name": "Buying"},
		)
		for row in wrong:
			with self.subTest(row=row), self.assertRaises(BadScoringRule):
				self.switch_on(rules=(row,))
		for table, row in (
			("tiers", starting_rules.TIERS[0]),
			("groups", starting_rules.GROUPS[0]),
		):
			with self.subTest(table=table), self.assertRaises(BadScoringRule):
				self.switch_on(**{table: (*starting_rules.all_rules()[table], row)})
		with self.assertRaises(BadScoringRule):
			self.switch_on(completeness=({"field": "nothing", "weight": 1},))
		with self.assertRaises(BadScoringRule):
			self.switch_on(rules=())

	def test_a_deleted_lead_leaves_no_score(self):
		self.switch_on()
		lead = self.lead()
		scoring.forget(lead.name)
		self.assertFalse(frappe.db.exists("Lead Score", {"lead": lead.name}))

	@bench_only("mail on the timeline")
	def test_a_received_mail_counts_at_once(self):
		self.switch_on()
		lead = self.lead()
		frappe.get_doc(
			{
				"doctype": "Communication",
				"communication_type": "Communication",
				"communication_medium": "Email",
				"sent_or_received": "Received",
				"reference_doctype": "Lead",
				"reference_name": lead.name,
				"communication_date": now_datetime(),
				"subject": "Hello",
				"content": "We are interested",
			}
		).insert(ignore_permissions=True)
		self.assertEqual(scoring.explain(lead.name)["engagement"], 15)

	@bench_only("opportunities and quotations for a lead")
	def test_an_opportunity_counts_at_once(self):
		self.switch_on()
		lead = self.lead()
		factories.make(
			"Opportunity", opportunity_from="Lead", party_name=lead.name, company=factories.company()
		)
		self.assertEqual(scoring.explain(lead.name)["engagement"], 30)

	@bench_only("opportunities and quotations for a lead")
	def test_in_the_evening_an_opportunity_of_the_day_still_counts_in_full(self):
		self.switch_on()
		lead = self.lead()
		evening = now_datetime().replace(hour=23, minute=30)
		with patch.object(scoring, "now_datetime", return_value=evening):
			factories.make(
				"Opportunity", opportunity_from="Lead", party_name=lead.name, company=factories.company()
			)
		self.assertEqual(scoring.explain(lead.name)["engagement"], 30)

	@bench_only("renaming")
	def test_the_score_follows_a_rename(self):
		self.switch_on()
		lead = self.lead()
		frappe.rename_doc("Lead", lead.name, "L2C-RENAMED-LEAD", force=True)
		self.assertFalse(frappe.db.exists("Lead Score", {"lead": lead.name}))
		self.assertEqual(scoring.explain("L2C-RENAMED-LEAD")["tier"], "D")
