"""Lines that are in the books already, and equal ones that are not."""

import unittest
from datetime import date

from l2c_app.core.statement_doubles import Face, judge

DAY = date(2026, 5, 4)


def face(key: str, text: str = "rent", amount: int = 500, *, day: date = DAY, **values: str) -> Face:
	return Face(key, day, amount, text=text, **values)


def twins(lines: list[Face], books: list[Face]) -> list[str]:
	return [answer.twin for answer in judge(lines, books)]


class TestDoubles(unittest.TestCase):
	def test_equal_lines_are_counted(self):
		lines = [face("1"), face("2"), face("3")]
		self.assertEqual(twins(lines, []), ["", "", ""])
		self.assertEqual([answer.equal for answer in judge(lines, [])], [0, 1, 2])
		self.assertEqual(twins(lines, [face("B1"), face("B2")]), ["B1", "B2", ""])

	def test_day_amount_and_text_must_agree(self):
		books = [face("B1")]
		for other in (face("1", amount=501), face("1", amount=-500), face("1", day=date(2026, 5, 5))):
			self.assertEqual(twins([other], books), [""])
		self.assertEqual(twins([face("1", "RENT.")], books), ["B1"])
		answer = judge([face("1", "other text")], books)[0]
		self.assertEqual((answer.twin, answer.alike), ("", "B1"))

	def test_a_reference_tells_where_the_text_differs(self):
		books = [face("B1", "rent May", reference="E2E-77")]
		self.assertEqual(twins([face("1", "RENT", reference="e2e 77")], books), ["B1"])
		self.assertEqual(
			twins([face("1", "RENT", reference="thanks")], [face("B1", "x", reference="thanks")]), [""]
		)

	def test_the_banks_number_wins(self):
		books = [face("B1", transaction_id="A1"), face("B2", transaction_id="A2")]
		lines = [face("1", transaction_id="A3"), face("2", "quite other", transaction_id="A1")]
		self.assertEqual(twins(lines, books), ["", "B1"])
		changed = judge([face("1", amount=999, transaction_id="A1")], books)[0]
		self.assertEqual((changed.twin, changed.other), ("", "B1"))
		self.assertEqual(
			twins([face("1", transaction_id="A9"), face("2", transaction_id="A9")], []), ["", "1"]
		)

	def test_a_line_of_the_books_stands_for_one_line_only(self):
		books = [face("B1", reference="R7")]
		lines = [face("1", "later text", reference="R7"), face("2", reference="R7")]
		self.assertEqual(twins(lines, books), ["", "B1"])
