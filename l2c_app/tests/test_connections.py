import frappe
from frappe.utils import now_datetime

from l2c_app.services.follow_up import follow_ups
from l2c_app.tests import factories
from l2c_app.tests.base import L2CTestCase, bench_only

NATIVE = {
	"Lead": ["Follow Up", "Sales Contract", "Lead Pool Seat"],
	"Opportunity": ["Follow Up", "Sales Contract"],
	"Quotation": ["Follow Up", "Sales Contract"],
	"Customer": ["Follow Up", "Sales Contract", "Collection", "Lead Pool Seat"],
	"Sales Order": ["Sales Contract", "Follow Up"],
	"Sales Invoice": ["Sales Contract", "Follow Up"],
	"Payment Entry": ["Collection"],
}
OURS = {
	"Lead Pool": ["Lead Pool Seat", "Lead Pool Membership", "Lead Pool Log"],
	"Lead Pool Seat": ["Lead Pool", "Lead Pool Log"],
	"Follow Up": ["Lead", "Customer", "Follow Up", "ToDo"],
	"Sales Contract": ["Sales Order", "Sales Invoice", "Collection", "Customer", "Lead", "Follow Up"],
	"Collection": ["Sales Contract", "Customer", "Payment Entry"],
}


@bench_only("connections of the desk")
class TestConnections(L2CTestCase):
	def test_native_documents_show_ours_and_keep_their_own(self):
		for doctype, ours in NATIVE.items():
			with self.subTest(doctype):
				items = self.items(doctype)
				self.assertLessEqual(set(ours), set(items))
				self.assertTrue(doctype == "Payment Entry" or set(items) - set(ours))

	def test_our_documents_show_the_native_ones(self):
		for doctype, expected in OURS.items():
			with self.subTest(doctype):
				self.assertLessEqual(set(expected), set(self.items(doctype)))

	def test_every_connection_leads_over_a_field_that_exists(self):
		for doctype in (*NATIVE, *OURS):
			data = frappe.get_meta(doctype).get_dashboard_data()
			for other in {**NATIVE, **OURS}[doctype]:
				with self.subTest(f"{doctype} to {other}"):
					self.assertTrue(self.link_exists(doctype, other, data))

	def test_the_count_on_a_lead_is_right(self):
		from frappe.desk.notifications import get_open_count

		lead = factories.lead("Connected Prospect")
		tomorrow = frappe.utils.add_to_date(now_datetime(), days=1)
		follow_ups.plan("Lead", lead.name, follow_up_type="Call", planned_for=tomorrow)
		found = get_open_count("Lead", lead.name, items=["Follow Up"])["count"]["external_links_found"]
		self.assertEqual([(row["doctype"], row["count"]) for row in found], [("Follow Up", 1)])

	def items(self, doctype: str) -> list[str]:
		groups = frappe.get_meta(doctype).get_dashboard_data()["transactions"]
		return [item for group in groups for item in group["items"]]

	def link_exists(self, doctype: str, other: str, data: dict) -> bool:
		internal = (data.get("internal_links") or {}).get(other)
		if internal:
			return self.has_field(doctype, internal if isinstance(internal, str) else internal[-1])
		field = (data.get("non_standard_fieldnames") or {}).get(other) or data.get("fieldname")
		return self.has_field(other, field)

	def has_field(self, doctype: str, field: str) -> bool:
		meta = frappe.get_meta(doctype)
		tables = [frappe.get_meta(table.options) for table in meta.get_table_fields()]
		return any(each.has_field(field) for each in (meta, *tables))
