"""Whose value stands after a merge, and what undoing it gives back."""

import unittest

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core import merge

FIELDS = ("phone", "city", "company", "note")
values = st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(["", "a", "b", None, "  "]))


class TestTakenOver(unittest.TestCase):
	def test_chosen_fields_and_blank_ones_come_from_the_merged_lead(self):
		kept = {"phone": "", "city": "Bonn", "company": "A", "note": "mine"}
		merged = {"phone": "1", "city": "Köln", "company": "", "note": "theirs"}
		self.assertEqual(
			merge.taken_over(kept, merged, fields=FIELDS, take=["city", "company"]),
			{"phone": "1", "city": "Köln", "company": ""},
		)

	@given(values, values, st.sets(st.sampled_from(FIELDS)))
	def test_no_filled_value_is_lost_unless_the_user_chose_so(self, kept, merged, take):
		after = {**kept, **merge.taken_over(kept, merged, fields=FIELDS, take=take)}
		for field in FIELDS:
			if field in take:
				self.assertEqual(after.get(field), merged.get(field))
			elif not merge.is_blank(kept.get(field)):
				self.assertEqual(after.get(field), kept[field])
			else:
				self.assertEqual(merge.is_blank(after.get(field)), merge.is_blank(merged.get(field)))

	@given(values, values, st.sets(st.sampled_from(FIELDS)), values)
	def test_undoing_gives_back_all_that_was_not_edited_since(self, kept, merged, take, edits):
		written = merge.taken_over(kept, merged, fields=FIELDS, take=take)
		now = {**kept, **written, **edits}
		after = {**now, **merge.given_back(now, kept, written)}
		for field in FIELDS:
			if field in written and now.get(field) == written[field]:
				self.assertEqual(after.get(field), kept.get(field))
			else:
				self.assertEqual(after.get(field), now.get(field))


class TestConsents(unittest.TestCase):
	def test_everybody_who_protects_a_seat_must_agree_or_have_somebody_agree_for_him(self):
		protected = [("bob", {"chief"}), ("ann", set()), ("ann", set()), ("cid", set())]
		self.assertEqual(merge.consents_missing(protected, asking="cid"), ["ann"])

	def test_nobody_asks_himself_and_nothing_protected_needs_no_consent(self):
		self.assertEqual(merge.consents_missing([("ann", set())], asking="ann"), [])
		self.assertEqual(merge.consents_missing([], asking="ann"), [])
