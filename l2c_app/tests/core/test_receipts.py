"""Where a receipt goes: what was asked, never beyond what is open, the rest to no document."""

import unittest
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core.facts import ADVANCE, Billing, Entry, Facts, Invoice, PlanRow
from l2c_app.core.position import position
from l2c_app.core.receipts import apply, room_of, share_unallocated

TODAY = date(2026, 3, 1)
PLAN = (
	PlanRow("R1", 1, 300, due=date(2026, 1, 10), is_advance=True),
	PlanRow("R2", 2, 500, due=date(2026, 2, 15)),
	PlanRow("R3", 3, 200, due=date(2026, 12, 31)),
)
BILLED = (Billing("R1", "SI-1", 300), Billing("R2", "SI-1", 500))
ASKS = st.lists(st.tuples(st.sampled_from(["", "R1", "R2", "R3"]), st.integers(0, 900)), max_size=4)


def spread(asks: list[tuple[str, int]], facts: Facts) -> dict[str, int]:
	"""Apply a receipt to a contract with one order of 1,000."""
	return apply(asks, room_of(facts, position(facts, TODAY), {"SO-1": 1000}))


def billed(paid: int = 0, *more: Invoice) -> Facts:
	"""The contract with its first invoice of 800, of which `paid` came in."""
	entries = (Entry("Payment Entry", "PE-1", "SI-1", paid),) if paid else ()
	return Facts(1000, PLAN, BILLED, (Invoice("SI-1", "SI-1", 800, 800 - paid), *more), entries)


class TestReceipts(unittest.TestCase):
	def test_before_any_invoice_everything_goes_to_the_order(self) -> None:
		self.assertEqual(spread([("", 300)], Facts(1000, PLAN)), {"SO-1": 300})
		self.assertEqual(spread([("", 1200)], Facts(1000, PLAN)), {"SO-1": 1000})

	def test_a_deposit_on_the_order_takes_its_room(self) -> None:
		deposit = Entry("Payment Entry", "PE-1", "SO-1", 900, ADVANCE)
		self.assertEqual(spread([("", 300)], Facts(1000, PLAN, entries=(deposit,))), {"SO-1": 100})

	def test_billed_rows_go_to_the_invoice_and_the_rest_to_the_order(self) -> None:
		self.assertEqual(spread([("", 900)], billed()), {"SI-1": 800, "SO-1": 100})
		self.assertEqual(spread([("R2", 500), ("R3", 200)], billed()), {"SI-1": 500, "SO-1": 200})

	def test_a_row_takes_no_more_than_is_open_on_it(self) -> None:
		self.assertEqual(spread([("R1", 400)], billed()), {"SI-1": 300})
		self.assertEqual(spread([("R1", 400)], billed(300)), {})

	def test_a_standing_return_lowers_what_the_invoice_takes(self) -> None:
		note = Invoice("CN-1", "SI-1", -100, -100)
		self.assertEqual(spread([("R2", 500)], billed(300, note)), {"SI-1": 400})

	@given(ASKS, st.integers(0, 800))
	def test_nothing_is_applied_beyond_what_came_and_what_is_open(self, asks: list, paid: int) -> None:
		applied = spread(asks, billed(paid))
		self.assertLessEqual(sum(applied.values()), sum(amount for _row, amount in asks))
		self.assertLessEqual(applied.get("SI-1", 0), 800 - paid)
		self.assertLessEqual(applied.get("SO-1", 0), 200)
		self.assertTrue(all(amount > 0 for amount in applied.values()))

	@given(st.integers(1, 1500), st.integers(0, 800))
	def test_without_a_row_all_that_is_open_is_used(self, amount: int, paid: int) -> None:
		self.assertEqual(sum(spread([("", amount)], billed(paid)).values()), min(amount, 1000 - paid))


class TestSharedPayment(unittest.TestCase):
	def test_worked_by_hand(self):
		asked = {"A": 300, "B": 700}
		self.assertEqual(share_unallocated(250, asked, {"A": 300, "B": 450}), {"A": 0, "B": 250})
		self.assertEqual(share_unallocated(1000, asked, {}), asked)
		self.assertEqual(share_unallocated(0, asked, asked), {"A": 0, "B": 0})
		# 100 more than anybody asked for: shared as 300 to 700
		self.assertEqual(share_unallocated(350, asked, {"A": 300, "B": 450}), {"A": 30, "B": 320})

	@given(
		st.integers(0, 2000),
		st.dictionaries(st.sampled_from("ABC"), st.integers(0, 900), min_size=1),
		st.dictionaries(st.sampled_from("ABC"), st.integers(0, 900)),
	)
	def test_the_parts_add_up_and_nobody_gets_less_than_nothing(self, left, asked, applied):
		parts = share_unallocated(left, asked, applied)
		self.assertEqual(sum(parts.values()), left)
		self.assertTrue(all(part >= 0 for part in parts.values()))
		if left <= sum(max(0, asked[name] - applied.get(name, 0)) for name in asked):
			self.assertTrue(all(part <= max(0, asked[n] - applied.get(n, 0)) for n, part in parts.items()))
