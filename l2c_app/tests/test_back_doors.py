"""The native back doors, the masked views, and no effect at all without an enabled pool."""

import json

import frappe

from l2c_app.api import back_doors
from l2c_app.api import lead as lead_api
from l2c_app.api import pool as api
from l2c_app.services import errors
from l2c_app.services.pool import visibility
from l2c_app.tests import factories
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.closed_set_case import PHONE, ClosedSetCase


@bench_only("native functions of the host")
class TestBackDoors(ClosedSetCase):
	def test_lead_details_are_refused(self):
		for _user in self.strangers():
			with self.assertRaises(frappe.PermissionError):
				back_doors.get_lead_details(lead=self.lead)
			self.assertTrue(back_doors.get_lead_details(lead=self.open_lead)["contact_mobile"])
		with self.as_user(self.holder):
			self.assertEqual(back_doors.get_lead_details(lead=self.lead)["contact_mobile"], PHONE)

	def test_link_search_that_asks_to_ignore_permissions(self):
		for _user in self.strangers():
			for doctype, text, name in (("Lead", "Zsecret", self.lead), ("Contact", "Zsecret", self.contact)):
				found = back_doors.search_link(doctype=doctype, txt=text, ignore_user_permissions=1)
				self.assertNotIn(name, [row["value"] for row in found])
				rows = back_doors.search_widget(
					doctype=doctype, txt=text, ignore_user_permissions=1, page_length=100
				)
				self.assertNotIn(name, [row[0] for row in rows])
			found = back_doors.search_link(doctype="Lead", txt="Zopen", ignore_user_permissions=1)
			self.assertIn(self.open_lead, [row["value"] for row in found])

	def test_global_search_drops_closed_documents(self):
		hits = [
			frappe._dict(doctype="Lead", name=self.lead, content="Zsecret"),
			frappe._dict(doctype="Lead", name=self.open_lead, content="Zopen"),
		]
		from l2c_app.services.pool import back_doors as service

		for _user in self.strangers():
			self.assertEqual([hit.name for hit in service.only_readable_hits(hits)], [self.open_lead])
			self.assertIsInstance(back_doors.global_search("Zsecret"), list)

	def test_reports_that_show_all_leads_are_refused(self):
		native = (
			"Lead Details",
			"Lead Conversion Time",
			"Prospects Engaged But Not Converted",
			"Lost Opportunity",
			"Lead Owner Efficiency",
			"Campaign Efficiency",
			"First Response Time for Opportunity",
		)
		for _user in self.strangers():
			for report in native:
				with self.assertRaises(errors.ReportClosed):
					back_doors.run_report(report_name=report, filters={})
				with self.assertRaises(errors.ReportClosed):
					back_doors.prepare_report(report_name=report)
				frappe.local.form_dict = frappe._dict(report_name=report)
				with self.assertRaises(errors.ReportClosed):
					back_doors.export_report()

	def test_the_host_calls_our_wrappers(self):
		for original in (
			"erpnext.crm.doctype.lead.lead.get_lead_details",
			"frappe.desk.search.search_link",
			"frappe.desk.search.search_widget",
			"frappe.utils.global_search.search",
			"frappe.desk.query_report.run",
			"frappe.desk.query_report.export_query",
			"frappe.core.doctype.prepared_report.prepared_report.make_prepared_report",
		):
			override = frappe.override_whitelisted_method(original)
			self.assertTrue(override.startswith("l2c_app.api.back_doors."), original)
			frappe.is_whitelisted(frappe.get_attr(override))


class TestPoolsSeatsAndMasks(ClosedSetCase):
	def test_a_member_sees_seats_masked_and_a_stranger_nothing(self):
		other = factories.pooled_lead(
			"Masked Trading", mobile_no="+8613800777009", email_id="m@masked.example.com"
		)
		with self.as_user(self.mate):
			rows = api.seats("L2C Closed")
			self.assertEqual([row["party"] for row in rows], [other.name])
			data = rows[0]["party_data"]
			self.assertEqual(data["mobile_no"], "+861" + "*" * 8 + "09")
			self.assertNotIn("13800777009", json.dumps(data, default=str))
			self.assertNotIn("Masked Trading", json.dumps(rows, default=str))
			held = api.seats("L2C Closed", state="Held")
			self.assert_clean(held)
		with self.as_user(self.outsider), self.assertRaises(errors.NotAPoolMember):
			api.seats("L2C Closed")
		with self.as_user(self.chief):
			self.assertEqual(api.seats("L2C Closed")[0]["party_data"]["mobile_no"], "+8613800777009")

	def test_the_seat_itself_carries_no_contact_data(self):
		seat = frappe.get_doc("Lead Pool Seat", self.seat)
		self.assertEqual(seat.party_name, "Clos***")
		self.assert_clean(seat.as_dict())
		self.assert_clean(frappe.get_all("Lead Pool Log", fields=["*"], order_by="name"))

	def test_what_the_form_offers_to_whom(self):
		for user, seats, may in (
			(self.holder, 1, {"release", "transfer", "close", "protect", "leave_alone"}),
			(self.mate, 1, set()),
			(self.chief, 1, {"release", "transfer", "close", "protect", "leave_alone"}),
			(self.outsider, 0, None),
		):
			with self.subTest(user=user), self.as_user(user):
				state = lead_api.pool_state(self.lead)
				self.assertEqual(len(state["seats"]), seats)
				self.assert_clean(state)
				if seats:
					actions = state["seats"][0]["may"]
					self.assertEqual({action for action, allowed in actions.items() if allowed}, may)

	def test_pools_seats_and_log_by_list_and_document(self):
		for user, sees_pool, sees_log in (
			(self.mate, True, False),
			(self.outsider, False, False),
			(self.chief, True, True),
		):
			with self.subTest(user=user):
				pool = frappe.get_doc("Lead Pool", "L2C Closed")
				seat = frappe.get_doc("Lead Pool Seat", self.seat)
				log = frappe.get_doc("Lead Pool Log", {"seat": self.seat, "event": "Claim"})
				self.assertEqual(bool(frappe.has_permission("Lead Pool", doc=pool, user=user)), sees_pool)
				self.assertEqual(
					bool(frappe.has_permission("Lead Pool Seat", doc=seat, user=user)), sees_pool
				)
				self.assertEqual(bool(frappe.has_permission("Lead Pool Log", doc=log, user=user)), sees_log)

	def test_only_managers_of_a_pool_change_it(self):
		stranger = factories.sales_manager("closed.other.chief")
		pool = frappe.get_doc("Lead Pool", "L2C Closed")
		self.assertTrue(frappe.has_permission("Lead Pool", "write", doc=pool, user=self.chief))
		self.assertFalse(frappe.has_permission("Lead Pool", "write", doc=pool, user=stranger))
		self.assertFalse(frappe.has_permission("Lead Pool", "write", doc=pool, user=self.mate))


class TestNoEffect(L2CTestCase):
	"""Without an enabled pool nothing of ours asks the database."""

	@bench_only("counts the statements of the host's database")
	def test_saving_a_lead_asks_none_of_our_tables(self):
		visibility.enabled_pools()
		factories.lead("Warm Up")  # the host's own caches
		statements = self.statements(lambda: factories.lead("Not Concerned"))
		ours = [text for text in statements if "Lead Pool" in text or "L2C Party Key" in text]
		self.assertEqual(ours, [])

	@bench_only("counts the statements of the host's database")
	def test_reading_as_a_sales_user_asks_none_of_our_tables(self):
		lead = factories.lead("Not Concerned Either").name
		user = factories.sales_user("noeffect.rep")
		with self.as_user(user):
			statements = self.statements(lambda: self.read(lead))
		self.assertEqual([text for text in statements if "Lead Pool" in text], [])

	def read(self, lead: str) -> None:
		"""Read a list of leads and one of them."""
		frappe.get_list("Lead", limit=5, order_by="name")
		frappe.get_doc("Lead", lead).check_permission("read")

	def statements(self, action: object) -> list[str]:
		"""Return the SQL that an action sends."""
		seen: list[str] = []
		native = frappe.db.sql

		def spy(query: object, *arguments: object, **more: object) -> object:
			seen.append(str(query))
			return native(query, *arguments, **more)

		frappe.db.sql = spy
		try:
			action()
		finally:
			del frappe.db.sql
		return seen
