"""Rows that wait for a milestone: released, taken back, billed."""

import unittest
from datetime import date

from l2c_app.core import milestones as rules
from l2c_app.core.milestones import Release

MAY_3, MAY_9, MAY_12 = date(2026, 5, 3), date(2026, 5, 9), date(2026, 5, 12)


def follow(stored, event, *, billed=False, today=MAY_9):
	return rules.follow(stored, event, by="ada", billed=billed, today=today)


class TestMilestones(unittest.TestCase):
	def test_an_event_releases_a_row_and_a_second_look_changes_nothing(self):
		released = follow(Release(), MAY_3)
		self.assertEqual(released, Release(MAY_3, "ada"))
		self.assertIs(follow(released, MAY_3), released)

	def test_an_undone_event_takes_an_unbilled_row_back(self):
		self.assertEqual(follow(Release(MAY_3, "ada"), None), Release())

	def test_a_billed_row_stays_released_and_shows_since_when_its_event_is_gone(self):
		shown = follow(Release(MAY_3, "ada"), None, billed=True)
		self.assertEqual(shown, Release(MAY_3, "ada", "", MAY_9))
		self.assertEqual(follow(shown, None, billed=True, today=MAY_12), shown)
		self.assertEqual(follow(shown, MAY_12), Release(MAY_12, "ada"))

	def test_the_latest_day_counts_without_an_event(self):
		self.assertEqual(rules.due_from(None, MAY_12), MAY_12)
		self.assertEqual(rules.due_from(MAY_3, MAY_12), MAY_3)
		self.assertIsNone(rules.due_from(None, None))
		allowed = [rules.may_be_billed(None, MAY_9, day) for day in (MAY_3, MAY_9)]
		self.assertEqual(allowed, [False, True])
		self.assertTrue(rules.may_be_billed(MAY_12, None, MAY_3))
