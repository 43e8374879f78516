"""Sales ask for an invoice, accounts issue it or say why not; the tax invoice's number stays on request and row."""

from typing import Any

import frappe
from frappe.utils import nowdate

from l2c_app.services.billing import billing, billing_requests
from l2c_app.services.errors import (
	BillingRequestExists,
	BillingRequestRefused,
	BillingRequestState,
	ContractStateError,
	DraftInvoiceExists,
	RowNotBillable,
)
from l2c_app.tests import contracts, factories
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.contracts import plan_row

PLAN = [plan_row(percent=30, billing="Advance"), plan_row(percent=60), plan_row(percent=10)]
NUMBER = "26442000000012345678"


class TestBillingRequests(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.rep = factories.sales_user("billing.rep")
		self.other = factories.sales_user("billing.other")
		self.accountant = factories.accounts_user()
		self.contract = self.active()

	def active(self, **values: Any) -> Any:
		values.setdefault("bill_by", "Request")
		values.setdefault("plan_rows", [dict(row) for row in PLAN])
		return contracts.active(contract_owner=self.rep, **values)

	def ask(self, *row_ids: str, user: str | None = None, contract: Any = None) -> Any:
		with self.as_user(user or self.rep):
			name = billing_requests.ask(
				(contract or self.contract).name, row_ids, tax_title="ACME (Suzhou) Ltd"
			)
		return frappe.get_doc("Billing Request", name)

	def test_sales_ask_and_accounts_issue_a_native_invoice(self) -> None:
		request = self.ask("R2")
		self.assertEqual(
			(request.state, request.asked_amount, request.requested_by), ("Requested", 600, self.rep)
		)
		self.assertEqual((request.customer, request.rows[0].amount), (self.contract.customer, 600))
		with self.as_user(self.accountant):
			(name,) = billing_requests.issue(request.name, tax_invoice_no=NUMBER)
		invoice = frappe.get_doc("Sales Invoice", name)
		# The row's 600 and the deposit of 300 that the first invoice takes back.
		self.assertEqual((invoice.grand_total, invoice.owner, invoice.docstatus), (900, self.accountant, 0))
		request.reload()
		self.assertEqual((request.state, request.answered_by), ("Issued", self.accountant))
		self.assertEqual((request.rows[0].sales_invoice, request.tax_invoice_no), (name, NUMBER))
		row = contracts.fresh(self.contract).plan_rows[1]
		self.assertEqual((row.draft_invoice, row.tax_invoice_no), (name, NUMBER))
		self.assertEqual(str(row.tax_invoice_date), nowdate())

	def test_rows_billed_together_share_one_invoice(self) -> None:
		rows = [plan_row(percent=90), plan_row(percent=10, billing="With Row", with_row="R1")]
		contract = self.active(plan_rows=rows)
		request = self.ask("R1", "R2", contract=contract)
		self.assertEqual(request.asked_amount, 1000)
		with self.as_user(self.accountant):
			(name,) = billing_requests.issue(request.name)
		self.assertEqual(frappe.db.get_value("Sales Invoice", name, "grand_total"), 1000)
		self.assertIsNone(contracts.fresh(contract).plan_rows[0].tax_invoice_no)

	def test_accounts_reject_with_a_reason_and_sales_may_ask_again(self) -> None:
		request = self.ask("R2")
		with self.as_user(self.accountant):
			self.assertRaises(BillingRequestRefused, billing_requests.reject, request.name, reason=" ")
			billing_requests.reject(request.name, reason="The tax ID is missing")
			self.assertRaises(BillingRequestState, billing_requests.issue, request.name)
		request.reload()
		self.assertEqual((request.state, request.reject_reason), ("Rejected", "The tax ID is missing"))
		self.assertEqual(contracts.invoices(self.contract), [])
		self.assertEqual(self.ask("R2").state, "Requested")

	def test_a_row_is_asked_for_once_and_only_while_it_can_be_billed(self) -> None:
		self.ask("R2")
		with self.assertRaises(BillingRequestExists):
			self.ask("R2")
		with self.assertRaises(BillingRequestExists):
			self.ask("R3", "R3")
		for row_id in ("R1", "R9"):
			with self.assertRaises(RowNotBillable):
				self.ask(row_id)
		billing.bill_row(self.contract.name, "R3", submit=False)
		with self.assertRaises(DraftInvoiceExists):
			self.ask("R3")
		with self.assertRaises(BillingRequestRefused):
			self.ask("R2", contract=self.active(bill_by="Delivery"))
		with self.assertRaises(ContractStateError):
			self.ask("R1", contract=contracts.draft(contract_owner=self.rep))

	def test_what_sales_asked_for_is_left_to_accounts(self) -> None:
		contract = self.active(bill_by="Plan")
		self.ask("R2", contract=contract)
		(result,) = billing.bill_due_rows(contract=contract.name)
		self.assertEqual(result.row_id, "R3")

	def test_a_request_sent_with_forged_values_is_filled_from_its_contract(self) -> None:
		forged = {
			"state": "Issued",
			"requested_by": "Administrator",
			"asked_amount": 1,
			"tax_invoice_no": NUMBER,
		}
		rows = [{"row_id": "R2", "amount": 1, "sales_invoice": "X"}]
		with self.as_user(self.rep):
			request = frappe.get_doc(
				{"doctype": "Billing Request", "contract": self.contract.name, "rows": rows, **forged}
			).insert()
		self.assertEqual((request.state, request.requested_by), ("Requested", self.rep))
		self.assertEqual((request.asked_amount, request.tax_invoice_no), (600, None))
		self.assertEqual((request.rows[0].amount, request.rows[0].sales_invoice), (600, None))
		request.note = "changed"
		with self.assertRaises(BillingRequestState):
			request.save(ignore_permissions=True)

	def test_only_accounts_answer_and_only_who_sees_the_contract_asks(self) -> None:
		request = self.ask("R2")
		with self.as_user(self.rep):
			for answer in (
				lambda: billing_requests.issue(request.name),
				lambda: billing_requests.reject(request.name, reason="no"),
			):
				self.assertRaises(frappe.PermissionError, answer)
		with self.assertRaises(frappe.PermissionError):
			self.ask("R3", user=self.other)
		self.assertEqual(contracts.invoices(self.contract), [])

	@bench_only("list and read rights of the host")
	def test_requests_are_seen_by_who_sees_the_contract(self) -> None:
		request = self.ask("R2")
		people = {self.rep: True, self.other: False, self.accountant: True, factories.sales_manager(): True}
		for user, sees in people.items():
			with self.as_user(user), self.subTest(user):
				self.assertEqual(bool(frappe.has_permission("Billing Request", doc=request)), sees)
				found = frappe.get_list("Billing Request", filters={"name": request.name}, pluck="name")
				self.assertEqual(bool(found), sees)
				rows = frappe.get_list(
					"Billing Request Row",
					filters={"parent": request.name},
					pluck="name",
					parent_doctype="Billing Request",
				)
				self.assertEqual(bool(rows), sees)
				self.assertFalse(frappe.has_permission("Billing Request", "write", doc=request))
