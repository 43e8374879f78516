"""Processes killed in the middle of a run, an import and a claim: afterwards all agrees, and no row was done twice.

Committed, cleaned up after.
"""

import frappe
from frappe.utils import add_to_date, now_datetime

from l2c_app.core.seats import Event
from l2c_app.services.lead import import_runs
from l2c_app.services.pool import invariants, recycle_dates, run_work, runs
from l2c_app.services.pool.seats import Move, move
from l2c_app.tests import committed_pools, factories, killed_worker
from l2c_app.tests.base import L2CTestCase, bench_only

POOL = committed_pools.KILLED
SEATS = 12
CHUNK = 4
WORK = """
from l2c_app.api import pool
from l2c_app.services.lead import import_run_work
from l2c_app.services.pool import run_work
action, argument, chunk = arguments
run_work.CHUNK = import_run_work.CHUNK = int(chunk)
if action == "run":
	run_work.work(argument, commit=frappe.db.commit)
elif action == "import":
	import_run_work.work(argument, commit=frappe.db.commit)
else:
	pool.claim(argument)
	frappe.db.commit()
"""


@bench_only("processes that are killed")
class TestKilledRuns(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.addCleanup(committed_pools.remove, POOL)
		self.rep = factories.sales_user("killed.rep")
		rules = [{"kind": "No Follow Up", "days": 7}]
		factories.lead_pool(POOL, members=(self.rep,), recycle_rules=rules, warning_days="", holding_cap=0)
		for number in range(SEATS):
			factories.pooled_lead(f"Killed {number}", first_name=None, lead_name=f"Killed {number}")
		frappe.db.commit()
		self.seats = frappe.get_all("Lead Pool Seat", filters={"pool": POOL}, pluck="name", order_by="name")

	def due(self) -> None:
		"""Let the rep hold all seats for long enough, committed."""
		move([Move(name, Event.ASSIGN, self.rep) for name in self.seats])
		before = {"claimed_on": add_to_date(now_datetime(), days=-20)}
		frappe.db.set_value("Lead Pool Seat", {"pool": POOL}, before)
		recycle_dates.recompute(self.seats)
		frappe.db.commit()

	def killed(self, action: str, argument: str, *, last: int, user: str = "Administrator") -> bool:
		"""Let a process do it and kill it at its write number `last`; returns whether it died."""
		process = killed_worker.start(WORK, action, argument, str(CHUNK), last=last, user=user)
		return killed_worker.died(process)

	def assert_agrees(self) -> None:
		self.assertEqual(invariants.check(), [])

	def test_a_killed_run_is_resumed_without_doing_a_row_twice(self):
		self.due()
		name = runs.start_by_system(runs.RECYCLE, POOL)
		frappe.db.commit()
		deaths, last = 0, 2
		while self.killed("run", name, last=last):
			deaths += 1
			self.assert_agrees()
			last += 3
			self.assertLess(last, 300)
		self.assertGreaterEqual(deaths, 3)
		run = frappe.get_doc("Pool Run", name)
		self.assertEqual((run.state, run.done_rows, run.skipped_rows, run.failed_rows), ("Done", SEATS, 0, 0))
		logged = frappe.get_all(
			"Lead Pool Log", filters={"pool": POOL, "event": "Recycle"}, pluck="seat", order_by="seat"
		)
		self.assertEqual(logged, sorted(self.seats))
		self.assert_agrees()

	def test_a_run_whose_process_died_is_found_and_goes_on(self):
		self.due()
		name = runs.start_by_system(runs.RECYCLE, POOL)
		frappe.db.commit()
		self.assertTrue(self.killed("run", name, last=9))
		self.assertNotIn(name, run_work.stalled())
		frappe.db.set_value("Pool Run", name, "heartbeat_on", add_to_date(now_datetime(), minutes=-11))
		self.assertIn(name, run_work.stalled())
		frappe.db.commit()
		self.assertFalse(self.killed("run", name, last=0))
		self.assertEqual(frappe.db.get_value("Pool Run", name, "state"), "Done")
		self.assert_agrees()

	def test_a_killed_import_is_resumed_without_a_lead_twice(self):
		size = CHUNK + 1
		rows = [{"company_name": f"Killed Row {n}", "mobile_no": f"+861390046{n:04d}"} for n in range(size)]
		rows = [{**row, "request_type": "Product Enquiry"} for row in rows]
		name = import_runs.start_rows(rows, mode=import_runs.COMMIT)
		self.addCleanup(self.clean_up_import, name)
		frappe.db.commit()
		deaths, last = 0, 3
		while self.killed("import", name, last=last):
			deaths += 1
			done = frappe.db.count(import_runs.ROW, {"run": name, "status": "Done"})
			self.assertEqual(frappe.db.count("Lead", {"company_name": ("like", "Killed Row %")}), done)
			self.assertIn(done, (0, CHUNK, size))
			self.assert_agrees()
			last += 45
		self.assertGreaterEqual(deaths, 2)
		run = frappe.get_doc(import_runs.RUN, name)
		self.assertEqual((run.state, run.done_rows, run.skipped_rows, run.failed_rows), ("Done", size, 0, 0))
		leads = frappe.get_all(import_runs.ROW, filters={"run": name}, pluck="lead", order_by="name")
		self.assertEqual(frappe.db.count("Lead Pool Seat", {"pool": POOL, "party": ("in", leads)}), size)
		self.assertEqual(len(set(leads)), size)

	def clean_up_import(self, name: str) -> None:
		"""Remove what the import committed; its leads go with their seats."""
		frappe.db.rollback()
		frappe.delete_doc(import_runs.RUN, name, force=True)
		frappe.db.commit()

	def test_a_killed_claim_leaves_nothing_half_done(self):
		seat, last = self.seats[0], 1
		while self.killed("claim", seat, last=last, user=self.rep):
			state = frappe.db.get_value("Lead Pool Seat", seat, ["state", "version"])
			claims = frappe.db.count("Lead Pool Log", {"seat": seat, "event": "Claim"})
			# killed after the commit itself, the claim stands as a whole
			self.assertIn((state, claims), [(("Available", 1), 0), (("Held", 2), 1)])
			self.assert_agrees()
			if state[0] == "Held":
				break
			last += 1
		self.assertGreater(last, 2)
		self.assertEqual(frappe.db.get_value("Lead Pool Seat", seat, "holder"), self.rep)
		self.assert_agrees()
