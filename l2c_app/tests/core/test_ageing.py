"""Ageing buckets: edges by hand, and nothing lost for any list of items."""

import unittest
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core.ageing import BUCKETS, age, bucket_of

TODAY = date(2026, 6, 30)


class TestAgeing(unittest.TestCase):
	def test_edges(self):
		edges = {
			0: "Not due",
			1: "1-30",
			30: "1-30",
			31: "31-60",
			60: "31-60",
			61: "61-90",
			90: "61-90",
			91: "Over 90",
		}
		for days, bucket in edges.items():
			with self.subTest(days=days):
				self.assertEqual(bucket_of(TODAY - timedelta(days=days), TODAY), bucket)

	def test_no_due_date_is_not_due(self):
		self.assertEqual(bucket_of(None, TODAY), "Not due")

	@given(st.lists(st.tuples(st.none() | st.dates(), st.integers(-(10**9), 10**9))))
	def test_buckets_add_up_to_the_items(self, items):
		totals = age(items, TODAY)
		self.assertEqual(tuple(totals), BUCKETS)
		self.assertEqual(sum(totals.values()), sum(amount for _due, amount in items))
