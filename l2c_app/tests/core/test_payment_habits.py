"""What payers' habits add to the usual days, with bounds and worked examples."""

import unittest

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core.payment_habits import Paid, learn


def paid(customer: str, days: float, disputed: str = "No") -> Paid:
	return Paid({"customer": customer, "disputed": disputed}, days)


invoices = st.lists(
	st.builds(paid, st.sampled_from("ABC"), st.integers(0, 120), st.sampled_from(["Yes", "No"])), max_size=40
)


class TestHabits(unittest.TestCase):
	def test_a_late_payer_and_a_dispute_add_their_days(self):
		rows = [paid(c, 30) for c in "ABDE" for _n in range(20)] + [paid("C", 40) for _n in range(20)]
		rows += [paid("A", 45, "Yes") for _n in range(20)]
		habits = learn(rows)
		self.assertAlmostEqual(habits.expected_days({"customer": "A", "disputed": "No"}), 30, delta=1)
		self.assertAlmostEqual(habits.expected_days({"customer": "C", "disputed": "No"}), 40, delta=1)
		self.assertAlmostEqual(habits.expected_days({"customer": "A", "disputed": "Yes"}), 45, delta=1)
		self.assertAlmostEqual(habits.expected_days({"customer": "C", "disputed": "Yes"}), 55, delta=2)

	def test_one_forgotten_invoice_is_no_habit(self):
		habits = learn([paid("A", 30) for _n in range(9)] + [paid("A", 700)])
		self.assertEqual(habits.expected_days({"customer": "A", "disputed": "No"}), 30)

	def test_one_invoice_keeps_half_of_its_effect(self):
		habits = learn([paid("A", 30) for _n in range(9)] + [paid("B", 50)])
		self.assertAlmostEqual(habits.expected_days({"customer": "B", "disputed": "No"}), 40, delta=0.5)

	def test_a_stranger_takes_the_usual_days(self):
		self.assertEqual(
			learn([paid("A", 10), paid("B", 20), paid("C", 30)]).expected_days({"customer": "Z"}), 20
		)

	def test_nothing_known(self):
		self.assertEqual(learn([]).expected_days({"customer": "A"}), 0)

	@given(invoices)
	def test_the_expectation_is_the_explanation_added_up_and_never_negative(self, rows):
		habits = learn(rows)
		for customer in "ABCZ":
			traits = {"customer": customer, "disputed": "Yes"}
			total = habits.usual + sum(days for _what, days in habits.explain(traits))
			self.assertAlmostEqual(habits.expected_days(traits), max(0, total))

	@given(invoices, st.randoms())
	def test_the_order_of_invoices_does_not_matter(self, rows, rng):
		shuffled = list(rows)
		rng.shuffle(shuffled)
		for customer in "ABC":
			traits = {"customer": customer, "disputed": "No"}
			self.assertAlmostEqual(learn(rows).expected_days(traits), learn(shuffled).expected_days(traits))
