"""Limits of claims, with the numbers that a refusal carries."""

import unittest
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core import claims
from l2c_app.core.claims import Limits, Standing

TODAY = date(2026, 6, 8)


class TestGuards(unittest.TestCase):
	def test_quota(self):
		limits = Limits(daily_quota=10)
		self.assertIsNone(claims.quota_refusal(limits, Standing(claimed_today=9), today=TODAY))
		refusal = claims.quota_refusal(limits, Standing(claimed_today=10), today=TODAY)
		self.assertEqual(refusal.compared, {"claimed_today": 10, "daily_quota": 10})
		self.assertEqual(refusal.allowed_on, date(2026, 6, 9))

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
		self.assertIsNone(claims.judge(Limits(), generous, last_hold_ended=TODAY, today=TODAY))
		self.assertEqual((claims.holding_cap_of(100, 5), claims.holding_cap_of(100, 0)), (5, 100))

	def test_a_cooling_seat_uses_up_nothing(self):
		limits = Limits(daily_quota=1, cool_down_days=7)
		result = claims.judge_batch(
			["a", "b", "c"], limits, standing=Standing(), hold_ended={"a": TODAY}, today=TODAY
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
			today=TODAY,
		)
		verdicts = [refusal is None for refusal in result.values()]
		taken = sum(verdicts)
		self.assertEqual(verdicts, sorted(verdicts, reverse=True))
		room = min([size, *([max(0, quota - used)] if quota else []), *([max(0, cap - held)] if cap else [])])
		self.assertEqual(taken, room)
