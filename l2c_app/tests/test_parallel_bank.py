"""Two accountants accept the same bank line at once: each a process with its own connection. Committed, cleaned up after."""

import json
import subprocess
import sys
import time

import frappe

from l2c_app.api import bank as api
from l2c_app.services.errors import BankMatchStale
from l2c_app.services.receipt import bank_matching
from l2c_app.tests import bank_case, committed_papers, factories, second_connection
from l2c_app.tests.base import L2CTestCase, bench_only

CUSTOMER = "L2C Parallel Bank Payer"
WORKER = """
import json, sys, time
import frappe
site, user, name, start = sys.argv[1:5]
frappe.init(site); frappe.connect(); frappe.set_user(user)
from l2c_app.api import bank
frappe.get_doc("Bank Match", name)
frappe.db.rollback()
time.sleep(max(0, float(start) - time.time()))
try:
	answer = bank.accept(name)
	frappe.db.commit()
except Exception as error:
	frappe.db.rollback()
	answer = {"error": type(error).__name__}
frappe.destroy()
print("ANSWER" + json.dumps(answer))
"""
MATCHER = """
import sys
import frappe
site, run = sys.argv[1:3]
frappe.init(site); frappe.connect()
from l2c_app.services.receipt import bank_matching
list(bank_matching.work(run))
frappe.db.commit()
frappe.destroy()
"""


@bench_only("row locks and processes")
class TestParallelBank(L2CTestCase):
	def test_one_line_accepted_twice_at_once_makes_one_payment(self) -> None:
		self.addCleanup(self.clean_up)
		accountants = [factories.accounts_user(f"parallel.accountant.{number}") for number in range(2)]
		customer = factories.customer(CUSTOMER)
		invoice = factories.sales_invoice(customer, rate=613)
		self.line = bank_case.line(613, invoice.name)
		self.run_name = bank_matching.start(factories.COMPANY, self.line.bank_account)
		list(bank_matching.work(self.run_name))
		name = frappe.db.get_value("Bank Match", {"bank_transaction": self.line.name}, "name")
		frappe.db.commit()
		start = time.time() + 8
		workers = [
			subprocess.Popen(
				[sys.executable, "-c", WORKER, frappe.local.site, user, name, str(start)],
				stdout=subprocess.PIPE,
				cwd=frappe.utils.get_bench_path() + "/sites",
				text=True,
			)
			for user in accountants
		]
		answers = [
			json.loads(worker.communicate(timeout=120)[0].rsplit("ANSWER", 1)[1]) for worker in workers
		]
		frappe.db.rollback()
		self.assertEqual(sorted(answer.get("error", "") for answer in answers), ["", "BankMatchStateError"])
		self.assertEqual(frappe.db.count("Payment Entry", {"party": CUSTOMER, "docstatus": 1}), 1)
		self.assertEqual(frappe.db.get_value("Bank Transaction", self.line.name, "unallocated_amount"), 0)

	def test_two_runs_at_once_store_one_proposal_for_a_line(self) -> None:
		"""The second run began before the first one stored its proposal, so that it cannot see it without a lock."""
		self.addCleanup(self.clean_up)
		factories.customer(CUSTOMER)
		self.line = bank_case.line(617, "no invoice of ours")
		first, self.run_name = (
			bank_matching.start(factories.COMPANY, self.line.bank_account) for _run in range(2)
		)
		frappe.db.commit()
		mine = {"bank_transaction": self.line.name}
		self.assertEqual(frappe.db.count("Bank Match", mine), 0)  # what this transaction sees from here on
		subprocess.run(
			[sys.executable, "-c", MATCHER, frappe.local.site, first],
			cwd=frappe.utils.get_bench_path() + "/sites",
			check=True,
			timeout=120,
		)
		list(bank_matching.work(self.run_name))
		frappe.db.commit()
		self.assertEqual(frappe.db.count("Bank Match", mine), 1)
		frappe.db.delete("Bank Match Run", {"name": first})

	def test_an_invoice_paid_while_the_accountant_began_to_read_is_not_paid_twice(self) -> None:
		"""What a transaction reads after its lock is as old as its first read; the host would reckon with that, too."""
		self.addCleanup(self.clean_up)
		accountant = factories.accounts_user("parallel.accountant.0")
		invoice = factories.sales_invoice(factories.customer(CUSTOMER), rate=619).name
		self.line = bank_case.line(619, invoice)
		self.run_name = bank_matching.start(factories.COMPANY, self.line.bank_account)
		list(bank_matching.work(self.run_name))
		name = frappe.db.get_value("Bank Match", {"bank_transaction": self.line.name}, "name")
		against = [("Sales Invoice", invoice, 100)]
		paid = factories.payment(CUSTOMER, 100, against=against, submit=False).name
		frappe.db.commit()
		self.assertEqual(frappe.db.get_value("Sales Invoice", invoice, "outstanding_amount"), 619)
		second_connection.elsewhere(lambda: frappe.get_doc("Payment Entry", paid).submit())
		with self.as_user(accountant):
			self.assertRaises(BankMatchStale, api.accept, name)
		frappe.db.rollback()
		self.assertEqual(frappe.db.get_value("Sales Invoice", invoice, "outstanding_amount"), 519)
		self.assertEqual(frappe.db.count("Payment Entry", {"party": CUSTOMER, "docstatus": 1}), 1)

	def clean_up(self) -> None:
		"""Remove what the test committed."""
		frappe.db.rollback()
		frappe.set_user("Administrator")
		frappe.db.delete("Bank Match", {"bank_transaction": self.line.name})
		frappe.db.delete("Bank Match Run", {"name": self.run_name})
		committed_papers.remove_natives(CUSTOMER, "Payment Entry", "Sales Invoice")
		line = frappe.get_doc("Bank Transaction", self.line.name)
		line.cancel()
		frappe.delete_doc("Bank Transaction", line.name, force=True)
		frappe.db.commit()
