import unittest
from dataclasses import replace
from datetime import date, timedelta

from l2c_app.core.credit_hold import Exempt, Limits, Standing, exemption

TODAY = date(2026, 6, 15)
LATE = Standing(overdue=500, oldest_due=TODAY - timedelta(days=40), order_total=1000)
LIMITS = Limits(amount=100, days=30)


class TestCreditHold(unittest.TestCase):
	def why(self, limits: Limits | None = LIMITS, **changes) -> Exempt | None:
		return exemption(replace(LATE, **changes), limits, today=TODAY)

	def test_held_past_both_limits_only(self):
		self.assertIsNone(self.why())
		self.assertEqual(self.why(overdue=100), Exempt.BELOW)
		self.assertIsNone(self.why(overdue=101))
		self.assertEqual(self.why(oldest_due=TODAY - timedelta(days=30)), Exempt.BELOW)
		self.assertIsNone(self.why(oldest_due=TODAY - timedelta(days=31)))
		self.assertEqual(self.why(Limits(), overdue=0), Exempt.BELOW)
		self.assertIsNone(self.why(Limits()))

	def test_off_and_the_hosts_own_block(self):
		self.assertEqual(self.why(None), Exempt.OFF)
		self.assertEqual(self.why(host_decides=True), Exempt.HOST)

	def test_money_at_hand_must_cover_both(self):
		self.assertIsNone(self.why(at_hand=1499))
		self.assertEqual(self.why(at_hand=1500), Exempt.PREPAID)

	def test_delivered_and_released(self):
		self.assertEqual(self.why(delivered=True), Exempt.DELIVERED)
		self.assertEqual(self.why(released_until=TODAY), Exempt.RELEASED)
		self.assertIsNone(self.why(released_until=TODAY - timedelta(days=1)))
