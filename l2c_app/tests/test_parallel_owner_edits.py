"""Native edits of the owner against transfers and claims of the same leads at once: refused or done, never a deadlock."""

import json
import subprocess
import sys
import time

import frappe

from l2c_app.tests import committed_pools, factories
from l2c_app.tests.base import L2CTestCase, bench_only

POOL = committed_pools.EDIT_RACE
WORKERS, ROUNDS, LEADS = 8, 12, 4
WORKER = """
import json, random, sys, time
import frappe
site, manager, kind, members, seats, start = sys.argv[1:7]
frappe.init(site); frappe.connect(); frappe.set_user(manager)
from l2c_app.services.pool import seat_events
members, seats, told = json.loads(members), json.loads(seats), {}
def native(seat, lead, to):
	doc = frappe.get_doc("Lead", lead)
	doc.lead_owner = to
	doc.save()
def transfer(seat, lead, to):
	seat_events.transfer(seat, to, reason="race")
frappe.get_doc("Lead", seats[0][1]).check_permission("read"); frappe.db.rollback()
time.sleep(max(0, float(start) - time.time()))
for _round in range(int(sys.argv[7])):
	seat, lead = random.choice(seats)
	try:
		{"native": native, "transfer": transfer}[kind](seat, lead, random.choice(members))
		frappe.db.commit()
		name = "done"
	except Exception as error:
		frappe.db.rollback()
		name = type(error).__name__
	told[name] = told.get(name, 0) + 1
	time.sleep(random.uniform(0, 0.02))
frappe.destroy()
print("ANSWER" + json.dumps(told))
"""


@bench_only("row locks and processes")
class TestOwnerEditsAgainstTransfers(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.addCleanup(committed_pools.remove, POOL)
		self.members = [factories.sales_user(f"editrace.{number}") for number in range(3)]
		self.manager = factories.sales_manager("editrace.manager")
		factories.lead_pool(
			POOL,
			members=tuple(self.members),
			managers=(self.manager,),
			admission_filters='[["city", "=", "Racetown"]]',
		)
		for number in range(LEADS):
			factories.lead(f"Race {number}", first_name=None, lead_name=f"Race {number}", city="Racetown")
		frappe.db.commit()

	def race(self) -> dict[str, dict[str, int]]:
		"""Let native editors and transferrers run at once; returns {kind: {outcome: how often}}."""
		fields = ["name", "party"]
		rows = frappe.get_all("Lead Pool Seat", filters={"pool": POOL}, fields=fields, order_by="name")
		seats = json.dumps([[row.name, row.party] for row in rows])
		start = str(time.time() + 6)
		running = []
		for number in range(WORKERS):
			kind = ("native", "transfer")[number % 2]
			command = [sys.executable, "-W", "ignore", "-c", WORKER, frappe.local.site, self.manager, kind]
			command += [json.dumps(self.members), seats, start, str(ROUNDS)]
			process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
			running.append((kind, process))
		outcomes: dict[str, dict[str, int]] = {"native": {}, "transfer": {}}
		for kind, process in running:
			output, error = process.communicate(timeout=180)
			self.assertEqual(process.returncode, 0, error[-2000:])
			for name, times in json.loads(output.split("ANSWER", 1)[1]).items():
				outcomes[kind][name] = outcomes[kind].get(name, 0) + times
		frappe.db.rollback()
		return outcomes

	def test_no_deadlock_and_everything_agrees(self):
		outcomes = self.race()
		print("\nowner edits against transfers:", outcomes, file=sys.stderr)
		for kind, told in outcomes.items():
			self.assertGreater(told.get("done", 0), 0, kind)
			self.assertNotIn("QueryDeadlockError", told, kind)
			self.assertNotIn("QueryTimeoutError", told, kind)
		for seat in frappe.get_all("Lead Pool Seat", filters={"pool": POOL}, fields=["*"], order_by="name"):
			self.assertEqual(frappe.db.get_value("Lead", seat.party, "lead_owner") or None, seat.holder)
			newest = frappe.get_all(
				"Lead Pool Log",
				filters={"seat": seat.name},
				fields=["to_holder"],
				order_by="at desc, creation desc",
				limit=1,
			)
			self.assertEqual(newest[0].to_holder, seat.holder)
			self.assertEqual(frappe.db.count("Lead Pool Log", {"seat": seat.name}), seat.version)
