import unittest
from datetime import datetime

from l2c_app.core.follow_up_statistics import Line, summary

NINE = datetime(2026, 6, 10, 9)


class TestSummary(unittest.TestCase):
	def test_counts_outcomes_and_lateness_by_user_and_kind(self):
		lines = [
			Line("ann", "Call", "Interested", NINE, datetime(2026, 6, 10, 11)),  # two hours, same day
			Line("ann", "Call", "No Answer", NINE, datetime(2026, 6, 9, 9)),  # early
			Line("ann", "Call", "Reached", NINE, datetime(2026, 6, 11, 9)),  # a day late
			Line("ann", "Call", "Won", None, datetime(2026, 6, 11, 9)),  # never planned
			Line("bob", "Visit", "", None, NINE),
		]
		ann, bob = summary(lines)
		self.assertEqual(
			(ann["user"], ann["kind"], ann["done"], ann["reached"], ann["good"]), ("ann", "Call", 4, 3, 2)
		)
		self.assertAlmostEqual(ann["on_time"], 200 / 3)
		self.assertAlmostEqual(ann["hours_late"], 26 / 3)
		self.assertEqual((bob["reached"], bob["on_time"], bob["hours_late"]), (0, None, None))

	def test_nothing_done_gives_no_row(self):
		self.assertEqual(summary([]), [])
