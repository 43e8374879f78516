import unittest
from datetime import date

from l2c_app.core import duplicates, normalise


class TestScore(unittest.TestCase):
	def test_points_add_up_once_per_kind_to_a_hundred(self):
		for kinds, points in (
			(["Company", "Domain"], 50),
			(["Phone", "Phone"], 60),
			(["Phone", "Email"], 100),
			(["Domain"], 20),
			([], 0),
		):
			with self.subTest(kinds):
				self.assertEqual(duplicates.score(kinds), points)

	def test_what_happens_by_entry_point_and_score(self):
		for wanted, best, then in (
			("Block", 60, "Block"),
			("Block", 50, "Warn"),
			("Block", 20, "Allow"),
			("Warn", 30, "Warn"),
			("Report", 100, "Report"),
			("Allow", 100, "Allow"),
		):
			with self.subTest(wanted=wanted, best=best):
				self.assertEqual(duplicates.action(wanted, best), then)


class TestHeldUntil(unittest.TestCase):
	def test_the_later_of_rule_and_protection_counts(self):
		eighth, tenth, eleventh = date(2026, 6, 8), date(2026, 6, 10), date(2026, 6, 11)
		held = duplicates.held_until
		self.assertEqual(held(recycle_on=eighth, protected_until=eleventh), date(2026, 6, 12))
		self.assertEqual(held(recycle_on=tenth, protected_until=eighth), tenth)
		self.assertEqual(held(recycle_on=tenth, protected_until=None), tenth)
		self.assertIsNone(held(recycle_on=None, protected_until=eleventh))


class TestDomainKey(unittest.TestCase):
	def test_companies_have_a_domain_and_free_mailers_none(self):
		for text, key in (
			("Ann@Sales.ACME.com", "sales.acme.com"),
			("ann@gmail.com", ""),
			("ann@googlemail.com", ""),
			("wang@qq.com", ""),
			("https://www.acme.com/about?x=1", "acme.com"),
			("acme.com:8080", "acme.com"),
			("http://localhost/", ""),
			("no address", ""),
			("", ""),
			(None, ""),
		):
			with self.subTest(text):
				self.assertEqual(normalise.domain_key(text), key)
