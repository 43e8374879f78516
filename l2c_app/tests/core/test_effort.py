import unittest
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core.effort import (
	COMPARED_NOTES,
	Note,
	Verdict,
	addresses,
	call_counts,
	judge_note,
	likeness,
	mail_counts,
	meeting_over,
	moved_forward,
	plain,
)

NOW = datetime(2026, 6, 5, 10, 0)
GOOD = "Rang the buyer, she wants a written offer by Friday"
OTHER = "Visited the plant, the foreman showed me both presses"
words = st.text(alphabet="abcdefghij klmnopqrstuvwxyz客户电话", min_size=0, max_size=60)


def judge(text, *, earlier=(), recycle_on=None, counted_today=False, at=NOW):
	note = Note(text, at, "CRM-LEAD-1")
	return judge_note(note, earlier=earlier, recycle_on=recycle_on, counted_today=counted_today)


def old(text, days=1.0, about="CRM-LEAD-2"):
	return Note(text, NOW - timedelta(days=days), about)


class TestNotes(unittest.TestCase):
	def test_a_note_of_one_s_own_counts(self):
		self.assertEqual(judge(GOOD, earlier=[old(OTHER)]).verdict, Verdict.COUNTS)

	def test_ten_letters_without_digits_and_blanks(self):
		self.assertEqual(judge("abcdefghi 123456789").verdict, Verdict.TOO_SHORT)
		self.assertEqual(judge("abcdefghij").verdict, Verdict.COUNTS)
		self.assertEqual(judge("客户要求下周五之前报价").verdict, Verdict.COUNTS)

	def test_copy_paste_with_another_number_names_the_note_it_repeats(self):
		judged = judge("Rang the buyer, wants offer 3", earlier=[old("Rang the buyer,  wants offer 2")])
		self.assertEqual((judged.verdict, judged.like.about), (Verdict.COPY, "CRM-LEAD-2"))

	def test_full_width_letters_are_the_same_letters(self):
		self.assertEqual(plain("Ａ１ ｂ"), "Ab")
		self.assertEqual(
			judge("ｃａｌｌｅｄ ｔｈｅ buyer", earlier=[old("called the buyer")]).verdict, Verdict.COPY
		)

	def test_a_copy_older_than_thirty_days_or_behind_twenty_others_is_forgotten(self):
		self.assertEqual(judge(GOOD, earlier=[old(GOOD, 30)]).verdict, Verdict.COPY)
		self.assertEqual(judge(GOOD, earlier=[old(GOOD, 30.01)]).verdict, Verdict.COUNTS)
		others = [old(f"{chr(97 + i) * 7} {chr(98 + i) * 9}", 1) for i in range(COMPARED_NOTES)]
		self.assertEqual(judge(GOOD, earlier=[*others, old(GOOD, 2)]).verdict, Verdict.COUNTS)
		self.assertEqual(judge(GOOD, earlier=[*others[1:], old(GOOD, 2)]).verdict, Verdict.COPY)

	def test_the_last_day_before_recycling_is_too_late_for_a_note(self):
		self.assertEqual(judge(GOOD, recycle_on=date(2026, 6, 7)).verdict, Verdict.COUNTS)
		self.assertEqual(judge(GOOD, recycle_on=date(2026, 6, 6)).verdict, Verdict.LAST_MINUTE)
		self.assertEqual(judge(GOOD, recycle_on=date(2026, 6, 1)).verdict, Verdict.LAST_MINUTE)
		midnight = datetime(2026, 6, 5)
		self.assertEqual(judge(GOOD, recycle_on=date(2026, 6, 6), at=midnight).verdict, Verdict.LAST_MINUTE)
		before = midnight - timedelta(seconds=1)
		self.assertEqual(judge(GOOD, recycle_on=date(2026, 6, 6), at=before).verdict, Verdict.COUNTS)

	def test_one_note_a_party_and_day(self):
		self.assertEqual(judge(GOOD, counted_today=True).verdict, Verdict.ONE_A_DAY)

	@given(words, words)
	def test_likeness_is_symmetric_and_one_for_equals(self, one, other):
		self.assertEqual(likeness(one, other), likeness(other, one))
		self.assertEqual(likeness(one, one), 1.0)
		self.assertTrue(0.0 <= likeness(one, other) <= 1.0)

	@given(words.map(lambda text: "abcdefghij" + text), st.text(alphabet="0123456789 \t\n", max_size=20))
	def test_digits_and_blanks_never_make_another_note(self, text, padding):
		self.assertEqual(judge(text + padding, earlier=[old(text)]).verdict, Verdict.COPY)

	@given(st.permutations([old(GOOD, 1), old(OTHER, 2), old("Sent the catalogue by courier", 3)]))
	def test_order_of_the_earlier_notes_is_irrelevant(self, earlier):
		self.assertEqual(judge(OTHER, earlier=earlier).like.text, OTHER)


class TestActs(unittest.TestCase):
	def test_a_mail_to_one_to_three_people_outside_the_house(self):
		ours = {"rep@ours.example"}
		self.assertTrue(mail_counts({"buyer@theirs.example"}, ours))
		self.assertFalse(mail_counts({"REP@ours.example"}, ours))
		self.assertFalse(mail_counts(set(), ours))
		three = {f"buyer{i}@theirs.example" for i in range(3)}
		self.assertTrue(mail_counts(three | ours, ours))
		self.assertFalse(mail_counts(three | {"d@theirs.example"}, ours))

	def test_addresses_are_found_in_any_writing(self):
		text = '"Ada, B." <Ada@X.example>, bob@y.example; carol@z.example\n'
		self.assertEqual(addresses(text), {"ada@x.example", "bob@y.example", "carol@z.example"})
		self.assertEqual(addresses(None), set())

	def test_a_call_is_completed_and_lasts(self):
		self.assertTrue(call_counts("Completed", 10))
		self.assertFalse(call_counts("Completed", 9.9))
		self.assertFalse(call_counts("No Answer", 60))
		self.assertFalse(call_counts("Completed", None))

	def test_a_meeting_counts_when_it_is_over(self):
		later, earlier = NOW + timedelta(hours=1), NOW - timedelta(hours=1)
		self.assertFalse(meeting_over("Open", later, earlier, now=NOW))
		self.assertTrue(meeting_over("Open", NOW, earlier, now=NOW))
		self.assertTrue(meeting_over("Open", None, earlier, now=NOW))
		self.assertTrue(meeting_over("Completed", later, earlier, now=NOW))
		self.assertFalse(meeting_over("Completed", later, later, now=NOW))
		self.assertFalse(meeting_over("Closed", None, later, now=NOW))
		self.assertFalse(meeting_over("Cancelled", earlier, earlier, now=NOW))

	def test_an_opportunity_counts_when_it_goes_forward(self):
		self.assertTrue(moved_forward(None, "Open"))
		self.assertTrue(moved_forward("Open", "Quotation"))
		self.assertFalse(moved_forward("Quotation", "Open"))
		self.assertFalse(moved_forward("Open", "Open"))
		self.assertFalse(moved_forward("Open", "Lost"))
