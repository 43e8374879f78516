"""A price below the price list is a discount: shown beside the line, and counted where a contract is approved."""

from typing import Any

import frappe

from l2c_app.tests import contracts, factories
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.contracts import line


class TestListPrices(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		frappe.db.delete("Item Price", {"item_code": factories.SERVICE_ITEM})
		self.price(1000)

	def price(self, rate: float, **values: Any) -> None:
		factories.make(
			"Item Price",
			**{
				"item_code": factories.SERVICE_ITEM,
				"price_list": factories.price_list(factories.COMPANY_CURRENCY),
				"price_list_rate": rate,
				"currency": factories.COMPANY_CURRENCY,
				"selling": 1,
				"valid_from": contracts.in_days(-10),
				**values,
			},
		)

	def draft(self, *rates: float, **values: Any) -> Any:
		with self.settings(
			"L2C Settings", approval_discount=20, approval_line_discount=30, approval_amount=0
		):
			return contracts.draft(items=[line(rate) for rate in rates], **values)

	def test_each_line_shows_its_list_price(self) -> None:
		found = self.draft(900, 1200)
		shown = [(row.list_rate, row.list_discount) for row in found.items]
		self.assertEqual(shown, [(1000, 10), (1000, 0)])
		self.assertEqual((found.needs_higher_approval, found.approval_reasons), (0, ""))

	def test_one_line_far_below_needs_somebody_higher(self) -> None:
		found = self.draft(690, 1000, 1000)  # 31 percent on its line, 10.3 of the whole
		self.assertEqual(found.needs_higher_approval, 1)
		item = factories.SERVICE_ITEM
		self.assertEqual(
			found.approval_reasons, f"Below the price list by more than 30 percent: #1 {item} 31 %."
		)

	def test_nothing_written_as_a_discount_counts_as_well(self) -> None:
		hidden = self.draft(780, 780)  # 22 percent below the list
		self.assertEqual(hidden.approval_reasons, "The discount is above 20 percent.")

	@bench_only("discounts on a whole document")
	def test_lines_and_the_discount_of_the_whole_count_together(self) -> None:
		"""Both lines 10 percent below, then 10 percent off: 19. With 12 percent off: 20.8, above 20."""
		within = self.draft(900, 900, discount_amount=180)
		self.assertEqual(within.approval_reasons, "")
		above = self.draft(900, 900, discount_amount=216)
		self.assertEqual(above.approval_reasons, "The discount is above 20 percent.")

	def test_the_customers_own_price_comes_first_and_old_prices_say_nothing(self) -> None:
		customer = factories.customer("L2C Listed")
		self.price(500, customer=customer)
		self.price(5000, valid_from=contracts.in_days(-9), valid_upto=contracts.in_days(-1))
		self.price(6000, valid_from=contracts.in_days(3))
		self.assertEqual(self.draft(450, customer=customer).items[0].list_rate, 500)
		self.assertEqual(self.draft(1000).items[0].list_rate, 1000)

	def test_without_a_list_price_nothing_is_held_against_a_line(self) -> None:
		frappe.db.delete("Item Price", {"item_code": factories.SERVICE_ITEM})
		# the host would make the price that is typed the list price of an item without one, where it is told to
		with self.settings("Stock Settings", auto_insert_price_list_rate_if_missing=0):
			found = self.draft(1)
		self.assertEqual((found.items[0].list_rate, found.approval_reasons), (0, ""))
