import unittest
from datetime import date

from l2c_app.core.customer_statements import Customer, Reason, is_due, month_before, reason_against


class TestCustomerStatements(unittest.TestCase):
	def test_reasons_in_their_order(self):
		cases = [
			(Customer((), address="a@b.example"), Reason.ZERO),
			(Customer((0, 0), blocked=True), Reason.ZERO),
			(Customer((5,), blocked=True, no_mail=True), Reason.BLOCKED),
			(Customer((5,), no_mail=True), Reason.NO_MAIL),
			(Customer((5,)), Reason.NO_ADDRESS),
			(Customer((5,), address="a@b.example"), None),
			(Customer((-5,), address="a@b.example"), None),  # his credit is stated as well
			(Customer((100, -100), address="a@b.example"), None),  # two currencies
		]
		for customer, reason in cases:
			with self.subTest(customer=customer):
				self.assertEqual(reason_against(customer), reason)

	def test_the_month_before(self):
		self.assertEqual(month_before(date(2024, 3, 1)), (date(2024, 2, 1), date(2024, 2, 29)))
		self.assertEqual(month_before(date(2025, 1, 31)), (date(2024, 12, 1), date(2024, 12, 31)))

	def test_a_missed_night_is_made_up_for_a_week(self):
		due = [day for day in range(1, 32) if is_due(date(2024, 1, day), 3)]
		self.assertEqual(due, [3, 4, 5, 6, 7, 8, 9])
		self.assertFalse(any(is_due(date(2024, 1, day), 0) for day in range(1, 32)))
