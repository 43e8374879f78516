"""The end of a contract in figures worked out by hand."""

import unittest

from l2c_app.core import settlement


class TestSettlement(unittest.TestCase):
	def test_more_was_billed_than_performed(self):
		found = settlement.settle(performed=600, fee=50, billed=800, collected=700)
		self.assertEqual((found.to_bill, found.to_credit, found.claim), (0, 200, 650))
		self.assertEqual((found.to_pay, found.to_refund), (0, 50))

	def test_more_was_performed_than_billed(self):
		found = settlement.settle(performed=600, fee=0, billed=250, collected=100)
		self.assertEqual((found.to_bill, found.to_credit, found.to_pay, found.to_refund), (350, 0, 500, 0))

	def test_the_latest_invoices_are_credited_first(self):
		invoices = [("A", 300), ("B", 0), ("C", 100)]
		self.assertEqual(settlement.credits(250, invoices), [("C", 100), ("A", 150)])
		self.assertEqual(settlement.credits(0, invoices), [])
