"""Two people who save the same phone and mail address at the same moment: both are saved, and one of them is told."""

import json
import subprocess
import sys
import time

import frappe

from l2c_app.tests import committed_pools, factories
from l2c_app.tests.base import L2CTestCase, bench_only

POOL = committed_pools.SAME_MOMENT
TOWN = "Momenttown"
ROUNDS = 6
WORKER = """
import json, sys, time
import frappe
site, number, rounds, start = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
edits = json.loads(sys.argv[5])
frappe.init(site); frappe.connect(); frappe.set_user("Administrator")
from l2c_app.services.lead import party_keys
store = party_keys.store
def slow_store(*args):
	new = store(*args)
	time.sleep(0.3)  # so that both have stored their keys before either looks who else has them
	return new
party_keys.store = slow_store
told = []
frappe.get_meta("Lead"); frappe.db.rollback()
for turn in range(rounds):
	time.sleep(max(0, start + 2.5 * turn - time.time()))
	frappe.db.rollback()
	if edits:
		lead = frappe.get_doc("Lead", edits[number])
	else:
		lead = frappe.get_doc({"doctype": "Lead", "first_name": f"Racer {number}", "city": "Momenttown", "status": "Lead"})
	lead.update({"mobile_no": f"+86139000070{turn:02d}", "email_id": f"racer{turn}+{number}@moment.example.com"})
	try:
		lead.save()
		flagged = bool(lead.flags.l2c_duplicates)
		frappe.db.commit()
		told.append("flagged" if flagged else "saved")
	except Exception as error:
		frappe.db.rollback()
		told.append(type(error).__name__)
frappe.destroy()
print("ANSWER" + json.dumps(told))
"""


@bench_only("row locks and processes")
class TestParallelLeads(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.addCleanup(committed_pools.remove, POOL)
		member = factories.sales_user("moment.rep")
		filters = f'[["city", "=", "{TOWN}"]]'
		factories.lead_pool(POOL, members=(member,), admission_filters=filters)
		frappe.db.commit()

	def race(self, people: int, *, edits: list[str]) -> list[list[str]]:
		"""Let people save one lead each per round, at the same moments; returns what each was told per round.

		`edits`: the lead that each of them changes; without them they insert new ones.
		"""
		start = str(time.time() + 8)
		command = [sys.executable, "-W", "ignore", "-c", WORKER, frappe.local.site]
		pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
		running = [
			subprocess.Popen([*command, str(number), str(ROUNDS), start, json.dumps(edits)], **pipes)
			for number in range(people)
		]
		reports = []
		for process in running:
			output, error = process.communicate(timeout=120)
			self.assertEqual(process.returncode, 0, error[-2000:])
			reports.append(json.loads(output.split("ANSWER", 1)[1]))
		frappe.db.rollback()
		return reports

	def check(self, reports: list[list[str]]) -> None:
		for turn, answers in enumerate(zip(*reports, strict=True)):
			with self.subTest(turn):
				self.assertLessEqual(set(answers), {"saved", "flagged"})
				self.assertIn("flagged", answers)

	def test_pain_two_leads_with_same_mail_from_near_simultaneous_saves(self):
		reports = self.race(2, edits=[])
		print("\nsame phone and mail in new leads:", *reports, file=sys.stderr)
		self.check(reports)
		self.assertEqual(frappe.db.count("Lead", {"city": TOWN}), 2 * ROUNDS)

	def test_three_people_who_type_the_same_into_three_leads(self):
		"""No series of names puts these into a row, as it does new leads: all keys are stored before anybody looks."""
		names = [factories.lead(f"Moment {number}", city=TOWN).name for number in range(3)]
		frappe.db.commit()
		reports = self.race(3, edits=names)
		print("\nsame phone and mail in three leads:", *reports, file=sys.stderr)
		self.check(reports)
		saved = [frappe.db.get_value("Lead", name, "mobile_no") for name in names]
		self.assertEqual(saved, [f"+86139000070{ROUNDS - 1:02d}"] * 3)
