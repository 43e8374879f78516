"""A run of adoptions: a dry run first, then contracts in the approver's name; bad rows are results, a kill loses nothing."""

from typing import Any
from unittest.mock import patch

import frappe
from frappe.utils import fmt_money

from l2c_app.services.contract import adoption, adoption_import, adoption_run_work, adoption_runs
from l2c_app.services.errors import AdoptionRefused, AdoptionRunState, ApproverNeeded, RunInProgress
from l2c_app.tests import contracts, factories, receivables
from l2c_app.tests.base import L2CTestCase, bench_only

COMPANY = factories.COMPANY


class TestAdoptionRuns(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		patcher = patch.object(adoption_runs, "queue")
		patcher.start()
		self.addCleanup(patcher.stop)
		customer = factories.customer("L2C Running Customer")
		self.orders = [factories.sales_order(customer, rate=rate).name for rate in (1000, 600)]
		self.lines = [
			{
				"sales_order": self.orders[0],
				"label": "30 %",
				"amount": "300",
				"due_date": contracts.in_days(0),
			},
			{
				"sales_order": self.orders[0],
				"label": "Rest",
				"amount": "700",
				"due_date": contracts.in_days(9),
			},
			{"sales_order": self.orders[1], "amount": "500"},
			{"sales_order": "SO-NONE", "amount": "1"},
			{"reference": "Bad", "sales_order": self.orders[1], "amount": "6oo"},
		]

	def prepare(self, lines: list[dict[str, Any]] | None = None) -> Any:
		return self.work(adoption_runs.prepare(COMPANY, lines or self.lines, source="old.csv"))

	def work(self, name: str) -> Any:
		adoption_run_work.work(name, commit=lambda: None)
		return frappe.get_doc("Adoption Run", name)

	def rows(self, run: Any, *fields: str) -> list[tuple]:
		found = frappe.get_all(
			"Adoption Run Row", filters={"run": run.name}, fields=list(fields), order_by="name"
		)
		return [tuple(row[field] for field in fields) for row in found]

	def test_the_dry_run_judges_every_contract_and_makes_none(self) -> None:
		run = self.prepare()
		counts = (run.state, run.total_rows, run.planned_rows, run.skipped_rows)
		self.assertEqual(counts, ("Preview", 4, 1, 3))
		errors = ["", "PlanSumError", "AdoptionRefused", "AdoptionRefused"]
		self.assertEqual(self.rows(run, "error"), [(error,) for error in errors])
		self.assertEqual(self.rows(run, "total", "open_amount")[0], (1000, 1000))
		self.assertIn(f"R2 Rest: {fmt_money(700, currency='USD')} due", self.rows(run, "plan")[0][0])
		self.assertFalse(frappe.db.get_value("Sales Order", self.orders[0], "l2c_contract"))

	def test_an_approved_run_adopts_what_fits_and_says_what_does_not(self) -> None:
		run = self.prepare()
		with self.as_user(factories.sales_manager()):
			adoption_runs.approve(run.name)
		run = self.work(run.name)
		self.assertEqual((run.state, run.done_rows, run.skipped_rows, run.progress), ("Done", 1, 3, 100))
		contract = frappe.get_doc("Sales Contract", self.rows(run, "contract")[0][0])
		self.assertEqual((contract.owner, contract.status), (factories.sales_manager(), "Active"))
		self.assertEqual(
			[(row.label, row.amount) for row in contract.plan_rows], [("30 %", 300), ("Rest", 700)]
		)
		self.assertEqual(receivables.broken(contract.name), [])

	def test_a_killed_run_goes_on_and_adopts_nothing_twice(self) -> None:
		lines = [{"sales_order": name} for name in self.orders]
		run = self.prepare(lines)
		adoption_runs.approve(run.name)
		self.assertTrue(adoption_run_work.step(run.name))
		frappe.db.set_value("Adoption Run", run.name, "heartbeat_on", "2020-01-01 00:00:00")
		self.assertIn(run.name, adoption_runs.stalled())
		run = self.work(run.name)
		made = frappe.get_all("Sales Order", filters={"name": ("in", self.orders)}, pluck="l2c_contract")
		self.assertEqual((run.done_rows, len(set(made))), (2, 2))
		with self.assertRaises(AdoptionRunState):
			adoption_runs.resume(run.name)

	def test_what_changed_after_the_dry_run_is_judged_again(self) -> None:
		run = self.prepare([{"sales_order": name} for name in self.orders])
		frappe.get_doc("Sales Order", self.orders[0]).cancel()
		adoption_runs.approve(run.name)
		run = self.work(run.name)
		self.assertEqual(self.rows(run, "status", "error"), [("Skipped", "AdoptionRefused"), ("Done", "")])

	def test_two_runs_of_a_company_do_not_go_on_at_once(self) -> None:
		run = self.prepare()
		adoption_runs.approve(run.name)
		with self.assertRaises(RunInProgress):
			self.prepare()
		with self.assertRaises(AdoptionRunState):
			adoption_runs.approve(run.name)
		adoption_runs.stop(run.name)
		adoption_runs.resume(run.name)
		self.assertEqual(self.work(run.name).state, "Done")

	def test_only_adopters_run_it_and_an_empty_one_is_refused(self) -> None:
		with self.as_user(factories.sales_user()):
			with self.assertRaises(ApproverNeeded):
				adoption_runs.prepare(COMPANY, self.lines)
		with self.assertRaises(AdoptionRunState):
			adoption_runs.prepare(COMPANY, [])

	def test_a_file_with_chinese_headings_is_read(self) -> None:
		content = f'Sales Order,Amount,retention\n{self.orders[0]},"1,000.00",1\n'.encode("gb18030")
		lines = adoption_import.lines_of("old.csv", content)
		self.assertEqual(lines, [{"sales_order": self.orders[0], "amount": "1,000.00", "retention": "1"}])
		case = adoption.case_of("A", lines)
		self.assertEqual((case.lines[0].amount, case.lines[0].retention), (1000, True))
		with self.assertRaises(AdoptionRefused):
			adoption_import.lines_of("old.csv", b"a,b\n1,2\n")

	@bench_only("workbooks")
	def test_a_workbook_is_read_like_a_file(self) -> None:
		from frappe.utils.xlsxutils import make_xlsx

		rows = [["Sales Order", "Amount", "Due Date"], [self.orders[0], 1000, "2026-12-31"]]
		lines = adoption_import.lines_of("old.xlsx", make_xlsx(rows, "Sheet").getvalue())
		self.assertEqual(str(adoption.case_of("A", lines).lines[0].due_date), "2026-12-31")

	@bench_only("lists as a user")
	def test_all_that_runs_in_a_company_is_found(self) -> None:
		loose = factories.sales_invoice(factories.customer("L2C Running Customer"), rate=80)
		found = adoption_import.all_running(COMPANY)
		for line in ({"sales_order": self.orders[0]}, {"sales_invoice": loose.name}):
			self.assertIn(line, found)
		adoption.adopt(adoption.case_of("A", [{"sales_order": self.orders[0]}]))
		self.assertNotIn({"sales_order": self.orders[0]}, adoption_import.all_running(COMPANY))
