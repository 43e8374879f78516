"""A report is judged by the tables that its text names."""

import unittest

from l2c_app.core.report_text import reads


class TestReportText(unittest.TestCase):
	def test_tables_and_quoted_names_are_found(self):
		for text in (
			"select name from `tabLead` where 1=1",
			"select l.name from tabLead l",
			'frappe.get_all("Lead", pluck="mobile_no")',
			"frappe.qb.DocType('Lead')",
		):
			with self.subTest(text=text):
				self.assertTrue(reads(text, ["Lead", "Contact"]))

	def test_other_names_are_not(self):
		for text in (
			None,
			"",
			"select * from `tabLead Source`",
			'"Lead Source"',
			"leading",
			"Lead in a remark",
		):
			with self.subTest(text=text):
				self.assertFalse(reads(text, ["Lead"]))

	def test_the_longer_of_two_names_is_found_too(self):
		self.assertTrue(reads("from `tabContact Phone`", ["Contact Phone", "Contact"]))
