"""Protection, seats that change their pool, and the two limits of claims beside quota and cap."""

import frappe
from frappe.utils import add_days, add_to_date, getdate, now_datetime, nowdate

from l2c_app.api import pool as api
from l2c_app.services import errors
from l2c_app.services.pool import pool_moves
from l2c_app.tests import doors_off, factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.pool_case import POOL, PoolCase

OTHER = "L2C Other Pool"


class TestProtection(PoolCase):
	def test_a_holder_protects_with_a_reason_and_the_pool_decides_how_long(self):
		seat = self.claimed(self.lead())
		with self.as_user(self.rep):
			self.assertEqual(api.protect(seat.name, "visit agreed", 10), add_days(nowdate(), 10))
			self.assertEqual(api.protect(seat.name, "visit moved", 99), add_days(nowdate(), 30))
		stored = self.seat(frappe._dict(name=seat.party))
		self.assertEqual(stored.protected_until, getdate(add_days(nowdate(), 30)))
		self.assertEqual((stored.protection_reason, stored.version), ("visit moved", seat.version + 2))
		self.assertEqual((stored.holder, stored.claimed_on), (self.rep, seat.claimed_on))
		self.assertEqual(self.logged(seat.name).count("Protect"), 2)

	def test_the_limit_counts_the_holders_live_protections(self):
		self.set_pool(protection_limit=1)
		first, second = self.claimed(self.lead(1)), self.claimed(self.lead(2))
		with self.as_user(self.rep):
			api.protect(first.name, "one", 5)
			with self.assertRaises(errors.ProtectionLimitReached) as refusal:
				api.protect(second.name, "two", 5)
			self.assertIn("1 of 1", str(refusal.exception))
			frappe.db.set_value("Lead Pool Seat", first.name, "protected_until", add_days(nowdate(), -1))
			api.protect(second.name, "two", 5)

	def test_a_manager_lifts_it_and_strangers_do_not(self):
		seat = self.claimed(self.lead())
		with self.as_user(self.rep):
			api.protect(seat.name, "mine", 5)
		with self.as_user(self.mate), self.assertRaises(errors.NotTheHolder):
			api.unprotect(seat.name, "now")
		with self.as_user(self.chief):
			api.unprotect(seat.name, "no reason to keep it")
			with self.assertRaises(errors.SeatNotMovable):
				api.unprotect(seat.name, "twice")
		self.assertIsNone(self.seat(frappe._dict(name=seat.party)).protected_until)

	def test_bad_input_is_refused(self):
		free, held = self.seat(self.lead(1)), self.claimed(self.lead(2))
		with self.as_user(self.chief), self.assertRaises(errors.SeatNotMovable):
			api.protect(free.name, "free", 5)
		with self.as_user(self.rep):
			for days in (0, -3):
				with self.assertRaises(errors.ProtectionRefused):
					api.protect(held.name, "bad", days)
			with self.assertRaises(errors.ReasonMissing):
				api.protect(held.name, " ", 5)
		self.set_pool(protection_limit=0)
		with self.as_user(self.rep), self.assertRaises(errors.ProtectionLimitReached):
			api.protect(held.name, "nobody may", 5)

	def test_a_new_holder_does_not_inherit_the_shield(self):
		seat = self.claimed(self.lead())
		with self.as_user(self.rep):
			api.protect(seat.name, "mine", 5)
			api.transfer(seat.name, self.mate)
		after = self.seat(frappe._dict(name=seat.party))
		self.assertEqual((after.protected_until, after.protection_reason), (None, None))


class TestOtherPool(PoolCase):
	def setUp(self) -> None:
		super().setUp()
		self.other = factories.lead_pool(
			OTHER, members=(self.rep,), managers=(self.chief,), admission_filters='[["city","=","Elsewhere"]]'
		)

	def test_many_pools_record_returns_to_last_or_first_pool(self):
		"""Users suffer: nobody can choose where a lead returns to. Here the one who releases it may."""
		seat = self.claimed(self.lead())
		with self.as_user(self.rep):
			api.release(seat.name, "other region", OTHER)
		moved = frappe.get_doc("Lead Pool Seat", seat.name)
		self.assertEqual((moved.pool, moved.state, moved.holder), (OTHER, "Available", None))
		self.assertEqual(frappe.db.get_value("Lead", seat.party, "lead_owner") or None, None)
		self.assertEqual(self.logged(seat.name), ["Admit", "Change Pool", "Claim", "Release"])

	def test_a_pool_sends_what_comes_back_to_its_return_pool_unless_that_is_disabled(self):
		self.set_pool(return_pool=OTHER, cool_down_days=0)
		first, second = self.claimed(self.lead(1)), self.claimed(self.lead(2))
		with self.as_user(self.rep):
			api.release(first.name, "no interest")
		self.other.update({"enabled": 0})
		frappe.db.set_value("Lead Pool", OTHER, "enabled", 0)
		frappe.clear_document_cache("Lead Pool", OTHER)
		with self.as_user(self.rep):
			api.release(second.name, "no interest")
		pools = [frappe.db.get_value("Lead Pool Seat", name, "pool") for name in (first.name, second.name)]
		self.assertEqual(pools, [OTHER, POOL])

	@bench_only("row locks")
	def test_members_of_both_pools_are_locked_before_the_seats(self):
		"""As claims do: locked only at the end, when their counters are written, the move and a claim would deadlock."""
		self.set_pool(return_pool=OTHER, cool_down_days=0)
		first, second, third = (self.claimed(self.lead(number)).name for number in (1, 2, 3))
		with self.as_user(self.chief):
			for action in (
				lambda: api.release(first, "other region", OTHER),
				lambda: api.release(second, "no interest"),
				lambda: api.move_to_pool([third], OTHER, "reorganised"),
			):
				locks = doors_off.first_locks(action)
				self.assertEqual(list(locks)[:2], ["Lead Pool Membership", "Lead Pool Seat"])
				self.assertRegex(locks["Lead Pool Membership"], doors_off.TWO_POOLS)
		pools = {frappe.db.get_value("Lead Pool Seat", name, "pool") for name in (first, second, third)}
		self.assertEqual(pools, {OTHER})

	@bench_only("row locks")
	def test_a_seat_that_stays_in_its_pool_locks_no_members(self):
		seat = self.claimed(self.lead()).name
		with self.as_user(self.rep):
			locks = doors_off.first_locks(lambda: api.release(seat, "no interest"))
		self.assertEqual(next(iter(locks)), "Lead Pool Seat")
		self.assertNotIn("Lead Pool Membership", locks)

	def test_into_a_disabled_or_foreign_pool_nobody_releases(self):
		seat = self.claimed(self.lead(), self.mate)
		with self.as_user(self.mate), self.assertRaises(errors.NotAPoolMember):
			api.release(seat.name, "not my pool", OTHER)
		frappe.db.set_value("Lead Pool", OTHER, "enabled", 0)
		with self.as_user(self.chief), self.assertRaises(errors.PoolDisabled):
			api.release(seat.name, "closed pool", OTHER)
		self.assertEqual(self.seat(frappe._dict(name=seat.party)).holder, self.mate)

	def test_where_the_party_has_a_seat_already_that_one_is_reused(self):
		lead = self.lead()
		seat = self.claimed(lead)
		with self.as_user(self.chief):
			there = api.admit(OTHER, [lead.name])[0]
		with self.as_user(self.rep):
			api.release(seat.name, "other region", OTHER)
		seats = frappe.get_all(
			"Lead Pool Seat",
			filters={"party": lead.name},
			fields=["name", "pool", "is_primary"],
			order_by="name",
		)
		self.assertEqual([(row.name, row.pool, row.is_primary) for row in seats], [(there, OTHER, 1)])
		self.assertIn("Claim", self.logged(there))
		holder = frappe.db.get_value("Lead Pool Seat", there, "holder")
		self.assertEqual(frappe.db.get_value("Lead", lead.name, "lead_owner") or None, holder)

	def test_pain_many_pools_a_manager_moves_seats_in_bulk_and_members_keep_theirs(self):
		mine, theirs, free = (
			self.claimed(self.lead(1)),
			self.claimed(self.lead(2), self.mate),
			self.seat(self.lead(3)),
		)
		with self.as_user(self.rep), self.assertRaises(errors.NotAPoolManager):
			api.move_to_pool([free.name], OTHER, "reorganised")
		with self.as_user(self.chief):
			moved = api.move_to_pool([mine.name, theirs.name, free.name], OTHER, "reorganised")
		self.assertEqual(sorted(moved), sorted([mine.name, theirs.name, free.name]))
		after = {
			row.name: row
			for row in frappe.get_all(
				"Lead Pool Seat",
				filters={"pool": OTHER},
				fields=["name", "holder", "state", "claimed_on"],
				order_by="name",
			)
		}
		self.assertEqual((after[mine.name].holder, after[mine.name].claimed_on), (self.rep, mine.claimed_on))
		self.assertEqual((after[theirs.name].holder, after[theirs.name].state), (None, "Available"))
		self.assertFalse(frappe.db.get_value("Lead", theirs.party, "lead_owner"))

	def test_the_name_is_masked_as_the_new_pool_masks(self):
		seat = self.seat(self.lead())
		frappe.db.set_value("Lead Pool", OTHER, "mask_mode", "Open to Members")
		frappe.clear_document_cache("Lead Pool", OTHER)
		pool_moves.to_pool([seat.name], OTHER)
		self.assertEqual(
			frappe.db.get_value("Lead Pool Seat", seat.name, "party_name"), "Pooled Company 1 Ltd"
		)


class TestLimitsOfClaims(PoolCase):
	def test_two_claims_need_some_minutes_between_them(self):
		self.set_pool(claim_interval_minutes=30)
		first, second = self.lead(1), self.lead(2)
		self.claimed(first)
		with self.as_user(self.rep):
			row = api.claim_batch([self.seat(second).name])[0]
			self.assertEqual((row["rule"], row["compared"]["claim_interval_minutes"]), ("interval", 30))
			self.assertGreater(row["allowed_on"], str(now_datetime()))
			with self.assertRaises(errors.ClaimedTooSoon):
				api.claim(self.seat(second).name)
		log = frappe.db.get_value("Lead Pool Log", {"seat": self.seat(first).name, "event": "Claim"}, "name")
		frappe.db.set_value("Lead Pool Log", log, "at", add_to_date(now_datetime(), minutes=-31))
		self.assertEqual(self.claimed(second).holder, self.rep)

	def test_hoarding_cap_on_holdings_that_nobody_works_on(self):
		"""Users suffer: reps hoard leads. Held seats without effort stop further claims; work on them frees the way."""
		self.set_pool(backlog_cap=2)
		first, second, third = self.lead(1), self.lead(2), self.lead(3)
		held = self.claimed(first)
		self.claimed(second)
		with self.as_user(self.rep):
			row = api.claim_batch([self.seat(third).name])[0]
			self.assertEqual((row["rule"], row["compared"]), ("backlog", {"backlog": 2, "backlog_cap": 2}))
			self.assertTrue(row["override_by"])
		frappe.db.set_value("Lead Pool Seat", held.name, "last_effort_on", now_datetime())
		self.assertEqual(self.claimed(third).holder, self.rep)

	def test_a_refused_claim_burns_no_quota(self):
		"""Users suffer: a counter is raised before the other rules are judged. Here only success counts, from the log."""
		self.set_pool(daily_quota=1)
		lead, other = self.lead(1), self.lead(2)
		self.claimed(lead, self.mate)
		with self.as_user(self.rep):
			self.assertFalse(api.claim_batch([self.seat(lead).name])[0]["ok"])
			self.assertTrue(api.claim_batch([self.seat(other).name])[0]["ok"])

	def test_an_empty_list_of_filters_is_refused(self):
		for filters in ("[]", "{}"):
			with self.assertRaises(errors.BadAdmissionFilter):
				self.set_pool(admission_filters=filters)
