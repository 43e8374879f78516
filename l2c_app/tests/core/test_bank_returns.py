import unittest
from datetime import date

from l2c_app.core.bank_returns import Movement, went_back


def came(key: str = "in", day: int = 1, amount: int = 64_000, **more) -> Movement:
	return Movement(key, "Bank", date(2026, 6, day), amount, **more)


def left(day: int = 4, amount: int = 64_000, **more) -> Movement:
	return Movement("out", "Bank", date(2026, 6, day), amount, **more)


class TestBankReturns(unittest.TestCase):
	def test_the_same_reference_whenever(self):
		self.assertEqual(went_back([came(day=20, reference="R1")], [left(day=1, reference="R1")]), {"in"})
		self.assertEqual(went_back([came(reference="R1")], [left(reference="R2")]), set())

	def test_its_own_reference_but_the_same_payer(self):
		"""640.00 came on 1 June and left on 4 June."""
		iban = came(payer_account="DE89 3704 0044", reference="A")
		self.assertEqual(went_back([iban], [left(payer_account="de8937040044", reference="B")]), {"in"})
		named = came(payer="Blue Heron Optics Ltd.")
		self.assertEqual(went_back([named], [left(payer="BLUE HERON OPTICS")]), {"in"})
		self.assertEqual(went_back([named], [left(payer="Quartz Harbour")]), set())

	def test_much_the_same_text(self):
		line = came(text="INV-2026-007 payment")
		self.assertEqual(went_back([line], [left(text="RETURN INV-2026-007")]), {"in"})
		self.assertEqual(went_back([line], [left(text="rent for the office payment")]), set())

	def test_amount_account_and_days_must_fit(self):
		line = came(payer="Blue Heron")
		for other in (
			left(payer="Blue Heron", amount=64_001),
			Movement("out", "Other Bank", date(2026, 6, 4), 64_000, payer="Blue Heron"),
			Movement("out", "Bank", date(2026, 5, 31), 64_000, payer="Blue Heron"),
			Movement("out", "Bank", date(2026, 7, 2), 64_000, payer="Blue Heron"),
		):
			with self.subTest(other=other):
				self.assertEqual(went_back([line], [other]), set())
		last = Movement("out", "Bank", date(2026, 7, 1), 64_000, payer="Blue Heron")
		self.assertEqual(went_back([line], [last]), {"in"})

	def test_one_return_takes_back_one_line_the_nearest(self):
		lines = [came("first", 1, payer="Blue Heron"), came("second", 3, payer="Blue Heron")]
		back = left(payer="Blue Heron")
		self.assertEqual(went_back(lines, [back]), {"second"})
		self.assertEqual(went_back(lines, [back, left(day=5, payer="Blue Heron")]), {"first", "second"})
