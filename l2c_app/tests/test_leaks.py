"""Over real HTTP, as real Sales Users: no phone, mail or street of a pooled lead leaves by any path to a person without a right."""

from collections.abc import Iterator
from types import SimpleNamespace

import frappe
from frappe.utils import add_days, nowdate

from l2c_app import compat
from l2c_app.tests import closed_world
from l2c_app.tests.base import bench_only
from l2c_app.tests.closed_world import MARK, SECRETS
from l2c_app.tests.http_case import HttpCase

METHOD = "/api/method/"
Path = tuple[str, str, dict]
LISTED = {
	"Lead": ["name", "mobile_no", "phone", "whatsapp_no", "email_id"],
	"Contact": ["name", "mobile_no", "email_id"],
	"Address": ["name", "phone", "email_id", "address_line1"],
	"Opportunity": ["name", "contact_mobile", "contact_email"],
	"Quotation": ["name", "contact_mobile", "contact_email"],
	"Follow Up": ["name", "note"],
	"Event": ["name", "subject", "description"],
	"Appointment": ["name", "customer_phone_number", "customer_email"],
	"Call Log": ["name", "`from`", "summary"],
	"Communication": ["name", "content", "phone_no"],
	"ToDo": ["name", "description"],
	"Lead Pool Seat": ["name", "party_name"],
	"Prospect": ["name"],
}
ROWS = {
	"Contact Phone": ("Contact", ["parent", "phone"]),
	"Contact Email": ("Contact", ["parent", "email_id"]),
	"CRM Note": ("Lead", ["parent", "note"]),
	"Prospect Lead": ("Prospect", ["parent", "email", "mobile_no"]),
	"Event Participants": ("Event", ["parent", "email"]),
}
DOCUMENTS = (
	"Lead",
	"Contact",
	"Address",
	"Opportunity",
	"Quotation",
	"Prospect",
	"Event",
	"Follow Up",
	"ToDo",
)
HOLDER_REACHES = {
	*(
		f"{way} {doctype}"
		for way in ("v1", "v2", "client.get", "getdoc", "print", "html")
		for doctype in DOCUMENTS
	),
	*(
		f"{way} {doctype}"
		for way in ("v1 list", "v2 list", "client list", "report view", "list view")
		for doctype in DOCUMENTS
		if doctype != "Prospect"
	),
	*(f"{way} {doctype}" for way in ("rows", "v1 rows", "report rows") for doctype in ROWS),
	"docinfo Lead",
	"timeline Lead",
	"group Lead.mobile_no",
	"stats Lead.mobile_no",
	f"global {MARK}",
	f"mail box {MARK}",
	"file",
	"calendar",
	"events",
	"chart",
	"kanban",
	"pool seats",
	"lead details",
	"contact details",
	"sms number",
	"contact display",
	"last interaction of a lead",
	"last interaction of a contact",
	"open activities",
	"party details",
	"address",
	"make opportunity",
	"make quotation",
	"make customer",
	"validated link",
	"custom field",
}
IS_15 = compat.host_major() == 15
VALIDATE_LINK = (
	("frappe.client.validate_link", "fields")
	if IS_15
	else ("frappe.client.validate_link_and_fetch", "fields_to_fetch")
)
# On 16 the host's own function sorts in a way that its lists refuse, and its report reads a column that leads do not have:
# both answer nobody there.
BROKEN_ON_HOST = set() if IS_15 else {"last interaction of a lead", "report export Address And Contacts"}
RIGHTS_REACH = {
	*(f"{way} {doctype}" for way in ("v1", "getdoc") for doctype in ("Communication", "Call Log")),
	*(f"export {doctype}" for doctype in ("Lead", "Contact", "Opportunity", "Quotation")),
	"template",
	"data export",
	"comments",
	"report Lead Details",
	"report export Lead Details",
	"report Prospects Engaged But Not Converted",
	f"report {MARK} Query",
	f"report {MARK} Task",
	f"link Communication {MARK}",
	"report export Address And Contacts",
}


@bench_only("a web server of the host")
class TestLeaks(HttpCase):
	world: SimpleNamespace

	@classmethod
	def build(cls) -> None:
		cls.world = closed_world.build()

	@classmethod
	def take_away(cls) -> None:
		closed_world.take_away(cls.world)

	def documents(self) -> Iterator[tuple[str, str]]:
		"""Yield (DocType, name) of the lead and all documents about it."""
		for doctype, attribute in (
			("Lead", "lead"),
			("Contact", "contact"),
			("Address", "address"),
			("Opportunity", "opportunity"),
			("Quotation", "quotation"),
			("Prospect", "prospect"),
			("Event", "event"),
			("Communication", "mail"),
			("Communication", "call"),
			("ToDo", "todo"),
			("File", "file"),
			("Follow Up", "follow_up"),
			("Call Log", "call_log"),
			("Appointment", "appointment"),
		):
			yield doctype, getattr(self.world, attribute)

	def of_documents(self) -> Iterator[Path]:
		"""Every way to one document by its name."""
		form, pages = METHOD + "frappe.desk.form.", METHOD + "frappe.utils.print_format."
		for doctype, name in self.documents():
			by_name = {"doctype": doctype, "name": name}
			yield f"v1 {doctype}", f"/api/resource/{doctype}/{name}", {}
			yield f"v2 {doctype}", f"/api/v2/document/{doctype}/{name}/", {}
			yield f"client.get {doctype}", METHOD + "frappe.client.get", by_name
			yield f"getdoc {doctype}", form + "load.getdoc", by_name
			yield f"docinfo {doctype}", form + "load.get_docinfo", by_name
			yield f"print {doctype}", "/printview", by_name
			html = {"doc": doctype, "name": name}
			yield f"html {doctype}", METHOD + "frappe.www.printview.get_html_and_style", html
		for doctype in ("Lead", "Contact"):
			name = dict(self.documents())[doctype]
			by_name = {"doctype": doctype, "name": name}
			known = {"doctype": doctype, "docname": name}
			yield f"preview {doctype}", METHOD + "frappe.desk.link_preview.get_preview_data", known
			yield f"timeline {doctype}", form + "load.get_communications", by_name
			yield f"linked {doctype}", form + "linked_with.get", known
			yield f"pdf {doctype}", pages + "download_pdf", by_name
			yield f"multi pdf {doctype}", pages + "download_multi_pdf", {"doctype": doctype, "name": [name]}

	def of_lists(self) -> Iterator[Path]:
		"""Every way to a list."""
		for doctype, fields in LISTED.items():
			plain = {"doctype": doctype, "fields": fields, "limit_page_length": 0}
			quoted = [field if "`" in field else f"`tab{doctype}`.`{field}`" for field in fields]
			form = {"doctype": doctype, "fields": quoted, "start": 0, "page_length": 5000, "filters": []}
			yield f"v1 list {doctype}", f"/api/resource/{doctype}", {"fields": fields, "limit_page_length": 0}
			yield f"v2 list {doctype}", f"/api/v2/document/{doctype}", {"fields": fields, "limit": 5000}
			yield f"client list {doctype}", METHOD + "frappe.client.get_list", plain
			yield (
				f"client value {doctype}",
				METHOD + "frappe.client.get_value",
				{"doctype": doctype, "fieldname": fields, "filters": {"name": ["!=", ""]}},
			)
			yield f"report view {doctype}", METHOD + "frappe.desk.reportview.get", form
			yield f"list view {doctype}", METHOD + "frappe.desk.reportview.get_list", form
			yield (
				f"export {doctype}",
				METHOD + "frappe.desk.reportview.export_query",
				{**form, "title": doctype, "file_format_type": "CSV"},
			)
			for field in fields[1:]:
				grouped = {"doctype": doctype, "current_filters": [], "field": field.strip("`")}
				yield f"group {doctype}.{field}", METHOD + "frappe.desk.listview.get_group_by_count", grouped
				yield (
					f"stats {doctype}.{field}",
					METHOD + "frappe.desk.reportview.get_stats",
					{"doctype": doctype, "stats": [field.strip("`")], "filters": []},
				)
		for doctype, (parent, fields) in ROWS.items():
			plain = {"doctype": doctype, "parent": parent, "fields": fields, "limit_page_length": 0}
			yield f"rows {doctype}", METHOD + "frappe.client.get_list", plain
			yield (
				f"v1 rows {doctype}",
				f"/api/resource/{doctype}",
				{"parent": parent, "fields": fields, "limit_page_length": 0},
			)
			form = {
				"doctype": parent,
				"fields": [f"`tab{doctype}`.`{field}`" for field in fields],
				"start": 0,
				"page_length": 5000,
				"filters": [],
			}
			yield f"report rows {doctype}", METHOD + "frappe.desk.reportview.get", form
		yield "versions", "/api/resource/Version", {"fields": ["data"], "limit_page_length": 0}
		yield "queue", "/api/resource/Email Queue", {"fields": ["message"], "limit_page_length": 0}
		yield "comments", "/api/resource/Comment", {"fields": ["content"], "limit_page_length": 0}
		yield (
			"notifications",
			"/api/resource/Notification Log",
			{"fields": ["subject", "email_content"], "limit_page_length": 0},
		)
		yield "tags", METHOD + "frappe.desk.doctype.tag.tag.get_documents_for_tag", {"tag": f"{MARK}Tag"}
		yield (
			"template",
			METHOD + "frappe.core.doctype.data_import.data_import.download_template",
			{
				"doctype": "Lead",
				"export_fields": {"Lead": ["name", "mobile_no", "email_id"]},
				"export_records": "all",
				"file_type": "CSV",
			},
		)
		yield (
			"data export",
			METHOD + "frappe.core.doctype.data_export.exporter.export_data",
			{"doctype": "Lead", "with_data": True, "file_type": "CSV"},
		)

	def of_search(self) -> Iterator[Path]:
		"""Every way to search."""
		link, widget = METHOD + "frappe.desk.search.search_link", METHOD + "frappe.desk.search.search_widget"
		for doctype in ("Lead", "Contact", "Address", "Opportunity", "Event", "Communication", "Follow Up"):
			for text in (MARK, "13800666001"):
				sent = {"doctype": doctype, "txt": text}
				yield f"link {doctype} {text}", link, sent
				yield f"link past rights {doctype} {text}", link, {**sent, "ignore_user_permissions": 1}
				yield f"widget {doctype} {text}", widget, {**sent, "ignore_user_permissions": 1}
		for text in (MARK, "13800666001", "wire.buyer"):
			yield f"global {text}", METHOD + "frappe.utils.global_search.search", {"text": text}
			yield f"mail box {text}", METHOD + "frappe.email.get_contact_list", {"txt": text}
			yield f"website {text}", METHOD + "frappe.utils.global_search.web_search", {"text": text}
			of_lead = {"link_doctype": "Lead", "link_name": self.world.lead}
			for doctype, query, filters in (
				("Contact", "frappe.contacts.doctype.contact.contact.contact_query", of_lead),
				("Address", "frappe.contacts.doctype.address.address.address_query", of_lead),
				("Lead", "erpnext.controllers.queries.lead_query", {}),
			):
				sent = {"doctype": doctype, "txt": text, "query": query, "filters": filters}
				yield f"query {doctype} {text}", METHOD + "frappe.desk.search.search_link", sent

	def of_reports(self) -> Iterator[Path]:
		"""Reports that touch leads."""
		period = {
			"from_date": add_days(nowdate(), -365),
			"to_date": add_days(nowdate(), 1),
			"company": "L2C Demo",
		}
		own = {"module": ("in", ("CRM", "Contacts")), "disabled": 0}
		names = frappe.get_all("Report", filters=own, pluck="name", order_by="name")
		names += ["Lost Quotations", "Quotation Trends", "Address And Contacts"]
		for name in [*names, *self.world.reports, self.world.builder]:
			for more in ({}, {"party_type": "Lead"}, {"reference_doctype": "Lead"}):
				filters = {**period, **more}
				if more and name not in ("Address And Contacts", "Addresses And Contacts"):
					continue
				yield (
					f"report {name}",
					METHOD + "frappe.desk.query_report.run",
					{"report_name": name, "filters": filters},
				)
				yield (
					f"report export {name}",
					METHOD + "frappe.desk.query_report.export_query",
					{"report_name": name, "filters": filters, "file_format_type": "CSV", "visible_idx": []},
				)
		column = {
			"fieldname": "mobile_no",
			"doctype": "Lead",
			"link_field": {"fieldname": "lead", "names": []},
			"label": "x",
			"insert_after_index": 0,
		}
		custom = {"report_name": "Lost Quotations", "filters": period, "custom_columns": [column]}
		yield "custom column", METHOD + "frappe.desk.query_report.run", custom
		asked = {"doctype": "Lead", "field": "mobile_no", "names": [self.world.lead]}
		yield "custom field", METHOD + "frappe.desk.query_report.get_data_for_custom_field", asked

	def of_helpers(self) -> Iterator[Path]:
		"""Native helpers that answer with contact data."""
		world = self.world
		about = {"ref_doctype": "Lead", "ref_docname": world.lead}
		yield "lead details", METHOD + "erpnext.crm.doctype.lead.lead.get_lead_details", {"lead": world.lead}
		yield (
			"contact details",
			METHOD + "frappe.contacts.doctype.contact.contact.get_contact_details",
			{"contact": world.contact},
		)
		yield (
			"sms number",
			METHOD + "frappe.core.doctype.sms_settings.sms_settings.get_contact_number",
			{"contact_name": world.contact, "ref_doctype": "Lead", "ref_name": world.lead},
		)
		yield (
			"contact display",
			METHOD + "erpnext.stock.doctype.delivery_trip.delivery_trip.get_contact_display",
			{"contact": world.contact},
		)
		yield (
			"last interaction of a lead",
			METHOD + "erpnext.crm.doctype.utils.get_last_interaction",
			{"lead": world.lead},
		)
		yield (
			"last interaction of a contact",
			METHOD + "erpnext.crm.doctype.utils.get_last_interaction",
			{"contact": world.contact},
		)
		yield "open activities", METHOD + "erpnext.crm.utils.get_open_activities", about
		yield (
			"party details",
			METHOD + "erpnext.accounts.party.get_party_details",
			{"party": world.lead, "party_type": "Lead", "doctype": "Quotation", "company": "L2C Demo"},
		)
		yield (
			"address",
			METHOD + "frappe.contacts.doctype.address.address.get_address_display",
			{"address_dict": world.address},
		)
		yield (
			"shipping address",
			METHOD + "erpnext.accounts.custom.address.get_shipping_address",
			{"company": "L2C Demo", "address": world.address},
		)
		yield (
			"make opportunity",
			METHOD + "frappe.model.mapper.make_mapped_doc",
			{"method": "erpnext.crm.doctype.lead.lead.make_opportunity", "source_name": world.lead},
		)
		yield (
			"make quotation",
			METHOD + "frappe.model.mapper.make_mapped_doc",
			{
				"method": "erpnext.crm.doctype.opportunity.opportunity.make_quotation",
				"source_name": world.opportunity,
			},
		)
		yield (
			"make customer",
			METHOD + "erpnext.crm.doctype.lead.lead.make_customer",
			{"source_name": world.lead},
		)
		yield (
			"make order",
			METHOD + "erpnext.selling.doctype.quotation.quotation.make_sales_order",
			{"source_name": world.quotation},
		)
		yield (
			"lead from mail",
			METHOD + "erpnext.crm.doctype.lead.lead.make_lead_from_communication",
			{"communication": world.mail},
		)
		validate, fields = VALIDATE_LINK
		yield (
			"validated link",
			METHOD + validate,
			{"doctype": "Lead", "docname": world.lead, fields: ["mobile_no", "email_id"]},
		)
		yield (
			"value of a contact",
			METHOD + "frappe.client.get_value",
			{"doctype": "Contact", "fieldname": "mobile_no", "filters": {"name": world.contact}},
		)
		yield (
			"value of a row",
			METHOD + "frappe.client.get_value",
			{
				"doctype": "Contact Phone",
				"parent": "Contact",
				"fieldname": "phone",
				"filters": {"parent": world.contact},
			},
		)
		day = {"start": nowdate(), "end": add_days(nowdate(), 2)}
		yield "events", METHOD + "frappe.desk.doctype.event.event.get_events", {**day, "filters": []}
		yield (
			"calendar",
			METHOD + "frappe.desk.calendar.get_events",
			{
				**day,
				"doctype": "Event",
				"field_map": {"start": "starts_on", "end": "ends_on", "title": "subject", "id": "name"},
				"fields": ["subject", "description"],
				"filters": [],
			},
		)
		yield "file", world.file_url, {}
		yield "download", METHOD + "frappe.core.doctype.file.file.download_file", {"file_url": world.file_url}
		chart = {
			"chart_type": "Group By",
			"document_type": "Lead",
			"group_by_type": "Count",
			"group_by_based_on": "mobile_no",
			"filters_json": "[]",
			"name": "x",
			"timeseries": 0,
		}
		yield (
			"chart",
			METHOD + "frappe.desk.doctype.dashboard_chart.dashboard_chart.get",
			{"chart": chart, "no_cache": 1},
		)
		yield (
			"kanban",
			METHOD + "frappe.desk.reportview.get",
			{
				"doctype": "Lead",
				"fields": ["*"],
				"view": "Kanban",
				"start": 0,
				"page_length": 5000,
				"filters": [],
			},
		)
		yield "pool seats", METHOD + "l2c_app.api.pool.seats", {"pool": closed_world.POOL, "state": "Held"}
		yield "seat state", METHOD + "l2c_app.api.lead.pool_state", {"lead": world.lead}

	def paths(self) -> Iterator[Path]:
		"""All of them."""
		for some in (self.of_documents, self.of_lists, self.of_search, self.of_reports, self.of_helpers):
			yield from some()
		for title, path, form in self.of_helpers():  # the same methods by the second interface
			if path.startswith(METHOD):
				yield f"v2 {title}", path.replace(METHOD, "/api/v2/method/"), form

	def test_nothing_leaves_by_any_path(self):
		for user in (self.world.outsider, self.world.mate):
			for title, path, form in self.paths():
				with self.subTest(user=user, path=title):
					answer = self.ask(user, path, **form)
					leaked = [secret for secret in SECRETS if secret in self.text_of(answer, form)]
					self.assertEqual(leaked, [], answer.text[:300])

	def test_no_new_document_fetches_the_data(self):
		"""The host fills in mail and phone of what a new document names: whoever may create one must not learn them."""
		world = self.world
		link = [{"link_doctype": "Lead", "link_name": world.lead}]
		customer = {"customer_name": "Zwire Taken", "customer_type": "Company"}
		line = {"item_code": "L2C Service", "qty": 1, "rate": 1, "delivery_date": nowdate()}
		sale = {
			"company": "L2C Demo",
			"transaction_date": nowdate(),
			"delivery_date": nowdate(),
			"items": [line],
		}
		contact = {"contact_person": world.contact, "customer_address": world.address}
		new = [
			{"doctype": "Prospect", "company_name": "Zwire Taken", "leads": [{"lead": world.lead}]},
			{
				"doctype": "Event",
				"subject": "Zwire Taken",
				"starts_on": nowdate(),
				"event_participants": [{"reference_doctype": "Lead", "reference_docname": world.lead}],
			},
			{
				"doctype": "Event",
				"subject": "Zwire Taken",
				"starts_on": nowdate(),
				"event_participants": [{"reference_doctype": "Contact", "reference_docname": world.contact}],
			},
			{"doctype": "Customer", **customer, "customer_primary_contact": world.contact},
			{"doctype": "Customer", **customer, "customer_primary_address": world.address},
			{"doctype": "Customer", **customer, "lead_name": world.lead},
			{"doctype": "Opportunity", "opportunity_from": "Lead", "party_name": world.lead},
			{"doctype": "Opportunity", "opportunity_from": "Lead", "party_name": world.open_lead, **contact},
			{"doctype": "Quotation", "quotation_to": "Lead", "party_name": world.lead, **sale},
			{
				"doctype": "Quotation",
				"quotation_to": "Lead",
				"party_name": world.open_lead,
				**sale,
				**contact,
			},
			{"doctype": "Sales Order", "customer": world.customer, **sale, **contact},
			{
				"doctype": "Sales Order",
				"customer": world.customer,
				**sale,
				"shipping_address_name": world.address,
			},
			{"doctype": "Contact", "first_name": "Zwire Taken", "links": link, "address": world.address},
			{
				"doctype": "Appointment",
				"customer_name": "Zwire",
				"appointment_with": "Lead",
				"party": world.lead,
			},
			{"doctype": "ToDo", "description": "x", "reference_type": "Lead", "reference_name": world.lead},
		]
		for user in (world.outsider, world.mate):
			for values in new:
				with self.subTest(user=user, new=values):
					answer = self.ask(user, "/api/method/frappe.client.insert", post=True, doc=values)
					made = answer.json().get("message") or {}
					if made.get("name"):
						self.addCleanup(self.remove, made["doctype"], made["name"])
						again = self.ask(user, f"/api/resource/{made['doctype']}/{made['name']}")
						self.assertEqual([x for x in SECRETS if x in again.text], [])
					self.assertEqual([x for x in SECRETS if x in answer.text], [], answer.text[:600])

	def remove(self, doctype: str, name: str) -> None:
		"""Delete what a request made."""
		frappe.delete_doc(doctype, name, force=True, ignore_permissions=True, ignore_missing=True)
		frappe.db.commit()

	def text_of(self, answer: object, form: dict) -> str:
		"""Return an answer without the words that the question itself carried."""
		text = answer.content.decode("utf-8", "ignore")
		for value in form.values():
			if isinstance(value, str) and len(value) > 4:
				text = text.replace(value, "")
		return text

	def test_the_paths_are_real(self):
		"""Who has the right gets the data by them: a path that answers nobody would prove nothing."""
		reached = {user: self.reached_by(user) for user in (self.world.holder, "Administrator")}
		self.assertEqual(HOLDER_REACHES - BROKEN_ON_HOST - reached[self.world.holder], set())
		self.assertEqual(RIGHTS_REACH - BROKEN_ON_HOST - reached["Administrator"], set())

	def reached_by(self, user: str) -> set[str]:
		"""Return the paths on which a user meets the lead's data."""
		texts = (
			(title, self.text_of(self.ask(user, path, **form), form)) for title, path, form in self.paths()
		)
		return {title for title, text in texts if any(secret in text for secret in SECRETS)}
