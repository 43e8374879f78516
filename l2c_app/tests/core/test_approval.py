"""Who approves: on the limit a manager, above it somebody higher; what is not known is not held against a contract."""

import unittest
from decimal import Decimal as D

from l2c_app.core import approval
from l2c_app.core.approval import Limits, Offer

LIMITS = Limits(D(1000), D(20), D(15), True)


class TestApproval(unittest.TestCase):
	def test_on_the_limit_is_within_it(self) -> None:
		self.assertEqual(approval.reasons(Offer(D(1000), D(20), D(15)), LIMITS), [])

	def test_each_limit_is_named(self) -> None:
		offer = Offer(D("1000.01"), D("20.1"), D("14.9"), True)
		self.assertEqual(approval.reasons(offer, LIMITS), ["amount", "discount", "margin", "non_standard"])
		self.assertEqual(approval.reasons(offer, Limits()), [])

	def test_an_unknown_margin_is_no_reason(self) -> None:
		self.assertEqual(approval.reasons(Offer(D(1)), LIMITS), [])

	def test_a_discount_in_money_is_read_as_percent(self) -> None:
		self.assertEqual(approval.discount_percent(D(0), D(250), D(750)), D(25))
		self.assertEqual(approval.discount_percent(D(30), D(0), D(700)), D(30))
		self.assertEqual(approval.discount_percent(D(0), D(0), D(0)), D(0))

	def test_lines_below_their_list_price(self) -> None:
		lines = {1: (D(80), D(100)), 2: (D(120), D(100)), 3: (D(5), None), 4: (D(5), D(0))}
		self.assertEqual(approval.line_discounts(lines), {1: D(20)})
		offer = Offer(D(1), line_discount=D("20.1"))
		self.assertEqual(approval.reasons(offer, Limits(line_discount=D(20))), ["line_discount"])
		self.assertEqual(approval.reasons(offer, Limits()), [])

	def test_the_whole_discount_begins_at_the_list_prices(self) -> None:
		lines = [(D(80), D(100)), (D(100), D(100))]
		self.assertEqual(approval.with_list_prices(D(10), lines), D(19))
		self.assertEqual(
			approval.with_list_prices(D(0), [(D(80), D(100)), (D(140), D(100))]), 100 - D(220) / D("2.4")
		)
		self.assertEqual(approval.with_list_prices(D(25), [(D(100), None)]), D(25))
		self.assertEqual(approval.with_list_prices(D(25), []), D(25))

	def test_margin_over_the_lines_with_a_cost(self) -> None:
		self.assertEqual(approval.margin_percent([(D(100), D(80)), (D(50), None)]), D(20))
		self.assertEqual(approval.margin_percent([(D(100), D(120))]), D(-20))
		self.assertIsNone(approval.margin_percent([(D(50), None)]))
		self.assertIsNone(approval.margin_percent([]))
