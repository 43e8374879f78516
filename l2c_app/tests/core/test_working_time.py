import unittest
from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core.working_time import Calendar, add_working_days, earliest_start, working_time

WEEKENDS = frozenset(
	date(2026, 1, 1) + timedelta(days=n)
	for n in range(720)
	if (date(2026, 1, 1) + timedelta(days=n)).weekday() > 4
)
OFFICE = Calendar(WEEKENDS, time(9), time(18))
moments = st.datetimes(min_value=datetime(2026, 3, 1), max_value=datetime(2026, 11, 1)).map(
	lambda moment: moment.replace(microsecond=0)
)
hours = st.integers(min_value=0, max_value=300).map(lambda n: timedelta(hours=n))


class TestDays(unittest.TestCase):
	def test_worked_example_around_a_weekend(self):
		friday, saturday = date(2026, 6, 5), date(2026, 6, 6)
		self.assertEqual(add_working_days(friday, 1, OFFICE), date(2026, 6, 8))
		self.assertEqual(add_working_days(saturday, 0, OFFICE), date(2026, 6, 8))
		self.assertEqual(add_working_days(saturday, 1, OFFICE), date(2026, 6, 9))
		self.assertEqual(add_working_days(friday, 3, Calendar()), date(2026, 6, 8))

	@given(moments, st.integers(min_value=0, max_value=60), st.integers(min_value=0, max_value=60))
	def test_days_add_up_and_end_on_working_days(self, moment, one, other):
		first = add_working_days(moment.date(), one, OFFICE)
		self.assertTrue(OFFICE.works(first))
		self.assertEqual(
			add_working_days(first, other, OFFICE), add_working_days(moment.date(), one + other, OFFICE)
		)

	def test_a_calendar_without_working_days_ends(self):
		never = Calendar(frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(4000)))
		self.assertGreater(add_working_days(date(2026, 1, 1), 1, never), date(2030, 1, 1))


class TestHours(unittest.TestCase):
	def test_worked_example_over_a_weekend(self):
		friday, monday = datetime(2026, 6, 5, 17), datetime(2026, 6, 8, 10)
		self.assertEqual(working_time(friday, monday, OFFICE), timedelta(hours=2))
		self.assertEqual(working_time(friday, monday, Calendar()), timedelta(hours=65))
		self.assertEqual(working_time(monday, friday, OFFICE), timedelta())

	def test_the_day_of_a_clock_change_has_the_hours_on_the_clock(self):
		start, end = datetime(2026, 3, 29, 0), datetime(2026, 3, 30, 0)
		self.assertEqual(working_time(start, end, Calendar()), timedelta(hours=24))

	@given(moments, hours)
	def test_earliest_start_is_the_inverse_of_working_time(self, end, wanted):
		start = earliest_start(end, wanted, OFFICE)
		self.assertGreaterEqual(working_time(start, end, OFFICE), wanted)
		if wanted:
			later = start + timedelta(seconds=1)
			self.assertLess(working_time(later, end, OFFICE), wanted)

	@given(moments, hours)
	def test_without_days_off_it_is_a_plain_difference(self, end, wanted):
		self.assertEqual(earliest_start(end, wanted, Calendar()), end - wanted)
