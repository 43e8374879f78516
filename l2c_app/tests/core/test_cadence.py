import unittest
from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core.cadence import Exit, OnlyIf, Problem, Step, exit_of, first_due, next_due, problems, skipped
from l2c_app.core.working_time import Calendar

WEEKEND = Calendar(frozenset({date(2026, 6, 6), date(2026, 6, 7), date(2026, 6, 13), date(2026, 6, 14)}))
STEPS = [Step(0, "Mail", template="Hello"), Step(2, "Call"), Step(5, "Mail", time(14), "Again")]
THURSDAY = datetime(2026, 6, 4, 16, 30)
steps = st.lists(st.integers(min_value=0, max_value=40), min_size=2, max_size=8).map(
	lambda days: [Step(day, "Call") for day in sorted(days)]
)


class TestDue(unittest.TestCase):
	def test_worked_example_over_a_weekend(self):
		self.assertEqual(first_due(STEPS, THURSDAY, WEEKEND), THURSDAY)
		second = next_due(STEPS, 0, on=THURSDAY, calendar=WEEKEND)
		self.assertEqual(second, datetime(2026, 6, 8, 9))
		third = next_due(STEPS, 1, on=second, calendar=WEEKEND)
		self.assertEqual(third, datetime(2026, 6, 11, 14))
		self.assertIsNone(next_due(STEPS, 2, on=third, calendar=WEEKEND))

	def test_after_a_week_of_downtime_the_distance_is_kept(self):
		late = datetime(2026, 6, 18, 11)
		self.assertEqual(next_due(STEPS, 1, on=late, calendar=Calendar()), datetime(2026, 6, 21, 14))

	@given(steps, st.datetimes(min_value=datetime(2026, 5, 1), max_value=datetime(2026, 7, 1)))
	def test_steps_never_come_before_the_one_above(self, plan, start):
		due = first_due(plan, start, WEEKEND)
		self.assertGreaterEqual(due, start)
		for number in range(len(plan) - 1):
			following = next_due(plan, number, on=due, calendar=WEEKEND)
			self.assertGreaterEqual(following, due)
			if plan[number + 1].day > plan[number].day:
				self.assertGreater(following.date(), due.date())
			due = following
		self.assertIsNone(next_due(plan, len(plan) - 1, on=due, calendar=WEEKEND))

	def test_a_step_of_the_same_day_follows_at_once(self):
		twice = [Step(0, "Call"), Step(0, "Message")]
		self.assertEqual(next_due(twice, 0, on=THURSDAY, calendar=Calendar()), THURSDAY)
		self.assertEqual(
			next_due(twice, 0, on=THURSDAY - timedelta(hours=9), calendar=Calendar()), datetime(2026, 6, 4, 9)
		)


class TestSteps(unittest.TestCase):
	def test_what_can_be_wrong_is_named_with_its_row(self):
		self.assertEqual(problems(STEPS), [])
		self.assertEqual(problems([]), [(0, Problem.NO_STEPS)])
		bad = [
			Step(-1, "Call"),
			Step(3, "Mail"),
			Step(2, "Call"),
			Step(4, "Call", only_if=OnlyIf.OPENED.value),
		]
		self.assertEqual(
			problems(bad), [(1, Problem.NEGATIVE), (2, Problem.NO_TEMPLATE), (3, Problem.BACKWARDS)]
		)
		self.assertEqual(
			problems([Step(0, "Call", only_if=OnlyIf.OPENED.value)]), [(1, Problem.NO_MAIL_BEFORE)]
		)
		self.assertEqual(problems([Step(1, "Call")] * 51), [(0, Problem.TOO_MANY)])

	def test_branches_look_at_the_last_mail(self):
		opened, unopened = (
			Step(1, "Call", only_if="Last Mail Opened"),
			Step(1, "Call", only_if="Last Mail Not Opened"),
		)
		for seen in (True, False):
			self.assertEqual(skipped(opened, last_mail_opened=seen), not seen)
			self.assertEqual(skipped(unopened, last_mail_opened=seen), seen)
			self.assertFalse(skipped(Step(1, "Call"), last_mail_opened=seen))

	def test_of_several_reasons_the_strongest_is_named(self):
		self.assertEqual(exit_of({Exit.RELEASED, Exit.CONVERTED}), Exit.CONVERTED)
		self.assertEqual(exit_of({Exit.CLOSED, Exit.REPLIED}), Exit.REPLIED)
		self.assertIsNone(exit_of(set()))
