"""The invariants of the pools find what is broken; the health form shows jobs and starts them for admins alone."""

from itertools import chain

import frappe
from frappe.utils import add_days, nowdate

from l2c_app import hooks
from l2c_app.api import pool_health as api
from l2c_app.core.seats import Event
from l2c_app.jobs import pools
from l2c_app.services.errors import NotAPoolManager, UnknownJob
from l2c_app.services.pool import invariants, job_names, pool_health, runs
from l2c_app.services.pool.seats import Move, move
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.pool_case import POOL
from l2c_app.tests.test_recycling import RecycleCase


@bench_only("statements over all seats")
class TestInvariants(RecycleCase):
	def broken(self) -> set[str]:
		"""Return the names of the rules that are broken by documents of this test."""
		by_text = {(rule.__doc__ or "").strip().rstrip("."): rule.__name__ for rule in invariants.RULES}
		return {by_text[found.rule] for found in invariants.check()}

	def test_a_day_of_claims_transfers_recycling_and_release_breaks_nothing(self):
		seats = [self.held(number, days=8) for number in (1, 2, 3)]
		move([Move(seats[0].name, Event.TRANSFER, self.mate)])
		self.run_recycling()
		move([Move(seats[1].name, Event.CLAIM, self.mate)])
		move([Move(seats[2].name, Event.CLOSE)])
		self.assertEqual(invariants.check(), [])
		self.assertEqual(pools.check_pools(), {"violations": 0, "found": []})

	def test_each_rule_finds_what_breaks_it(self):
		seat = self.held(days=1)
		lead = seat.party
		cases = {
			"holder_exactly_when_held": ("Lead Pool Seat", seat.name, {"state": "Available"}),
			"one_primary_seat_per_party": ("Lead Pool Seat", seat.name, {"is_primary": 0}),
			"owner_is_the_primary_holder": ("Lead", lead, {"lead_owner": self.mate}),
			"leads_are_marked_exactly_when_seated": ("Lead", lead, {"l2c_pooled": 0}),
			"assignments_name_only_holders": ("Lead", lead, {"_assign": f'["{self.outsider}"]'}),
			"the_log_agrees_with_the_seat": ("Lead Pool Seat", seat.name, {"holder": self.mate}),
			"holders_are_members": ("User", self.rep, {"enabled": 0}),
		}
		for rule, (doctype, name, values) in cases.items():
			with self.subTest(rule):
				frappe.db.savepoint("l2c_broken")
				frappe.db.set_value(doctype, name, values, update_modified=False)
				self.assertIn(rule, self.broken())
				frappe.db.rollback(save_point="l2c_broken")
		self.assertEqual(self.broken(), set())

	def test_a_date_on_the_lead_that_is_not_the_seats_is_found(self):
		seat = self.held(days=1)
		frappe.db.set_value("Lead", seat.party, "l2c_recycle_on", add_days(nowdate(), 99))
		self.assertEqual(self.broken(), {"owner_is_the_primary_holder"})

	def test_runs_that_lie_are_found(self):
		seat = self.held(days=8)
		run = self.run_recycling()
		frappe.db.set_value("Pool Run", run.name, "done_rows", 7)
		self.assertEqual(self.broken(), {"runs_count_their_rows"})
		frappe.db.set_value("Pool Run", run.name, "done_rows", 1)
		frappe.db.delete("Lead Pool Log", {"seat": seat.name, "run": run.name})
		self.assertIn("runs_move_a_seat_once", self.broken())

	def test_a_seat_without_its_party_is_found(self):
		seat = self.held(days=1)
		frappe.db.delete("Lead", {"name": seat.party})
		self.assertIn("owner_is_the_primary_holder", self.broken())


class TestJobNames(L2CTestCase):
	def test_every_scheduled_job_has_a_name_for_people(self):
		methods = set()
		for jobs in hooks.scheduler_events.values():
			methods |= set(chain(*jobs.values()) if isinstance(jobs, dict) else jobs)
		ours = {method.removeprefix(pool_health.OURS) for method in methods}
		self.assertEqual(ours - set(job_names.names()), set())
		self.assertEqual(set(job_names.names()) - ours, set())
		self.assertEqual(job_names.of("pools.start_recycling"), "Take idle seats back")


@bench_only("the host's scheduled jobs")
class TestHealth(RecycleCase):
	def test_managers_see_every_scheduled_job_and_the_last_runs(self):
		self.held(days=8)
		run = self.run_recycling()
		with self.as_user(self.chief):
			shown = api.report()
		methods = {job["method"] for job in shown["jobs"]}
		self.assertIn("l2c_app.jobs.pools.start_recycling", methods)
		self.assertIn("l2c_app.jobs.pools.resume_pool_runs", methods)
		self.assertIn("l2c_app.jobs.collections.escalate_disputes", methods)
		self.assertIn(run.name, {row["name"] for row in shown["runs"]})
		self.assertFalse(shown["may_run"])

	def test_success_and_error_of_a_job_are_shown_and_the_text_to_admins_only(self):
		job = frappe.db.get_value("Scheduled Job Type", {"method": "l2c_app.jobs.pools.start_recycling"})
		for status, details in (("Complete", ""), ("Failed", "Traceback: the disk is full")):
			frappe.get_doc(
				{
					"doctype": "Scheduled Job Log",
					"scheduled_job_type": job,
					"status": status,
					"details": details,
				}
			).insert(ignore_permissions=True)
		row = next(
			row for row in api.report()["jobs"] if row["method"] == "l2c_app.jobs.pools.start_recycling"
		)
		self.assertTrue(row["last_success"])
		self.assertIn("disk is full", row["last_error"])
		with self.as_user(self.chief):
			rows = api.report()["jobs"]
		self.assertEqual({row["last_error"] for row in rows}, {""})

	def test_only_admins_start_jobs_and_only_ours(self):
		with self.as_user(self.chief):
			self.assertRaises(NotAPoolManager, api.run_now, "l2c_app.jobs.pools.start_recycling")
			self.assertRaises(NotAPoolManager, api.check)
		with self.as_user(self.rep):
			self.assertRaises(NotAPoolManager, api.report)
		for method in ("l2c_app.jobs.no_such_job", "frappe.utils.change_log.check_for_update"):
			self.assertRaises(UnknownJob, api.run_now, method)

	def test_a_run_that_hangs_is_marked(self):
		name = runs.start_by_system(runs.RECYCLE, POOL)
		frappe.db.set_value("Pool Run", name, "heartbeat_on", "2020-01-01 00:00:00")
		shown = {row["name"]: row["stalled"] for row in pool_health.report()["runs"]}
		self.assertTrue(shown[name])
