"""Money in clearing: it settles rows like any money, and only what is collected waits."""

import unittest

from hypothesis import given
from hypothesis import strategies as st

from l2c_app.core.allocation import Link, Money, Row, allocate

amounts = st.integers(0, 2_000)
pieces = st.builds(Money, st.integers(-500, 2_000), amounts, amounts)


def place(net: list[int], family: Money, advance: Money):
	rows = [Row(f"R{index}", index, amount) for index, amount in enumerate(net)]
	links = [Link("INV", row.row_id, row.net) for row in rows[1:]]
	return rows, allocate(rows, links, families={"INV": family}, advances={"ORD": advance})


class TestClearing(unittest.TestCase):
	@given(st.lists(st.integers(1, 1_000), min_size=1, max_size=4), pieces, pieces)
	def test_clearing_never_changes_what_is_settled_in_all(self, net, family, advance):
		rows, found = place(net, family, advance)
		cleared = place(
			net, Money(family.settled, family.non_cash), Money(advance.settled, advance.non_cash)
		)[1]
		everything = sum(found.settled(row.row_id) for row in rows) + found.credit_balance
		self.assertEqual(
			everything, sum(cleared.settled(row.row_id) for row in rows) + cleared.credit_balance
		)
		self.assertTrue(all(0 <= found.settled(row.row_id) <= row.net for row in rows))

	@given(st.lists(st.integers(1, 1_000), min_size=1, max_size=4), pieces, pieces)
	def test_the_three_kinds_of_money_add_up_to_what_came(self, net, family, advance):
		rows, found = place(net, family, advance)
		kinds = (found.cash, found.in_clearing, found.non_cash)
		placed = sum(kind[row.row_id] for kind in kinds for row in rows)
		self.assertEqual(placed + found.credit_balance, max(0, family.settled) + max(0, advance.settled))
		self.assertLessEqual(sum(found.in_clearing.values()), family.in_clearing + advance.in_clearing)

	def test_a_bill_on_an_invoice_is_settled_and_not_collected(self):
		_rows, found = place([300, 700], Money(700, 0, 500), Money(0))
		self.assertEqual((found.cash["R1"], found.in_clearing["R1"], found.settled("R1")), (200, 500, 700))
