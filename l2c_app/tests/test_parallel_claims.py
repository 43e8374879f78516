"""Twenty claimers at once on one pool, each a process with its own database connection. Committed, cleaned up after."""

import json
import subprocess
import sys
from collections import Counter
from unittest.mock import patch

import frappe

from l2c_app.api import pool as pool_api
from l2c_app.core.seats import Event
from l2c_app.services.errors import HoldingCapReached, ProtectionLimitReached
from l2c_app.tests import committed_pools, factories
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.parallel_programs import MANAGER, SLOW_CLAIM, SLOW_PROTECTION, WORKER

POOL = committed_pools.PARALLEL
SECOND = committed_pools.SECOND
CLAIMERS = 20
SEATS = 60
QUOTA = 8
CAP = 10
BACKLOG = 9
MANAGERS = 4
TURNS = 5


@bench_only("row locks and processes")
class TestParallelClaims(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.addCleanup(committed_pools.remove, POOL)

	def prepare(self, *, users: int, **limits: int) -> list[str]:
		"""Commit a pool of some users with free seats; returns the seats' names."""
		self.users = [factories.sales_user(f"parallel.{number}") for number in range(users)]
		factories.lead_pool(POOL, members=tuple(self.users), **limits)
		for number in range(SEATS):
			factories.pooled_lead(f"Parallel {number}", first_name=None, lead_name=f"Parallel {number}")
		frappe.db.commit()
		return frappe.get_all("Lead Pool Seat", filters={"pool": POOL}, pluck="name", order_by="name")

	def race(
		self, seats: list[str], *, tries: int = SEATS, pause: float = 0, distributes: int = 0
	) -> list[dict]:
		"""Let the claimers run over the seats from different ends; returns their reports. `pause`: seconds to think;
		`distributes`: so often a manager hands out one seat meanwhile."""
		programs = [(MANAGER, str(distributes), "Least Load", "0")] if distributes else []
		for number in range(CLAIMERS):
			turn = number * len(seats) // CLAIMERS
			mine = (seats[turn:] + seats[:turn])[:tries]
			programs.append((WORKER, self.users[number % len(self.users)], json.dumps(mine), str(pause)))
		return self.at_once(programs)

	def at_once(self, programs: list[tuple[str, ...]]) -> list[dict]:
		"""Start programs (code, arguments), let them go together when all are ready, and return their reports."""
		pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
		processes = [
			subprocess.Popen([sys.executable, "-W", "ignore", "-c", code, frappe.local.site, *rest], **pipes)
			for code, *rest in programs
		]
		for process in processes:
			process.stdout.readline()
		for process in processes:  # the manager is the first to go
			process.stdin.write("go\n")
			process.stdin.flush()
		reports = []
		for process in processes:
			output, error = process.communicate(timeout=300)
			self.assertEqual(process.returncode, 0, error[-2000:])
			reports.append(json.loads(output.split("ANSWER", 1)[1]))
		frappe.db.rollback()
		return reports

	def check(self, reports: list[dict], *, each: int) -> None:
		"""No seat twice, nobody over the limit, everybody up to it; seat, owner and log agree."""
		won = [answer["seat"] for report in reports for answer in report["answers"] if answer["ok"]]
		self.assertEqual(len(won), len(set(won)), "a seat was taken twice")
		rows = frappe.get_all(
			"Lead Pool Seat",
			filters={"pool": POOL, "state": "Held"},
			fields=["name", "party", "holder", "version"],
			order_by="name",
		)
		self.assertEqual(sorted(row.name for row in rows), sorted(won))
		held = {user: len([row for row in rows if row.holder == user]) for user in self.users}
		self.assertEqual(set(held.values()), {each}, held)
		for row in rows:
			self.assertEqual(row.version, 2)
			self.assertEqual(frappe.db.get_value("Lead", row.party, "lead_owner"), row.holder)
		logged = frappe.get_all(
			"Lead Pool Log", filters={"pool": POOL, "event": Event.CLAIM.value}, pluck="seat", order_by="seat"
		)
		self.assertEqual(logged, sorted(won))

	def report(self, title: str, reports: list[dict]) -> float:
		"""Print the times of successful claims and return their 95th percentile in seconds."""
		times = sorted(
			taken
			for report in reports
			for answer, taken in zip(report["answers"], report["times"], strict=True)
			if answer["ok"]
		)
		rules: dict[str, int] = {}
		for report in reports:
			for answer in report["answers"]:
				name = "ok" if answer["ok"] else answer["rule"]
				rules[name] = rules.get(name, 0) + 1
		p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95) - 1]
		print(
			f"\n{title}: {CLAIMERS} claimers, p50 {p50 * 1000:.1f} ms, p95 {p95 * 1000:.1f} ms, {rules}",
			file=sys.stderr,
		)
		return p95

	def test_no_seat_twice_and_the_quota_is_never_passed(self):
		reports = self.race(self.prepare(users=5, daily_quota=QUOTA, holding_cap=0))
		self.report("quota", reports)
		self.check(reports, each=QUOTA)

	def test_hoarding_the_holding_cap_is_never_passed(self):
		"""Twenty claimers for five members, each on his last place more than once."""
		reports = self.race(self.prepare(users=5, daily_quota=0, holding_cap=CAP))
		self.report("holding cap", reports)
		self.check(reports, each=CAP)

	def test_twenty_people_who_think_a_second_between_claims(self):
		"""The times of people, not of a busy loop: one claim each second or so by each of twenty."""
		reports = self.race(self.prepare(users=CLAIMERS, daily_quota=0, holding_cap=0), tries=3, pause=1)
		self.report("people", reports)
		self.check(reports, each=3)

	def test_the_backlog_is_never_passed(self):
		reports = self.race(self.prepare(users=5, daily_quota=0, holding_cap=0, backlog_cap=BACKLOG))
		self.report("backlog", reports)
		self.check(reports, each=BACKLOG)

	def test_the_interval_lets_each_member_take_one(self):
		reports = self.race(self.prepare(users=5, daily_quota=0, holding_cap=0, claim_interval_minutes=60))
		self.report("interval", reports)
		self.check(reports, each=1)

	def test_round_robin_double_assigns_under_load(self):
		"""Four managers hand out one seat at a time, five times each: 20 seats over 5 members are 4 each, none twice."""
		self.prepare(users=5, daily_quota=0, holding_cap=0, backlog_cap=0)
		reports = self.at_once([(MANAGER, str(TURNS), "Round Robin", "0.3")] * MANAGERS)
		given = sum(report["given"] for report in reports)
		self.assertEqual(given, MANAGERS * TURNS)
		held = frappe.get_all(
			"Lead Pool Seat", filters={"pool": POOL, "state": "Held"}, fields=["holder", "party"]
		)
		self.assertEqual(len(held), given)
		each = Counter(seat.holder for seat in held)
		self.assertEqual((len(each), max(each.values()) - min(each.values())), (len(self.users), 0), each)
		for seat in held:
			self.assertEqual(frappe.db.get_value("Lead", seat.party, "lead_owner"), seat.holder)

	def test_a_distribution_among_claims_passes_no_cap_and_gives_no_seat_twice(self):
		"""A manager hands out while twenty people claim: together they reach the caps exactly."""
		seats = self.prepare(users=5, daily_quota=0, holding_cap=CAP, backlog_cap=0)
		reports = self.race(seats, tries=30, pause=0.02, distributes=20)
		self.report("claims and distribution", reports)
		rows = frappe.get_all(
			"Lead Pool Seat",
			filters={"pool": POOL, "state": "Held"},
			fields=["name", "party", "holder", "version"],
			order_by="name",
		)
		held = {user: len([row for row in rows if row.holder == user]) for user in self.users}
		self.assertEqual(set(held.values()), {CAP}, held)
		logged = frappe.get_all(
			"Lead Pool Log",
			filters={"pool": POOL, "event": ("in", ["Claim", "Assign"])},
			fields=["seat", "event"],
			order_by="seat",
		)
		self.assertEqual([row.seat for row in logged], [row.name for row in rows])
		self.assertEqual({row.event for row in logged}, {"Claim", "Assign"})
		for row in rows:
			self.assertEqual(
				(row.version, frappe.db.get_value("Lead", row.party, "lead_owner")), (2, row.holder)
			)

	def test_a_claim_under_way_while_its_member_is_disabled_goes_back_too(self):
		"""The claim is committed after the transaction that disables the member has taken its picture."""
		seats = self.prepare(users=2, daily_quota=0, holding_cap=0, backlog_cap=0)
		leaver = self.users[0]
		command = [sys.executable, "-W", "ignore", "-c", SLOW_CLAIM, frappe.local.site, leaver, seats[0]]
		process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
		self.addCleanup(self.enable, leaver)
		self.assertEqual(process.stdout.readline().strip(), "CLAIMED")
		frappe.db.rollback()
		self.assertEqual(frappe.db.count("Lead Pool Seat", {"pool": POOL, "holder": leaver}), 0)
		user = frappe.get_doc("User", leaver)
		user.enabled = 0
		user.save()
		frappe.db.commit()
		self.assertEqual(process.wait(timeout=60), 0)
		frappe.db.rollback()
		self.assertEqual(
			frappe.db.get_value("Lead Pool Seat", seats[0], ["state", "holder"]), ("Available", None)
		)

	def test_two_claims_at_once_in_two_pools_stay_within_the_cap_over_all(self):
		"""The first claim is not committed when the second begins in the other pool."""
		self.addCleanup(committed_pools.remove, SECOND)
		user = factories.sales_user("parallel.0")
		factories.lead_pool(SECOND, members=(user,))
		with patch(f"{__name__}.SEATS", 2):
			seats = self.prepare(users=1)
		frappe.db.set_single_value("L2C Settings", "holding_cap_over_all", 1)
		frappe.db.commit()
		frappe.clear_document_cache("L2C Settings", "L2C Settings")
		command = [sys.executable, "-W", "ignore", "-c", SLOW_CLAIM, frappe.local.site, user, seats[0]]
		process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
		self.assertEqual(process.stdout.readline().strip(), "CLAIMED")
		frappe.db.rollback()
		other = frappe.get_all("Lead Pool Seat", filters={"pool": SECOND}, pluck="name", order_by="name")
		with self.as_user(user), self.assertRaises(HoldingCapReached):
			pool_api.claim(other[0])
		self.assertEqual(process.wait(timeout=60), 0)
		frappe.db.rollback()
		self.assertEqual(frappe.db.count("Lead Pool Seat", {"holder": user, "state": "Held"}), 1)

	def test_two_protections_at_once_stay_within_the_limit(self):
		"""The first is not committed when the second begins."""
		with patch(f"{__name__}.SEATS", 2):
			seats = self.prepare(users=1, daily_quota=0, holding_cap=0, backlog_cap=0, protection_limit=1)
		user = self.users[0]
		with self.as_user(user):
			pool_api.claim_batch(seats)
		frappe.db.commit()
		command = [sys.executable, "-W", "ignore", "-c", SLOW_PROTECTION, frappe.local.site, user, seats[0]]
		process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
		self.assertEqual(process.stdout.readline().strip(), "CLAIMED")
		frappe.db.rollback()
		with self.as_user(user), self.assertRaises(ProtectionLimitReached):
			pool_api.protect(seats[1], "two")
		self.assertEqual(process.wait(timeout=60), 0)

	def test_what_a_killed_run_left_is_gone_before_the_next_class_of_tests(self):
		with patch(f"{__name__}.SEATS", 2):
			seats = self.prepare(users=1)
		[user] = self.users
		frappe.db.delete("Lead Pool Seat", {"name": seats[0]})  # killed while it cleaned up
		frappe.db.set_value("User", user, "enabled", 0)
		frappe.db.set_single_value("L2C Settings", "holding_cap_over_all", 1)
		frappe.db.commit()
		type(self).setUpClass()
		self.assertFalse(frappe.db.exists("Lead Pool", POOL))
		for doctype, filters in (
			("Lead Pool Seat", {"pool": POOL}),
			("Lead Pool Membership", {"pool": POOL}),
			("Lead Pool Log", {"pool": POOL}),
			("Lead", {"company_name": ("like", "Parallel %")}),
		):
			self.assertEqual(frappe.db.count(doctype, filters), 0, doctype)
		self.assertEqual(frappe.db.get_value("User", user, "enabled"), 1)
		self.assertEqual(frappe.db.get_single_value("L2C Settings", "holding_cap_over_all"), 0)

	def enable(self, user: str) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback()
		frappe.db.set_value("User", user, "enabled", 1)
		frappe.db.commit()
