import csv
import unittest

from l2c_app.core import lead_file

FIELDS = {"mobile_no": "mobile_no", "Mobile No": "mobile_no", "手机": "mobile_no", "Company": "company_name"}


class TestText(unittest.TestCase):
	def test_utf_8_with_and_without_its_mark_and_what_spreadsheets_of_the_region_write(self):
		for content, chinese, text in (
			("姓名".encode(), False, "姓名"),
			("姓名".encode("utf-8-sig"), True, "姓名"),
			("姓名".encode("gb18030"), True, "姓名"),
			("Müller".encode("windows-1252"), False, "Müller"),
			(b"a\x81b", False, "a\ufffdb"),
		):
			with self.subTest(content=content):
				self.assertEqual(lead_file.decode(content, chinese=chinese), text)


class TestTable(unittest.TestCase):
	def test_the_delimiter_is_the_one_of_the_first_line(self):
		for text in ("a,b\n1,2\n", "a;b\n1;2\n", "a\tb\r\n1\t2\r\n", "\n\na,b\n\n,\n1,2"):
			with self.subTest(text=text):
				self.assertEqual([cells for _line, cells in lead_file.table(text)], [["a", "b"], ["1", "2"]])

	def test_rows_keep_the_number_of_their_line_in_the_file(self):
		text = 'a,b\n\n1,"two\nlines"\n5,6\n'
		self.assertEqual([line for line, _cells in lead_file.table(text)], [1, 4, 5])

	def test_an_empty_file_has_no_rows_and_a_zero_byte_is_passed_over(self):
		self.assertEqual(lead_file.table(""), [])
		self.assertEqual(lead_file.table("a\0b"), [(1, ["ab"])])

	def test_a_cell_longer_than_the_reader_takes_is_an_error(self):
		self.addCleanup(csv.field_size_limit, csv.field_size_limit(1000))  # one for the whole process
		with self.assertRaises(csv.Error):
			lead_file.table("a\n" + "x" * 1001)


class TestColumns(unittest.TestCase):
	def test_names_labels_and_translations_in_any_writing_are_columns(self):
		taken, left = lead_file.columns([" MOBILE_NO. ", "Shoe Size", None, "company:"], FIELDS)
		self.assertEqual((taken, left), ({0: "mobile_no", 3: "company_name"}, ["Shoe Size"]))
		self.assertEqual(lead_file.columns(["手机"], FIELDS), ({0: "mobile_no"}, []))

	def test_what_other_systems_call_the_fields_of_a_lead_is_understood(self):
		fields = {
			"Mobile No": "mobile_no",
			"Company": "company",
			"Organization Name": "company_name",
			"Source": "source",
		}
		taken, left = lead_file.columns(["Company", "Mobile", "Lead Source", "Tel"], fields)
		self.assertEqual(taken, {0: "company_name", 1: "mobile_no", 2: "source"})
		self.assertEqual(left, ["Tel"])  # no field of these
		both = lead_file.columns(["Company", "公司名称"], fields)
		self.assertEqual(both, ({0: "company", 1: "company_name"}, []))

	def test_of_two_columns_of_one_field_the_first_counts_and_the_other_is_named(self):
		self.assertEqual(lead_file.columns(["Mobile No", "手机"], FIELDS), ({0: "mobile_no"}, ["手机"]))


class TestSameRows(unittest.TestCase):
	def test_each_repeats_the_first_row_that_has_one_of_its_keys(self):
		rows = [(1, {"a"}), (2, {"a", "b"}), (3, {"b"}), (4, set()), (5, {"c"})]
		self.assertEqual(lead_file.first_of_same(rows, {}), {2: 1, 3: 2})

	def test_keys_are_carried_from_piece_to_piece(self):
		seen: dict = {}
		self.assertEqual(lead_file.first_of_same([(1, {"a"})], seen), {})
		self.assertEqual(lead_file.first_of_same([(2, {"a"}), (3, {"d"})], seen), {2: 1})
