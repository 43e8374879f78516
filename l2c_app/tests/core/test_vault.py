"""Masks for ever: what stands in for a value, and how it is found again; how often a day."""

import unittest

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core import masking, reveal, vault
from l2c_app.core.vault import Kept


class TestStandIns(unittest.TestCase):
	def test_mail_addresses_of_two_leads_stay_different(self):
		first = masking.stand_in_email("ann@example.com", "CRM-LEAD-2026-00007")
		self.assertEqual(first, "a***.crm-lead-2026-00007@hidden.invalid")
		self.assertNotEqual(first, masking.stand_in_email("ann@example.com", "CRM-LEAD-2026-00008"))
		self.assertEqual(masking.stand_in_email("", "x"), "")
		self.assertEqual(masking.stand_in_email("李@example.com", "7"), "x***.7@hidden.invalid")

	@given(
		st.sampled_from([vault.PHONE, vault.EMAIL, vault.ADDRESS]), st.text("0123456789abc +-@.", min_size=6)
	)
	def test_a_mask_is_known_as_one_and_never_shows_the_value(self, kind, text):
		masked = vault.mask(kind, text, "CRM-LEAD-1")
		if any(character.isdigit() for character in text) or kind != vault.PHONE:
			self.assertTrue(masking.is_masked(masked) or not text.strip(), masked)
		if len(text.strip()) > 5 and any(character.isalnum() for character in text.strip()[1:-2]):
			self.assertNotEqual(masked, text.strip())


class TestVault(unittest.TestCase):
	def test_a_newer_value_with_the_same_mask_replaces_the_older(self):
		kept = vault.put([], Kept("Lead", "L1", "phone", "1**", "100"))
		kept = vault.put(kept, Kept("Lead", "L1", "phone", "1**", "199"))
		self.assertEqual(vault.real_of(kept, "Lead", "L1", field="phone", text="1**"), "199")

	def test_a_copied_mask_is_found_by_its_text(self):
		kept = [Kept("Lead", "L1", "phone", "1**", "100")]
		self.assertEqual(vault.real_of(kept, "Opportunity", "O1", field="contact_mobile", text="1**"), "100")
		self.assertIsNone(vault.real_of(kept, "Opportunity", "O1", field="contact_mobile", text="2**"))


class TestCap(unittest.TestCase):
	def test_the_one_that_reaches_the_cap_raises_the_alarm_once(self):
		answers = [reveal.judge(used, 2) for used in range(4)]
		self.assertEqual([answer.allowed for answer in answers], [True, True, False, False])
		self.assertEqual([answer.alarm for answer in answers], [False, True, False, False])

	def test_zero_is_no_limit(self):
		self.assertEqual(reveal.judge(1000, 0), reveal.Allowance(allowed=True, alarm=False))


class TestHide(unittest.TestCase):
	def test_values_are_found_wherever_they_stand_in_a_change(self):
		kept = [Kept("Lead", "L", "city", "街***", '街 "7"'), Kept("Lead", "L", "wechat", "w***", "wei")]
		change = {"changed": [["city", "", 'at 街 "7" left'], ["wechat", "wei", "weight"]], "row": {"idx": 1}}
		self.assertEqual(
			vault.hide(change, kept),
			{"changed": [["city", "", "at 街*** left"], ["wechat", "w***", "weight"]], "row": {"idx": 1}},
		)

	def test_stand_ins_of_different_fields_differ(self):
		kept = [Kept("Lead", "L", "wechat", "w***", "wang_01")]
		self.assertEqual(vault.stand_in(kept, "site", "wide"), "w****")
		self.assertEqual(vault.stand_in(kept, "wechat", "weiwei"), "w***")
