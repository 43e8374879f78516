"""Chinese capitals: worked examples from the banks' rules, and what must hold for any amount."""

import re
import unittest

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core.amount_in_words import DIGITS, chinese_capitals, read_integer


class TestChineseCapitals(unittest.TestCase):
	def test_worked_examples(self):
		examples = {
			0: "零元整",
			1: "壹分",
			10: "壹角整",
			15: "壹角伍分",
			100: "壹元整",
			1000: "壹拾元整",
			10500: "壹佰零伍元整",
			100005: "壹仟元零伍分",
			123456: "壹仟贰佰叁拾肆元伍角陆分",
			168032: "壹仟陆佰捌拾元叁角贰分",
			1000050: "壹万元伍角整",
			10700053: "壹拾万柒仟元伍角叁分",
			10000105: "壹拾万零壹元零伍分",
			1_0000_0000_00: "壹亿元整",
			1_0000_0001_00: "壹亿零壹元整",
			1_0002_0003_0004_00: "壹万零贰亿零叁万零肆元整",
			10**15 * 100: "壹仟万亿元整",
			-123400: "负壹仟贰佰叁拾肆元整",
		}
		for minor, words in examples.items():
			with self.subTest(minor=minor):
				self.assertEqual(chinese_capitals(minor), "人民币" + words)

	def test_currency_without_decimals_and_with_three(self):
		self.assertEqual(
			chinese_capitals(33333, fraction_digits=0, currency="JPY"), "日元叁万叁仟叁佰叁拾叁元整"
		)
		self.assertEqual(chinese_capitals(1005, fraction_digits=3, currency="KWD"), "KWD壹元零伍厘")

	def test_more_than_three_decimals_are_refused(self):
		with self.assertRaises(ValueError):
			chinese_capitals(1, fraction_digits=4)

	@given(st.integers(min_value=0, max_value=10**16))
	def test_reading_back_gives_the_number(self, number):
		self.assertEqual(_value(read_integer(number)), number)

	@given(st.integers(min_value=-(10**17), max_value=10**17))
	def test_no_two_zeros_in_a_row_and_always_closed(self, minor):
		words = chinese_capitals(minor)
		self.assertNotIn("零零", words)
		self.assertRegex(words, "(整|分)$")


def _value(words: str) -> int:
	"""Read capitals back by the places they name: an independent way to the same number."""
	for name, size in (("亿", 10**8), ("万", 10**4)):
		if name in words:
			high, _, low = words.rpartition(name)
			return _value(high) * size + _value(low)
	total = 0
	for digit, place in re.findall(f"([{DIGITS}])([拾佰仟]?)", words):
		total += DIGITS.index(digit) * {"": 1, "拾": 10, "佰": 100, "仟": 1000}[place]
	return total
