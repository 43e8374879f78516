"""What a pool shows of a party before it is claimed, and further contact fields that it masks like phones and mail."""

import json

import frappe
from frappe.utils import formatdate, nowdate

from l2c_app.api import lead as lead_api
from l2c_app.api import pool as api
from l2c_app.services import errors
from l2c_app.services.pool import mask_mode, vault, vault_scope
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.pool_case import POOL, PoolCase

WECHAT, OTHER_WECHAT, SITE = (
	"wang_01",
	"weiwei_02",
	"wide.example.com",
)  # in native fields that hold a plain text


class FieldsCase(PoolCase):
	def with_wechat(self, **values: object):
		"""Insert a lead with two texts that begin alike."""
		return self.lead(1, state=WECHAT, website=SITE, **values)

	def seen(self, user: str) -> dict:
		"""Return what a user sees of the first free seat."""
		with self.as_user(user):
			return api.seats(POOL)[0]["party_data"]


class TestShownFields(FieldsCase):
	def test_a_pool_shows_members_what_it_lists_and_managers_the_usual(self):
		self.with_wechat(city="Shenzhen")
		self.set_pool(shown_fields="city\ncompany_name")
		self.assertEqual(self.seen(self.rep), {"city": "Shenzhen", "company_name": "Pool***"})
		self.assertEqual(self.seen(self.chief)["mobile_no"], "+8613800138001")

	def test_the_desk_shows_of_a_seat_what_its_pool_shows_as_labelled_texts(self):
		self.with_wechat(city="Shenzhen")
		self.set_pool(shown_fields="city\ncompany_name\nmobile_no\nindustry")
		seat = frappe.get_all("Lead Pool Seat", filters={"pool": POOL}, pluck="name", order_by="name")[0]
		expected = {"city": "Shenzhen", "company_name": "Pool***", "mobile_no": "+861********01"}
		with self.as_user(self.rep):
			cells = api.shown_of_seats([seat, "no such seat"])[seat]
		self.assertEqual({cell["field"]: cell["text"] for cell in cells}, expected)
		self.assertEqual(cells[0]["label"], "City")
		with self.as_user(self.chief):
			usual = {cell["field"]: cell["text"] for cell in api.shown_of_seats([seat])[seat]}
		self.assertEqual((usual["mobile_no"], usual["creation"]), ("+8613800138001", formatdate(nowdate())))
		with self.as_user(self.outsider):
			self.assertEqual(api.shown_of_seats([seat]), {})

	def test_contact_data_that_are_listed_are_masked_all_the_same(self):
		self.with_wechat(whatsapp_no="+8613800138009")
		self.set_pool(shown_fields="whatsapp_no, first_name")
		self.assertEqual(self.seen(self.rep), {"whatsapp_no": "+861********09", "first_name": "A**"})

	def test_without_a_list_all_is_as_before(self):
		self.with_wechat()
		self.assertEqual(
			set(self.seen(self.rep)),
			{
				"lead_name",
				"company_name",
				"mobile_no",
				"phone",
				"email_id",
				"territory",
				"industry",
				"city",
				"country",
				"status",
				"request_type",
				"l2c_tier",
				"creation",
			},
		)

	def test_two_at_least_and_known_ones(self):
		for text in ("city", "city, city", "city, no_such_field", "city, password_of_god"):
			with self.subTest(text=text), self.assertRaises(errors.BadPoolFields):
				self.set_pool(shown_fields=text)

	def test_a_field_that_vanished_is_left_out(self):
		self.with_wechat(city="Shenzhen")
		frappe.db.set_value("Lead Pool", POOL, "shown_fields", "city, gone_field")
		frappe.clear_document_cache("Lead Pool", POOL)
		self.assertEqual(self.seen(self.rep), {"city": "Shenzhen"})


class TestFurtherContactFields(FieldsCase):
	def test_pain_a_wechat_number_is_masked_until_the_lead_is_claimed(self):
		lead = self.with_wechat()
		self.set_pool(contact_fields="state", shown_fields="state, city")
		self.assertEqual(self.seen(self.rep)["state"], "w***")
		self.claimed(lead)
		with self.as_user(self.rep):
			self.assertEqual(api.seats(POOL, state="Held")[0]["party_data"]["state"], WECHAT)
		with self.as_user(self.mate):
			self.assertEqual(api.seats(POOL, state="Held")[0]["party_data"]["state"], "w***")

	def test_only_texts_of_leads_can_be_masked(self):
		for text in ("no_such_field", "status", "annual_revenue"):
			with self.subTest(text=text), self.assertRaises(errors.BadPoolFields):
				self.set_pool(contact_fields=text)

	def test_a_pool_whose_contact_field_vanished_admits_nobody_and_says_so(self):
		frappe.db.set_value("Lead Pool", POOL, "contact_fields", "gone_field")
		frappe.clear_document_cache("Lead Pool", POOL)
		frappe.cache.delete_value(f"l2c_broken_filter:{POOL}")
		lead = self.with_wechat()
		self.assertFalse(frappe.db.exists("Lead Pool Seat", {"party": lead.name}))
		self.assertTrue(frappe.db.exists("Error Log", {"method": f"Admission of {POOL}"}))


@bench_only("contacts and versions of the host")
class TestSealedFields(FieldsCase):
	def setUp(self) -> None:
		super().setUp()
		self.set_pool(mask_mode=vault.FOR_EVER, contact_fields="state\nwebsite")

	def assert_nowhere(self, *secrets: str) -> None:
		"""Fail when a table shows one of the secrets."""
		for doctype in ("Lead", "Contact", "Version", "Comment", "Lead Pool Seat", "Lead Contact Reveal"):
			text = json.dumps(frappe.get_all(doctype, fields=["*"], order_by="name"), default=str)
			self.assertEqual([secret for secret in secrets if secret in text], [], doctype)

	def test_pain_the_lead_never_stores_them_and_its_holder_reveals_them(self):
		lead = self.with_wechat()
		stored = frappe.db.get_value("Lead", lead.name, ["state", "website"])
		self.assertEqual(stored, ("w***", "w****"))
		self.assert_nowhere(WECHAT, SITE)
		self.claimed(lead)
		with self.as_user(self.rep):
			document = frappe.get_doc("Lead", lead.name)
			document.state = OTHER_WECHAT
			document.save()
			shown = {row["field"]: row["value"] for row in lead_api.reveal_contact(lead.name, "to write")}
		self.assertEqual((shown["state"], shown["website"]), (OTHER_WECHAT, SITE))
		self.assert_nowhere(WECHAT, OTHER_WECHAT, SITE)

	def test_people_s_own_stars_are_no_mask(self):
		lead = self.lead(2, state="*wang*")
		self.assertEqual(frappe.db.get_value("Lead", lead.name, "state"), "****")
		vault_scope.restore([lead.name])
		self.assertEqual(frappe.db.get_value("Lead", lead.name, "state"), "*wang*")

	def test_a_field_named_later_is_sealed_in_stored_leads_and_comes_back_with_the_rest(self):
		self.set_pool(contact_fields="")
		lead = self.with_wechat()
		self.assertEqual(frappe.db.get_value("Lead", lead.name, "state"), WECHAT)
		lead.reload()
		lead.state = OTHER_WECHAT
		lead.save()
		self.set_pool(contact_fields="state")
		mask_mode.follow(POOL)
		self.assert_nowhere(OTHER_WECHAT)
		self.set_pool(mask_mode="Open to Members")
		mask_mode.follow(POOL)
		self.assertEqual(frappe.db.get_value("Lead", lead.name, ["state", "website"]), (OTHER_WECHAT, SITE))

	def test_a_history_with_escaped_values_is_masked_too(self):
		address = '9 "Hidden" 街 12'
		lead = self.with_wechat()
		links = [{"link_doctype": "Lead", "link_name": lead.name}]
		place = {"address_line1": address, "city": "Town", "country": "China"}
		document = factories.make("Address", address_title="History", links=links, **place)
		change = {"changed": [["address_line1", "old", address]]}
		factories.make(
			"Version", ref_doctype="Address", docname=document.name, data=frappe.as_json(change, indent=None)
		)
		vault.forget_history(lead.name)
		filters = {"ref_doctype": "Address", "docname": document.name}
		stored = frappe.get_all("Version", filters=filters, pluck="data", order_by="creation")
		self.assertEqual([text for text in stored if "Hidden" in text], [])
		changes = [json.loads(text).get("changed") for text in stored]
		self.assertIn([["address_line1", "old", "9***"]], changes)
