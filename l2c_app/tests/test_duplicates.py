"""A lead that is known already: what each entry point does, by which evidence, and that nothing else is given away."""

import time
from unittest.mock import patch

import frappe
from frappe.utils import add_days, formatdate, nowdate

from l2c_app.api import pool as api
from l2c_app.services.errors import DuplicateBlocked, TooManyLookups
from l2c_app.services.lead import contact_values, duplicates, lead_import
from l2c_app.services.lead.lead_intake import API, DESK, IMPORT
from l2c_app.tests import factories
from l2c_app.tests.pool_case import POOL, PoolCase

PHONE = "+8613800138001"
SETTINGS = "L2C Settings"


class TestDuplicates(PoolCase):
	def setUp(self) -> None:
		super().setUp()
		self.known = self.lead(1, website="https://www.known-firm.example.com")
		self.claimed(self.known, self.mate)

	def type_in(self, came_from: str = DESK, **values: object):
		"""Insert a lead with the known phone as a rep does; returns it."""
		lead = frappe.get_doc(
			{"doctype": "Lead", "first_name": "Bea", "status": "Lead", "mobile_no": PHONE, **values}
		)
		lead.flags.l2c_origin = came_from
		with self.as_user(self.rep):
			frappe.local.message_log = []
			lead.insert()
		return lead

	def told(self) -> str:
		return " ".join(str(message) for message in frappe.local.message_log)

	def test_a_new_lead_has_no_keys_and_no_contacts_to_be_read(self):
		with patch.object(contact_values, "of_parties", side_effect=AssertionError("read")):
			lead = self.type_in(API, mobile_no="+8613900000077")
		rows = frappe.get_all("L2C Party Key", filters={"party": lead.name}, fields=["kind", "value"])
		self.assertEqual([(row.kind, row.value) for row in rows], [("Phone", "+8613900000077")])

	def notes(self, lead: object) -> list[str]:
		filters = {"reference_doctype": "Lead", "reference_name": lead.name, "comment_type": "Info"}
		return frappe.get_all("Comment", filters=filters, pluck="content", order_by="creation")

	def test_by_default_the_desk_warns_a_file_is_noted_and_other_systems_are_left_alone(self):
		self.type_in(DESK)
		self.assertIn("Phone", self.told())
		self.assertEqual(len(self.notes(self.type_in(IMPORT))), 1)
		self.assertEqual(self.told(), "")
		lead = self.type_in(API)
		self.assertEqual((self.told(), self.notes(lead)), ("", []))
		self.assertTrue(lead.flags.l2c_duplicates)

	def test_block_names_pool_state_and_holder_but_no_contact_data(self):
		for came_from, field in (
			(DESK, "duplicates_desk"),
			(IMPORT, "duplicates_import"),
			(API, "duplicates_api"),
		):
			with self.subTest(came_from), self.settings(SETTINGS, **{field: "Block"}):
				with self.assertRaises(DuplicateBlocked) as caught:
					self.type_in(came_from)
				text = str(caught.exception)
				for part in (POOL, "Held", frappe.utils.get_fullname(self.mate)):
					self.assertIn(part, text)
				for part in (self.known.name, PHONE[-8:], self.known.email_id, self.known.lead_name):
					self.assertNotIn(part, text)

	def test_a_company_name_alone_is_only_warned_about(self):
		with self.settings(SETTINGS, duplicates_desk="Block"):
			self.type_in(DESK, mobile_no="+8613900000099", company_name=self.known.company_name)
		self.assertIn("Company", self.told())

	def test_a_mail_domain_alone_says_nothing_and_adds_to_a_company_name(self):
		lead = self.type_in(DESK, mobile_no="+8613900000099", email_id="bea@known-firm.example.com")
		self.assertEqual((self.told(), lead.flags.l2c_duplicates), ("", []))
		with self.as_user(self.rep):
			answer = api.check_duplicates(
				email="cid@known-firm.example.com", company_name=self.known.company_name
			)
		match = next(match for match in answer["matches"] if match["state"] == "Held")
		self.assertEqual((match["score"], match["found_by"]), (50, ["Company", "Domain"]))
		self.assertEqual(
			match["evidence"], [{"kind": "Company", "points": 30}, {"kind": "Domain", "points": 20}]
		)

	def test_the_surest_match_comes_first_with_the_day_until_which_it_is_held(self):
		seat, day = self.seat(self.known).name, add_days(nowdate(), 5)
		frappe.db.set_value("Lead Pool Seat", seat, {"recycle_on": day, "protected_until": day})
		factories.pooled_lead(self.known.company_name)
		with self.as_user(self.rep):
			answer = api.check_duplicates(phone=PHONE, company_name=self.known.company_name)
		self.assertEqual([match["score"] for match in answer["matches"]], [90, 30])
		self.assertEqual(
			answer["matches"][0]["seats"],
			[
				{
					"pool": POOL,
					"state": "Held",
					"holder": frappe.utils.get_fullname(self.mate),
					"held_until": str(add_days(day, 1)),
				}
			],
		)
		self.type_in(DESK)
		self.assertIn(formatdate(add_days(day, 1)), self.told())

	def test_a_changed_lead_is_judged_by_what_is_new(self):
		lead = self.type_in(DESK, mobile_no="+8613900000099", company_name=self.known.company_name)
		lead.reload()
		lead.flags.l2c_origin = DESK
		frappe.local.message_log = []
		lead.update({"website": "https://other.example.com"}).save()
		self.assertEqual(self.told(), "")
		with self.settings(SETTINGS, duplicates_desk="Block"), self.assertRaises(DuplicateBlocked):
			lead.update({"mobile_no": PHONE}).save()

	def test_refusals_count_as_look_ups(self):
		key = duplicates.LOOKED_UP.format(self.rep)
		frappe.cache.set_value(key, (time.time(), duplicates.LOOKUPS_PER_HOUR - 1), expires_in_sec=60)
		self.addCleanup(frappe.cache.delete_value, key)
		with self.settings(SETTINGS, duplicates_desk="Block"):
			for error in (DuplicateBlocked, TooManyLookups):
				with self.assertRaises(error):
					self.type_in(DESK)

	def test_a_blocked_row_of_a_file_fails_with_its_reason_and_takes_no_other_along(self):
		rows = [{"first_name": "A", "mobile_no": PHONE}, {"first_name": "B", "mobile_no": "+8613900000098"}]
		with self.settings(SETTINGS, duplicates_import="Block"), self.as_user(self.rep):
			first, second = lead_import.import_leads(rows, skip_known=False)
		self.assertEqual((first["status"], second["status"]), ("failed", "inserted"))
		self.assertIn(POOL, first["reason"])

	def test_further_phones_and_mails_of_a_contact_are_keys_until_they_go(self):
		contact = factories.make(
			"Contact",
			first_name="Dora",
			links=[{"link_doctype": "Lead", "link_name": self.known.name}],
			phone_nos=[{"phone": PHONE}, {"phone": "+8613900000077"}],
			email_ids=[{"email_id": "dora@second-firm.example.com"}],
		)
		self.assertEqual(self.found(phone="139 0000 0077"), "Held")
		self.assertEqual(self.found(email="Dora@second-firm.example.com"), "Held")
		contact.set("phone_nos", contact.phone_nos[:1])
		contact.save(ignore_permissions=True)
		self.assertEqual(self.found(phone="139 0000 0077"), "Free")
		self.assertEqual(self.found(email="dora@second-firm.example.com"), "Held")
		frappe.delete_doc("Contact", contact.name, force=True, ignore_permissions=True)
		self.assertEqual(self.found(email="dora@second-firm.example.com"), "Free")
		self.assertEqual(self.found(phone=PHONE), "Held")

	def found(self, **typed: str) -> str:
		with self.as_user(self.rep), self.settings(SETTINGS, default_country="China"):
			return api.check_duplicates(**typed)["state"]
