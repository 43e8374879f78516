"""Leads from a file: bad rows get a result, the rest goes on; duplicates are found across owners and shown masked."""

import json
import time
from unittest.mock import patch

import frappe

from l2c_app import compat
from l2c_app.api import pool as api
from l2c_app.services import errors
from l2c_app.services.lead import duplicates, lead_import, party_keys
from l2c_app.tests import factories
from l2c_app.tests.base import L2CTestCase, bench_only


class ImportCase(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.rep = factories.sales_user("import.rep")
		self.mate = factories.sales_user("import.mate")
		self.outsider = factories.sales_user("import.outsider")
		factories.lead_pool("L2C Import", members=(self.rep, self.mate))
		for user in (self.rep, self.mate, self.outsider):
			frappe.cache.delete_value(duplicates.LOOKED_UP.format(user))

	def row(self, number: int, **values: object) -> dict:
		"""Return a good row with its own phone."""
		row = {"company_name": f"Imported {number}", "mobile_no": f"+8613900139{number:03d}"}
		return {**row, "request_type": "Product Enquiry", **values}


class TestImport(ImportCase):
	def test_bad_rows_are_answered_and_the_good_ones_arrive(self):
		bad = [
			{},
			None,
			"text",
			["a", "list"],
			{"company_name": "No Contact"},
			{"mobile_no": "+8613900139901"},
			self.row(902, company_name="x" * 10_000),
			self.row(903, email_id="not an address"),
			{"company_name": "", "mobile_no": ""},
		]
		rows = [self.row(1), *bad, self.row(2)]
		results = api.import_leads(rows)
		self.assertEqual([result["row"] for result in results], list(range(1, len(rows) + 1)))
		self.assertEqual(
			[result["status"] for result in results], ["inserted", *["failed"] * len(bad), "inserted"]
		)
		for result in results:
			self.assertEqual(bool(result["reason"]), result["status"] == "failed")
			self.assertEqual(bool(result["lead"]), result["status"] == "inserted")
		for result in (results[0], results[-1]):
			self.assertEqual(factories.seat_of(result["lead"], "L2C Import").state, "Available")

	def test_a_bad_mail_address_is_answered_in_the_words_of_the_host_and_claims_no_phone(self):
		bad, good = self.row(1, email_id="not an address"), self.row(1, email_id="an@address.example.com")
		answers = api.import_leads([bad, good])
		self.assertEqual([row["status"] for row in answers], ["failed", "inserted"])
		self.assertIn("is not a valid Email Address", answers[0]["reason"])
		self.assertEqual(lead_import.cleaned(bad, {"not an address": "judged before"}), ({}, "judged before"))

	def test_the_host_knows_that_it_imports_and_asks_nobody_for_pictures(self):
		insert, seen = lead_import._insert, []

		def watched(*arguments: object) -> object:
			seen.append(bool(frappe.flags.in_import))
			return insert(*arguments)

		with patch.object(lead_import, "_insert", watched):
			results = api.import_leads([self.row(1, email_id="picture@import.example.com"), {}])
		self.assertEqual(seen, [True])
		self.assertFalse(frappe.flags.in_import)
		lead = frappe.get_doc("Lead", results[0]["lead"])
		self.assertEqual((lead.status, lead.naming_series), ("Lead", frappe.new_doc("Lead").naming_series))

	def test_hostile_and_foreign_texts_are_stored_as_texts(self):
		names = (
			"Robert'); DROP TABLE tabLead;--",
			"شركة النور للتجارة",
			"🚀 Rocket 公司",
			"深圳市某某（集团）有限公司",
			"1') or sleep(2)--",
		)
		results = api.import_leads(
			[self.row(100 + place, company_name=name) for place, name in enumerate(names)]
		)
		for name, result in zip(names, results, strict=True):
			with self.subTest(name=name):
				self.assertEqual(result["status"], "inserted", result["reason"])
				self.assertEqual(frappe.db.get_value("Lead", result["lead"], "company_name"), name)

	@bench_only("sanitising of markup and names of contacts by the host")
	def test_markup_in_a_name_is_refused_in_its_row_or_stored_harmless(self):
		markup = '"><img src=x onerror=alert(1)>'
		for field in ("company_name", "first_name", "city", "website", "job_title"):
			with self.subTest(field=field):
				result = api.import_leads([self.row(200, mobile_no="+8613900139299", **{field: markup})])[0]
				stored = str(frappe.db.get_value("Lead", result["lead"], field)) if result["lead"] else ""
				self.assertNotIn("onerror", stored)
				self.assertTrue(result["lead"] or result["reason"])
				if result["lead"]:
					frappe.delete_doc("Lead", result["lead"], force=True)

	def test_phones_and_addresses_in_wide_letters_are_taken(self):
		wide = self.row(1, mobile_no="＋８６１３９００１３９００１", email_id="ｂｕｙｅｒ＠wide.example.com")
		results = api.import_leads([wide, self.row(1)])
		self.assertEqual([result["status"] for result in results], ["inserted", "skipped"])
		stored = frappe.db.get_value("Lead", results[0]["lead"], ["mobile_no", "email_id"])
		self.assertEqual(stored, ("+8613900139001", "buyer@wide.example.com"))

	def test_the_same_file_twice_inserts_once(self):
		rows = [self.row(number) for number in range(1, 4)]
		self.assertEqual({result["status"] for result in api.import_leads(rows)}, {"inserted"})
		again = api.import_leads(json.dumps([*rows, self.row(4)]))
		self.assertEqual([result["status"] for result in again], ["skipped"] * 3 + ["inserted"])

	def test_numbers_from_spreadsheets_and_unknown_links(self):
		result = api.import_leads(
			[self.row(1, mobile_no=13900139777.0, industry="No Such Industry", country="Nowhere")]
		)[0]
		self.assertEqual(result["status"], "inserted", result["reason"])
		stored = frappe.db.get_value("Lead", result["lead"], ["mobile_no", "industry"], as_dict=True)
		self.assertEqual((stored.mobile_no, stored.industry or None), ("13900139777", None))

	@bench_only("the host's list of sources")
	def test_the_source_of_a_row_reaches_the_field_the_host_has_for_it(self):
		field = frappe.get_meta("Lead").get_field(compat.lead_source_field())
		source = frappe.get_doc(
			{"doctype": field.options, "source_name": "L2C Fair", "__newname": "L2C Fair"}
		).insert()
		result = api.import_leads([self.row(1, source=source.name), self.row(2, source="Nowhere")])
		stored = [frappe.db.get_value("Lead", row["lead"], field.fieldname) or None for row in result]
		self.assertEqual(stored, [source.name, None])

	@bench_only("the mail queue and assignments of the host")
	def test_no_todo_and_no_mail(self):
		before = frappe.db.count("ToDo"), frappe.db.count("Email Queue")
		api.import_leads([self.row(1, email_id="someone@import.example.com")])
		self.assertEqual((frappe.db.count("ToDo"), frappe.db.count("Email Queue")), before)

	def test_one_request_carries_a_limited_number_of_rows(self):
		most = lead_import.MOST_ROWS
		before = frappe.db.count("Lead")
		with self.assertRaises(errors.TooManyRows) as refused:
			api.import_leads([self.row(1)] * (most + 1))
		for part in (str(most + 1), str(most), "as a file"):
			self.assertIn(part, str(refused.exception))
		for rows in ("{broken", '{"company_name": "x"}', "3"):
			with self.subTest(rows=rows), self.assertRaises(errors.RowsUnreadable):
				api.import_leads(rows)
		self.assertEqual(frappe.db.count("Lead"), before)
		self.assertEqual(api.import_leads("[]"), [])

	def test_who_may_not_create_leads_imports_none(self):
		nobody = factories.user("import.nobody", "Stock User")
		with self.as_user(nobody), self.assertRaises(frappe.PermissionError):
			api.import_leads([self.row(1)])


class TestDuplicates(ImportCase):
	def test_pain_same_person_with_plus_tag_or_formatted_phone_slips_through(self):
		factories.pooled_lead(
			"北京某某有限公司", mobile_no="+86 139-0013-9500", email_id="Known.Buyer@dup.example.com"
		)
		for typed in (
			{"phone": "+8613900139500"},
			{"email": "known.buyer+fair@DUP.example.com"},
			{"company_name": "北京某某（集团）股份有限公司"},
		):
			with self.subTest(typed=typed), self.as_user(self.rep):
				answer = api.check_duplicates(**typed)
				self.assertEqual((answer["state"], answer["total"]), ("In Pool", 1))

	def test_pain_agent_a_cannot_see_the_lead_of_b_gets_a_hit_but_no_contact_data(self):
		lead = factories.pooled_lead(
			"Masked Answer", mobile_no="+8613900139501", email_id="masked@dup.example.com"
		)
		with self.as_user(self.rep):
			api.claim(factories.seat_of(lead.name, "L2C Import").name)
		with self.as_user(self.outsider):
			answer = api.check_duplicates(phone="+8613900139501")
		self.assertEqual(answer["state"], "Held")
		match = answer["matches"][0]
		self.assertNotIn("party", match)
		self.assertEqual(match["seats"][0]["pool"], "L2C Import")
		self.assertEqual(match["seats"][0]["holder"], frappe.utils.get_fullname(self.rep))
		text = json.dumps(answer, ensure_ascii=False)
		for secret in ("13900139501", "masked@dup", "Masked Answer"):
			self.assertNotIn(secret, text)
		with self.as_user(self.rep):
			self.assertEqual(api.check_duplicates(phone="+8613900139501")["matches"][0]["party"], lead.name)

	def test_customers_and_leads_outside_the_pools_are_known(self):
		factories.customer("Dup Customer Ltd", tax_id="91 3100-00MA1K")
		self.assertEqual(self.state(company_name="DUP customer"), "Known")
		self.assertEqual(self.state(tax_id="91310000ma1k"), "Known")
		self.assertEqual(self.state(company_name="Quite Unknown"), "Free")
		self.assertEqual(self.state(), "Free")

	def state(self, **typed: str) -> str:
		"""Return the answer's state as the rep."""
		with self.as_user(self.rep):
			return api.check_duplicates(**typed)["state"]

	def test_look_ups_are_limited_by_the_hour(self):
		key = duplicates.LOOKED_UP.format(self.rep)
		self.addCleanup(frappe.cache.delete_value, key)
		frappe.cache.set_value(key, (time.time() - 10, duplicates.LOOKUPS_PER_HOUR), expires_in_sec=60)
		with self.as_user(self.rep), self.assertRaises(errors.TooManyLookups):
			api.check_duplicates(phone="+8613900139501")

	def test_who_looks_up_all_day_is_counted_anew_each_hour(self):
		key = duplicates.LOOKED_UP.format(self.rep)
		self.addCleanup(frappe.cache.delete_value, key)
		began = time.time() - 3590
		frappe.cache.set_value(key, (began, duplicates.LOOKUPS_PER_HOUR - 1), expires_in_sec=60)
		self.assertEqual(self.state(phone="+8613900139501"), "Free")
		counted = frappe.cache.get_value(key, expires=True)
		self.assertEqual(tuple(counted), (began, duplicates.LOOKUPS_PER_HOUR), "a look-up begins no new hour")
		frappe.cache.set_value(key, (began - 20, duplicates.LOOKUPS_PER_HOUR), expires_in_sec=60)
		self.assertEqual(self.state(phone="+8613900139501"), "Free")
		self.assertEqual(frappe.cache.get_value(key, expires=True)[1], 1)

	def test_keys_follow_a_changed_phone(self):
		lead = factories.pooled_lead("Changing", mobile_no="+8613900139502")
		document = frappe.get_doc("Lead", lead.name)
		document.mobile_no = document.phone = "+8613900139503"
		document.save()
		self.assertEqual(self.state(phone="+8613900139503"), "In Pool")
		self.assertEqual(self.state(phone="+8613900139502"), "In Pool")  # its contact has it still
		link = {"link_doctype": "Lead", "link_name": lead.name, "parenttype": "Contact"}
		contact = frappe.get_doc("Contact", frappe.db.get_value("Dynamic Link", link, "parent"))
		contact.set("phone_nos", [{"phone": "+8613900139503"}])
		contact.save()
		self.assertEqual(self.state(phone="+8613900139502"), "Free")
		self.assertEqual(self.state(phone="+8613900139503"), "In Pool")

	def test_numbers_without_prefix_take_the_settings_country(self):
		country = frappe.db.get_value("Country", {"code": "cn"}, "name")
		with self.settings("L2C Settings", default_country=country):
			self.assertEqual(party_keys.default_region(), "CN")
			self.assertEqual(party_keys.phone_key("138 0013 8000", "CN"), "+8613800138000")
			self.assertEqual(party_keys.phone_key("010-1234 5678 转 8", "CN"), "+861012345678")
		self.assertEqual(party_keys.phone_key("0044 20 7946 0958", "GB"), "+442079460958")
		self.assertEqual(party_keys.phone_key("not a number"), "")
		self.assertEqual(party_keys.phone_key("1234567", None), "?1234567")

	def test_rebuilding_keys_goes_on_where_it_stopped(self):
		leads = sorted(
			factories.pooled_lead(f"Rebuilt {n}", mobile_no=f"+861390013960{n}").name for n in range(3)
		)
		frappe.db.delete("L2C Party Key", {"party": ("in", leads)})
		after: str | None = ""
		while after is not None:
			after = party_keys.rebuild("Lead", after=after, limit=2)
		self.assertEqual(self.state(phone="+8613900139602"), "In Pool")
