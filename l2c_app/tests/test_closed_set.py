"""No way to a pooled lead, its contact or phone for somebody without a right: documents and lists, as real users."""

import json

import frappe
from frappe.utils import nowdate

from l2c_app.api import pool as api
from l2c_app.services.pool import visibility
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.closed_set_case import MAIL, PHONE, ClosedSetCase


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

	def test_pain_only_see_my_own_and_my_subtree_s_leads(self):
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
