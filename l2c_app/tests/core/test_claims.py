"""Limits of claims, with the numbers that a refusal carries."""

import unittest
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core import claims
from l2c_app.core.claims import Limits, Standing

TODAY = date(2026, 6, 8)
NOW = datetime(2026, 6, 8, 9, 30)


class TestGuards(unittest.TestCase):
	def test_quota(self):
		limits = Limits(daily_quota=10)
		self.assertIsNone(claims.quota_refusal(limits, Standing(claimed_today=9), today=TODAY))
		refusal = claims.quota_refusal(limits, Standing(claimed_today=10), today=TODAY)
		self.assertEqual(refusal.compared, {"claimed_today": 10, "daily_quota": 10})
		self.assertEqual(refusal.allowed_on, date(2026, 6, 9))

	def test_the_cap_over_all_pools_is_reached_by_what_is_held_elsewhere(self):
		limits, standing = Limits(holding_cap=9, cap_in_all=5), Standing(held=1, held_in_all=4)
		self.assertIsNone(claims.holding_in_all_refusal(limits, standing))
		refusal = claims.holding_in_all_refusal(limits, standing.after_one(NOW))
		self.assertEqual(refusal.compared, {"held_in_all": 5, "cap_in_all": 5})
		self.assertIsNone(claims.holding_in_all_refusal(Limits(), Standing(held_in_all=10**6)))

	def test_holding_cap(self):
		self.assertIsNone(claims.holding_refusal(Limits(holding_cap=3), Standing(held=2)))
		refusal = claims.holding_refusal(Limits(holding_cap=3), Standing(held=3))
		self.assertEqual(refusal.compared, {"held": 3, "holding_cap": 3})
		self.assertIsNone(refusal.allowed_on)

	def test_cool_down_of_seven_days_from_the_first_ends_on_the_eighth(self):
		limits, released = Limits(cool_down_days=7), date(2026, 6, 1)
		refusal = claims.cool_down_refusal(limits, last_hold_ended=released, today=date(2026, 6, 7))
		self.assertEqual(refusal.compared, {"days_since_release": 6, "cool_down_days": 7})
		self.assertEqual(refusal.allowed_on, TODAY)
		self.assertIsNone(claims.cool_down_refusal(limits, last_hold_ended=released, today=TODAY))

	def test_zero_is_no_limit_and_an_own_cap_beats_the_pools(self):
		generous = Standing(claimed_today=10**6, held=10**6)
		self.assertIsNone(claims.judge(Limits(), generous, last_hold_ended=TODAY, now=NOW))
		self.assertEqual((claims.holding_cap_of(100, 5), claims.holding_cap_of(100, 0)), (5, 100))

	def test_a_cooling_seat_uses_up_nothing(self):
		limits = Limits(daily_quota=1, cool_down_days=7)
		result = claims.judge_batch(
			["a", "b", "c"], limits, standing=Standing(), hold_ended={"a": TODAY}, now=NOW
		)
		self.assertEqual(
			[refusal and refusal.rule for refusal in result.values()], ["cool_down", None, "quota"]
		)

	@given(st.integers(0, 8), st.integers(0, 8), st.integers(0, 8), st.integers(0, 8), st.integers(0, 20))
	def test_a_batch_never_passes_quota_or_cap(self, quota: int, cap: int, used: int, held: int, size: int):
		result = claims.judge_batch(
			[str(number) for number in range(size)],
			Limits(quota, cap),
			standing=Standing(used, held),
			hold_ended={},
			now=NOW,
		)
		verdicts = [refusal is None for refusal in result.values()]
		taken = sum(verdicts)
		self.assertEqual(verdicts, sorted(verdicts, reverse=True))
		room = min([size, *([max(0, quota - used)] if quota else []), *([max(0, cap - held)] if cap else [])])
		self.assertEqual(taken, room)

	def test_interval_of_an_hour_from_nine_ends_at_ten(self):
		limits, standing = Limits(interval_minutes=60), Standing(last_claim_at=datetime(2026, 6, 8, 9, 0))
		refusal = claims.interval_refusal(limits, standing, now=NOW)
		self.assertEqual(refusal.compared, {"minutes_since_claim": 30, "claim_interval_minutes": 60})
		self.assertEqual(refusal.allowed_on, datetime(2026, 6, 8, 10, 0))
		self.assertIsNone(claims.interval_refusal(limits, standing, now=datetime(2026, 6, 8, 10, 0)))

	def test_a_clock_set_back_makes_nobody_wait(self):
		standing = Standing(last_claim_at=NOW + timedelta(hours=3))
		self.assertIsNone(claims.interval_refusal(Limits(interval_minutes=60), standing, now=NOW))

	def test_of_a_batch_an_interval_lets_one_through(self):
		result = claims.judge_batch(
			["a", "b"], Limits(interval_minutes=5), standing=Standing(), hold_ended={}, now=NOW
		)
		self.assertEqual([refusal and refusal.rule for refusal in result.values()], [None, "interval"])

	def test_backlog(self):
		self.assertIsNone(claims.backlog_refusal(Limits(backlog_cap=30), Standing(held=90, backlog=29)))
		refusal = claims.backlog_refusal(Limits(backlog_cap=30), Standing(held=90, backlog=30))
		self.assertEqual(refusal.compared, {"backlog": 30, "backlog_cap": 30})

	@given(st.integers(0, 8), st.integers(0, 8), st.integers(1, 20))
	def test_a_batch_never_passes_the_backlog(self, cap: int, waiting: int, size: int):
		seats = [str(number) for number in range(size)]
		standing = Standing(held=waiting, backlog=waiting)
		result = claims.judge_batch(seats, Limits(backlog_cap=cap), standing=standing, hold_ended={}, now=NOW)
		room = min(size, max(0, cap - waiting)) if cap else size
		self.assertEqual(sum(refusal is None for refusal in result.values()), room)

	def test_protection(self):
		self.assertIsNone(claims.protection_refusal(protected=9, limit=10))
		refusal = claims.protection_refusal(protected=10, limit=10)
		self.assertEqual(refusal.compared, {"protected": 10, "protection_limit": 10})
		self.assertIsNotNone(claims.protection_refusal(protected=0, limit=0))
		first = date(2026, 6, 1)
		self.assertEqual(claims.protection_end(10, longest=30, today=first), date(2026, 6, 11))
		self.assertEqual(claims.protection_end(99, longest=30, today=first), date(2026, 7, 1))
		self.assertEqual(claims.protection_end(None, longest=30, today=first), date(2026, 7, 1))
		for days, longest in ((0, 30), (-3, 30), (5, 0)):
			with self.assertRaises(ValueError):
				claims.protection_end(days, longest=longest, today=first)


class TestOverdueCash(unittest.TestCase):
	def test_the_cut_of_the_quota_is_rounded_down(self):
		def left(quota, overdue, cut):
			return claims.cut_quota(quota, overdue=overdue, limit=1000, cut=cut)

		self.assertEqual(left(10, 1000.01, 25), 7)
		self.assertEqual(left(10, 1000.01, 100), 0)
		self.assertEqual(left(0, 5000, 100), 0, "no quota, nothing left all the same")
		self.assertIsNone(left(0, 5000, 50), "no quota to cut")
		self.assertIsNone(left(10, 1000, 100), "at the limit is not above it")
		self.assertIsNone(left(10, 9000, 0))
		self.assertIsNone(claims.cut_quota(10, overdue=9000, limit=0, cut=100), "no limit set")

	def test_the_refusal_says_what_was_compared_and_no_date(self):
		limits = claims.Limits(daily_quota=10, cut_quota=7, overdue=1500, overdue_limit=1000)
		self.assertIsNone(claims.overdue_refusal(limits, claims.Standing(claimed_today=6)))
		refusal = claims.overdue_refusal(limits, claims.Standing(claimed_today=7))
		self.assertEqual(refusal.rule, claims.OVERDUE)
		self.assertEqual(list(refusal.compared.values()), [7, 7, 1500, 1000])
		self.assertIsNone(refusal.allowed_on)

	@given(st.integers(0, 200), st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 100))
	def test_the_cut_never_gives_more_than_the_quota(self, quota, overdue, limit, cut):
		left = claims.cut_quota(quota, overdue=overdue, limit=limit, cut=cut)
		if left is not None:
			self.assertTrue(0 <= left <= quota)


class TestWhatIsLeft(unittest.TestCase):
	def test_limits_that_bind_are_shown_with_what_is_left(self):
		standing = Standing(claimed_today=3, held=12, backlog=5)
		limits = Limits(daily_quota=10, holding_cap=10, backlog_cap=0)
		self.assertEqual(claims.what_is_left(limits, standing), [("quota", 3, 10, 7), ("holding", 12, 10, 0)])

	def test_the_quota_that_overdue_cash_leaves_is_shown_even_when_it_is_nothing(self):
		left = claims.what_is_left(Limits(daily_quota=10, cut_quota=0), Standing(claimed_today=3))
		self.assertEqual(left, [("quota", 3, 0, 0)])
