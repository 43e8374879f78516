"""What money arithmetic must keep: no unit lost, none made."""

import unittest
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core.money import (
	decimals_shown,
	exact,
	from_minor,
	minor_unit,
	round_half_up,
	split_amount,
	split_by_weights,
	to_minor,
)

CENT = Decimal("0.01")
WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any)


class TestUnits(unittest.TestCase):
	def test_the_coarsest_step_is_the_minor_unit(self) -> None:
		self.assertEqual(minor_unit(100, 0.01, 2), CENT)
		self.assertEqual(minor_unit(100, 1, 2), Decimal(1))
		self.assertEqual(minor_unit(100, 0.05, 2), Decimal("0.05"))
		self.assertEqual(minor_unit(None, None, 3), Decimal("0.001"))
		self.assertEqual(minor_unit(10, 0, 2), Decimal("0.1"))

	def test_a_number_format_says_how_many_decimals_it_shows(self) -> None:
		"""All formats that the hosts offer."""
		two = ("#,###.##", "#.###,##", "# ###.##", "# ###,##", "#'###.##", "#, ###.##", "#,##,###.##")
		shown = {**dict.fromkeys(two, 2), "#,###.###": 3, "#.###": 0, "#,###": 0, "#.########": 8, "####": 0}
		self.assertEqual({each: decimals_shown(each) for each in shown}, shown)

	def test_a_float_is_read_as_written(self) -> None:
		self.assertEqual(to_minor(0.1 + 0.2, CENT), 30)
		self.assertEqual(to_minor(1.005, CENT), 101)
		self.assertEqual(to_minor(-1.005, CENT), -101)
		self.assertEqual(to_minor(None, CENT), 0)
		self.assertEqual(exact(""), Decimal(0))

	def test_rounding_goes_away_from_zero_at_the_half(self) -> None:
		self.assertEqual(round_half_up("33.375", CENT), Decimal("33.38"))
		self.assertEqual(round_half_up("33.375", Decimal("0.05")), Decimal("33.40"))
		self.assertEqual(round_half_up("-2.5", Decimal(1)), Decimal(-3))

	@given(st.integers(-(10**15), 10**15), st.sampled_from(["1", "0.05", "0.01", "0.001"]))
	def test_units_to_amount_and_back_is_the_identity(self, minor: int, unit: str) -> None:
		self.assertEqual(to_minor(from_minor(minor, Decimal(unit)), Decimal(unit)), minor)


class TestSplit(unittest.TestCase):
	def test_a_third_each_gives_the_odd_cent_to_the_first(self) -> None:
		self.assertEqual(split_by_weights(1000, [1, 1, 1]), [334, 333, 333])
		self.assertEqual(split_by_weights(-1000, [1, 1, 1]), [-334, -333, -333])

	def test_francs_split_in_coins_and_the_last_takes_the_rest(self) -> None:
		parts = split_amount("33.38", [1, 1, 1], Decimal("0.05"))
		self.assertEqual(parts, [Decimal("11.15"), Decimal("11.10"), Decimal("11.13")])

	def test_weights_that_cannot_split_are_refused(self) -> None:
		for weights in ([], [0, 0], [3, -1]):
			with self.assertRaises(ValueError):
				split_by_weights(100, weights)

	@given(st.integers(-(10**12), 10**12), WEIGHTS)
	def test_parts_add_up_and_stay_within_one_unit_of_their_share(self, total: int, weights: list) -> None:
		parts = split_by_weights(total, weights)
		self.assertEqual(sum(parts), total)
		for part, weight in zip(parts, weights, strict=True):
			self.assertLess(abs(part * sum(weights) - total * weight), sum(weights))

	@given(st.integers(0, 10**12), WEIGHTS, st.sampled_from(["1", "0.05", "0.01"]))
	def test_an_amount_is_split_without_loss(self, cents: int, weights: list, unit: str) -> None:
		parts = split_amount(from_minor(cents, CENT), weights, Decimal(unit))
		self.assertEqual(sum(parts), from_minor(cents, CENT))
