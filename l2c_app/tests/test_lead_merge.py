"""Two leads become one and two again: values, links, timelines, seats, consent and the refusals."""

from datetime import timedelta
from unittest.mock import patch

import frappe
from frappe.utils import add_days, now_datetime, nowdate

from l2c_app.api import lead as api
from l2c_app.services.errors import MergeRefused
from l2c_app.services.follow_up import follow_ups
from l2c_app.services.pool import visibility
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.pool_case import PoolCase


@bench_only("renaming and merging")
class TestLeadMerge(PoolCase):
	def setUp(self) -> None:
		super().setUp()
		self.kept = self.lead(1, city="Bonn", website="")
		self.gone = self.lead(2, city="Berlin", website="https://two.example.com")
		self.assertNotEqual(self.kept.name, self.gone.name)

	def held_by(self, user: str) -> None:
		for lead in (self.kept, self.gone):
			self.claimed(lead, user)

	def merge(self, *, take: tuple = (), user: str | None = None) -> dict:
		with self.as_user(user or self.rep):
			return api.merge(self.kept.name, self.gone.name, take=list(take))

	def test_pain_no_detect_and_merge_values_links_and_both_timelines_come_together(self):
		self.held_by(self.rep)
		self.gone.add_comment("Comment", "said hello to the second")
		self.kept.add_comment("Comment", "said hello to the first")
		done = self.follow_up()
		self.assertEqual(self.merge(take=("city",))["state"], "Done")
		kept = frappe.get_doc("Lead", self.kept.name)
		self.assertEqual((kept.city, kept.website), ("Berlin", "https://two.example.com"))
		self.assertFalse(frappe.db.exists("Lead", self.gone.name))
		texts = frappe.get_all(
			"Comment",
			filters={"reference_doctype": "Lead", "reference_name": kept.name, "comment_type": "Comment"},
			pluck="content",
			order_by="creation",
		)
		self.assertEqual(sorted(texts), ["said hello to the first", "said hello to the second"])
		row = frappe.db.get_value("Follow Up", done, ["reference_name", "lead"], as_dict=True)
		self.assertEqual((row.reference_name, row.lead), (kept.name, kept.name))
		self.assertEqual(frappe.db.count("Lead Pool Seat", {"party": kept.name}), 1)

	def follow_up(self) -> str:
		with self.as_user(self.rep):
			done = follow_ups.log(
				"Lead",
				self.gone.name,
				result={
					"follow_up_type": "Call",
					"outcome": "Reached",
					"note": "a good talk",
					"next_action": "Call",
					"next_action_on": now_datetime() + timedelta(days=1),
				},
			)
		return done.name

	def test_undo_brings_the_lead_back_with_all_that_was_on_it(self):
		self.held_by(self.rep)
		done = self.follow_up()
		self.gone.add_comment("Comment", "said hello to the second")
		created = frappe.db.get_value("Lead", self.gone.name, "creation")
		name = self.merge(take=("city",))["name"]
		with self.as_user(self.rep):
			self.assertEqual(api.undo_merge(name), self.gone.name)
		back = frappe.get_doc("Lead", self.gone.name)
		self.assertEqual(
			(back.city, back.mobile_no, back.lead_owner), ("Berlin", self.gone.mobile_no, self.rep)
		)
		self.assertEqual(back.creation, created)
		self.assertEqual(frappe.db.get_value("Lead", self.kept.name, ["city", "website"]), ("Bonn", ""))
		self.assertEqual(frappe.db.get_value("Follow Up", done, "lead"), back.name)
		self.assertTrue(
			frappe.db.exists("Comment", {"reference_name": back.name, "content": "said hello to the second"})
		)
		for lead in (self.kept, self.gone):
			seat = self.seat(lead)
			self.assertEqual((seat.state, seat.holder, seat.is_primary), ("Held", self.rep, 1))
		with self.as_user(self.outsider):
			self.assertFalse(frappe.has_permission("Lead", "read", doc=back.name))
		with self.as_user(self.rep), self.assertRaises(MergeRefused):
			api.undo_merge(name)

	def test_what_was_edited_after_the_merge_survives_undoing(self):
		self.held_by(self.rep)
		name = self.merge(take=("city",))["name"]
		kept = frappe.get_doc("Lead", self.kept.name)
		kept.city = "Hamburg"
		kept.save()
		with self.as_user(self.rep):
			api.undo_merge(name)
		self.assertEqual(frappe.db.get_value("Lead", kept.name, "city"), "Hamburg")

	def test_the_name_of_a_merged_lead_leads_to_what_became_of_it(self):
		self.held_by(self.rep)
		third = self.lead(3)
		self.claimed(third, self.rep)
		first = self.merge()["name"]
		with self.as_user(self.rep):
			api.merge(third.name, self.kept.name, take=[])
			self.assertEqual(api.survivor(self.gone.name), third.name)
			self.assertEqual(api.survivor(self.kept.name), third.name)
			self.assertIsNone(api.survivor(third.name))
			self.assertIsNone(api.survivor("no such lead"))
		with self.as_user(self.outsider):
			self.assertIsNone(api.survivor(self.gone.name))
		frappe.db.set_value("Lead Merge", first, "state", "Undone")
		with self.as_user(self.rep):
			self.assertIsNone(api.survivor(self.gone.name))

	def test_undo_ends_with_its_days(self):
		self.held_by(self.rep)
		name = self.merge()["name"]
		frappe.db.set_value("Lead Merge", name, "undo_until", now_datetime() - timedelta(minutes=1))
		with self.as_user(self.rep):
			self.assertEqual(api.merges(self.kept.name), [])
			with self.assertRaises(MergeRefused):
				api.undo_merge(name)

	def test_a_protected_holder_is_asked_first_and_decides(self):
		self.claimed(self.kept, self.rep)
		self.claimed(self.gone, self.mate)
		frappe.db.set_value(
			"Lead Pool Seat", self.seat(self.gone).name, "protected_until", add_days(nowdate(), 5)
		)
		asked = self.merge(user=self.chief)
		self.assertEqual((asked["state"], asked["consent_of"]), ("Waiting", [self.mate]))
		self.assertTrue(frappe.db.exists("Lead", self.gone.name))
		self.assertTrue(
			frappe.db.exists("Notification Log", {"for_user": self.mate, "document_name": self.gone.name})
		)
		with self.as_user(self.rep), self.assertRaises(frappe.PermissionError):
			api.decide_merge(asked["name"], agree=True)
		with self.as_user(self.mate):
			self.assertTrue(api.merges(self.gone.name)[0]["may_decide"])
			self.assertEqual(api.decide_merge(asked["name"], agree=True)["state"], "Done")
		self.assertFalse(frappe.db.exists("Lead", self.gone.name))

	@bench_only("translated texts")
	def test_a_protected_holder_is_asked_in_his_language_not_in_that_of_who_asks(self):
		self.protect(self.gone, self.mate)
		with patch.object(frappe.local, "lang", "zh"):
			self.merge(user=self.chief)
		asked = {"for_user": self.mate, "subject": ("like", "%asks to merge%")}
		self.assertEqual(frappe.db.count("Notification Log", asked), 1)

	def test_a_protected_holder_may_refuse(self):
		self.held_by(self.mate)
		frappe.db.set_value(
			"Lead Pool Seat", self.seat(self.gone).name, "protected_until", add_days(nowdate(), 5)
		)
		asked = self.merge(user=self.chief)
		with self.as_user(self.mate):
			self.assertEqual(api.decide_merge(asked["name"], agree=False)["state"], "Refused")
			with self.assertRaises(MergeRefused):
				api.decide_merge(asked["name"], agree=True)
		self.assertTrue(frappe.db.exists("Lead", self.gone.name))

	def protect(self, lead: object, user: str) -> None:
		self.claimed(lead, user)
		until = add_days(nowdate(), 5)
		frappe.db.set_value("Lead Pool Seat", self.seat(lead).name, "protected_until", until)

	def decide(self, name: str, user: str, *, agree: bool = True) -> dict:
		with self.as_user(user):
			return api.decide_merge(name, agree=agree)

	def test_two_protecting_holders_are_both_asked_and_both_must_agree(self):
		self.protect(self.kept, self.rep)
		self.protect(self.gone, self.mate)
		asked = self.merge(user=self.chief)
		self.assertEqual(asked["consent_of"], sorted([self.rep, self.mate]))
		for user, lead in ((self.rep, self.kept), (self.mate, self.gone)):
			told = {"for_user": user, "document_name": lead.name}
			self.assertEqual(frappe.db.count("Notification Log", told), 1)
		half = self.decide(asked["name"], self.mate)
		self.assertEqual((half["state"], half["consent_of"]), ("Waiting", [self.rep]))
		self.assertTrue(frappe.db.exists("Lead", self.gone.name))
		self.assertEqual(self.decide(asked["name"], self.rep)["state"], "Done")
		self.assertFalse(frappe.db.exists("Lead", self.gone.name))

	def test_one_of_two_refuses_for_both(self):
		self.protect(self.kept, self.rep)
		self.protect(self.gone, self.mate)
		asked = self.merge(user=self.chief)
		self.decide(asked["name"], self.mate)
		self.assertEqual(self.decide(asked["name"], self.rep, agree=False)["state"], "Refused")
		self.assertTrue(frappe.db.exists("Lead", self.gone.name))

	def test_consent_goes_with_the_seat(self):
		"""The mate agreed and then lost his seat to somebody who protects it as well: he is asked anew."""
		self.protect(self.kept, self.rep)
		self.protect(self.gone, self.mate)
		asked = self.merge(user=self.chief)
		self.decide(asked["name"], self.mate)
		third = factories.sales_user("pool.third")
		self.pool.reload()
		self.pool.append("members", {"member_type": "User", "user": third})
		self.pool.save()
		frappe.db.set_value("Lead Pool Seat", self.seat(self.gone).name, "holder", third)
		self.assertEqual(self.decide(asked["name"], self.rep)["consent_of"], [third])
		with self.assertRaises(frappe.PermissionError):
			self.decide(asked["name"], self.mate)
		self.assertEqual(self.decide(asked["name"], third)["state"], "Done")

	def test_who_was_asked_and_protects_no_more_has_no_voice(self):
		self.claimed(self.kept, self.rep)
		self.protect(self.gone, self.mate)
		asked = self.merge(user=self.chief)
		frappe.db.set_value("Lead Pool Seat", self.seat(self.gone).name, "protected_until", None)
		with self.assertRaises(MergeRefused):
			self.decide(asked["name"], self.mate)
		with self.as_user(self.mate):
			self.assertFalse(api.merges(self.gone.name)[0]["may_decide"])
		self.assertEqual(self.merge(user=self.chief)["state"], "Done")
		self.assertFalse(frappe.db.exists("Lead", self.gone.name))

	def test_consent_to_a_lead_that_was_converted_meanwhile_is_refused(self):
		self.protect(self.gone, self.mate)
		asked = self.merge(user=self.chief)
		frappe.db.set_value("Lead", self.kept.name, "status", "Converted")
		with self.assertRaises(MergeRefused):
			self.decide(asked["name"], self.mate)
		self.assertTrue(frappe.db.exists("Lead", self.gone.name))

	def test_consent_is_worth_nothing_when_the_asker_lost_his_rights(self):
		self.protect(self.kept, self.rep)
		self.protect(self.gone, self.mate)
		asked = self.merge(user=self.chief)
		self.decide(asked["name"], self.mate)
		self.pool.reload()
		self.pool.set("members", [row for row in self.pool.members if row.user != self.chief])
		self.pool.save()
		frappe.db.set_value("Lead Pool Membership", {"user": self.rep}, "is_manager", 1)
		visibility.forget()
		with self.assertRaises(MergeRefused):
			self.decide(asked["name"], self.rep)

	def test_nobody_merges_a_lead_that_is_closed_to_him(self):
		self.claimed(self.kept, self.rep)
		self.claimed(self.gone, self.mate)
		for call in (api.merge, api.compare):
			with self.as_user(self.rep), self.assertRaises(frappe.PermissionError):
				call(self.kept.name, self.gone.name, **({"take": []} if call is api.merge else {}))

	def test_refusals_say_what_is_wrong(self):
		self.held_by(self.rep)
		with self.as_user(self.rep):
			with self.assertRaises(MergeRefused):
				api.merge(self.kept.name, self.kept.name, take=[])
			for field in ("lead_owner", "l2c_pooled", "name", "no_such_field"):
				with self.assertRaises(MergeRefused):
					api.merge(self.kept.name, self.gone.name, take=[field])
		frappe.db.set_value("Lead", self.gone.name, "status", "Converted")
		with self.as_user(self.rep), self.assertRaises(MergeRefused):
			api.merge(self.kept.name, self.gone.name, take=[])

	def test_the_comparison_shows_what_differs(self):
		self.held_by(self.rep)
		with self.as_user(self.rep):
			told = api.compare(self.kept.name, self.gone.name)
		rows = {row["field"]: (row["kept"], row["merged"], row["differs"]) for row in told["fields"]}
		self.assertEqual(rows["city"], ("Bonn", "Berlin", True))
		self.assertEqual(rows["website"], ("", "https://two.example.com", True))
		self.assertEqual(told["consent_of"], [])
