"""Every state of a contract, and which one wins where several could: the first in the order of the rule."""

import unittest
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from l2c_app.core.contract_status import ContractFacts, contract_status

TODAY = date(2026, 3, 1)
BEFORE, AFTER = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
DRAFT = ContractFacts(docstatus=0)
APPROVED = ContractFacts(docstatus=1, open_amount=Decimal(100))
SIGNED = replace(APPROVED, signed_on=BEFORE)
ACTIVE = replace(SIGNED, activated_on=BEFORE)
PAID = replace(ACTIVE, open_amount=Decimal(0), fully_billed=True)


class TestContractStatus(unittest.TestCase):
	def test_every_state(self):
		table = [
			("Cancelled", replace(APPROVED, docstatus=2)),
			("Terminated", replace(ACTIVE, terminated_on=BEFORE)),
			("Draft", DRAFT),
			("Pending Approval", replace(DRAFT, pending_approval=True)),
			("Approved", APPROVED),
			("Signed", SIGNED),
			("Not Started", replace(ACTIVE, start_date=AFTER)),
			("Completed", PAID),
			("Expired", replace(ACTIVE, end_date=BEFORE)),
			("Active", ACTIVE),
		]
		for expected, facts in table:
			with self.subTest(expected):
				self.assertEqual(contract_status(facts, TODAY), expected)

	def test_the_first_in_the_order_wins(self):
		"""Each fact set has what two states need; the earlier one is the state."""
		table = [
			("Cancelled", replace(ACTIVE, docstatus=2, terminated_on=BEFORE)),
			("Terminated", replace(PAID, terminated_on=BEFORE, end_date=BEFORE)),
			("Terminated", replace(DRAFT, terminated_on=BEFORE)),
			("Draft", replace(DRAFT, signed_on=BEFORE, activated_on=BEFORE)),
			("Approved", replace(APPROVED, pending_approval=True)),
			("Approved", replace(APPROVED, start_date=AFTER, end_date=BEFORE)),
			("Signed", replace(SIGNED, end_date=BEFORE)),
			("Signed", replace(SIGNED, open_amount=Decimal(0), fully_billed=True)),
			("Not Started", replace(PAID, start_date=AFTER)),
			("Completed", replace(PAID, end_date=BEFORE)),
		]
		for expected, facts in table:
			with self.subTest(expected):
				self.assertEqual(contract_status(facts, TODAY), expected)

	def test_the_day_itself_belongs_to_the_contract(self):
		self.assertEqual(contract_status(replace(ACTIVE, start_date=TODAY), TODAY), "Active")
		self.assertEqual(contract_status(replace(ACTIVE, end_date=TODAY), TODAY), "Active")

	def test_completed_needs_both_nothing_open_and_all_billed(self):
		self.assertEqual(contract_status(replace(PAID, fully_billed=False), TODAY), "Active")
		self.assertEqual(contract_status(replace(PAID, open_amount=Decimal("0.01")), TODAY), "Active")
