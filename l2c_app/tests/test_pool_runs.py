"""Runs over many seats: planned, done in chunks, stopped, resumed, each row once."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import frappe

from l2c_app.api import pool_run as api
from l2c_app.core.seats import Event
from l2c_app.services.batch import steps
from l2c_app.services.errors import NotAPoolManager, PoolDisabled, RunInProgress, RunStateError
from l2c_app.services.pool import invariants, run_rows, run_work, runs
from l2c_app.services.pool.seats import Move, move
from l2c_app.tests import factories, toy_run
from l2c_app.tests.base import bench_only
from l2c_app.tests.pool_case import POOL, PoolCase

TOY = "l2c_app.tests.toy_run"


class TestPoolRuns(PoolCase):
	def setUp(self) -> None:
		super().setUp()
		for patcher in (
			patch.dict(runs.HANDLERS, {runs.WARN: TOY, runs.MOVE: TOY}),
			patch.object(runs, "queue"),
			patch.object(run_work, "CHUNK", 2),
			patch.object(steps.time, "sleep"),
		):
			patcher.start()
			self.addCleanup(patcher.stop)
		toy_run.breaks.clear()
		toy_run.deadlocks.clear()
		toy_run.applied.clear()

	def held(self, count: int = 5) -> list[str]:
		"""Seat leads and let the rep hold them; returns the seats' names in order."""
		names = [self.seat(self.lead(number)).name for number in range(1, count + 1)]
		move([Move(name, Event.ASSIGN, self.rep) for name in names])
		return sorted(names)

	def started(self, mode: str = runs.COMMIT) -> str:
		with self.as_user(self.chief):
			return api.start(runs.WARN, POOL, mode=mode)

	def work(self, run: str, steps: int | None = None) -> object:
		"""Do a run, or only its first steps; returns it freshly read."""
		if steps is None:
			run_work.work(run, commit=lambda: None)
		for _number in range(steps or 0):
			run_work.step(run)
		return frappe.get_doc("Pool Run", run)

	@contextmanager
	def savepoints_only(self) -> Iterator[None]:
		"""Tests commit nothing: a whole rollback would take the fixture along, and the toy wrote nothing before it."""
		rollback = frappe.db.rollback

		def only(*, save_point: str | None = None) -> None:
			if save_point:
				rollback(save_point=save_point)

		with patch.object(frappe.db, "rollback", new=only):
			yield

	def rows(self, run: str) -> dict[str, str]:
		rows = frappe.get_all(
			"Pool Run Row", filters={"run": run}, fields=["seat", "status"], order_by="name"
		)
		return {row.seat: row.status for row in rows}

	def states(self, seats: list[str]) -> set[str]:
		return set(
			frappe.get_all("Lead Pool Seat", filters={"name": ("in", seats)}, pluck="state", order_by="name")
		)

	def test_rows_keep_every_sign_of_their_texts(self):
		odd = '50 % off, %s and 100%% O\'Hara \\ "quoted" 张三'
		run = frappe.get_doc("Pool Run", self.started())
		plain = runs.Planned("S-1", "Lead", "L-1", to_user="a@example.com", reason=odd, skip=True)
		planned = [
			plain,
			plain._replace(seat=odd, party=odd, reason="", skip=False, numbers={"days": 3, "text": odd}),
			plain._replace(seat="S-3", party="L-3", to_user=None),
		]
		run_rows.insert(run, run_rows.of_plan(planned, 1))
		kept = frappe.get_all(
			"Pool Run Row",
			filters={"run": run.name},
			fields=["seat", "party", "to_user", "reason", "numbers", "status", "idx", "pool"],
			order_by="name",
		)
		told = [(row.seat, row.party, row.to_user, row.reason or "", row.status, row.idx) for row in kept]
		self.assertEqual(
			told,
			[
				("S-1", "L-1", "a@example.com", odd, runs.SKIPPED, 1),
				(odd, odd, "a@example.com", "", runs.PLANNED, 2),
				("S-3", "L-3", None, odd, runs.SKIPPED, 3),
			],
		)
		self.assertEqual({row.pool for row in kept}, {POOL})
		self.assertEqual(
			[frappe.parse_json(row.numbers) for row in kept], [None, {"days": 3, "text": odd}, None]
		)

	def test_a_preview_shows_every_seat_by_rep_and_moves_none(self):
		seats = self.held()
		free = self.seat(self.lead(9)).name
		run = self.work(self.started(runs.PREVIEW))
		self.assertEqual((run.state, run.total_rows, run.skipped_rows, run.done_rows), ("Done", 6, 1, 0))
		self.assertEqual(self.rows(run.name), {**dict.fromkeys(seats, "Planned"), free: "Skipped"})
		self.assertEqual(frappe.parse_json(run.summary)[self.rep], {"planned": 5, "skipped": 0})
		self.assertEqual(self.states(seats), {"Held"})

	def test_a_committed_preview_does_its_own_rows_and_tells_what_moved_meanwhile(self):
		seats = self.held()
		run = self.work(self.started(runs.PREVIEW))
		move([Move(seats[0], Event.RELEASE)])
		later = self.seat(self.lead(9)).name
		move([Move(later, Event.ASSIGN, self.mate)])
		with self.as_user(self.chief):
			api.commit_preview(run.name)
		run = self.work(run.name)
		self.assertEqual((run.state, run.done_rows, run.skipped_rows), ("Done", 4, 1))
		self.assertEqual(self.rows(run.name)[seats[0]], "Skipped")
		self.assertEqual(self.states(seats), {"Available"})
		self.assertEqual(self.states([later]), {"Held"})

	def test_a_run_goes_chunk_by_chunk_and_its_cursor_tells_where_it_is(self):
		seats = self.held()
		run = self.work(self.started(), steps=2)
		self.assertEqual((run.state, run.done_rows, run.progress), ("Running", 2, 40))
		self.assertEqual(self.states(seats[:2]), {"Available"})
		self.assertEqual(self.states(seats[2:]), {"Held"})
		run = self.work(run.name)
		self.assertEqual((run.state, run.done_rows, run.progress), ("Done", 5, 100))
		self.assertEqual(toy_run.applied, [seats[0:2], seats[2:4], seats[4:]])
		self.assertTrue(run.finished_on)

	def kept(self, run: str) -> list[int]:
		"""Return how many rows each chunk of a plan has that is still to be done."""
		return frappe.get_all("Pool Run Chunk", filters={"run": run}, pluck="row_count", order_by="name")

	def test_a_run_nobody_was_shown_writes_each_row_once_as_it_ended(self):
		seats = self.held()
		run = self.work(self.started(), steps=1)
		self.assertEqual((run.total_rows, self.rows(run.name), self.kept(run.name)), (5, {}, [2, 2, 1]))
		move([Move(seats[0], Event.RELEASE)])
		run = self.work(run.name, steps=1)
		self.assertEqual(self.rows(run.name), {seats[0]: "Skipped", seats[1]: "Done"})
		self.assertEqual((self.kept(run.name), run.progress), ([2, 1], 40))
		self.assertNotIn(run.name, [name for name, _found in invariants.runs_count_their_rows()])
		run = self.work(run.name)
		self.assertEqual((run.state, run.done_rows, run.skipped_rows), ("Done", 4, 1))
		self.assertEqual((len(self.rows(run.name)), self.kept(run.name)), (5, []))
		row = frappe.get_doc("Pool Run Row", {"run": run.name, "seat": seats[4]})
		self.assertEqual((row.name, row.idx, row.decision), (f"{run.name}-00000005", 5, "return"))
		self.assertEqual((row.pool, row.party_type, row.from_user), (POOL, "Lead", self.rep))
		self.assertEqual((row.reason or "", frappe.parse_json(row.numbers)), ("", {"seats": 5}))

	def test_what_a_plan_leaves_alone_is_there_at_once_and_a_deleted_run_leaves_no_plan(self):
		self.held(3)
		free = self.seat(self.lead(9)).name
		run = self.work(self.started(), steps=1)
		self.assertEqual((self.rows(run.name), run.skipped_rows), ({free: "Skipped"}, 1))
		self.assertEqual(sum(self.kept(run.name)), 3)
		with self.as_user(self.chief):
			api.stop(run.name)
		self.work(run.name)
		self.assertEqual(sum(self.kept(run.name)), 3)
		frappe.delete_doc("Pool Run", run.name)
		self.assertEqual((self.rows(run.name), self.kept(run.name)), ({}, []))

	def test_a_stopped_run_keeps_what_is_done_and_can_be_resumed(self):
		seats = self.held()
		run = self.work(self.started(), steps=2)
		with self.as_user(self.chief):
			api.stop(run.name)
			run = self.work(run.name)
			self.assertEqual((run.state, run.done_rows), ("Stopped", 2))
			self.assertRaises(RunStateError, api.stop, run.name)
			api.resume(run.name)
		run = self.work(run.name)
		self.assertEqual((run.state, run.done_rows), ("Done", 5))
		self.assertEqual(self.logged(seats[0]).count("Release"), 1)
		self.assertRaises(RunStateError, api.resume, run.name)

	def test_pain_bulk_put_to_pool_errors_out_a_bad_row_fails_alone(self):
		seats = self.held()
		toy_run.breaks.add(seats[1])
		run = self.started()
		with self.savepoints_only():
			run = self.work(run)
		self.assertEqual((run.state, run.done_rows, run.failed_rows), ("Done", 4, 1))
		self.assertEqual(self.rows(run.name)[seats[1]], "Failed")
		self.assertEqual(self.states([seats[1]]), {"Held"})
		reason = frappe.db.get_value("Pool Run Row", {"run": run.name, "seat": seats[1]}, "reason")
		self.assertEqual(reason, "a bad row")

	def test_a_deadlock_begins_the_chunk_again_and_a_lasting_one_fails_the_run(self):
		self.held(2)
		toy_run.deadlocks += ["once", "twice"]
		with self.savepoints_only():
			run = self.work(self.started())
			self.assertEqual((run.state, run.done_rows), ("Done", 2))
			self.assertEqual(len(toy_run.applied), 3)
			self.held_again = self.seat(self.lead(7)).name
			move([Move(self.held_again, Event.ASSIGN, self.rep)])
			toy_run.deadlocks += ["again"] * steps.ATTEMPTS
			run = self.work(self.started())
		self.assertEqual(run.state, "Failed")
		self.assertEqual(run.error, "again")
		with self.as_user(self.chief):
			api.resume(run.name)
		self.assertEqual(self.work(run.name).state, "Done")

	def test_one_committing_run_of_a_kind_at_a_time(self):
		self.held(1)
		first = self.started()
		self.assertRaises(RunInProgress, self.started)
		self.started(runs.PREVIEW)
		self.assertRaises(RunInProgress, frappe.delete_doc, "Pool Run", first)
		self.work(first)
		self.started()
		frappe.delete_doc("Pool Run", first)
		self.assertEqual(self.rows(first), {})

	def test_only_managers_of_the_pool_start_steer_and_see_runs(self):
		self.held(1)
		run = self.started()
		for stranger in (self.rep, self.outsider):
			with self.as_user(stranger):
				self.assertRaises(NotAPoolManager, api.start, runs.WARN, POOL)
				for steer in (api.stop, api.resume, api.commit_preview):
					self.assertRaises(NotAPoolManager, steer, run)
				self.assertFalse(frappe.has_permission("Pool Run", doc=run))
		with self.as_user(self.chief):
			self.assertTrue(frappe.has_permission("Pool Run", doc=run))

	def test_nothing_runs_in_a_disabled_pool_except_moving_out(self):
		self.set_pool(enabled=0)
		with self.as_user(self.chief):
			self.assertRaises(PoolDisabled, api.start, runs.WARN, POOL)
			api.start(runs.MOVE, POOL)

	def test_an_unknown_kind_of_run_is_refused(self):
		with self.as_user(self.chief):
			self.assertRaises(RunStateError, api.start, "Nonsense", POOL)

	def test_a_run_without_a_sign_of_life_is_queued_again(self):
		run = self.started()
		self.assertNotIn(run, run_work.stalled())
		frappe.db.set_value("Pool Run", run, "heartbeat_on", "2020-01-01 00:00:00")
		self.assertIn(run, run_work.stalled())
		self.work(run)
		self.assertNotIn(run, run_work.stalled())

	@bench_only("conditions of lists")
	def test_lists_of_runs_and_rows_show_a_manager_his_pools_only(self):
		self.held(1)
		run = self.work(self.started()).name
		other = factories.sales_manager("pool.other.chief")
		factories.lead_pool("L2C Elsewhere", admission_filters="", members=(self.rep,), managers=(other,))
		for user, sees in ((self.chief, True), (other, False), (self.rep, False), (self.outsider, False)):
			with self.subTest(user), self.as_user(user):
				for doctype, filters in (("Pool Run", {"name": run}), ("Pool Run Row", {"run": run})):
					found = frappe.get_list(doctype, filters=filters, pluck="name", order_by="name")
					self.assertEqual(bool(found), sees)
				row = frappe.get_doc("Pool Run Row", f"{run}-00000001")
				self.assertEqual(bool(frappe.has_permission("Pool Run Row", doc=row)), sees)
				self.assertFalse(frappe.has_permission("Pool Run", "write", doc=run))

	def test_nobody_writes_runs_by_hand(self):
		with self.as_user(self.chief):
			for doctype in ("Pool Run", "Pool Run Row"):
				self.assertFalse(frappe.has_permission(doctype, "create"))
				self.assertFalse(frappe.has_permission(doctype, "write"))
