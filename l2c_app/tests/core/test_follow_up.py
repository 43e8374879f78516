import unittest
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core.follow_up import (
	GRACE,
	Facts,
	Missing,
	Status,
	date_refused,
	is_overdue,
	missing,
	roll_up,
	transition_allowed,
)

NOW = datetime(2026, 11, 22, 10, 0)
moments = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2035, 1, 1))
facts = st.builds(
	Facts,
	status=st.sampled_from([status.value for status in Status]),
	planned_for=st.none() | moments,
	done_on=st.none() | moments,
	outcome=st.sampled_from(["", "Reached"]),
	note=st.sampled_from(["", "   ", "spoke to the buyer"]),
	closes=st.booleans(),
	next_action=st.sampled_from(["", "Call"]),
	next_action_on=st.none() | moments,
	close_reason=st.sampled_from(["", "no budget"]),
)


class TestMissing(unittest.TestCase):
	def test_a_done_one_needs_outcome_note_and_a_next_action_with_its_date(self):
		self.assertEqual(
			missing(Facts("Done")),
			[Missing.OUTCOME, Missing.NOTE, Missing.NEXT_ACTION, Missing.NEXT_ACTION_ON],
		)

	def test_closing_needs_a_reason_instead_of_a_next_action(self):
		closing = Facts("Done", outcome="Lost", note="bought elsewhere", closes=True)
		self.assertEqual(missing(closing), [Missing.CLOSE_REASON])

	def test_a_note_of_blanks_is_no_note(self):
		self.assertIn(Missing.NOTE, missing(Facts("Done", outcome="Reached", note=" \n\t")))

	@given(facts)
	def test_what_is_complete_either_closes_or_goes_on(self, row):
		if row.status == "Done" and not missing(row):
			self.assertTrue(row.close_reason if row.closes else row.next_action and row.next_action_on)


class TestDates(unittest.TestCase):
	@given(moments, moments)
	def test_an_unchanged_date_is_never_refused(self, date, now):
		self.assertFalse(date_refused(date, date, now))

	@given(st.none() | moments, moments)
	def test_a_changed_date_is_refused_exactly_when_it_is_past(self, old, now):
		self.assertFalse(date_refused(now, old, now))
		past = now - GRACE - timedelta(seconds=1)
		self.assertEqual(date_refused(past, old, now), past != old)

	def test_overdue_begins_after_the_moment_itself(self):
		self.assertFalse(is_overdue("Planned", NOW, NOW))
		self.assertTrue(is_overdue("Planned", NOW - timedelta(seconds=1), NOW))
		self.assertFalse(is_overdue("Done", NOW - timedelta(days=1), NOW))
		self.assertFalse(is_overdue("Planned", None, NOW))


class TestTransitions(unittest.TestCase):
	@given(st.sampled_from(["Done", "Cancelled"]), st.sampled_from(["Planned", "Done", "Cancelled"]))
	def test_done_and_cancelled_are_final(self, old, new):
		self.assertEqual(transition_allowed(old, new), old == new)

	def test_a_planned_one_may_go_anywhere(self):
		for new in ("Planned", "Done", "Cancelled"):
			self.assertTrue(transition_allowed("Planned", new))
			self.assertTrue(transition_allowed(None, new))


class TestRollUp(unittest.TestCase):
	def test_worked_example(self):
		rows = [
			Facts("Done", done_on=datetime(2026, 11, 1, 9, 0)),
			Facts("Done", done_on=datetime(2026, 11, 5, 9, 0)),
			Facts("Planned", planned_for=datetime(2026, 11, 30, 9, 0)),
			Facts("Planned", planned_for=datetime(2026, 11, 20, 9, 0)),  # overdue, and still the next one
			Facts("Cancelled", planned_for=datetime(2026, 11, 2, 9, 0), done_on=datetime(2026, 11, 21, 9, 0)),
		]
		self.assertEqual(roll_up(rows), (datetime(2026, 11, 5, 9, 0), datetime(2026, 11, 20, 9, 0)))

	@given(st.lists(facts, max_size=8), st.randoms())
	def test_order_does_not_matter(self, rows, random):
		shuffled = list(rows)
		random.shuffle(shuffled)
		self.assertEqual(roll_up(rows), roll_up(shuffled))

	@given(st.lists(facts, max_size=8), moments)
	def test_a_later_done_one_moves_last_and_never_next(self, rows, moment):
		last, next_on = roll_up(rows)
		new_last, new_next = roll_up([*rows, Facts("Done", done_on=moment)])
		self.assertEqual(new_next, next_on)
		self.assertEqual(new_last, max(filter(None, (last, moment))))
