"""Workers of a billing run that are killed, and two at once: every row has one invoice, whatever happened on the way.

Committed, cleaned up after.
"""

import frappe

from l2c_app.services.billing import billing_run_work, billing_runs
from l2c_app.tests import committed_papers, contracts, factories, killed_worker
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.contracts import plan_row

CUSTOMER = "L2C Killed Billing"
ROWS = 4
WORK = """
from l2c_app.services.billing import billing_run_work
billing_run_work.work(*arguments, commit=frappe.db.commit)
"""


@bench_only("processes that are killed")
class TestKilledBilling(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.addCleanup(self.clean_up)
		self.accountant = factories.accounts_user("killed.accountant")
		customer = factories.customer(CUSTOMER)
		plan = [plan_row(100) for _row in range(ROWS)]
		self.contract = contracts.active(customer, plan_rows=plan, items=[contracts.line(100 * ROWS)]).name
		self.run_name = self.approved()
		frappe.db.commit()

	def approved(self) -> str:
		"""Return an approved run over this contract alone."""
		with self.as_user(self.accountant):
			name = billing_runs.prepare(factories.COMPANY)
			billing_run_work.work(name, commit=lambda: None)
			mine = {"run": name, "contract": self.contract}
			frappe.db.delete("Billing Run Row", {"run": name, "contract": ("!=", self.contract)})
			count = frappe.db.count("Billing Run Row", mine)
			frappe.db.set_value(
				"Billing Run", name, {"planned_rows": count, "skipped_rows": 0, "submit_invoices": 1}
			)
			billing_runs.approve(name)
		return name

	def assert_each_row_once(self) -> None:
		run = frappe.get_doc("Billing Run", self.run_name)
		self.assertEqual((run.state, run.done_rows, run.skipped_rows, run.failed_rows), ("Done", ROWS, 0, 0))
		filters = {"l2c_contract": self.contract}
		made = frappe.get_all(
			"Sales Invoice", filters=filters, fields=["docstatus", "grand_total", "owner"], order_by="name"
		)
		seen = [(invoice.docstatus, invoice.grand_total, invoice.owner) for invoice in made]
		self.assertEqual(seen, [(1, 100, self.accountant)] * ROWS)
		self.assertEqual(frappe.db.get_value("Sales Contract", self.contract, "billed"), 100 * ROWS)

	def test_a_killed_run_goes_on_without_billing_a_row_twice(self) -> None:
		deaths, last = 0, 20
		while killed_worker.died(killed_worker.start(WORK, self.run_name, last=last)):
			deaths, last = deaths + 1, last + 35
			self.assertLess(last, 1000)
		self.assertGreaterEqual(deaths, 2)
		self.assert_each_row_once()

	def test_two_workers_at_once_take_turns(self) -> None:
		workers = [killed_worker.start(WORK, self.run_name) for _number in range(2)]
		self.assertEqual([killed_worker.died(worker) for worker in workers], [False, False])
		self.assert_each_row_once()

	def clean_up(self) -> None:
		"""Remove what the test committed."""
		frappe.db.rollback()
		frappe.set_user("Administrator")
		committed_papers.remove_natives(CUSTOMER, "Sales Invoice", "Sales Order")
		frappe.db.delete("Billing Run Row", {"run": self.run_name})
		frappe.db.delete("Billing Run", {"name": self.run_name})
		committed_papers.remove_contract(self.contract)
		frappe.delete_doc("Customer", CUSTOMER, force=True)
		frappe.db.commit()
