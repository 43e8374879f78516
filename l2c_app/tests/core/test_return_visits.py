import unittest
from datetime import date

from l2c_app.core.return_visits import due_between


class TestReturnVisits(unittest.TestCase):
	def test_due_after_the_days_and_made_up_for_thirty(self):
		self.assertEqual(due_between(7, date(2026, 3, 31)), (date(2026, 2, 22), date(2026, 3, 24)))

	def test_no_days_no_visits(self):
		self.assertIsNone(due_between(0, date(2026, 3, 31)))
