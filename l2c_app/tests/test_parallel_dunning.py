"""Two workers on one dunning run, each a process with its own connection; and a worker that dies. Committed, cleaned up after."""

import subprocess
import sys
import time

import frappe

from l2c_app.services.chasing import dunning_runs
from l2c_app.tests.base import bench_only
from l2c_app.tests.chasing_case import OUTGOING, ChasingTestCase

CUSTOMERS = [f"L2C Dunned {number}" for number in range(6)]
WORKER = """
import os, sys, time
import frappe
site, run, start, dies = sys.argv[1:5]
frappe.init(site); frappe.connect()
frappe.db.rollback()
time.sleep(max(0, float(start) - time.time()))
from l2c_app.services.chasing import dunning_runs
for count, line in enumerate(dunning_runs.lines(run), start=1):
	if dies == "1" and count == 3:
		os._exit(9)
	frappe.db.commit()
frappe.db.commit()
frappe.destroy()
"""


@bench_only("row locks and processes")
class TestParallelDunning(ChasingTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.addCleanup(self.clean_up)
		for customer in CUSTOMERS:
			self.make_customer(customer)
			self.invoice(30, 100, customer)
			self.case(customer)
		self.run_name = dunning_runs.prepare(self.policy.name)
		others = {"run": self.run_name, "customer": ("not in", CUSTOMERS)}
		frappe.db.delete("Dunning Run Row", others)  # nobody else on this site gets a message from a test
		frappe.db.set_value("Dunning Run", self.run_name, "state", "Sending")
		frappe.db.commit()

	def work(self, workers: int, *, dies: bool = False) -> None:
		start = time.time() + 5
		arguments = [
			sys.executable,
			"-c",
			WORKER,
			frappe.local.site,
			self.run_name,
			str(start),
			str(int(dies)),
		]
		sites = frappe.utils.get_bench_path() + "/sites"
		running = [subprocess.Popen(arguments, cwd=sites) for _worker in range(workers)]
		for worker in running:
			worker.wait(timeout=120)
		frappe.db.rollback()

	def sent(self) -> dict[str, tuple[int, int]]:
		"""Return (notices, queued mails) per customer."""
		found = {}
		for customer in CUSTOMERS:
			case = frappe.db.get_value("Collection Case", {"customer": customer}, "name")
			about = {"reference_doctype": "Collection Case", "reference_name": case}
			notices = frappe.db.count("Dunning Notice", {"customer": customer})
			found[customer] = (notices, frappe.db.count("Email Queue", about))
		return found

	def test_pain_duplicate_reminders_two_workers_send_each_message_once(self) -> None:
		self.work(2)
		self.assertEqual(set(self.sent().values()), {(1, 1)})
		states = frappe.get_all(
			"Dunning Run Row", {"run": self.run_name, "customer": ("in", CUSTOMERS)}, pluck="state"
		)
		self.assertEqual(states, ["Sent"] * len(CUSTOMERS))

	def test_a_worker_that_dies_after_sending_is_followed_without_a_second_message(self) -> None:
		self.work(1, dies=True)
		self.assertLess(sum(notices for notices, _mails in self.sent().values()), len(CUSTOMERS))
		self.work(1)
		self.assertEqual(set(self.sent().values()), {(1, 1)})
		self.assertEqual(frappe.db.get_value("Dunning Run", self.run_name, "state"), "Done")

	def clean_up(self) -> None:
		"""Remove what the test committed: invoices are cancelled, everything of ours is deleted."""
		frappe.set_user("Administrator")
		frappe.db.rollback()
		for customer in CUSTOMERS:
			for name in frappe.get_all("Sales Invoice", {"customer": customer, "docstatus": 1}, pluck="name"):
				frappe.get_doc("Sales Invoice", name).cancel()
			for case in frappe.get_all("Collection Case", {"customer": customer}, pluck="name"):
				for doctype in ("Email Queue", "Communication"):
					frappe.db.delete(
						doctype, {"reference_doctype": "Collection Case", "reference_name": case}
					)
		for doctype in ("Dunning Notice", "Collection Case", "Dunning Run Row"):
			frappe.db.delete(doctype, {"customer": ("in", CUSTOMERS)})
		frappe.db.delete("Dunning Run", {"name": self.run_name})
		frappe.delete_doc("Dunning Policy", self.policy.name, force=True)
		frappe.db.delete("Email Template", {"name": "L2C Reminder"})
		# with an account to send by, the host would mail, and so commit, in the middle of other tests
		frappe.db.delete("Email Account", {"name": OUTGOING})
		frappe.db.commit()
		self._drop_caches()
