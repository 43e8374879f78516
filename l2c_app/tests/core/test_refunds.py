"""Where the money of a refund comes from, by hand, in cents."""

import unittest

from l2c_app.core.refunds import Note, Refund, refund

OLD_OF_B, OF_A, OF_NOBODY = Note("N1", {"B": 100}), Note("N2", {"A": 150}), Note("N3", {"": 70})
SHARED = Note("N4", {"A": 60, "B": 40})


class TestRefunds(unittest.TestCase):
	def test_a_contracts_refund_takes_its_own_note(self):
		self.assertEqual(refund(150, {"A": 150}, [OLD_OF_B, OF_A], on_account=0), Refund({"N2": 150}, 0, 0))

	def test_anothers_note_is_no_credit(self):
		found = refund(200, {"A": 200}, [OLD_OF_B, OF_A], on_account=0)
		self.assertEqual(found.missing, 50)

	def test_each_contract_takes_what_the_refund_says_of_it(self):
		asks = {"A": 50, "B": 100}
		self.assertEqual(
			refund(150, asks, [OLD_OF_B, OF_A], on_account=0), Refund({"N2": 50, "N1": 100}, 0, 0)
		)
		# A asks for 120 and its notes have 150, B asks for 30: none takes more than was said of it
		self.assertEqual(
			refund(150, {"A": 120, "B": 30}, [OLD_OF_B, OF_A], on_account=0).notes, {"N2": 120, "N1": 30}
		)

	def test_a_note_of_two_contracts_gives_each_its_part(self):
		self.assertEqual(refund(60, {"A": 60}, [SHARED], on_account=0), Refund({"N4": 60}, 0, 0))
		self.assertEqual(refund(61, {"A": 61}, [SHARED], on_account=0).missing, 1)

	def test_then_nobodys_notes_then_money_on_account(self):
		found = refund(250, {"A": 250}, [OLD_OF_B, OF_A, OF_NOBODY], on_account=80)
		self.assertEqual(found, Refund({"N2": 150, "N3": 70}, on_account=30, missing=0))

	def test_without_a_contract_every_note_is_open(self):
		self.assertEqual(
			refund(260, {}, [OLD_OF_B, OF_A, OF_NOBODY], on_account=0),
			Refund({"N2": 150, "N1": 100, "N3": 10}, 0, 0),
		)

	def test_money_paid_out_before_lessens_the_credit(self):
		# 80 came, 80 were paid back without naming it: nothing is left
		self.assertEqual(refund(80, {}, [], on_account=0).missing, 80)
		# a note of 150, of which 100 were paid back without naming it
		self.assertEqual(refund(50, {"A": 50}, [OF_A], on_account=-100).missing, 0)
		self.assertEqual(refund(51, {"A": 51}, [OF_A], on_account=-100).missing, 1)
