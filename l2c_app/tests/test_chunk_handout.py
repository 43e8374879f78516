"""A chunk handed out by joins with its rows leaves what handing out seat by seat leaves, and gives way to it where it must."""

from unittest.mock import patch

import frappe
from frappe.utils import add_days, getdate, nowdate

from l2c_app.api import pool as api
from l2c_app.core.seats import Event
from l2c_app.services.pool import chunk_handout, distribution, invariants, pool_moves, run_work
from l2c_app.services.pool.seats import Move, move
from l2c_app.tests import factories
from l2c_app.tests.pool_case import POOL
from l2c_app.tests.test_distribution import DistributionCase

SEAT = (
	"state",
	"holder",
	"free_since",
	"recycle_on",
	"recycle_rule",
	"version",
	"warned_days",
	"modified_by",
)
LEAD = ("lead_owner", "l2c_recycle_on", "l2c_pooled", "modified_by")
LOG = (
	"event",
	"pool",
	"party",
	"from_state",
	"to_state",
	"from_holder",
	"to_holder",
	"reason",
	"rule",
	"actor",
)
ROW = ("idx", "party", "status", "decision", "to_user", "reason")
NO_DEAL = {"kind": "No Deal", "days": 30, "enabled": 1}


class TestChunkHandout(DistributionCase):
	def setUp(self) -> None:
		super().setUp()
		self.enterContext(patch.object(chunk_handout, "MORE_THAN", 0))
		self.whole = self.enterContext(patch.object(chunk_handout, "write", wraps=chunk_handout.write))
		self.singly = self.enterContext(patch.object(distribution, "move", wraps=distribution.move))

	def started(self, **options: object) -> str:
		"""Start a run that nobody is shown first and plan it."""
		with self.as_user(self.chief):
			name = api.start_distribution(POOL, method="Even", commit=True, **options)
			run_work.step(name)
		return name

	def work(self, name: str) -> frappe._dict:
		"""Do a planned run as its starter; returns its counts."""
		with self.as_user(self.chief):
			while run_work.step(name):
				pass
		return frappe.db.get_value("Pool Run", name, ["state", "done_rows", "skipped_rows"], as_dict=True)

	def left_behind(self, run: str) -> list[dict]:
		"""Return what the run left at each seat: its cells, those of lead, log and row, and who it was counted for."""
		found = []
		for seat, lead in zip(self.seats, self.leads, strict=True):
			log = frappe.get_all("Lead Pool Log", filters={"seat": seat, "run": run}, fields=["*"])[0]
			place = frappe.get_doc("Lead Pool Seat", seat)
			self.assertEqual((place.claimed_on, log.name), (log["at"], f"{seat}-{place.version}"))
			found.append(
				{
					"seat": {field: place.get(field) for field in SEAT if field != "version"},
					"lead": frappe.db.get_value("Lead", lead.name, LEAD, as_dict=True),
					"log": {field: log[field] for field in LOG},
					"decision": frappe.parse_json(log["decision"]),
					"row": frappe.db.get_value("Pool Run Row", {"run": run, "seat": seat}, ROW, as_dict=True),
				}
			)
		return found

	def moves(self) -> list[int]:
		"""Return the counters of the memberships."""
		filters = {"pool": POOL, "user": ("in", (self.rep, self.mate))}
		return frappe.get_all("Lead Pool Membership", filters=filters, pluck="moves", order_by="user")

	def test_both_ways_leave_the_same_behind(self):
		self.set_pool(recycle_rules=[dict(NO_DEAL)])
		before = self.moves()
		run = self.started()
		self.assertEqual(self.work(run).done_rows, 4)
		self.assertEqual((self.whole.call_count, self.singly.call_count), (1, 0))
		by_joins, counted = self.left_behind(run), self.moves()
		self.assertEqual([after - old for after, old in zip(counted, before, strict=True)], [1, 1])
		self.assertEqual(by_joins[0]["seat"]["recycle_on"], by_joins[0]["lead"]["l2c_recycle_on"])
		self.assertTrue(by_joins[0]["seat"]["recycle_on"])
		self.give_back()
		with patch.object(chunk_handout, "MORE_THAN", 4):
			run = self.started()
			self.work(run)
		self.assertEqual(self.whole.call_count, 1)
		self.assertEqual(self.left_behind(run), by_joins)
		self.assertEqual([name for name, _found in invariants.runs_count_their_rows() if name == run], [])

	def test_a_seat_the_plan_left_alone_between_others_stays_as_it_is(self):
		self.set_pool(no_repeat=1)
		for user in (self.rep, self.mate):
			move([Move(self.seats[1], Event.ASSIGN, user)])
			move([Move(self.seats[1], Event.RELEASE)])
		run = self.started(seats=self.seats)
		self.assertEqual(dict(self.work(run)), {"state": "Done", "done_rows": 3, "skipped_rows": 1})
		self.assertEqual(self.whole.call_count, 1)
		self.assertEqual([bool(holder) for holder in self.holders()], [True, False, True, True])
		self.assertEqual(frappe.db.get_value("Lead Pool Seat", self.seats[1], "state"), "Available")

	def each_judged(self, run: str, *, done: int, reason: str) -> None:
		"""Do the run and see that each seat was judged: the first stays, with the reason in its row."""
		self.assertEqual(dict(self.work(run)), {"state": "Done", "done_rows": done, "skipped_rows": 4 - done})
		self.assertEqual((self.whole.call_count, self.singly.call_count), (0, 1))
		row = frappe.db.get_value("Pool Run Row", {"run": run, "seat": self.seats[0]}, ["status", "reason"])
		self.assertEqual(row[0], "Skipped")
		self.assertIn(reason, row[1])

	def test_one_that_was_claimed_since_the_plan_is_a_row_with_its_reason(self):
		run = self.started()
		self.claimed(self.leads[0], self.mate)
		self.each_judged(run, done=3, reason="Held")
		self.assertEqual(self.holders()[0], self.mate)

	def test_one_that_is_to_be_left_alone_since_the_plan(self):
		run = self.started()
		frappe.db.set_value("Lead Pool Seat", self.seats[0], "do_not_contact_until", add_days(nowdate(), 3))
		self.each_judged(run, done=3, reason="contact")

	def test_one_whose_lead_was_marked_since_the_plan(self):
		run = self.started()
		frappe.db.set_value("Lead", self.leads[0].name, "status", "Do Not Contact")
		self.each_judged(run, done=3, reason="Do Not Contact")

	def test_one_that_left_the_pool_since_the_plan(self):
		factories.lead_pool("L2C Elsewhere", admission_filters="", members=(self.outsider,))
		run = self.started()
		pool_moves.to_pool(self.seats[:1], "L2C Elsewhere")
		self.singly.reset_mock()
		self.each_judged(run, done=3, reason="not in this pool")

	def test_one_that_is_gone_since_the_plan(self):
		run = self.started()
		frappe.db.delete("Lead Pool Seat", {"name": self.seats[0]})
		self.each_judged(run, done=3, reason="does not exist")

	def test_who_has_no_room_for_all_of_his_seats_by_then(self):
		run = self.started()
		self.set_pool(holding_cap=1)
		self.assertEqual(dict(self.work(run)), {"state": "Done", "done_rows": 2, "skipped_rows": 2})
		self.assertEqual((self.whole.call_count, self.singly.call_count), (0, 1))
		self.assertEqual(sorted(filter(None, self.holders())), sorted([self.rep, self.mate]))

	def test_dates_by_tier_are_worked_out_seat_by_seat(self):
		self.set_pool(recycle_rules=[{**NO_DEAL, "tier": "A"}, {**NO_DEAL, "days": 60}])
		frappe.db.set_value("Lead", self.leads[0].name, "l2c_tier", "A")
		self.work(self.started())
		self.assertEqual((self.whole.call_count, self.singly.call_count), (0, 1))
		dates = [getdate(frappe.db.get_value("Lead Pool Seat", seat, "recycle_on")) for seat in self.seats]
		self.assertLess(dates[0], dates[1])

	def test_a_second_seat_of_a_lead_leaves_its_owner(self):
		frappe.db.set_value("Lead Pool Seat", {"name": ("in", self.seats)}, "is_primary", 0)
		self.assertEqual(self.work(self.started()).done_rows, 4)
		self.assertEqual(self.whole.call_count, 1)
		owners = frappe.get_all(
			"Lead", filters={"name": ("in", [lead.name for lead in self.leads])}, pluck="lead_owner"
		)
		self.assertEqual({owner or None for owner in owners}, {None})
