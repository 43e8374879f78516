import unittest
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core.cash_forecast import (
	Kind,
	Owing,
	Week,
	by_week,
	expected_on,
	monday,
	paid_share,
	paid_shares,
	parts,
	share,
)

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
				date(2026, 6, 8): Week(600, 0, 600),
				date(2026, 6, 15): Week(0, 500, 500),
				date(2026, 6, 22): Week(0, 400, 400),
			},
		)
		self.assertEqual(found[date(2026, 6, 8)].expected, 600)

	def test_a_promise_whose_day_passed_and_one_above_what_is_open(self):
		late = Owing(100, date(2026, 6, 1), promised=100, promised_for=date(2026, 6, 5))
		more = Owing(100, date(2026, 6, 1), promised=900, promised_for=TODAY)
		self.assertEqual(by_week([late, more], today=TODAY, weeks=1), {date(2026, 6, 8): Week(200, 0, 200)})

	def test_a_promise_is_worth_what_the_payer_usually_keeps(self):
		"""600 of 1,000 promised for the 12th, 80 % are kept: 480 then, 120 a week later; 400 by habit, 90 % are paid: 360."""
		owing = Owing(1000, date(2026, 6, 1), 0, 600, date(2026, 6, 12), kept_share=0.8, paid_share=1)
		found = [(part.kind, part.expected, part.day) for part in parts(owing, TODAY)]
		self.assertEqual(
			found,
			[
				(Kind.PROMISE, 480, date(2026, 6, 12)),
				(Kind.BROKEN, 120, date(2026, 6, 19)),
				(Kind.HABIT, 400, date(2026, 6, 17)),
			],
		)
		late = Owing(1000, date(2026, 6, 1), 0, 600, date(2026, 6, 12), kept_share=0.8, paid_share=0.9)
		weeks = by_week([late], today=TODAY, weeks=2)
		self.assertEqual(weeks[date(2026, 6, 8)], Week(480, 0, 600))
		self.assertEqual(weeks[date(2026, 6, 15)], Week(0, 108 + 360, 400))

	def test_a_disputed_amount_waits_for_its_decision(self):
		"""300 of 1,000 disputed, decided on the 30th, half of disputes end as payable: 150 then."""
		owing = Owing(
			1000,
			date(2026, 6, 1),
			disputed=300,
			settles_on=date(2026, 6, 30),
			payable_share=0.5,
			paid_share=1,
		)
		found = [(part.kind, part.expected, part.day) for part in parts(owing, TODAY)]
		self.assertEqual(
			found, [(Kind.DISPUTE, 150, date(2026, 6, 30)), (Kind.HABIT, 700, date(2026, 6, 17))]
		)
		overdue = Owing(300, date(2026, 6, 1), disputed=300, settles_on=date(2026, 6, 2), payable_share=0)
		self.assertEqual(
			[(part.expected, part.day) for part in parts(overdue, TODAY)], [(0, date(2026, 6, 17))]
		)

	def test_shares_are_learned_and_drawn_to_what_was_thought_before(self):
		self.assertEqual((share(3, 4, 0.75), share(0, 4, 0.75), share(0, 0, 0.5)), (0.75, 0.375, 0.5))
		# 6 paid on time; 8 paid 40 days late; 4 open since 200 days; 1 open since 50 days says nothing yet
		known = [(0, True)] * 6 + [(40, True)] * 8 + [(200, False)] * 4 + [(50, False)]
		found = paid_shares(known)
		self.assertEqual(found, {0: 12 / 16, 30: 12 / 16, 60: 4 / 8, 90: 2 / 8})
		self.assertEqual([paid_share(found, days) for days in (-5, 0, 1, 61, 400)], [1, 1, 0.75, 0.5, 0.25])
		self.assertEqual(paid_share(paid_shares([]), 10), 1)

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
