"""Masks show a kind, never the data."""

import unittest

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core import masking


class TestMasks(unittest.TestCase):
	def test_worked_examples(self):
		self.assertEqual(masking.mask_phone("+86 138 0013 8000"), "+86 1** **** **00")
		self.assertEqual(masking.mask_phone("12345"), "*****")
		self.assertEqual(masking.mask_email("ann@example.com"), "a***@***.com")
		self.assertEqual(masking.mask_name("王小明"), "王**")
		self.assertEqual(masking.mask_name("Acme Trading"), "Acme***")
		self.assertEqual([masking.mask_name(text) for text in (None, "", "李")], ["", "", "**"])

	@given(st.text(alphabet="0123456789+- ()x", min_size=1, max_size=40))
	def test_a_phone_shows_at_most_five_digits(self, text: str):
		self.assertLessEqual(sum(c.isdigit() for c in masking.mask_phone(text)), 5)

	@given(st.text(max_size=200))
	def test_a_name_shows_at_most_four_characters_and_no_digit(self, text: str):
		masked = masking.mask_name(text)
		self.assertLessEqual(len(masked.replace("*", "")), 4)
		self.assertFalse(any(c in "0123456789" for c in masked))

	@given(st.emails())
	def test_an_address_shows_its_first_letter_and_top_domain(self, address: str):
		masked = masking.mask_email(address)
		local, domain = address.rsplit("@", 1)
		self.assertEqual(masked, f"{local[:1]}***@***.{domain.rsplit('.', 1)[-1]}")
