"""Keys of people and companies, however they were typed."""

import unittest

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core import normalise


class TestEmail(unittest.TestCase):
	def test_case_tag_and_width_do_not_matter(self):
		for typed in (
			"Ann.Lee+Fair@Example.COM",
			" ann.lee@example.com ",
			"ａｎｎ.lee@example.com",
			"ann.lee+x+y@example.com",
		):
			self.assertEqual(normalise.email_key(typed), "ann.lee@example.com")

	def test_what_is_no_address_has_no_key(self):
		for typed in (
			"",
			None,
			"ann",
			"ann@",
			"@example.com",
			"a b@c",
			"a@b@c.de",
			"ann@example",
			"x" * 200 + "@e.com",
		):
			self.assertEqual(normalise.email_key(typed), "", typed)

	def test_a_leading_plus_is_no_tag(self):
		self.assertEqual(normalise.email_key("+ann@example.com"), "+ann@example.com")


class TestCompany(unittest.TestCase):
	def test_legal_endings_case_width_and_punctuation_do_not_matter(self):
		for typed in (
			"ＡＣＭＥ Trading Co., Ltd.",
			"Acme Trading",
			"ACME TRADING LIMITED",
			"acme-trading, Inc.",
		):
			self.assertEqual(normalise.company_key(typed), "acmetrading")
		for typed in (
			"北京某某（集团）有限公司",
			"北京某某有限责任公司",
			"北京某某 股份有限公司",
			"北京某某集团",
		):
			self.assertEqual(normalise.company_key(typed), "北京某某", typed)

	def test_different_companies_stay_different(self):
		self.assertNotEqual(normalise.company_key("Acme North"), normalise.company_key("Acme South"))

	def test_a_name_of_endings_alone_is_not_emptied(self):
		self.assertEqual(normalise.company_key("Limited"), "limited")
		self.assertEqual(normalise.company_key("有限公司"), "有限公司")

	def test_emoji_and_right_to_left_marks(self):
		self.assertEqual(normalise.company_key("🚀"), "")
		self.assertEqual(normalise.company_key("\u202bشركة\u202c"), normalise.company_key("شركة"))


class TestPhone(unittest.TestCase):
	def test_extension_and_width(self):
		self.assertEqual(normalise.phone_text("０１０-１２３４５６７８ ext. 12"), "010-12345678")
		self.assertEqual(normalise.phone_text("010-12345678 转 8"), "010-12345678")

	def test_unknown_numbers_keep_their_digits(self):
		self.assertEqual(normalise.bare_phone_key("12 34-56 78"), "?12345678")
		self.assertEqual(normalise.bare_phone_key("٠١٢٣٤٥٦"), "?0123456")
		self.assertEqual(normalise.bare_phone_key("12345"), "")


class TestAnyText(unittest.TestCase):
	@given(st.text(max_size=300))
	def test_keys_fit_their_column_and_are_stable(self, text: str):
		for key in (
			normalise.email_key,
			normalise.company_key,
			normalise.tax_id_key,
			normalise.bare_phone_key,
		):
			value = key(text)
			self.assertLessEqual(len(value), normalise.KEY_LENGTH)
			self.assertEqual(value, key(text))
			self.assertNotIn("\x00", value)

	@given(st.text(alphabet="abcXYZ0129中文", min_size=5, max_size=60))
	def test_a_tax_number_is_its_letters_and_digits(self, text: str):
		once = normalise.tax_id_key(text)
		self.assertEqual(once, normalise.tax_id_key(" " + "-".join(text)))
