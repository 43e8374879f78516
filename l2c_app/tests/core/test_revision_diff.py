"""What changed between two revisions: rows by what they are, numbers by their value, texts by their words."""

import unittest

from l2c_app.core import revision_diff
from l2c_app.core.revision_diff import Difference

BEFORE = {
	"grand_total": 1000.0,
	"items": [
		{"item_code": "A", "qty": 1, "rate": 600, "amount": 600, "sales_order_item": "x"},
		{"item_code": "B", "qty": 1, "rate": 400, "amount": 400, "sales_order_item": "y"},
	],
	"plan_rows": [{"row_id": "R1", "amount": 1000, "billing": "Own Invoice", "offset_days": 0}],
	"clauses": [
		{"clause": "Law", "title": "Law", "language": "en", "text": "<p>Law of England applies.</p>"}
	],
}


class TestRevisionDiff(unittest.TestCase):
	def test_nothing_changed(self) -> None:
		same = {**BEFORE, "grand_total": 1000, "items": [dict(row, qty=1.0) for row in BEFORE["items"]]}
		self.assertEqual(revision_diff.differences(BEFORE, same), [])

	def test_totals_lines_and_rows(self) -> None:
		after = {
			"grand_total": 1500,
			"items": [
				{"item_code": "A", "qty": 2, "rate": 600, "amount": 1200, "sales_order_item": "x"},
				{"item_code": "C", "qty": 1, "rate": 300, "amount": 300},
			],
			"plan_rows": [
				{"row_id": "R1", "amount": 1000, "billing": "Own Invoice", "offset_days": 30},
				{"row_id": "R2", "label": "Rest", "amount": 500},
			],
		}
		self.assertEqual(
			revision_diff.differences(BEFORE, after),
			[
				Difference("totals", "", "Changed", "grand_total", "1000", "1500"),
				Difference("items", "A", "Changed", "qty", "1", "2"),
				Difference("items", "A", "Changed", "amount", "600", "1200"),
				Difference("items", "C", "Added", after="300"),
				Difference("items", "B", "Removed", before="400"),
				Difference("plan_rows", "R1", "Changed", "offset_days", None, "30"),
				Difference("plan_rows", "R2 Rest", "Added", after="500"),
			],
		)

	def test_clauses_by_word_and_by_character(self) -> None:
		after = {
			**BEFORE,
			"clauses": [{**BEFORE["clauses"][0], "text": "<div>Law of <b>France</b> applies.</div>"}],
		}
		(found,) = revision_diff.differences(BEFORE, after)
		words = [("same", "Law of "), ("removed", "England"), ("added", "France"), ("same", " applies.")]
		self.assertEqual((found.section, found.field, found.words), ("clauses", "text", words))
		chinese = revision_diff.changed_words("<p>三十日内付款</p>", "<p>六十日内付款</p>")
		self.assertEqual(chinese, [("removed", "三"), ("added", "六"), ("same", "十日内付款")])

	def test_markup_and_hostile_text_stay_text(self) -> None:
		words = revision_diff.changed_words("<p>a &lt;b&gt;</p>", "<p>a {{ 7*7 }}</p>")
		self.assertEqual("".join(text for kind, text in words if kind != "added"), "a <b>")

	def test_a_state_without_clauses_is_not_compared_by_them(self) -> None:
		older = {key: value for key, value in BEFORE.items() if key != "clauses"}
		self.assertEqual(revision_diff.differences(older, BEFORE), [])

	def test_two_lines_of_one_item_are_two(self) -> None:
		rows = [{"item_code": "A", "amount": 1}, {"item_code": "A", "amount": 2}]
		found = revision_diff.differences({"items": rows}, {"items": rows[:1]})
		self.assertEqual([(each.kind, each.before) for each in found], [("Removed", "2")])
