"""Lines of an import become cases with plans: examples worked out by hand."""

import unittest
from datetime import date
from decimal import Decimal as D

from l2c_app.core import adoption
from l2c_app.core.adoption import Billed, Line, UnreadableValue

HEADINGS = {"sales order": "sales_order", "销售订单": "sales_order", "amount": "amount", "金额": "amount"}


class TestReading(unittest.TestCase):
	def test_a_file_of_either_encoding_and_any_separator_is_read(self):
		for separator in ",;\t":
			for encoding in ("utf-8-sig", "gb18030"):
				content = f"销售订单{separator}金额\nSO-1{separator}5\n".encode(encoding)
				rows = adoption.records(adoption.table(content), HEADINGS)
				self.assertEqual(rows, [{"sales_order": "SO-1", "amount": "5"}])

	def test_a_file_without_a_known_heading_is_refused(self):
		with self.assertRaises(UnreadableValue):
			adoption.records([["Name", "Sum"], ["SO-1", "5"]], HEADINGS)

	def test_amounts_of_several_countries(self):
		for text in ("1234.5", "1,234.50", "1.234,50", "1 234,50", "1\u00a0234,5"):
			self.assertEqual(adoption.amount("amount", text), D("1234.5"), text)
		for text in ("1,23.4", "12a", "--1"):
			with self.assertRaises(UnreadableValue):
				adoption.amount("amount", text)

	def test_a_day_begins_with_its_year(self):
		for text in ("2026-03-04", "2026/3/4", "2026.03.04", "2026年3月4日", "2026-03-04 00:00:00"):
			self.assertEqual(adoption.day("due_date", text), date(2026, 3, 4), text)
		for text in ("03/04/2026", "2026-02-30", "soon"):
			with self.assertRaises(UnreadableValue):
				adoption.day("due_date", text)

	def test_lines_are_grouped_by_reference_else_order_else_invoice(self):
		lines = [
			{"reference": "A", "sales_order": "SO-1", "amount": 1},
			{"sales_order": "SO-2", "amount": 1},
			{"reference": "A", "sales_order": "SO-1", "amount": 2},
			{"sales_invoice": "SI-9"},
			{"label": "nothing"},
		]
		groups = [(reference, len(rows)) for reference, rows in adoption.groups(lines)]
		self.assertEqual(groups, [("A", 2), ("SO-2", 1), ("SI-9", 1), ("#5", 1)])

	def test_a_head_that_differs_between_lines_is_a_conflict(self):
		case = adoption.case_of(
			"A", [{"sales_order": "SO-1", "amount": 1}, {"sales_order": "SO-2", "amount": "2"}]
		)
		self.assertEqual((case.sales_order, case.conflicts, len(case.lines)), ("SO-1", ("sales_order",), 2))


class TestPlan(unittest.TestCase):
	def test_without_lines_the_plan_is_what_has_happened(self):
		invoices = [Billed("SI-1", D(300), date(2026, 1, 1)), Billed("SI-2", D(200), date(2026, 2, 1))]
		rows = adoption.plan_of([], invoices, total=D(1000), rest_due=date(2026, 9, 9))
		shown = [(row.label, row.amount, row.due_date, row.sales_invoice) for row in rows]
		self.assertEqual(
			shown,
			[
				("SI-1", D(300), date(2026, 1, 1), "SI-1"),
				("SI-2", D(200), date(2026, 2, 1), "SI-2"),
				("", D(500), date(2026, 9, 9), ""),
			],
		)

	def test_an_order_billed_above_its_total_has_a_plan_of_its_total(self):
		invoices = [Billed("SI-1", D(900), None), Billed("SI-2", D(200), None)]
		rows = adoption.plan_of([], invoices, total=D(1000), rest_due=None)
		self.assertEqual([row.amount for row in rows], [D(900), D(100)])

	def test_typed_lines_stay_and_take_only_what_they_leave_out_from_their_invoice(self):
		lines = [Line(amount=D(100)), Line(sales_invoice="SI-1", billed=D(5))]
		rows = adoption.plan_of(
			lines, [Billed("SI-1", D(300), date(2026, 1, 1))], total=D(400), rest_due=None
		)
		self.assertEqual(
			[(row.amount, row.due_date, row.billed) for row in rows],
			[(D(100), None, None), (D(300), date(2026, 1, 1), D(5))],
		)

	def test_only_what_was_stated_can_differ(self):
		stated = [("R1", D(100), None), ("R2", None, D(50))]
		found = {"R1": (D(100), D(7)), "R2": (D(1), D(40))}
		self.assertEqual(
			adoption.differences(stated, found), [adoption.Figure("R2", "collected", D(50), D(40))]
		)


class TestSince(unittest.TestCase):
	def test_only_money_that_came_or_was_moved_counts(self):
		paid = ("Payment Entry", "PE-1", "SI-1", "Cash", 30000)
		more = ("Payment Entry", "PE-2", "SI-1", "Cash", 5000)
		less = ("Payment Entry", "PE-1", "SI-1", "Cash", 25000)
		for then, now, found in (
			([paid], [paid], []),
			([paid], [paid, more], ["PE-2"]),
			([paid], [less], ["PE-1"]),
			([paid], [("Payment Entry", "PE-1", "SI-2", "Cash", 30000)], ["PE-1"]),
			([paid, more], [paid], []),
		):
			self.assertEqual(adoption.came_since(then, now), found)
