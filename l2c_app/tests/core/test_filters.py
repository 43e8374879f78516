"""Admission filters judged without a query."""

import re
import unittest

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core import filters
from l2c_app.core.filters import BadFilter

LEAD = {"territory": "China", "city": "Shenzhen", "revenue": 500.0, "source": None, "status": "Open"}


class TestMatching(unittest.TestCase):
	def test_each_operator(self):
		for row, expected in (
			(["territory", "=", "china"], True),
			(["territory", "!=", "China"], False),
			(["city", "like", "Shen%"], True),
			(["city", "like", "%zh%"], True),
			(["city", "like", "%x%"], False),
			(["city", "not like", "Bei%"], True),
			(["revenue", ">", 499], True),
			(["revenue", ">=", "500"], True),
			(["revenue", "<", 500], False),
			(["revenue", "between", [100, 600]], True),
			(["status", "in", ["Lead", "Open"]], True),
			(["status", "in", "Lead,Open"], True),
			(["status", "not in", ["Lead"]], True),
			(["source", "is", "set"], False),
			(["source", "is", "not set"], True),
			(["no_field", "=", "x"], False),
			(["Lead", "territory", "=", "China"], True),
		):
			with self.subTest(row=row):
				self.assertEqual(filters.matches(LEAD, filters.parse([row])), expected)

	def test_all_must_hold_and_nothing_matches_nothing(self):
		rows = [["territory", "=", "China"], ["status", "=", "Lead"]]
		self.assertFalse(filters.matches(LEAD, filters.parse(rows)))
		self.assertFalse(filters.matches(LEAD, filters.parse([])))

	def test_a_mapping_will_do(self):
		self.assertTrue(filters.matches(LEAD, filters.parse({"territory": "China", "revenue": [">", 1]})))

	def test_what_is_no_filter_is_refused(self):
		for rows in (
			"text",
			[1],
			[["a", "b"]],
			[["a", "regexp", "x"]],
			[["a", "between", 1]],
			[["a", "in", 5]],
			None,
		):
			with self.subTest(rows=rows), self.assertRaises(BadFilter):
				filters.parse(rows)

	@given(st.text(alphabet="ab%", max_size=8), st.text(alphabet="ab", max_size=8))
	def test_like_agrees_with_a_plain_search(self, pattern: str, text: str):
		expected = bool(re.fullmatch(".*".join(re.escape(p) for p in pattern.split("%")), text))
		self.assertEqual(filters.matches({"x": text}, [("x", "like", pattern)]), expected)
