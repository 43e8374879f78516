"""No way to a pooled lead, its contact or phone for somebody without a right: each path asked as a real user.

Three people with the same role Sales User: the holder, another member of the pool, and an outsider.
"""

import json
from collections.abc import Iterator

import frappe
from frappe.utils import nowdate

from l2c_app.api import back_doors
from l2c_app.api import lead as lead_api
from l2c_app.api import pool as api
from l2c_app.services import errors, visibility
from l2c_app.tests import factories
from l2c_app.tests.base import L2CTestCase, bench_only

PHONE = "+8613800777001"
MAIL = "secret.buyer@closed.example.com"
COMPANY = "Closed Secret Company"
CONTACT_DATA = ("13800777001", "secret.buyer@closed")


class ClosedSetCase(L2CTestCase):
	"""A held lead with everything that carries its contact data."""

	def setUp(self) -> None:
		super().setUp()
		self.holder = factories.sales_user("closed.holder")
		self.mate = factories.sales_user("closed.mate")
		self.outsider = factories.sales_user("closed.outsider")
		self.chief = factories.sales_manager("closed.chief")
		self.pool = factories.lead_pool(
			"L2C Closed", members=(self.holder, self.mate), managers=(self.chief,)
		)
		self.lead = factories.pooled_lead(COMPANY, mobile_no=PHONE, email_id=MAIL, first_name="Zsecret").name
		self.open_lead = factories.lead("Open Company", mobile_no="+8613800777002", first_name="Zopen").name
		self.seat = factories.seat_of(self.lead, "L2C Closed").name
		with self.as_user(self.holder):
			api.claim(self.seat)
		self.contact = self.contact_of(self.lead)

	def contact_of(self, lead: str) -> str:
		"""Return the contact that the host made of the lead."""
		filters = {"link_doctype": "Lead", "link_name": lead, "parenttype": "Contact"}
		return frappe.db.get_value("Dynamic Link", filters, "parent")

	def assert_clean(self, answer: object) -> None:
		"""Fail when an answer carries the lead's phone or mail address."""
		text = json.dumps(answer, default=str, ensure_ascii=False)
		for secret in CONTACT_DATA:
			self.assertNotIn(secret, text)

	def strangers(self) -> Iterator[str]:
		"""Become the outsider, then the pool's other member, then the administrator again."""
		for user in (self.outsider, self.mate):
			frappe.set_user(user)
			yield user
		frappe.set_user("Administrator")


class TestSingleDocuments(ClosedSetCase):
	def test_only_holder_and_manager_read_the_lead(self):
		for user, expected in (
			(self.holder, True),
			(self.chief, True),
			(self.mate, False),
			(self.outsider, False),
		):
			with self.subTest(user=user):
				document = frappe.get_doc("Lead", self.lead)
				self.assertEqual(
					bool(frappe.has_permission("Lead", "read", doc=document, user=user)), expected
				)
				self.assertEqual(
					bool(frappe.has_permission("Lead", "write", doc=document, user=user)), expected
				)
				self.assertTrue(frappe.has_permission("Lead", "read", doc=self.open_lead, user=user))

	def test_only_managers_share_a_pooled_lead(self):
		document = frappe.get_doc("Lead", self.lead)
		self.assertFalse(frappe.has_permission("Lead", "share", doc=document, user=self.holder))
		self.assertTrue(frappe.has_permission("Lead", "share", doc=document, user=self.chief))

	@bench_only("contacts made by the host")
	def test_the_contact_is_closed_with_the_lead(self):
		for _user in self.strangers():
			with self.assertRaises(frappe.PermissionError):
				frappe.get_doc("Contact", self.contact).check_permission("read")
		with self.as_user(self.holder):
			frappe.get_doc("Contact", self.contact).check_permission("read")

	@bench_only("contacts made by the host")
	def test_a_converted_leads_contact_is_open_as_customers_are(self):
		factories.customer("Now A Customer", lead_name=self.lead)
		with self.as_user(self.outsider):
			self.assertTrue(frappe.has_permission("Lead", "read", doc=self.lead))
			self.assertTrue(frappe.has_permission("Contact", "read", doc=self.contact))

	@bench_only("opportunity and quotation of the host")
	def test_opportunity_quotation_and_address_are_closed_too(self):
		made = [self.opportunity(), self.quotation(), self.address()]
		documents = [frappe.get_doc(document.doctype, document.name) for document in made]
		for _user in self.strangers():
			for document in documents:
				self.assertFalse(document.has_permission("read"), document.doctype)
				names = frappe.get_list(document.doctype, pluck="name", order_by="name", limit=0)
				self.assertNotIn(document.name, names)
		with self.as_user(self.holder):
			for document in documents:
				self.assertTrue(document.has_permission("read"), document.doctype)
				self.assertIn(
					document.name, frappe.get_list(document.doctype, pluck="name", order_by="name", limit=0)
				)

	def opportunity(self):
		"""Insert an opportunity of the closed lead."""
		values = {"opportunity_from": "Lead", "party_name": self.lead, "company": factories.company()}
		return factories.make("Opportunity", **values, contact_email=MAIL, contact_mobile=PHONE)

	def quotation(self):
		"""Insert a quotation to the closed lead."""
		line = {"item_code": factories.SERVICE_ITEM, "qty": 1, "rate": 10}
		values = {"quotation_to": "Lead", "party_name": self.lead, "company": factories.company()}
		dates = {
			"transaction_date": nowdate(),
			"currency": "USD",
			"conversion_rate": 1,
			"plc_conversion_rate": 1,
		}
		lists = {"selling_price_list": factories.price_list(), "price_list_currency": "USD"}
		return factories.make("Quotation", **values, **dates, **lists, items=[line])

	def address(self):
		"""Insert an address of the closed lead."""
		links = [{"link_doctype": "Lead", "link_name": self.lead}]
		return factories.make(
			"Address",
			address_title="Closed",
			address_line1="Street 1",
			city="Town",
			country="China",
			phone=PHONE,
			links=links,
		)

	@bench_only("accounts roles have no native right on Lead; this right is given by a custom role")
	def test_accounts_read_and_do_not_write(self):
		user = factories.user("closed.accounts", "Accounts User", "Sales User")
		document = frappe.get_doc("Lead", self.lead)
		self.assertTrue(frappe.has_permission("Lead", "read", doc=document, user=user))
		self.assertFalse(frappe.has_permission("Lead", "write", doc=document, user=user))

	def test_the_team_leader_reads_what_his_team_holds(self):
		group = factories.sales_person("L2C Closed Team", for_user=self.outsider, is_group=True)
		factories.sales_person("L2C Closed Rep", for_user=self.holder, parent=group)
		visibility.forget()
		self.assertTrue(frappe.has_permission("Lead", "read", doc=self.lead, user=self.outsider))
		with self.as_user(self.outsider):
			self.assertIn(self.lead, visibility.held_parties(self.outsider))

	def test_a_released_lead_closes_to_its_former_holder(self):
		with self.as_user(self.holder):
			api.release(self.seat, "done")
			self.assertFalse(frappe.has_permission("Lead", "read", doc=self.lead))


@bench_only("list conditions in SQL")
class TestLists(ClosedSetCase):
	def test_lists_counts_and_exports_leave_the_lead_out(self):
		for _user in self.strangers():
			names = frappe.get_list("Lead", pluck="name", order_by="name", limit=0)
			self.assertNotIn(self.lead, names)
			self.assertIn(self.open_lead, names)
			self.assertEqual(frappe.client.get_list("Lead", filters={"name": self.lead}), [])
			self.assertFalse(frappe.client.get_value("Lead", ["mobile_no"], {"name": self.lead}))

	def test_holder_and_manager_find_it_in_their_lists(self):
		for user in (self.holder, self.chief):
			with self.subTest(user=user), self.as_user(user):
				self.assertIn(self.lead, frappe.get_list("Lead", pluck="name", order_by="name", limit=0))

	def test_contacts_and_their_tables_leave_the_lead_out(self):
		for _user in self.strangers():
			names = frappe.get_list("Contact", pluck="name", order_by="name", limit=0)
			self.assertNotIn(self.contact, names)
			self.assertIn(self.contact_of(self.open_lead), names)
			for doctype, field in (("Contact Phone", "phone"), ("Contact Email", "email_id")):
				rows = frappe.client.get_list(doctype, fields=[field], parent="Contact", limit_page_length=0)
				self.assert_clean(rows)

	def test_notes_and_prospects_do_not_repeat_the_contact_data(self):
		lead = frappe.get_doc("Lead", self.lead)
		lead.append("notes", {"note": f"call {PHONE}"})
		lead.save()
		rows = [{"lead": self.lead, "email": MAIL, "mobile_no": PHONE}]
		prospect = factories.make("Prospect", company_name="Closed Prospect", leads=rows).name
		for _user in self.strangers():
			self.assert_clean(frappe.client.get_list("CRM Note", fields=["note"], parent="Lead"))
			self.assert_clean(
				frappe.client.get_list("Prospect Lead", fields=["email", "mobile_no"], parent="Prospect")
			)
			self.assertNotIn(prospect, frappe.get_list("Prospect", pluck="name", order_by="name"))
			self.assertFalse(frappe.has_permission("Prospect", "read", doc=prospect))
		with self.as_user(self.holder):
			self.assertIn(prospect, frappe.get_list("Prospect", pluck="name", order_by="name"))
			self.assertTrue(frappe.has_permission("Prospect", "read", doc=prospect))

	def test_rest_single_value_and_link_validation(self):
		for _user in self.strangers():
			with self.assertRaises(frappe.PermissionError):
				frappe.client.get("Lead", self.lead)
			self.assert_clean(frappe.client.get_value("Lead", ["name", "mobile_no", "email_id"], self.lead))
			self.assert_clean(frappe.client.get_value("Contact", ["name", "mobile_no"], self.contact))
			with self.assertRaises(frappe.PermissionError):
				frappe.client.set_value("Lead", self.lead, "city", "Taken")

	def test_report_builder_and_its_export(self):
		from frappe.desk import reportview

		for _user in self.strangers():
			for fields in (["`tabLead`.`name`", "`tabLead`.`mobile_no`"], ["`tabLead`.`email_id`"]):
				frappe.local.form_dict = frappe._dict(
					doctype="Lead",
					fields=json.dumps(fields),
					filters="[]",
					start=0,
					page_length=5000,
					view="Report",
				)
				self.assert_clean(reportview.get())
			frappe.local.form_dict = frappe._dict(
				doctype="Lead", filters=json.dumps([["Lead", "name", "=", self.lead]]), fields="[]"
			)
			self.assertEqual(reportview.get_count(), 0)

	def test_form_load_print_and_timeline(self):
		from frappe.desk.form import load
		from frappe.www import printview

		for _user in self.strangers():
			with self.assertRaises(frappe.PermissionError):
				load.getdoc("Lead", self.lead)
			with self.assertRaises(frappe.PermissionError):
				load.get_docinfo(doctype="Lead", name=self.lead)
			with self.assertRaises(frappe.PermissionError):
				printview.get_html_and_style(doc="Lead", name=self.lead)

	def test_contact_details_and_conversions(self):
		from erpnext.crm.doctype.lead import lead as native
		from frappe.contacts.doctype.contact.contact import get_contact_details

		for _user in self.strangers():
			with self.assertRaises(frappe.PermissionError):
				get_contact_details(self.contact)
			for make in (native.make_customer, native.make_opportunity, native.make_quotation):
				with self.assertRaises(frappe.PermissionError):
					make(self.lead)

	def test_the_condition_of_a_member_names_ids_and_has_no_subquery(self):
		from l2c_app.permissions import closed_set

		condition = closed_set.lead_conditions(self.holder)
		self.assertIn(self.lead, condition)
		self.assertNotIn("select", condition.lower())
		self.assertTrue(condition.startswith("(") and condition.endswith(")"))


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
		from l2c_app.services import back_doors as service

		for _user in self.strangers():
			self.assertEqual([hit.name for hit in service.only_readable_hits(hits)], [self.open_lead])
			self.assertIsInstance(back_doors.global_search("Zsecret"), list)

	def test_reports_that_show_all_leads_are_refused(self):
		from l2c_app.services.back_doors import OPEN_REPORTS

		for _user in self.strangers():
			for report in sorted(OPEN_REPORTS):
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
			(self.holder, 1, {"release", "transfer", "close"}),
			(self.mate, 1, set()),
			(self.chief, 1, {"release", "transfer", "close"}),
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
