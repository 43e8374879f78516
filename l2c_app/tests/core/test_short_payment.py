"""Short and over payments: nothing is lost, nothing is written off beyond the tolerance."""

import unittest
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core.short_payment import Tolerance, settle

amounts = st.integers(1, 10**9)
tolerances = st.builds(Tolerance, st.integers(0, 10**6), st.decimals(0, 100, places=2))


class TestSettle(unittest.TestCase):
	def test_a_bank_fee_within_both_limits_is_written_off(self):
		found = settle(99_500, [60_000, 40_000], tolerance=Tolerance(1_000, Decimal(1)), write_off=True)
		self.assertEqual((found.parts, found.written_off, found.short), ((60_000, 40_000), 500, 0))

	def test_above_the_smaller_limit_the_oldest_is_paid_first(self):
		found = settle(98_000, [60_000, 40_000], tolerance=Tolerance(5_000, Decimal(1)), write_off=True)
		self.assertEqual((found.parts, found.written_off, found.short), ((60_000, 38_000), 0, 2_000))

	def test_a_role_may_write_off_more_than_all(self):
		tolerance = Tolerance(1_000, Decimal(1), by_role=5_000)
		self.assertEqual(tolerance.allowance(20_000), 5_000)  # for all it would be 1 percent, 200
		self.assertEqual(tolerance.allowance(3_000), 3_000)
		self.assertEqual(Tolerance(1_000, by_role=200).allowance(20_000), 1_000)

	def test_without_limits_nothing_is_written_off(self):
		self.assertEqual(settle(99, [100], tolerance=Tolerance(), write_off=True).written_off, 0)

	def test_too_much_is_left(self):
		self.assertEqual(settle(130, [100], tolerance=Tolerance(), write_off=False).left, 30)

	def test_what_somebody_chose_stays_as_chosen(self):
		found = settle(100, [80, 60], tolerance=Tolerance(), write_off=False, chosen=[40, 60])
		self.assertEqual((found.parts, found.short, found.left), ((40, 60), 40, 0))
		found = settle(100, [80, 60], tolerance=Tolerance(), write_off=False, chosen=[30, 60])
		self.assertEqual((found.short, found.left), (50, 10))

	def test_a_difference_of_what_was_chosen_is_written_off_within_the_tolerance(self):
		found = settle(138, [80, 60], tolerance=Tolerance(2), write_off=True, chosen=[78, 60])
		self.assertEqual((found.parts, found.written_off, found.left), ((80, 60), 2, 0))
		found = settle(138, [80, 60], tolerance=Tolerance(1), write_off=True, chosen=[78, 60])
		self.assertEqual((found.parts, found.written_off, found.short), ((78, 60), 0, 2))

	@given(amounts, st.lists(amounts, max_size=6), tolerances, st.booleans())
	def test_no_money_is_lost_or_made(self, paid, opens, tolerance, write_off):
		found = settle(paid, opens, tolerance=tolerance, write_off=write_off)
		self.assertEqual(sum(found.parts), paid - found.left + found.written_off)
		self.assertEqual(sum(opens) - sum(found.parts), found.short)
		self.assertTrue(all(0 <= part <= amount for part, amount in zip(found.parts, opens, strict=True)))
		self.assertLessEqual(found.written_off, tolerance.allowance(sum(opens)))
		self.assertEqual(
			sum(1 for value in (found.written_off, found.short, found.left) if value > 0) > 1, False
		)

	@given(amounts, tolerances)
	def test_the_allowance_never_passes_a_limit_that_is_set(self, total, tolerance):
		allowed = tolerance.allowance(total)
		self.assertTrue(0 <= allowed <= total)
		if tolerance.amount:
			self.assertLessEqual(allowed, tolerance.amount)
		if tolerance.percent:
			self.assertLessEqual(allowed * 100, total * tolerance.percent)
