import unittest
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core import receivable_measures as measures
from l2c_app.core.receivable_measures import Payment, Piece, Ways

TODAY = date(2026, 6, 15)


def paid(late: int, amount: int = 100, *, due: int = 200, invoice: str = "") -> Piece:
	day = TODAY - timedelta(days=due)
	return Piece(amount, day, day + timedelta(days=late), invoice)


def overdue(late: int, amount: int = 100) -> Piece:
	return Piece(amount, TODAY - timedelta(days=late))


class TestMeasures(unittest.TestCase):
	def test_delay_is_weighted_by_amount_and_counts_what_is_overdue(self):
		self.assertEqual(measures.delay([paid(10, 900), overdue(110, 100)], TODAY), 20)
		self.assertEqual(measures.delay([paid(-20)], TODAY), 0)
		self.assertIsNone(measures.delay([Piece(100, TODAY)], TODAY))

	def test_letters(self):
		letters = [measures.rating([paid(late)] * 3, TODAY).letter for late in (0, 30, 31, 60, 61, 90, 91)]
		self.assertEqual(letters, ["A", "A", "B", "B", "C", "C", "D"])

	def test_a_small_remainder_is_late_by_its_own_weight(self):
		"""Three invoices of 1,000.00; 0.01 of one open for 245 days: 0.01 × 245 / 3,000 days late, not 81.7 (a C)."""
		on_time = TODAY - timedelta(days=245)
		remainder = measures.parts_of("C", total=100_000, left=1, due=on_time, last=on_time)
		self.assertEqual(remainder, [Piece(99_999, on_time, on_time, "C"), Piece(1, on_time, None, "C")])
		others = [paid(0, 100_000, due=245, invoice=name) for name in "AB"]
		found = measures.rating([*others, *remainder], TODAY)
		self.assertEqual((found.letter, found.invoices), ("A", 3))
		self.assertAlmostEqual(found.delay, 245 / 300_000)

	def test_parts_of_invoices_that_are_all_open_or_all_paid(self):
		day = TODAY - timedelta(days=10)
		self.assertEqual(
			measures.parts_of("A", total=5, left=5, due=day, last=None), [Piece(5, day, None, "A")]
		)
		self.assertEqual(
			measures.parts_of("A", total=5, left=0, due=day, last=TODAY), [Piece(5, day, TODAY, "A")]
		)
		self.assertEqual(
			measures.parts_of("A", total=5, left=-2, due=day, last=TODAY), [Piece(5, day, TODAY, "A")]
		)

	def test_two_invoices_are_not_yet_a_habit(self):
		self.assertEqual(measures.rating([paid(50), paid(50)], TODAY).letter, "")
		parts = [paid(50, invoice="A"), paid(51, invoice="A"), paid(52, invoice="A")]
		self.assertEqual(measures.rating(parts, TODAY).invoices, 1)

	def test_the_trend_is_later_less_earlier(self):
		found = measures.rating(
			[paid(10, due=400), paid(10, due=300), paid(40, due=200), paid(60, due=100)], TODAY
		)
		self.assertEqual(found.trend, 40)

	def test_parts_of_one_invoice_stay_in_one_half_of_the_trend(self):
		"""Earlier half: A alone, 0 days; later half: B and C, (50 + 50 + 100) / 3 days."""
		parts = [paid(50, due=300, invoice="B"), paid(50, due=300, invoice="B")]
		found = measures.rating(
			[paid(0, due=400, invoice="A"), *parts, paid(100, due=200, invoice="C")], TODAY
		)
		self.assertAlmostEqual(found.trend, 200 / 3)

	def test_days_sales_outstanding(self):
		self.assertEqual(measures.dso_simple(12_000, 30_000, 90), 36)
		self.assertIsNone(measures.dso_simple(12_000, 0, 90))

	def test_countback_takes_only_what_is_left(self):
		months = [(3000, 31), (2000, 30), (2000, 31), (2000, 30), (2000, 31), (2250, 30)]
		self.assertAlmostEqual(measures.dso_countback(12_000, months), 153 + 1000 / 2250 * 30)
		self.assertEqual(measures.dso_countback(0, months), 0)
		self.assertIsNone(measures.dso_countback(99_000, months))
		self.assertEqual(measures.dso_countback(5000, [(3000, 31), (0, 30), (9000, 31)]), 31)
		self.assertIsNone(measures.dso_countback(5000, [(0, 30)]))

	def test_effectiveness(self):
		self.assertAlmostEqual(measures.effectiveness(1000, 500, 600, 400), 900 / 11)
		self.assertEqual(measures.effectiveness(1000, 0, 0, 0), 100)
		self.assertIsNone(measures.effectiveness(0, 500, 500, 500))

	def test_share_at_risk(self):
		items = [(TODAY - timedelta(days=91), 25), (TODAY - timedelta(days=90), 75)]
		self.assertEqual(measures.at_risk(items, TODAY), 25)
		self.assertIsNone(measures.at_risk([], TODAY))

	def test_a_billing_month_is_seen_when_it_is_ripe(self):
		ripe, fresh = TODAY - timedelta(days=91), TODAY - timedelta(days=10)
		found = measures.unpaid_after(
			{"2026-01": [(ripe, 100, 40), (fresh, 900, 900)], "2026-06": [(fresh, 1, 1)]}, today=TODAY
		)
		self.assertEqual(found, {"2026-01": 40, "2026-06": None})

	@given(
		st.lists(st.tuples(st.integers(1, 10**6), st.integers(28, 31)), min_size=1, max_size=12), st.data()
	)
	def test_countback_grows_with_the_receivable_and_ends_at_the_days_there_are(self, months, data):
		total = sum(sales for sales, _days in months)
		some = data.draw(st.integers(0, total))
		whole = measures.dso_countback(total, months)
		self.assertAlmostEqual(whole, sum(days for _sales, days in months))
		self.assertLessEqual(measures.dso_countback(some, months), whole + 1e-9)

	def test_weekday_and_parts_are_told_from_three_invoices_on(self):
		monday, friday = date(2026, 6, 8), date(2026, 6, 12)
		paid_in = [Payment("A", friday, 500), Payment("B", friday, 300), Payment("B", monday, 100)]
		self.assertEqual(measures.ways(paid_in), Ways())
		found = measures.ways([*paid_in, Payment("C", friday, 100)])
		self.assertEqual(found.weekday, 4)  # 900 of 1,000 on Fridays
		self.assertAlmostEqual(found.in_parts, 100 / 3)

	def test_a_weekday_of_half_the_money_is_none(self):
		monday, friday = date(2026, 6, 8), date(2026, 6, 12)
		found = measures.ways([Payment("A", friday, 2), Payment("B", monday, 1), Payment("C", monday, 1)])
		self.assertEqual(found, Ways(None, 0))
		self.assertEqual(measures.ways([Payment("A", friday, -5)] * 3), Ways())

	@given(st.lists(st.builds(paid, st.integers(-50, 200), st.integers(1, 10**6)), min_size=1, max_size=20))
	def test_the_delay_lies_between_the_best_and_the_worst(self, pieces):
		days = [max(0, (piece.paid - piece.due).days) for piece in pieces]
		found = measures.delay(pieces, TODAY)
		self.assertLessEqual(min(days) - 1e-9, found)
		self.assertLessEqual(found, max(days) + 1e-9)
