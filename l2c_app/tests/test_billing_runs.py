"""A billing run: a preview first, then native invoices in the approver's name, each row once, each refusal with a reason."""

from typing import Any
from unittest.mock import patch

import frappe
from frappe.utils import add_to_date, now_datetime, nowdate

from l2c_app.services.batch import steps
from l2c_app.services.billing import billing, billing_run_work, billing_runs
from l2c_app.services.errors import BillingRunState, RunInProgress
from l2c_app.tests import contracts, factories
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.contracts import line, plan_row

COMPANY = factories.COMPANY
PLAN = [plan_row(percent=30, billing="Advance"), plan_row(percent=40), plan_row(percent=30)]


class TestBillingRuns(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		for patcher in (patch.object(billing_runs, "queue"), patch.object(steps.time, "sleep")):
			patcher.start()
			self.addCleanup(patcher.stop)
		frappe.db.set_value("Sales Contract", {"docstatus": 1}, "terminated_on", nowdate())  # of other tests
		self.accountant = factories.accounts_user()

	def prepare(self, **values: Any) -> Any:
		"""Prepare a run as the accountant and return it with its preview."""
		with self.as_user(self.accountant):
			name = billing_runs.prepare(COMPANY, **values)
		return self.work(name)

	def work(self, name: str) -> Any:
		billing_run_work.work(name, commit=lambda: None)
		return frappe.get_doc("Billing Run", name)

	def approve(self, run: Any, user: str | None = None) -> Any:
		with self.as_user(user or self.accountant):
			billing_runs.approve(run.name)
		return self.work(run.name)

	def rows(self, run: Any, *fields: str) -> list[tuple]:
		found = frappe.get_all(
			"Billing Run Row", filters={"run": run.name}, fields=list(fields), order_by="name"
		)
		return [tuple(row[field] for field in fields) for row in found]

	def test_a_preview_says_what_each_invoice_would_be_and_makes_none(self) -> None:
		contract = contracts.active(plan_rows=[dict(row) for row in PLAN])
		run = self.prepare()
		self.assertEqual((run.state, run.total_rows, run.planned_rows), ("Preview", 2, 2))
		# R2 bills its own 400 and takes the advance of 300 back; R3 then has 300 and nothing to take back.
		figures = self.rows(run, "contract", "row_id", "amount", "advances", "status")
		name = contract.name
		self.assertEqual(figures, [(name, "R2", 700, 300, "Planned"), (name, "R3", 300, 0, "Planned")])
		self.assertEqual(contracts.invoices(contract), [])

	def test_an_approved_run_makes_the_invoices_of_its_preview_in_the_approvers_name(self) -> None:
		contract = contracts.active(plan_rows=[dict(row) for row in PLAN])
		with self.settings("L2C Settings", submit_invoices=1):
			run = self.prepare()
		run = self.approve(run)
		self.assertEqual((run.state, run.done_rows, run.approved_by), ("Done", 2, self.accountant))
		made = contracts.invoices(contract)
		shown = [(invoice.grand_total, invoice.docstatus, invoice.owner) for invoice in made]
		self.assertEqual(shown, [(700, 1, self.accountant), (300, 1, self.accountant)])
		self.assertEqual(self.rows(run, "invoice"), [(invoice.name,) for invoice in made])
		self.assertEqual(contracts.fresh(contract).billed, 1000)

	def test_drafts_stay_drafts_and_the_next_run_says_so(self) -> None:
		contract = contracts.active()
		run = self.approve(self.prepare())
		(invoice,) = contracts.invoices(contract)
		self.assertEqual((invoice.docstatus, run.done_rows), (0, 1))
		again = self.prepare()
		self.assertEqual((again.planned_rows, again.skipped_rows), (0, 1))
		((error, reason),) = self.rows(again, "error", "reason")
		self.assertEqual(error, "DraftInvoiceExists")
		self.assertIn(invoice.name, reason)

	def test_a_plan_out_of_step_is_skipped_with_its_figures(self) -> None:
		bad = contracts.active()
		frappe.db.set_value("Sales Contract Plan Row", bad.plan_rows[0].name, "amount", 999)
		run = self.prepare()
		((status, error, reason),) = self.rows(run, "status", "error", "reason")
		self.assertEqual((status, error), ("Skipped", "PlanNotInStep"))
		self.assertIn("999", reason)

	def test_undelivered_stock_is_skipped_in_the_preview(self) -> None:
		item = factories.item("L2C Goods", is_stock_item=1)
		warehouse = frappe.get_all(
			"Warehouse", filters={"company": COMPANY, "is_group": 0}, pluck="name", order_by="name"
		)[0]
		contracts.active(items=[line(500, qty=2, item_code=item, warehouse=warehouse)])
		self.assertEqual(self.rows(self.prepare(), "status", "error"), [("Skipped", "StockNotDelivered")])

	def test_an_error_in_one_contract_spoils_no_other(self) -> None:
		broken, good = contracts.active(), contracts.active()
		real = billing.ready

		def ready(contract: str, **values: object) -> object:
			if contract == broken.name:
				raise ZeroDivisionError("a bad contract")
			return real(contract, **values)

		with patch.object(billing, "ready", ready):
			run = self.prepare()
		answers = dict(zip((broken.name, good.name), self.rows(run, "status", "error"), strict=True))
		self.assertEqual(answers[broken.name], ("Skipped", "ZeroDivisionError"))
		self.assertEqual(answers[good.name], ("Planned", ""))

	def test_only_rows_due_up_to_the_date_come_in(self) -> None:
		rows = [plan_row(percent=40), plan_row(percent=60, fixed_date=contracts.in_days(5))]
		contracts.active(plan_rows=rows)
		self.assertEqual(self.rows(self.prepare(), "row_id"), [("R1",)])
		self.assertEqual(self.rows(self.prepare(up_to=contracts.in_days(5)), "row_id"), [("R1",), ("R2",)])

	def test_a_row_billed_since_the_preview_is_skipped_not_billed_twice(self) -> None:
		contract = contracts.active()
		run = self.prepare()
		billing.bill_row(contract.name, "R1", submit=True)
		run = self.approve(run)
		self.assertEqual((run.state, run.done_rows, run.skipped_rows), ("Done", 0, 1))
		self.assertEqual(self.rows(run, "status", "error"), [("Skipped", "RowNotBillable")])
		self.assertEqual(len(contracts.invoices(contract)), 1)

	def test_an_interrupted_run_goes_on_with_the_rows_that_are_left(self) -> None:
		contract = contracts.active(plan_rows=[dict(row) for row in PLAN])
		run = self.prepare()
		with self.as_user(self.accountant):
			billing_runs.approve(run.name)
		self.assertTrue(billing_run_work.step(run.name))
		self.assertEqual(len(contracts.invoices(contract)), 1)
		frappe.db.set_value("Billing Run", run.name, "heartbeat_on", add_to_date(now_datetime(), minutes=-11))
		self.assertIn(run.name, billing_run_work.stalled())
		with self.as_user(self.accountant):
			billing_runs.stop(run.name)
		self.assertFalse(billing_run_work.step(run.name))
		with self.as_user(self.accountant):
			billing_runs.resume(run.name)
		run = self.work(run.name)
		self.assertEqual((run.state, run.done_rows), ("Done", 2))
		self.assertEqual([invoice.grand_total for invoice in contracts.invoices(contract)], [700, 300])

	def test_a_deadlock_begins_the_row_again(self) -> None:
		contracts.active()
		run = self.prepare()
		with self.as_user(self.accountant):
			billing_runs.approve(run.name)
		real, raised = billing.bill_row, []

		def once(*args: object, **values: object) -> str:
			if not raised:
				raised.append(1)
				raise frappe.QueryDeadlockError
			return real(*args, **values)

		with patch.object(billing, "bill_row", once), patch.object(frappe.db, "rollback"):
			run = self.work(run.name)
		self.assertEqual((raised, run.state, run.done_rows), ([1], "Done", 1))

	def test_only_who_may_make_invoices_prepares_and_only_who_may_submit_them_approves(self) -> None:
		contract = contracts.active()
		for user in (factories.sales_user(), factories.sales_manager()):
			with self.as_user(user), self.assertRaises(frappe.PermissionError):
				billing_runs.prepare(COMPANY)
		run = self.prepare()
		with self.as_user(factories.sales_manager()), self.assertRaises(frappe.PermissionError):
			billing_runs.approve(run.name)
		self.assertEqual(contracts.invoices(contract), [])

	def test_an_approver_who_lost_the_right_bills_nothing_more(self) -> None:
		contract = contracts.active()
		run = self.prepare()
		with self.as_user(self.accountant):
			billing_runs.approve(run.name)
		frappe.db.set_value("User", self.accountant, "enabled", 0)
		with patch.object(frappe.db, "rollback"):
			run = self.work(run.name)
		self.assertEqual((run.state, run.done_rows), ("Failed", 0))
		self.assertIn(self.accountant, run.error)
		self.assertEqual(contracts.invoices(contract), [])

	def test_one_run_of_a_company_at_a_time_and_a_newer_preview_replaces_the_older(self) -> None:
		contracts.active()
		first = self.prepare()
		second = self.prepare()
		first.reload()
		self.assertEqual((first.state, second.state), ("Stopped", "Preview"))
		with self.as_user(self.accountant):
			billing_runs.approve(second.name)
			self.assertRaises(RunInProgress, billing_runs.prepare, COMPANY)
			self.assertRaises(BillingRunState, billing_runs.approve, second.name)
		self.assertEqual(self.work(second.name).state, "Done")
		with self.as_user(self.accountant):
			self.assertRaises(BillingRunState, billing_runs.resume, second.name)

	def test_the_night_prepares_only_if_asked_and_bills_nothing(self) -> None:
		contract = contracts.active()
		self.assertEqual(billing_runs.prepare_at_night(), [])
		with self.settings("L2C Settings", prepare_billing_nightly=1):
			names = billing_runs.prepare_at_night()
		mine = [name for name in names if frappe.db.get_value("Billing Run", name, "company") == COMPANY]
		run = self.work(mine[0])
		self.assertEqual((run.state, run.planned_rows, run.approved_by), ("Preview", 1, None))
		self.assertEqual(contracts.invoices(contract), [])

	def test_contracts_billed_by_delivery_or_by_request_are_left_alone(self) -> None:
		for way in ("Delivery", "Request"):
			contracts.active(bill_by=way)
		plan = contracts.active()
		self.assertEqual(self.rows(self.prepare(), "contract"), [(plan.name,)])

	@bench_only("list and read rights of the host")
	def test_runs_and_rows_are_read_by_accounts_only(self) -> None:
		contracts.active()
		run = self.prepare()
		for user, sees in ((self.accountant, True), (factories.sales_user(), False)):
			with self.as_user(user):
				self.assertEqual(bool(frappe.has_permission("Billing Run", doc=run)), sees)
				self.assertEqual(bool(frappe.has_permission("Billing Run Row")), sees)
				for right in ("create", "write"):
					self.assertFalse(frappe.has_permission("Billing Run", right))
