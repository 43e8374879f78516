"""What a request may send along to get at documents that are not the user's: other owners, marks of new documents."""

import json

import frappe
from frappe.utils import add_to_date, now_datetime, nowdate

from l2c_app import compat
from l2c_app.api import collection as api
from l2c_app.permissions import contract as permissions
from l2c_app.tests import contracts, factories
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.closed_set_case import PHONE, ClosedSetCase


def put(doctype: str, document: str, **values: object):
	"""Update a document as the REST interface does: loaded without asking, overwritten, saved."""
	from frappe.api import v1

	frappe.local.form_dict = frappe._dict(data=json.dumps(values))
	return v1.update_doc(doctype, document)


class ForgedCase(ClosedSetCase):
	"""A contract, a receipt and follow ups of the holder; the outsider has the same role."""

	def setUp(self) -> None:
		super().setUp()
		self.contract = contracts.draft(contract_owner=self.holder).name
		values = {"customer": "L2C Customer USD", "company": factories.company(), "currency": "USD"}
		self.receipt = factories.make("Collection", received_on=nowdate(), amount=10, **values).name
		frappe.db.set_value("Collection", self.receipt, "reported_by", self.holder)

	def follow_up(self, doctype: str, name: str) -> str:
		"""Plan a call of the holder."""
		about = {"reference_doctype": doctype, "reference_name": name, "follow_up_type": "Call"}
		later = add_to_date(now_datetime(), days=1)
		planned = {"status": "Planned", "assigned_to": self.holder, "planned_for": later}
		return factories.make("Follow Up", note=f"call {PHONE}", **about, **planned).name


@bench_only("the REST interface and lists of the host")
class TestForgedRequests(ForgedCase):
	def refused(self, doctype: str, name: str, **values: object) -> None:
		"""Fail unless the outsider's update is refused."""
		with self.as_user(self.outsider), self.assertRaises(frappe.PermissionError):
			put(doctype, name, **values)

	def test_nobody_makes_himself_the_owner_of_a_contract(self):
		self.refused("Sales Contract", self.contract, contract_owner=self.outsider)
		self.refused("Sales Contract", self.contract, contract_owner=self.outsider, __islocal=1)

	def test_nobody_makes_himself_the_reporter_of_a_receipt(self):
		self.refused("Collection", self.receipt, reported_by=self.outsider)
		self.refused("Collection", self.receipt, reported_by=self.outsider, __islocal=1)

	def test_nobody_takes_over_a_follow_up(self):
		for reference in (("Lead", self.lead), ("Sales Contract", self.contract)):
			name = self.follow_up(*reference)
			self.refused("Follow Up", name, assigned_to=self.outsider, lead=None)
			self.refused("Follow Up", name, assigned_to=self.outsider, lead=None, __islocal=1)

	def test_nobody_copies_a_closed_document_by_calling_it_new(self):
		self.refused("Lead", self.lead, __islocal=1, email_id="copy@closed.example.com")
		self.refused("Contact", self.contact, __islocal=1)

	def test_the_rightful_user_still_updates(self):
		with self.as_user(self.holder):
			self.assertEqual(put("Sales Contract", self.contract, title="Mine").title, "Mine")
			self.assertEqual(put("Collection", self.receipt, note="Mine").note, "Mine")
			self.assertEqual(put("Lead", self.lead, city="Here").city, "Here")
			self.assertEqual(
				put("Follow Up", self.follow_up("Lead", self.lead), note="Mine again").note, "Mine again"
			)

	def test_rows_listed_by_themselves_follow_their_parent(self):
		tables = (
			("Sales Contract Item", "Sales Contract", self.contract),
			("Sales Contract Plan Row", "Sales Contract", self.contract),
			("Collection Allocation", "Collection", self.paying_receipt()),
		)
		for doctype, parent, name in tables:
			for user, expected in ((self.outsider, False), (self.holder, True)):
				with self.subTest(doctype=doctype, user=user), self.as_user(user):
					rows = frappe.client.get_list(
						doctype, fields=["parent"], parent=parent, limit_page_length=0
					)
					self.assertEqual(name in [row.parent for row in rows], expected)
		with self.as_user(self.outsider):
			self.assertEqual(frappe.client.get_list("Plan Billing", parent="Sales Contract"), [])

	def test_rows_of_native_tables_follow_the_contract_and_leave_native_documents_alone(self):
		person = factories.sales_person("L2C Seller")
		team = [{"sales_person": person, "allocated_percentage": 100}]
		taxes = [contracts.tax(13)]
		contract = contracts.draft(contract_owner=self.holder, sales_team=team, taxes=taxes).name
		order = factories.sales_order("L2C Customer USD", sales_team=team, taxes=taxes).name
		both = [("Sales Team", "sales_person"), ("Sales Taxes and Charges", "account_head")]
		for doctype, field in both:
			for user, expected in ((self.outsider, {order}), (self.holder, {order, contract})):
				for parent in ("Sales Contract", "Sales Order"):
					with self.subTest(doctype=doctype, user=user, parent=parent), self.as_user(user):
						rows = frappe.client.get_list(
							doctype, fields=["parent", field], parent=parent, limit_page_length=0
						)
						seen = {row.parent for row in rows}
						mine = {contract} if parent == "Sales Contract" else {order}
						# ERPNext 15 lists the rows of every parent, 16 those of the parent that was named
						self.assertEqual(seen & mine, expected & mine)
						self.assertLessEqual(seen & {order, contract}, expected)
			for parent, allowed in ((contract, False), (order, True)):
				row = frappe.get_doc(doctype, {"parent": parent})
				answer = permissions.shared_row_has_permission(row, "read", self.outsider)
				self.assertEqual(answer, compat.no_opinion() if allowed else False)

	def paying_receipt(self) -> str:
		"""Insert a receipt for the contract."""
		values = {"customer": "L2C Customer USD", "company": factories.company(), "currency": "USD"}
		pays = [{"contract": self.contract, "amount": 10}]
		return factories.make("Collection", received_on=nowdate(), amount=10, allocations=pays, **values).name


@bench_only("requests of the host")
class TestCopies(ForgedCase):
	"""The host would load the document, take the name away and insert a copy that is the caller's own."""

	def send(self, method: str, path: str, **form: object) -> None:
		"""Pass a request to the check that runs before each."""
		from werkzeug.test import EnvironBuilder
		from werkzeug.wrappers import Request

		from l2c_app.permissions import requests

		body = json.dumps(form)
		for kind in ("application/json", "text/plain"):
			frappe.local.request = Request(
				EnvironBuilder(path, method=method, data=body, content_type=kind).get_environ()
			)
			frappe.local.form_dict = frappe._dict(form if kind == "application/json" else {})
			self.addCleanup(setattr, frappe.local, "request", None)
			requests.refuse_copies()

	def test_an_update_without_the_name_is_refused(self):
		for doctype, name in (
			("Lead", self.lead),
			("Contact", self.contact),
			("Sales Contract", self.contract),
		):
			for values in ({"name": None}, {"name": ""}, {"name": "Other"}, {"__islocal": 1}):
				for path in ("/api/resource", "/api/v2/document"):
					with self.subTest(path=path, values=values), self.assertRaises(frappe.PermissionError):
						self.send("PUT", f"{path}/{doctype}/{name}", **values)

	def test_the_same_by_the_hosts_methods(self):
		nameless = json.dumps({"name": None})
		many = json.dumps([{"doctype": "Lead", "docname": self.lead, "name": None}])
		for method, form in (
			("frappe.client.set_value", {"doctype": "Lead", "name": self.lead, "fieldname": nameless}),
			(
				"frappe.client.set_value",
				{"doctype": "Lead", "name": self.lead, "fieldname": "__islocal", "value": 1},
			),
			("frappe.client.bulk_update", {"docs": many}),
		):
			for path, more in ((f"/api/method/{method}", {}), ("/", {"cmd": method})):
				with self.subTest(method=method, path=path), self.assertRaises(frappe.PermissionError):
					self.send("POST", path, **form, **more)

	def test_other_requests_pass(self):
		self.send("PUT", f"/api/resource/Lead/{self.lead}", name=self.lead, city="Here")
		self.send("PUT", "/api/resource/Item/Any", name=None)
		self.send("POST", "/api/resource/Lead", name="Wanted", first_name="New")
		self.send(
			"POST",
			"/api/method/frappe.client.set_value",
			doctype="Lead",
			name=self.lead,
			fieldname="city",
			value="x",
		)
		self.send("POST", "/api/method/login", usr="a", pwd="b")


@bench_only("contacts and customers of the host")
class TestClosedLeadsByLink(ClosedSetCase):
	def test_no_contract_names_a_closed_lead(self):
		with self.as_user(self.outsider), self.assertRaises(frappe.PermissionError):
			contracts.draft(lead=self.lead, contract_owner=self.outsider)
		with self.as_user(self.holder):
			self.assertTrue(contracts.draft(lead=self.lead, contract_owner=self.holder).party_name)

	def test_no_customer_converts_a_closed_lead(self):
		for _user in self.strangers():
			with self.assertRaises(frappe.PermissionError):
				frappe.get_doc(
					doctype="Customer", customer_name="Taken", customer_type="Company", lead_name=self.lead
				).insert()
			self.assertFalse(frappe.has_permission("Lead", "read", doc=self.lead))


class TestOrdersOfOthers(L2CTestCase):
	def test_no_request_puts_an_order_under_a_contract(self):
		contract = contracts.draft()
		order = factories.sales_order(contract.customer, submit=False, l2c_contract=contract.name)
		self.assertFalse(order.l2c_contract)
		order.l2c_contract = contract.name
		order.save()
		self.assertFalse(frappe.db.get_value("Sales Order", order.name, "l2c_contract"))

	def test_no_invoice_of_another_customer_bills_a_contract(self):
		contract = contracts.active()
		invoice = factories.sales_invoice(factories.customer("L2C Stranger"), l2c_contract=contract.name)
		self.assertFalse(invoice.l2c_contract)
		self.assertEqual(contracts.fresh(contract).billed, 0)

	def test_no_payment_of_another_customer_confirms_a_receipt(self):
		contract = contracts.active()
		asks = [{"contract": contract.name, "amount": 1000}]
		name = api.report({"amount": 1000, "received_on": nowdate()}, asks)["name"]
		payment = factories.payment(factories.customer("L2C Stranger"), 1, submit=False)
		payment.l2c_collection = name
		payment.submit()
		self.assertEqual(frappe.db.get_value("Collection", name, "status"), "Reported")
		self.assertFalse(frappe.db.get_value("Payment Entry", payment.name, "l2c_collection"))
