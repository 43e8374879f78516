"""What users suffer from with open amounts, credit notes and reconciliation; the figures by hand, from the ledger alone."""

from unittest.mock import patch

import frappe
from frappe.utils import flt

from l2c_app.services.chasing import receivables as owed
from l2c_app.services.ledger import audit, ledger_facts, ledger_identities
from l2c_app.services.receipt import bank_matching
from l2c_app.tests import bank_case, factories, receivables
from l2c_app.tests.base import bench_only
from l2c_app.tests.receivables import broken, figures, receipt, rows
from l2c_app.tests.test_money_pains import PaymentPain


class ReconcilePain(PaymentPain):
	def position(self) -> tuple[float, float]:
		"""Return (open on invoices, not applied) of the customer as chasing sees it, one currency."""
		(found,) = owed.positions([self.customer]).values()
		return flt(found.open, 2), flt(found.unapplied, 2)

	def assert_ledgers_agree(self, contract: str) -> None:
		self.assertEqual(broken(contract), [])
		differences = ledger_identities.ledger_differences()
		self.assertEqual([row for row in differences if row["customer"] == self.customer], [])
		self.assertEqual([row for row in audit.run()["drifts"] if row["contract"] == contract], [])


@bench_only("reconciliation and credit notes")
class TestOutstandingPains(ReconcilePain):
	def test_pain_app_hook_on_sales_invoice_never_fires_when_it_is_paid(self) -> None:
		"""An invoice of 300, paid, journalled, reconciled, credited, and one payment cancelled: each is seen at once."""
		contract = self.contract(300, 700)
		invoice = self.bill(contract, 1)
		on_it = [("Sales Invoice", invoice, 100)]
		first = receipt(self.customer, 100, against=on_it)
		self.assertEqual(figures(contract, "billed", "settled"), (300, 100))
		credit = receivables.party_credit(self.customer, 50, reference=("Sales Invoice", invoice))
		bank = {"account": factories.bank_account(), "debit_in_account_currency": 50}
		receivables.journal([credit, bank])
		self.assertEqual(figures(contract, "billed", "settled"), (300, 150))
		receivables.reconcile(self.customer, receipt(self.customer, 60).name, invoice, 60)
		self.assertEqual(figures(contract, "billed", "settled"), (300, 210))
		receivables.credit_note(invoice, 40)
		self.assertEqual(figures(contract, "billed", "settled"), (260, 210))
		first.cancel()
		self.assertEqual(figures(contract, "billed", "settled", "collected"), (260, 110, 110))
		self.assert_ledgers_agree(contract)

	def test_pain_cancelled_payment_still_in_the_receivables(self) -> None:
		"""Invoice 300, its credit note of 100 set off and taken off again, its payment of 200 cancelled: 300 less 100 are open."""
		contract = self.contract(300, 700)
		invoice = self.bill(contract, 1)
		note = receivables.credit_note(invoice, 100)
		payment = receipt(self.customer, 200, against=[("Sales Invoice", invoice, 200)])
		receivables.reconcile(self.customer, note.name, invoice, 100)
		self.assertEqual(figures(contract, "billed", "open_billed", "settled"), (200, 0, 200))
		line = {"reference_name": note.name, "docstatus": 1}
		journal = frappe.db.get_value("Journal Entry Account", line, "parent")
		receivables.unreconcile("Journal Entry", journal)
		payment.cancel()
		self.assertEqual(figures(contract, "billed", "open_billed", "collected"), (200, 200, 0))
		opened, unapplied = self.position()
		self.assertEqual(flt(opened - unapplied, 2), 200)
		self.assert_ledgers_agree(contract)

	def test_pain_credit_note_leaves_original_unpaid_whichever_document_it_stands_on(self) -> None:
		"""500 less 100: 400 are billed and open, whether the host takes them off the invoice or lets the note stand."""
		for stands, position in ((1, (500, 100)), (0, (400, 0))):
			with self.subTest(stands=stands):
				frappe.db.savepoint("note")
				contract = self.contract(500, 500)
				invoice = self.bill(contract, 1)
				receivables.credit_note(invoice, 100, update_outstanding_for_self=stands)
				self.assertEqual(figures(contract, "billed", "open_billed", "settled"), (400, 400, 0))
				self.assertEqual(rows(contract, "credited", "open_amount"), [(100, 400), (0, 500)])
				self.assertEqual(self.position(), position)
				self.assert_ledgers_agree(contract)
				frappe.db.rollback(save_point="note")


@bench_only("reconciliation and credit notes")
class TestReconciliationPains(ReconcilePain):
	def test_pain_same_return_invoice_allocated_again_and_again(self) -> None:
		"""A credit note of 100 takes 100 off one invoice, not off a second one; no more is settled than there is."""
		contract = self.contract(300, 300, 400)
		first, second = self.bill(contract, 1), self.bill(contract, 2)
		note = receivables.credit_note(first, 100)
		receivables.reconcile(self.customer, note.name, first, 100)
		self.assertEqual(figures(contract, "billed", "open_billed", "settled"), (500, 500, 0))
		with self.assertRaises(frappe.ValidationError):
			receivables.reconcile(self.customer, note.name, second, 100)
		self.assertEqual(figures(contract, "billed", "open_billed", "settled"), (500, 500, 0))
		self.assertEqual(rows(contract, "credited", "open_amount"), [(100, 200), (0, 300), (0, 400)])
		self.assert_ledgers_agree(contract)

	def test_pain_advance_against_sales_order_still_shown_after_reconcile(self) -> None:
		"""A deposit of 300 reconciled with the invoice of 300 is collected once: on the invoice, not on the order."""
		contract = self.contract(300, 700)
		payment = receipt(self.customer, 300, against=[("Sales Order", self.order, 300)])
		self.assertEqual(figures(contract, "advance", "settled", "collected"), (300, 0, 300))
		with patch("l2c_app.services.billing.contract_advances.pull", return_value=0):
			invoice = self.bill(contract, 1)
		receivables.reconcile(self.customer, payment.name, invoice, 300)
		self.assertEqual(figures(contract, "advance", "settled", "collected"), (0, 300, 300))
		self.assertEqual(rows(contract, "settled"), [300, 0])
		self.assert_ledgers_agree(contract)
		receivables.unreconcile("Payment Entry", payment.name, invoice)
		self.assertEqual(figures(contract, "advance", "settled", "collected"), (0, 0, 0))
		self.assert_ledgers_agree(contract)

	def test_pain_reconciliation_times_out_with_ten_thousand_invoices(self) -> None:
		"""A run is queued, never done in the request, and stores its lines piece by piece with a commit between."""
		contract = self.contract(300, 700)
		invoice = self.bill(contract, 1)
		for amount in (10, 20, 30):
			bank_case.line(amount, f"part of {invoice}")
		with patch.object(frappe, "enqueue") as queued:
			run = bank_matching.start(factories.COMPANY)
		self.assertTrue(queued.call_args.kwargs["enqueue_after_commit"])
		self.assertFalse(frappe.db.exists("Bank Match", {"run": run}))
		with patch.object(bank_matching, "CHUNK", 1):
			pieces = list(bank_matching.work(run))
		self.assertGreaterEqual(len(pieces), 4)
		self.assertEqual(frappe.db.get_value("Bank Match Run", run, "state"), "Done")

	def test_pain_receivable_report_too_heavy_for_who_needs_reconciling(self) -> None:
		"""What is open and not applied of all customers together takes as many queries as of one, and reads no report."""
		contract = self.contract(300, 700)
		self.bill(contract, 1)
		receipt(self.customer, 120)
		self.assertEqual(self.position(), (300, 120))
		few = self.queries(lambda: owed.positions([self.customer]))
		for number in range(3):
			other = factories.customer(f"L2C Pain {number}")
			factories.sales_invoice(other, rate=100)
			factories.payment(other, 40)
		known = owed.positions()
		self.assertEqual(
			{flt(known[f"L2C Pain {n}", factories.COMPANY, "USD"].unapplied, 2) for n in range(3)}, {40}
		)
		self.assertLessEqual(self.queries(owed.positions), few)

	def test_pain_payment_form_hangs_with_many_invoices(self) -> None:
		"""A receipt for a contract looks at that contract's documents, in as many queries however much else is open."""
		contract = self.contract(300, 700)
		invoice = self.bill(contract, 1)
		few = self.queries(lambda: ledger_facts.read([contract]))
		for _number in range(4):
			factories.sales_invoice(self.customer, rate=100)
		self.assertEqual(self.queries(lambda: ledger_facts.read([contract])), few)
		known = ledger_facts.read([contract])[contract]
		self.assertEqual([found.name for found in known.facts.invoices], [invoice])

	def queries(self, read: object) -> int:
		"""Return how many queries a read takes."""
		real, counted = frappe.db.sql, []
		with patch.object(frappe.db, "sql", side_effect=lambda *a, **k: counted.append(1) or real(*a, **k)):
			read()
		return len(counted)
