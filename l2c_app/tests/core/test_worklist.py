import unittest
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core.worklist import Action, Case, next_action, rank

TODAY = date(2026, 6, 15)


class TestWorklist(unittest.TestCase):
	def test_amount_days_risk_and_broken_promises_multiply(self):
		self.assertEqual(rank(Case(1000, 10, "D", broken=1)), 25_000)
		self.assertEqual(rank(Case(1000, 10, "A")), 10_000)
		self.assertEqual(rank(Case(1000, 10)), rank(Case(1000, 10, "B")))

	@given(st.floats(1, 1e9), st.integers(1, 1000), st.sampled_from("ABC"), st.integers(0, 20))
	def test_worse_never_ranks_lower(self, amount, days, rating, broken):
		one = rank(Case(amount, days, rating, broken=broken))
		worse = chr(ord(rating) + 1)
		self.assertLessEqual(one, rank(Case(amount, days + 1, worse, broken=broken + 1)))

	def test_one_next_action_money_first(self):
		def action(**more) -> Action:
			return next_action(Case(1000, 10, **more), TODAY)[0]

		self.assertEqual(action(bank_line=True, broken=1), Action.MATCH_BANK)
		self.assertEqual(action(unapplied_covers=True, broken=1), Action.APPLY_MONEY)
		self.assertEqual(action(dispute_open=True, dispute_deadline=TODAY), Action.ANSWER_DISPUTE)
		self.assertEqual(action(broken=1), Action.CALL_BROKEN)
		self.assertEqual(action(has_address=False), Action.FIND_ADDRESS)
		self.assertEqual(action(levels_left=False), Action.ESCALATE)
		self.assertEqual(action(reminder_due=True), Action.REMIND)
		self.assertEqual(action(), Action.WAIT)

	def test_a_promise_is_waited_for_until_its_day(self):
		day = TODAY + timedelta(days=3)
		self.assertEqual(next_action(Case(1000, 10, promise_on=day), TODAY), (Action.WAIT_PROMISE, day))
