import base64
import unittest
from dataclasses import replace
from datetime import datetime, timedelta

from l2c_app.core.signing import (
	IMAGE_PREFIX,
	Link,
	LinkFacts,
	State,
	drawn_image,
	fingerprint,
	judge,
	new_token,
	next_in_turn,
	reminder_due,
	same,
	token_hash,
)

NOON = datetime(2026, 6, 10, 12)
GOOD = LinkFacts(State.SENT, NOON, True, "text", "text", "pdf", "pdf")


def png(width: int = 300, height: int = 150, filler: int = 80) -> str:
	head = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big")
	return IMAGE_PREFIX + base64.b64encode(head + b"\x00" * filler).decode()


class TestLinks(unittest.TestCase):
	def test_a_link_opens_to_its_last_second(self):
		self.assertIs(judge(GOOD, NOON), Link.OPEN)
		self.assertIs(judge(replace(GOOD, state=State.VIEWED), NOON), Link.OPEN)
		self.assertIs(judge(GOOD, NOON.replace(second=1)), Link.EXPIRED)

	def test_what_became_of_a_request_comes_before_the_clock(self):
		late = NOON.replace(hour=13)
		for state, link in (
			(State.SIGNED, Link.SIGNED),
			(State.DECLINED, Link.DECLINED),
			(State.WITHDRAWN, Link.WITHDRAWN),
			(State.EXPIRED, Link.EXPIRED),
			(State.WAITING, Link.CLOSED),
		):
			self.assertIs(judge(replace(GOOD, state=state), late), link)

	def test_another_text_another_pdf_and_a_contract_that_is_past_it_close_the_link(self):
		self.assertIs(judge(replace(GOOD, text_now="other"), NOON), Link.CHANGED)
		self.assertIs(judge(replace(GOOD, pdf_now="other"), NOON), Link.CHANGED)
		self.assertIs(judge(replace(GOOD, pdf_now="", pdf_sent=""), NOON), Link.CHANGED)
		self.assertIs(judge(replace(GOOD, ready=False), NOON), Link.CLOSED)

	def test_a_token_is_kept_as_its_hash_and_two_are_never_the_same(self):
		# SHA-256 of "abc", from the standard
		self.assertEqual(
			token_hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
		)
		self.assertEqual(len({new_token() for _each in range(50)}), 50)
		self.assertGreaterEqual(len(new_token()), 43)  # 256 bits in base64
		self.assertTrue(same("a", "a"))
		self.assertFalse(same("", ""))

	def test_a_fingerprint_does_not_depend_on_the_order_of_keys(self):
		self.assertEqual(fingerprint({"a": 1, "b": [2]}), fingerprint({"b": [2], "a": 1}))
		self.assertNotEqual(fingerprint({"a": [1, 2]}), fingerprint({"a": [2, 1]}))


class TestReminders(unittest.TestCase):
	def test_in_the_last_days_and_never_on_the_day_it_was_sent(self):
		for valid, days, hours, due in (
			(14, 3, 11 * 24 - 1, False),
			(14, 3, 11 * 24, True),
			(14, 3, 14 * 24 - 1, True),
			(14, 3, 14 * 24, False),  # it has expired: nothing to remind of
			(14, 0, 13 * 24, False),
			(2, 3, 23, False),
			(2, 3, 24, True),
			(1, 3, 23, False),
			(1, 3, 24, False),
		):
			with self.subTest(valid=valid, days=days, hours=hours):
				now, expires = NOON + timedelta(hours=hours), NOON + timedelta(days=valid)
				self.assertEqual(reminder_due(NOON, expires, days=days, now=now), due)


class TestTurns(unittest.TestCase):
	def test_the_lowest_order_that_is_not_signed_has_its_turn(self):
		waiting, signed = State.WAITING, State.SIGNED
		self.assertEqual(next_in_turn([(1, waiting), (2, waiting)]), [0])
		self.assertEqual(next_in_turn([(1, signed), (2, waiting), (2, waiting), (3, waiting)]), [1, 2])
		self.assertEqual(next_in_turn([(1, State.VIEWED), (2, waiting)]), [])
		self.assertEqual(next_in_turn([(1, State.DECLINED), (2, waiting)]), [])
		self.assertEqual(next_in_turn([(1, signed)]), [])


class TestDrawings(unittest.TestCase):
	def test_only_a_png_of_a_sensible_size_is_a_drawing(self):
		self.assertTrue(drawn_image(png()).startswith(b"\x89PNG"))
		for bad in (
			"",
			"data:image/svg+xml;base64,PHN2Zz4=",
			IMAGE_PREFIX + "not base64 !",
			IMAGE_PREFIX + base64.b64encode(b"GIF89a" + b"0" * 80).decode(),
			png(width=0),
			png(width=40_000),
			png(filler=200_000),
			png() + '" onerror="alert(1)',
		):
			self.assertIsNone(drawn_image(bad), bad[:60])
