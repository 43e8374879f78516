"""The end of a contract: reminders that are neither missed nor doubled, the next period, the next price."""

import unittest
from datetime import date, timedelta
from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core import contract_end

END = date(2026, 12, 31)


class TestReminders(unittest.TestCase):
	def test_offsets_are_read_longest_first(self) -> None:
		self.assertEqual(contract_end.offsets("7, 90,30，60, 7"), [90, 60, 30, 7])
		self.assertEqual(contract_end.offsets(" "), [])
		for wrong in ("ninety", "0", "-7", "7.5", "7;30", "²", ",".join(map(str, range(1, 12)))):
			with self.subTest(wrong), self.assertRaises(ValueError):
				contract_end.offsets(wrong)

	def test_each_offset_on_its_day(self) -> None:
		days, told, said = [90, 60, 30, 7], None, []
		for ahead in range(100, -3, -1):
			today = END - timedelta(days=ahead)
			offset = contract_end.reminder_due(days, END, today, told)
			if offset is not None:
				said.append((ahead, offset))
				told = offset
		self.assertEqual(said, [(90, 90), (60, 60), (30, 30), (7, 7)])

	def test_after_missed_nights_only_the_nearest_is_said(self) -> None:
		self.assertEqual(contract_end.reminder_due([90, 60, 30, 7], END, END - timedelta(days=25), None), 30)
		self.assertEqual(contract_end.reminder_due([90, 60, 30, 7], END, END - timedelta(days=25), 30), None)
		self.assertIsNone(contract_end.reminder_due([90], END, END + timedelta(days=1), None))

	@given(st.sets(st.integers(1, 120), max_size=5), st.sets(st.integers(0, 130), min_size=1))
	def test_no_offset_twice_whatever_nights_are_missed(self, days: set[int], nights: set[int]) -> None:
		told, said = None, []
		for ahead in sorted(nights, reverse=True):
			for _again in range(2):
				offset = contract_end.reminder_due(sorted(days), END, END - timedelta(days=ahead), told)
				if offset is not None:
					said.append(offset)
					told = offset
		self.assertEqual(said, sorted(set(said), reverse=True))


class TestRenewal(unittest.TestCase):
	def test_the_next_period_is_as_long(self) -> None:
		cases = [
			((date(2026, 1, 1), END), (date(2027, 1, 1), date(2027, 12, 31))),
			((date(2023, 3, 1), date(2024, 2, 29)), (date(2024, 3, 1), date(2025, 2, 28))),
			((date(2026, 1, 31), date(2026, 2, 27)), (date(2026, 2, 28), date(2026, 3, 30))),
			((date(2026, 1, 5), date(2026, 1, 14)), (date(2026, 1, 15), date(2026, 1, 24))),
			((None, END), (date(2027, 1, 1), date(2027, 12, 31))),
		]
		for (start, end), expected in cases:
			with self.subTest(f"{start} {end}"):
				self.assertEqual(contract_end.next_period(start, end), expected)

	def test_a_raised_price_is_payable(self) -> None:
		self.assertEqual(contract_end.uplifted(D("99.99"), D("3.5"), D("0.01")), D("103.49"))
		self.assertEqual(contract_end.uplifted(D("1000"), D("3.25"), D("1")), D("1033"))
		self.assertEqual(contract_end.uplifted(D("1000"), D("-10"), D("0.01")), D("900"))
