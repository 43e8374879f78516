from unittest.mock import patch

import frappe

from l2c_app.services.chasing import bank_lines, case_doors, cases, chase_facts, chase_marks, dunning_runs
from l2c_app.tests import bank_case, factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.chasing_case import ChasingTestCase

IBAN = "DE89370400440532013000"


@bench_only("bank lines, and grouped queries over the payment ledger")
class TestBankSuspects(ChasingTestCase):
	"""1,000.00 is overdue; a line of another amount may be the customer's only by what it says about its payer."""

	def setUp(self):
		super().setUp()
		self.late = self.invoice(30, 1000)
		self.live = self.case()
		self.key = (self.customer, factories.COMPANY, "USD")

	def found(self) -> str:
		return chase_facts.read([self.customer], bank=bank_lines.suspects())[self.key].facts.bank_line

	def test_whoever_matching_knows_holds_the_letter(self):
		alias = {"doctype": "Payer Alias", "customer": self.customer}
		signs = {
			"learned name": ({"kind": "Name", "value": "Heron Pay"}, {"payer": "Heron Pay"}),
			"learned account": (
				{"kind": "Account", "value": "DE89 3704 0044 0532 0130 00"},
				{"iban": IBAN},
			),
			"party by the host": (None, {"party_type": "Customer", "party": self.customer}),
		}
		for what, (learned, said) in signs.items():
			with self.subTest(what=what):
				frappe.db.savepoint("sign")
				if learned:
					frappe.get_doc({**alias, **learned}).insert()
				line = bank_case.line(77.77, "transfer", **said)
				self.assertEqual(self.found(), line.name)
				frappe.db.rollback(save_point="sign")

	def test_an_account_counts_however_it_is_written(self):
		bank = factories.find_or_make("Bank", bank_case.BANK, bank_name=bank_case.BANK)
		values = {"account_name": "L2C Payer Account", "bank": bank, "party_type": "Customer"}
		factories.make("Bank Account", party=self.customer, iban="DE89 3704 0044 0532 0130 00", **values)
		line = bank_case.line(77.77, "transfer", iban=IBAN)
		self.assertEqual(self.found(), line.name)

	def test_an_amount_that_two_owe_points_at_nobody_in_case_and_run_alike(self):
		line = bank_case.line(1000, "transfer")
		self.assertEqual(self.found(), line.name)
		other = self.make_customer("L2C Owes The Same")
		self.invoice(30, 1000, other)
		self.assertEqual(self.found(), "")
		list(cases.chunks())
		self.assertFalse(frappe.db.get_value("Collection Case", self.live.name, "bank_line"))
		self.assertEqual([row.state for row in self.send(self.line().run)], ["Sent"])

	def test_a_ledger_door_and_what_follows_it_ask_only_for_the_line_found_last(self):
		line = bank_case.line(77.77, "transfer", payer="L2C Late Payer")
		with patch.object(bank_lines, "suspects", side_effect=AssertionError("looked at every line")):
			factories.payment(self.customer, 1)
			self.assertEqual(chase_marks.flush(), [self.customer])
			case_doors.read_again()
		self.assertEqual(self.stored(), (None, "Send the next level"))
		list(cases.chunks())
		self.assertEqual(self.stored(), (line.name, "Match the bank line"))
		factories.payment(self.customer, 1)
		chase_marks.flush()
		case_doors.read_again()
		self.assertEqual(self.stored(), (line.name, "Match the bank line"))
		line.db_set({"unallocated_amount": 0, "status": "Reconciled"})
		factories.payment(self.customer, 1)
		chase_marks.flush()
		case_doors.read_again()
		self.assertEqual(self.stored(), (None, "Send the next level"))

	def stored(self) -> tuple:
		return frappe.db.get_value("Collection Case", self.live.name, ["bank_line", "next_action"])

	def test_a_line_that_comes_in_during_a_run_is_seen(self):
		watch = bank_lines.Watch()
		self.assertNotIn(self.key, watch.now())
		with patch.object(bank_lines, "suspects", side_effect=AssertionError("nothing has changed")):
			watch.now()
		line = bank_case.line(77.77, "transfer", payer="L2C Late Payer")
		self.assertEqual(watch.now()[self.key], line.name)
		row = self.run_rows(dunning_runs.prepare(self.policy.name))[0]
		self.assertEqual((row.state, line.name in row.reason), ("Held Back", True))
