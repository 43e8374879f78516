"""After a deadlock the transaction is gone: hooks pass it on, jobs and requests begin their piece again."""

from unittest.mock import patch

import frappe
from frappe.utils import add_to_date, now_datetime

from l2c_app.api import pool as api
from l2c_app.core.seats import Event
from l2c_app.services import errors
from l2c_app.services.errors import recovery
from l2c_app.services.follow_up import acts, reminders
from l2c_app.services.lead import lead_import
from l2c_app.services.pool import pool_members, pool_moves, seat_events
from l2c_app.services.pool.seats import Move, move
from l2c_app.tests import factories
from l2c_app.tests.base import L2CTestCase
from l2c_app.tests.pool_case import POOL, PoolCase

OTHER = "L2C Other Pool"


class Once:
	"""Raises an error the first time it is called, then does what it stands for."""

	def __init__(self, action: object, error: Exception) -> None:
		self.action, self.error, self.calls = action, error, 0

	def __call__(self, *arguments: object, **more: object) -> object:
		self.calls += 1
		if self.calls == 1:
			raise self.error
		return self.action(*arguments, **more)


class RollbackSeen(L2CTestCase):
	"""Counts whole rollbacks and lets the fixture live: tests commit nothing."""

	def setUp(self) -> None:
		super().setUp()
		self.rolled_back: list[str | None] = []
		native = frappe.db.rollback

		def rollback(*, save_point: str | None = None) -> None:
			self.rolled_back.append(save_point)
			if save_point:
				native(save_point=save_point)

		patcher = patch.object(frappe.db, "rollback", new=rollback)
		patcher.start()
		self.addCleanup(patcher.stop)


class TestUndo(RollbackSeen):
	def test_a_deadlock_is_passed_on_and_asks_for_no_savepoint(self):
		def deadlock(document: object) -> None:
			raise frappe.QueryDeadlockError

		lead = factories.lead("Deadlock")
		self.assertRaises(frappe.QueryDeadlockError, acts.guarded, deadlock, lead)
		self.assertEqual(self.rolled_back, [])

	def test_any_other_error_is_undone_and_logged(self):
		def broken(document: object) -> None:
			frappe.db.set_value("Lead", lead.name, "company_name", "Broken", update_modified=False)
			raise ValueError("broken")

		lead = factories.lead("Fine")
		self.assertFalse(acts.guarded(broken, lead))
		self.assertEqual(self.rolled_back, ["l2c_effort"])
		self.assertEqual(frappe.db.get_value("Lead", lead.name, "company_name"), "Fine")

	def test_it_gives_up_after_some_attempts(self):
		def deadlock() -> None:
			raise frappe.QueryDeadlockError

		self.assertRaises(frappe.QueryDeadlockError, recovery.retrying, deadlock)
		self.assertEqual(len(self.rolled_back), recovery.ATTEMPTS - 1)


class TestBeginAgain(RollbackSeen, PoolCase):
	def test_a_page_of_reminders_begins_again(self):
		lead = self.lead()
		self.claimed(lead)
		with self.as_user(self.rep):
			planned = factories.make(
				"Follow Up",
				reference_doctype="Lead",
				reference_name=lead.name,
				follow_up_type="Call",
				assigned_to=self.rep,
				planned_for=add_to_date(now_datetime(), hours=1),
			)
		frappe.db.set_value("Follow Up", planned.name, "planned_for", add_to_date(now_datetime(), hours=-30))
		bell = Once(reminders.bell, frappe.QueryDeadlockError())
		with patch.object(reminders, "bell", bell):
			counts = reminders.run()
		self.assertEqual(counts["failed"], 0)
		self.assertGreaterEqual(counts["told"], 1)
		self.assertIn(None, self.rolled_back)

	def test_a_move_into_another_pool_begins_again(self):
		seat = self.seat(self.lead())
		self.other_pool()
		go = Once(pool_moves.to_pool, frappe.QueryDeadlockError())
		with self.as_user(self.chief), patch.object(pool_moves, "to_pool", go):
			self.assertEqual(api.move_to_pool([seat.name], OTHER, "tidy"), [seat.name])
		self.assertEqual((go.calls, self.rolled_back), (2, [None]))

	def test_a_move_of_too_many_or_of_a_seat_that_is_gone_is_refused(self):
		seat = self.seat(self.lead())
		self.other_pool()
		with self.as_user(self.chief):
			names = [f"none {number}" for number in range(seat_events.MOVED_AT_ONCE + 1)]
			self.assertRaises(errors.TooManyRows, api.move_to_pool, names, OTHER, "tidy")
			self.assertRaises(errors.SeatTaken, api.move_to_pool, [seat.name, "gone"], OTHER, "tidy")
		with self.as_user(self.rep):
			self.assertRaises(errors.NotAPoolManager, api.move_to_pool, [seat.name], OTHER, "tidy")

	def test_an_import_begins_again_when_a_member_claims_meanwhile(self):
		rows = [
			{"lead_name": "A", "mobile_no": "+8613900000001", "lead_owner": self.rep},
			{"lead_name": "B", "mobile_no": "+8613900000002", "lead_owner": self.rep},
		]
		insert = Once(lead_import._insert, errors.StaleRead("moved meanwhile"))
		with self.as_user(self.chief), patch.object(lead_import, "_insert", insert):
			answers = api.import_leads(rows)
		self.assertEqual([answer["status"] for answer in answers], ["inserted", "inserted"])
		self.assertEqual(insert.calls, 3)
		self.assertIn(None, self.rolled_back)

	def test_a_pool_that_fails_at_night_does_not_stop_the_others(self):
		self.other_pool()
		frappe.db.set_value("User", self.mate, "enabled", 0)
		seat = self.seat(self.lead())
		move([Move(seat.name, Event.ASSIGN, self.mate)])
		refresh = pool_members.refresh

		def broken(pool: object) -> dict:
			if pool.name == OTHER:
				raise ValueError("broken")
			return refresh(pool)

		with patch.object(pool_members, "refresh", broken):
			counts = self.refresh_pools()
		self.assertEqual(counts["failed"], 1)
		self.assertGreaterEqual(counts["removed"], 1)
		self.assertEqual(
			frappe.db.get_value("Lead Pool Seat", seat.name, ["state", "pool"]), ("Available", POOL)
		)

	def other_pool(self) -> None:
		no_filter = '[["request_type", "=", "none such"]]'
		factories.lead_pool(OTHER, admission_filters=no_filter, members=(self.mate,), managers=(self.chief,))
