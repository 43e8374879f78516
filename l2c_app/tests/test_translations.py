import csv
import re
import unittest

from l2c_app.tests.source import PACKAGE
from l2c_app.tests.strings import all_strings

PLACEHOLDER = re.compile(r"\{\w*\}")


def translations(language: str) -> list[list[str]]:
	with (PACKAGE / "translations" / f"{language}.csv").open(encoding="utf-8", newline="") as file:
		return list(csv.reader(file))


class TestTranslations(unittest.TestCase):
	def test_every_visible_text_is_in_chinese(self):
		known = {row[0] for row in translations("zh")}
		missing = {text: place for text, place in all_strings().items() if text not in known}
		self.assertFalse(missing, f"{len(missing)} texts without Chinese: {missing}")

	def test_no_row_is_left_over_or_doubled(self):
		used, rows = set(all_strings()), [row[0] for row in translations("zh")]
		self.assertEqual(sorted(set(rows) - used), [])
		self.assertEqual(len(rows), len(set(rows)))

	def test_a_translation_keeps_its_placeholders_and_is_chinese(self):
		for source, target in translations("zh"):
			with self.subTest(source):
				self.assertEqual(sorted(PLACEHOLDER.findall(source)), sorted(PLACEHOLDER.findall(target)))
				self.assertTrue(target.strip())

	def test_a_promise_that_was_kept_has_a_word_of_its_own(self):
		chinese, texts = dict(translations("zh")), all_strings()
		self.assertEqual(chinese["Kept"], "已兑现")
		self.assertIn("promise", texts["Kept"])
		self.assertEqual((chinese["Left in Place"], chinese["Still Held"]), ("原样保留", "仍持有"))

	def test_the_extractor_finds_texts_of_every_kind(self):
		found = set(all_strings())
		for text in ("Sales Contract", "Own Invoice", "Follow Up: {0}", "This follow up is not complete"):
			self.assertIn(text, found)
