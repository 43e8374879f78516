import unittest
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core.cash_forecast import Owing, Week, by_week, expected_on, monday

TODAY = date(2026, 6, 10)  # a Wednesday; its week begins on the 8th


class TestCashForecast(unittest.TestCase):
	def test_due_date_plus_habit(self):
		self.assertEqual(expected_on(Owing(1, date(2026, 6, 20)), TODAY), date(2026, 6, 20))
		self.assertEqual(expected_on(Owing(1, date(2026, 6, 1), 12), TODAY), date(2026, 6, 13))
		self.assertEqual(expected_on(Owing(1, date(2026, 6, 20), -5.4), TODAY), date(2026, 6, 15))

	def test_what_should_have_come_is_expected_a_week_from_today(self):
		self.assertEqual(expected_on(Owing(1, date(2026, 6, 1), 8), TODAY), date(2026, 6, 17))
		self.assertEqual(expected_on(Owing(1, TODAY), TODAY), TODAY)

	def test_weeks(self):
		"""1,000 due on the 20th: 600 promised for the 12th; 500 late since May; 70 due in a year."""
		items = [
			Owing(1000, date(2026, 6, 20), 3, promised=600, promised_for=date(2026, 6, 12)),
			Owing(500, date(2026, 5, 1)),
			Owing(70, date(2027, 6, 1)),
		]
		found = by_week(items, today=TODAY, weeks=3)
		self.assertEqual(
			found,
			{
				date(2026, 6, 8): Week(600, 0),
				date(2026, 6, 15): Week(0, 500),
				date(2026, 6, 22): Week(0, 400),
			},
		)
		self.assertEqual(found[date(2026, 6, 8)].expected, 600)

	def test_a_promise_whose_day_passed_and_one_above_what_is_open(self):
		late = Owing(100, date(2026, 6, 1), promised=100, promised_for=date(2026, 6, 5))
		more = Owing(100, date(2026, 6, 1), promised=900, promised_for=TODAY)
		self.assertEqual(by_week([late, more], today=TODAY, weeks=1), {date(2026, 6, 8): Week(200, 0)})

	@given(
		st.lists(
			st.builds(
				Owing,
				st.integers(1, 10**6),
				st.dates(date(2026, 1, 1), date(2026, 12, 1)),
				st.floats(-90, 90),
				st.integers(0, 10**6),
				st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 1)),
			)
		)
	)
	def test_nothing_is_lost_or_doubled(self, items):
		found = by_week(items, today=TODAY, weeks=60)
		self.assertEqual(sum(week.expected for week in found.values()), sum(item.amount for item in items))
		self.assertEqual(min(found), monday(TODAY))
