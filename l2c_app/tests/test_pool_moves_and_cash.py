"""Seats in bulk to another pool before one is closed; overdue cash cuts what a member may claim."""

from unittest.mock import patch

import frappe

from l2c_app.api import pool as api
from l2c_app.api import pool_run as run_api
from l2c_app.core.seats import Event
from l2c_app.services.errors import (
	BadDistribution,
	NotAPoolManager,
	OverdueCash,
	PoolDisabled,
	PoolHoldsSeats,
	RunStateError,
)
from l2c_app.services.pool import run_work, runs
from l2c_app.services.pool.seats import Move, move
from l2c_app.tests import factories
from l2c_app.tests.pool_case import POOL, PoolCase

OTHER = "L2C Other Pool"


class TestMoveAll(PoolCase):
	def setUp(self) -> None:
		super().setUp()
		patcher = patch.object(runs, "queue")
		patcher.start()
		self.addCleanup(patcher.stop)
		no_filter = '[["request_type", "=", "none such"]]'
		people = {"members": (self.mate,), "managers": (self.chief,)}
		self.other = factories.lead_pool(OTHER, admission_filters=no_filter, **people)

	def moved(self, **options: object) -> str:
		with self.as_user(self.chief):
			name = run_api.start(runs.MOVE, POOL, mode=runs.COMMIT, options={"target": OTHER, **options})
		while run_work.step(name):
			pass
		return name

	def test_a_pool_that_holds_seats_is_emptied_in_bulk_and_then_deleted(self):
		free, stays, leaves = (self.seat(self.lead(number)) for number in (1, 2, 3))
		move([Move(stays.name, Event.ASSIGN, self.mate), Move(leaves.name, Event.ASSIGN, self.rep)])
		self.assertRaises(PoolHoldsSeats, frappe.delete_doc, "Lead Pool", POOL)
		self.assertRaises(PoolHoldsSeats, self.set_pool, enabled=0)
		run = frappe.get_doc("Pool Run", self.moved())
		self.assertEqual((run.done_rows, run.total_rows), (3, 3))
		seats = {
			name: frappe.get_doc("Lead Pool Seat", name) for name in (free.name, stays.name, leaves.name)
		}
		self.assertEqual({seat.pool for seat in seats.values()}, {OTHER})
		self.assertEqual(seats[stays.name].holder, self.mate, "a member of both keeps his seat")
		self.assertEqual(seats[leaves.name].state, "Available", "a stranger gives his back")
		reason = frappe.db.get_value("Pool Run Row", {"run": run.name, "seat": leaves.name}, "reason")
		self.assertIn(OTHER, reason)
		self.set_pool(enabled=0)
		frappe.delete_doc("Lead Pool", POOL)

	def test_a_preview_out_of_a_disabled_pool_is_committed(self):
		seat = self.seat(self.lead())
		self.set_pool(enabled=0)
		with self.as_user(self.chief):
			name = run_api.start(runs.MOVE, POOL, options={"target": OTHER})
			run_work.step(name)
			run_api.commit_preview(name)
		while run_work.step(name):
			pass
		self.assertEqual(frappe.db.get_value("Lead Pool Seat", seat.name, "pool"), OTHER)

	def test_nothing_goes_into_a_pool_that_is_disabled_meanwhile(self):
		seat = self.seat(self.lead())
		with self.as_user(self.chief):
			preview, run = (
				run_api.start(runs.MOVE, POOL, mode=mode, options={"target": OTHER})
				for mode in (runs.PREVIEW, runs.COMMIT)
			)
		run_work.step(preview)
		run_work.step(run)
		self.other.reload()
		self.other.update({"enabled": 0})
		self.other.save()
		while run_work.step(run):
			pass
		reason = frappe.db.get_value("Pool Run Row", {"run": run}, "reason")
		self.assertEqual(reason, f"Pool {OTHER} is disabled.")
		self.assertEqual(frappe.db.get_value("Lead Pool Seat", seat.name, "pool"), POOL)
		with self.as_user(self.chief):
			self.assertRaises(PoolDisabled, run_api.commit_preview, preview)

	def test_never_into_a_disabled_pool_another_kind_nowhere_or_one_that_is_not_his(self):
		self.seat(self.lead())
		customers = factories.lead_pool(
			"L2C Customers", party_type="Customer", admission_filters="", members=(self.mate,)
		)
		with self.as_user(self.chief):
			for options in ({}, {"target": POOL}):
				self.assertRaises(RunStateError, run_api.start, runs.MOVE, POOL, options=options)
			wrong = {"target": customers.name}
			self.assertRaises(BadDistribution, run_api.start, runs.MOVE, POOL, options=wrong)
		self.other.reload()
		self.other.update({"enabled": 0})
		self.other.save()
		with self.as_user(self.chief):
			self.assertRaises(PoolDisabled, run_api.start, runs.MOVE, POOL, options={"target": OTHER})
		frappe.db.set_value("Lead Pool", OTHER, "enabled", 1)
		frappe.db.delete("Lead Pool Membership", {"pool": OTHER, "user": self.chief})
		frappe.local.l2c_visibility = {}
		with self.as_user(self.chief):
			self.assertRaises(NotAPoolManager, run_api.start, runs.MOVE, POOL, options={"target": OTHER})


class TestOverdueCash(PoolCase):
	def owes(self, amount: float, rate: float = 1, user: str = "") -> None:
		"""Store a submitted contract with overdue money as the ledger's recompute would leave it."""
		contract = frappe.new_doc("Sales Contract")
		contract.update({"status": "Active", "docstatus": 1, "contract_owner": user or self.rep})
		contract.update(
			{"overdue_amount": amount, "overdue_base": amount * rate, "company": factories.COMPANY}
		)
		contract.name = frappe.generate_hash(length=10)
		contract.db_insert()

	def claim(self, number: int):
		with self.as_user(self.rep):
			return api.claim(self.seat(self.lead(number)).name)

	def test_overdue_cash_above_the_limit_cuts_the_claim_quota_and_says_so(self):
		self.set_pool(overdue_limit=1000, overdue_cut=100)
		self.owes(400, rate=2)
		self.owes(200)
		self.claim(1)  # 1,000 is not above 1,000
		self.owes(0.5)
		with self.assertRaises(OverdueCash) as refused:
			self.claim(2)
		self.assertIn("1,000.50", str(refused.exception))
		self.assertIn("1,000.00", str(refused.exception))

	def test_a_partial_cut_leaves_some_claims_and_others_their_quota(self):
		self.set_pool(daily_quota=4, overdue_limit=1000, overdue_cut=75)
		self.owes(5000)
		self.claim(1)
		self.assertRaises(OverdueCash, self.claim, 2)
		with self.as_user(self.mate):
			api.claim(self.seat(self.lead(3)).name)

	def test_no_limit_no_query(self):
		self.owes(5000)
		self.claim(1)
		from l2c_app.services.pool import overdue_cash

		with patch.object(overdue_cash, "of", side_effect=AssertionError("asked")):
			self.claim(2)
