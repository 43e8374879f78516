"""Workers of a billing run that are killed, and two at once: every row has one invoice, whatever happened on the way.

Committed, cleaned up after. A worker counts its statements that write and kills itself at a chosen one.
"""

import signal
import subprocess
import sys

import frappe

from l2c_app.services.billing import billing_run_work, billing_runs
from l2c_app.services.ledger import recompute
from l2c_app.tests import contracts, factories
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.contracts import plan_row

CUSTOMER = "L2C Killed Billing"
ROWS = 4
WORKER = """
import os, signal, sys
import frappe
site, run, last = sys.argv[1], sys.argv[2], int(sys.argv[3])
frappe.init(site); frappe.connect(); frappe.set_user("Administrator")
from l2c_app.services.billing import billing_run_work
database, execute, seen = frappe.local.db, frappe.local.db.sql, [0]
WRITES = ("insert", "update", "delete", "commit")
def counted(query, *args, **kwargs):
	answer = execute(query, *args, **kwargs)
	if str(query).lstrip().lower().startswith(WRITES):
		seen[0] += 1
		if seen[0] == last:
			os.kill(os.getpid(), signal.SIGKILL)
	return answer
database.sql = counted
billing_run_work.work(run, commit=frappe.db.commit)
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

	def worker(self, last: int = 0) -> subprocess.Popen:
		command = [sys.executable, "-W", "ignore", "-c", WORKER, frappe.local.site, self.run_name, str(last)]
		return subprocess.Popen(command, cwd=frappe.utils.get_bench_path() + "/sites")

	def assert_each_row_once(self) -> None:
		frappe.db.rollback()
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
		while True:
			worker = self.worker(last)
			if worker.wait(timeout=300) == 0:
				break
			self.assertEqual(worker.returncode, -signal.SIGKILL)
			deaths, last = deaths + 1, last + 35
			self.assertLess(last, 1000)
		self.assertGreaterEqual(deaths, 2)
		self.assert_each_row_once()

	def test_two_workers_at_once_take_turns(self) -> None:
		workers = [self.worker() for _number in range(2)]
		self.assertEqual([worker.wait(timeout=300) for worker in workers], [0, 0])
		self.assert_each_row_once()

	def clean_up(self) -> None:
		"""Remove what the test committed."""
		frappe.db.rollback()
		frappe.set_user("Administrator")
		for doctype in ("Sales Invoice", "Sales Order"):
			for name in frappe.get_all(
				doctype, filters={"customer": CUSTOMER}, pluck="name", order_by="name"
			):
				document = frappe.get_doc(doctype, name)
				if document.docstatus == 1:
					document.cancel()
				for ledger in ("GL Entry", "Payment Ledger Entry"):
					frappe.db.delete(ledger, {"voucher_no": name})
				frappe.delete_doc(doctype, name, force=True)
		recompute.flush()
		frappe.db.delete("Billing Run Row", {"run": self.run_name})
		frappe.db.delete("Billing Run", {"name": self.run_name})
		frappe.db.delete("Contract Voucher", {"contract": self.contract})
		contract = frappe.get_doc("Sales Contract", self.contract)
		if contract.docstatus == 1:
			contract.cancel()
		frappe.delete_doc("Sales Contract", self.contract, force=True)
		frappe.delete_doc("Customer", CUSTOMER, force=True)
		frappe.db.commit()
