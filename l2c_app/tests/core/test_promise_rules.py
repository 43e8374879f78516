import unittest
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core.promises import Promise, Refusal, State, judge, judge_on, next_level, of_rows, refusal

DAY = date(2026, 6, 10)


def state(
	cash: int, today: date, *, amount: int = 500, before: int = 100, days: int = 2, tolerance: int = 0
) -> State:
	return judge(Promise(amount, DAY, before), cash, today=today, tolerance_days=days, tolerance=tolerance)


class TestPromises(unittest.TestCase):
	def test_judged_when_date_and_tolerance_have_passed(self):
		last, after = DAY + timedelta(days=2), DAY + timedelta(days=3)
		self.assertEqual(state(100, last), State.OPEN)
		self.assertEqual(state(100, after), State.BROKEN)
		self.assertEqual(state(300, last), State.OPEN)
		self.assertEqual(state(300, after), State.PARTLY)
		self.assertEqual(state(600, DAY - timedelta(days=5)), State.KEPT)

	def test_a_small_difference_is_tolerated(self):
		after = DAY + timedelta(days=3)
		self.assertEqual(state(595, after, tolerance=5), State.KEPT)
		self.assertEqual(state(594, after, tolerance=5), State.PARTLY)

	def test_a_tolerance_above_the_promise_still_wants_money(self):
		self.assertEqual(state(100, DAY + timedelta(days=3), amount=3, tolerance=10), State.BROKEN)

	def test_a_payment_taken_back_sets_the_judgement_back(self):
		self.assertEqual(state(600, DAY), State.KEPT)
		self.assertEqual(state(100, DAY), State.OPEN)

	def test_withdrawn_stays(self):
		promise = Promise(500, DAY, 0, withdrawn=True)
		self.assertEqual(judge(promise, 500, today=DAY), State.WITHDRAWN)

	def test_level_counts_the_broken_and_withdrawn(self):
		self.assertEqual(next_level([]), 1)
		self.assertEqual(next_level([(1, State.BROKEN)]), 2)
		self.assertEqual(next_level([(1, State.BROKEN), (2, State.WITHDRAWN)]), 3)
		self.assertEqual(next_level([(2, State.PARTLY)]), 2)
		self.assertEqual(next_level([(2, State.KEPT)]), 2)

	def test_what_is_not_taken(self):
		def why(amount: int = 100, on: date = DAY, earlier: tuple = (), **more: int) -> Refusal | None:
			limits = {"most_days": 30, "most": 2, **more}
			return refusal(amount, on, open_amount=100, today=DAY, earlier=earlier, **limits)

		self.assertIsNone(why())
		self.assertEqual(why(101), Refusal.NO_AMOUNT)
		self.assertEqual(why(0), Refusal.NO_AMOUNT)
		self.assertEqual(why(on=DAY - timedelta(days=1)), Refusal.PAST)
		self.assertEqual(why(on=DAY + timedelta(days=31)), Refusal.TOO_FAR)
		self.assertIsNone(why(on=DAY + timedelta(days=31), most_days=0))
		self.assertEqual(why(earlier=(State.OPEN,)), Refusal.OPEN_ONE)
		self.assertEqual(why(earlier=(State.BROKEN, State.KEPT)), Refusal.TOO_MANY)

	@given(
		st.integers(1, 10**6),
		st.integers(0, 10**6),
		st.integers(0, 10**6),
		st.integers(-30, 30),
		st.integers(0, 10),
	)
	def test_more_cash_never_makes_it_worse(self, amount, cash, more, shift, days):
		worth = {State.BROKEN: 0, State.OPEN: 0, State.PARTLY: 1, State.KEPT: 2}
		promise, today = Promise(amount, DAY, 0), DAY + timedelta(days=shift)
		less = judge(promise, cash, today=today, tolerance_days=days)
		self.assertLessEqual(
			worth[less], worth[judge(promise, cash + more, today=today, tolerance_days=days)]
		)
		self.assertEqual(less is State.OPEN, cash < amount and today <= judge_on(DAY, days))


class TestRows(unittest.TestCase):
	def test_a_promise_of_rows_is_what_its_rows_are(self):
		kept, partly, broken = State.KEPT, State.PARTLY, State.BROKEN
		cases = [
			((kept, kept), kept),
			((kept, State.OPEN), State.OPEN),
			((broken, State.OPEN), State.OPEN),
			((kept, broken), partly),
			((partly, broken), partly),
			((broken, broken), broken),
			((kept, State.WITHDRAWN), kept),
			((State.WITHDRAWN,), State.WITHDRAWN),
			((), State.WITHDRAWN),
		]
		for rows, state in cases:
			with self.subTest(rows=rows):
				self.assertEqual(of_rows(rows), state)
