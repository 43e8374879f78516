import unittest
from datetime import datetime

from l2c_app.core.follow_up_statistics import Line, answers, summary

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

	def test_first_answers_by_user_with_their_hours_and_how_many_were_in_time(self):
		lines = [
			("ann", NINE, datetime(2026, 6, 10, 10), True),
			("ann", NINE, datetime(2026, 6, 10, 12), False),
			("bob", NINE, datetime(2026, 6, 10, 8), True),  # a clock set back
		]
		ann, bob = answers(lines)
		self.assertEqual(ann, {"user": "ann", "done": 2, "on_time": 50, "hours_to_answer": 2})
		self.assertEqual((bob["done"], bob["hours_to_answer"]), (1, 0))

	def test_nothing_done_gives_no_row(self):
		self.assertEqual(summary([]), [])
