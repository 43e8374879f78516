"""Bank lines matched to what is open, accepted with one click, undone cleanly, by the people who do it."""

import json

import frappe
from frappe.utils import flt, nowdate

from l2c_app.api import bank as api
from l2c_app.patches.v1_0 import alias_keys
from l2c_app.services.errors import (
	BankChoiceRefused,
	BankLineTaken,
	BankMatchStale,
	BankMatchStateError,
	ExistingVoucherFound,
	PayerAliasError,
	ReasonMissing,
	ShortPaymentReason,
	WriteOffAboveTolerance,
)
from l2c_app.services.receipt import bank_matching, bank_store, payer_aliases
from l2c_app.tests import bank_case, contracts, doors_off, factories, receivables
from l2c_app.tests.bank_case import BankCase
from l2c_app.tests.base import bench_only
from l2c_app.tests.contracts import plan_row

INVOICE = "Sales Invoice"


def open_of(invoice: str) -> float:
	return flt(frappe.db.get_value(INVOICE, invoice, "outstanding_amount"), 2)


def line_state(bank_line) -> tuple:
	fields = ["status", "unallocated_amount"]
	return frappe.db.get_value("Bank Transaction", bank_line.name, fields)


@bench_only("bank lines and their reconciliation are the host's")
class TestProposals(BankCase):
	def test_a_number_in_the_text_and_the_exact_sum_are_sure(self):
		invoice = factories.sales_invoice(self.customer, rate=731.5)
		_line, match = self.matched(731.5, f"RE {invoice.name.replace('-', ' ')} thanks")
		self.assertEqual((match.decision, match.customer, match.state), ("Auto", self.customer, "Proposed"))
		part = match.parts[0]
		self.assertEqual((part.reference_name, part.amount, match.left_amount), (invoice.name, 731.5, 0))
		self.assertEqual([what for what, _points in json.loads(match.evidence)][:2], ["number", "exact sum"])

	def test_the_payers_own_account_and_the_only_sum_are_sure(self):
		one, two = (factories.sales_invoice(self.customer, rate=rate) for rate in (311, 457))
		factories.sales_invoice(self.customer, rate=1003)
		values = {"account_name": "Heron", "bank": bank_case.BANK, "party_type": "Customer"}
		bank_case.bank_account()
		factories.make("Bank Account", party=self.customer, iban="GB33BUKB20201555555555", **values)
		_line, match = self.matched(768, "monthly", iban="GB33 BUKB 2020 1555 5555 55")
		self.assertEqual(match.decision, "Auto")
		self.assertEqual({part.reference_name for part in match.parts}, {one.name, two.name})

	def test_a_strangers_amount_alone_is_asked(self):
		factories.sales_invoice(self.customer, rate=731.5)
		_line, match = self.matched(731.5, "thank you")
		self.assertEqual((match.decision, match.customer, list(match.parts)), ("Ask", None, []))

	def test_a_third_currency_is_asked(self):
		invoice = factories.sales_invoice(self.customer, rate=500)
		_line, match = self.matched(500, invoice.name, currency="EUR")
		self.assertEqual((match.decision, list(match.parts)), ("Ask", []))

	def test_a_deposit_of_a_contract_is_open_though_nobody_billed_it(self):
		plan = [plan_row(300, billing="Advance"), plan_row(700)]
		contract = contracts.active(self.customer, plan_rows=plan).name
		_line, match = self.matched(300, f"deposit {contract}")
		part = match.parts[0]
		self.assertEqual((match.decision, part.contract, part.amount), ("Auto", contract, 300))
		self.accept(match)
		self.assertEqual(receivables.figures(contract, "advance", "collected"), (300, 300))

	def test_the_same_line_twice_and_one_that_went_back_are_never_sure(self):
		invoice = factories.sales_invoice(self.customer, rate=640)
		values = {"reference_number": "E2E-77"}
		first = bank_case.line(640, invoice.name, **values)
		second = bank_case.line(640, invoice.name, **values)
		self.run_matching()
		self.assertEqual(self.match_of(first).decision, "Auto")
		self.assertNotEqual(self.match_of(second).decision, "Auto")
		self.assertIn("same line twice", self.match_of(second).evidence)
		bank_case.line(640, "returned", deposit=0, withdrawal=640, **values)
		self.run_matching()
		self.assertEqual(self.match_of(first).decision, "Suggest")
		self.assertIn("went back", self.match_of(first).evidence)

	def test_money_that_went_back_under_its_own_reference_is_asked(self):
		invoice = factories.sales_invoice(self.customer, rate=640)
		payer = {"payer": "Blue Heron Optics Ltd.", "iban": "DE89370400440532013000"}
		came = bank_case.line(640, invoice.name, reference_number="IN-1", **payer)
		self.run_matching()
		self.assertEqual(self.match_of(came).decision, "Auto")
		bank_case.line(0, "RETURNED", deposit=0, withdrawal=640, reference_number="OUT-7", **payer)
		self.run_matching()
		match = self.match_of(came)
		self.assertEqual(match.decision, "Suggest")
		self.assertIn("went back", match.evidence)

	def test_a_reconciled_line_is_left_alone(self):
		invoice = factories.sales_invoice(self.customer, rate=640)
		bank_line = bank_case.line(640, invoice.name)
		payment = factories.payment(self.customer, 640, against=[(INVOICE, invoice.name, 640)])
		from l2c_app.services.receipt import bank_statement

		bank_statement.reconcile(bank_line.name, payment.name)
		self.run_matching()
		self.assertFalse(frappe.db.exists("Bank Match", {"bank_transaction": bank_line.name}))

	def test_a_run_stores_one_row_per_line_and_replaces_proposals(self):
		invoice = factories.sales_invoice(self.customer, rate=640)
		bank_line = bank_case.line(640, invoice.name)
		self.run_matching()
		first = self.match_of(bank_line).name
		run = self.run_matching()
		self.assertEqual(self.match_of(bank_line).name, first)
		self.assertEqual(run.state, "Done")
		self.assertEqual(frappe.db.count("Bank Match", {"bank_transaction": bank_line.name}), 1)
		self.assertEqual(run.line_count, run.auto_count + run.suggest_count + run.ask_count)

	def test_what_is_found_the_same_again_is_confirmed_by_one_statement_for_all_and_a_changed_one_follows(
		self,
	):
		invoices = [factories.sales_invoice(self.customer, rate=rate).name for rate in (640, 641, 642)]
		lines = [bank_case.line(640 + number, name) for number, name in enumerate(invoices)]
		self.run_matching()
		before = [self.match_of(line) for line in lines]
		factories.payment(self.customer, 5, against=[(INVOICE, invoices[2], 5)])
		found = {line.name: (line, *rest) for line, *rest in bank_matching.find(factories.COMPANY)}
		with self.as_user(self.accountant):
			run = bank_matching.start(factories.COMPANY)
			sent = [
				doors_off.statements(
					lambda n=n: bank_store.store(run, [found[line.name] for line in lines[:n]])
				)
				for n in (1, 2)
			]
			bank_store.store(run, [found[lines[2].name]])
		self.assertEqual(len(sent[0]), len(sent[1]))
		after = [self.match_of(line) for line in lines]
		self.assertEqual(
			[(match.name, match.run) for match in after], [(match.name, run) for match in before]
		)
		for old, new in zip(before[:2], after[:2], strict=True):
			self.assertEqual([part.name for part in new.parts], [part.name for part in old.parts])
			self.assertGreater(new.modified, old.modified)
		self.assertEqual([part.open_amount for part in after[2].parts], [637])

	def test_a_stored_match_is_the_document_that_an_insert_makes(self):
		one, two = (factories.sales_invoice(self.customer, rate=rate) for rate in (311, 457))
		text = f"{one.name} {two.name} 5 % <b>A & B</b> 'thanks'"
		first = bank_case.line(768, text, payer="Blue Heron", iban="FR76", reference_number="E2E-9")
		second = bank_case.line(77, "who knows")
		self.run_matching()
		stored = self.match_of(first)
		self.assertEqual((len(stored.parts), stored.left_amount), (2, 0))
		numbers = [int(match.name.rsplit("-", 1)[1]) for match in (stored, self.match_of(second))]
		self.assertEqual(len(set(numbers)), 2)
		given = {field.fieldname: stored.get(field.fieldname) for field in stored.meta.fields}
		given["parts"] = [{**part.as_dict(), "name": None, "parent": None} for part in stored.parts]
		with self.as_user(self.accountant):
			made = frappe.new_doc("Bank Match").update(given).insert(ignore_permissions=True)
		self.assertGreater(int(made.name.rsplit("-", 1)[1]), max(numbers))
		self.assertEqual(self.row(stored), self.row(made))
		self.assertEqual([self.row(part) for part in stored.parts], [self.row(part) for part in made.parts])
		self.assertEqual([part.parent for part in stored.parts], [stored.name] * 2)

	def row(self, document) -> dict:
		"""Return the whole row in the database without what two documents never share."""
		row = frappe.db.get_value(document.doctype, document.name, "*", as_dict=True)
		for field in ("name", "parent", "creation", "modified"):
			self.assertTrue(row.pop(field, None) or field == "parent")
		return row

	def test_a_line_of_a_chunk_that_changed_or_was_rejected_does_not_keep_the_others_out(self):
		invoices = [factories.sales_invoice(self.customer, rate=rate).name for rate in (640, 641, 642)]
		lines = [bank_case.line(640 + number, name) for number, name in enumerate(invoices)]
		self.run_matching()
		with self.as_user(self.accountant):
			api.reject(self.match_of(lines[0]).name, "another shop")
		frappe.db.delete("Bank Match", {"bank_transaction": lines[2].name})
		before = [self.match_of(line).name for line in lines[:2]]
		run = self.run_matching()
		after = [self.match_of(line) for line in lines]
		self.assertEqual([match.name for match in after[:2]], before)
		states = [(match.state, match.run == run.name) for match in after]
		self.assertEqual(states, [("Rejected", False), ("Proposed", True), ("Proposed", True)])

	def accept(self, match, **values):
		with self.as_user(self.accountant):
			return api.accept(match.name, **values)


@bench_only("bank lines and their reconciliation are the host's")
class TestSteps(BankCase):
	def accept(self, match, user: str | None = None, **values):
		with self.as_user(user or self.accountant):
			return api.accept(match.name, **values)

	def test_one_click_pays_the_invoice_and_reconciles_the_line_and_undo_unmakes_it(self):
		invoice = factories.sales_invoice(self.customer, rate=731.5)
		bank_line, match = self.matched(731.5, invoice.name, reference_number="E2E-1")
		answer = self.accept(match)
		payment = frappe.get_doc("Payment Entry", answer["payment_entry"])
		self.assertEqual(
			(payment.docstatus, payment.party, payment.reference_no), (1, self.customer, "E2E-1")
		)
		self.assertEqual(payment.paid_to, factories.bank_account())
		self.assertEqual((open_of(invoice.name), line_state(bank_line)), (0, ("Reconciled", 0)))
		self.assertTrue(payment.clearance_date)
		with self.assertRaises(BankMatchStateError):
			self.accept(match)
		with self.as_user(self.accountant):
			with self.assertRaises(ReasonMissing):
				api.undo(match.name, " ")
			self.assertEqual(api.undo(match.name, "wrong invoice")["state"], "Undone")
		self.assertEqual((open_of(invoice.name), line_state(bank_line)), (731.5, ("Unreconciled", 731.5)))
		self.assertEqual(frappe.db.get_value("Payment Entry", payment.name, "docstatus"), 2)
		self.run_matching()
		again = self.match_of(bank_line)
		self.assertEqual((again.state, again.decision), ("Proposed", "Suggest"))

	def test_a_payment_cancelled_natively_frees_its_match(self):
		invoice = factories.sales_invoice(self.customer, rate=640)
		bank_line, match = self.matched(640, invoice.name)
		frappe.get_doc("Payment Entry", self.accept(match)["payment_entry"]).cancel()
		match.reload()
		self.assertEqual((match.state, line_state(bank_line)[0]), ("Undone", "Unreconciled"))
		self.assertIn(match.payment_entry, match.state_reason)

	def test_a_cancelled_line_leaves_its_match(self):
		invoice = factories.sales_invoice(self.customer, rate=640)
		bank_line, match = self.matched(640, invoice.name)
		self.accept(match)
		bank_line.reload()
		bank_line.cancel()
		self.assertEqual(self.match_of(bank_line).state, "Undone")

	def test_only_who_may_submit_payments_matches(self):
		invoice = factories.sales_invoice(self.customer, rate=640)
		_line, match = self.matched(640, invoice.name)
		for user in (factories.sales_user(), factories.sales_manager()):
			with self.as_user(user):
				for step in (
					lambda: api.match_now(factories.COMPANY),
					lambda: api.accept(match.name),
					lambda: api.reject(match.name, "no"),
					lambda: api.undo(match.name, "no"),
				):
					self.assertRaises(frappe.PermissionError, step)
				self.assertRaises(frappe.PermissionError, frappe.get_list, "Bank Match")

	def test_what_was_rejected_is_not_proposed_again(self):
		invoice = factories.sales_invoice(self.customer, rate=640)
		bank_line, match = self.matched(640, invoice.name)
		with self.as_user(self.accountant):
			api.reject(match.name, "another shop")
		self.run_matching()
		self.assertEqual(
			(self.match_of(bank_line).name, self.match_of(bank_line).state), (match.name, "Rejected")
		)

	def test_money_that_is_in_the_books_is_reconciled_and_not_booked_twice(self):
		invoice = factories.sales_invoice(self.customer, rate=640)
		payment = factories.payment(self.customer, 640, against=[(INVOICE, invoice.name, 640)])
		bank_line, match = self.matched(640, invoice.name)
		self.assertEqual((match.existing_payment, match.decision), (payment.name, "Suggest"))
		self.assertEqual(self.accept(match)["payment_entry"], payment.name)
		self.assertEqual(line_state(bank_line)[0], "Reconciled")
		with self.as_user(self.accountant):
			api.undo(match.name, "not this one")
		self.assertEqual(frappe.db.get_value("Payment Entry", payment.name, "docstatus"), 1)
		self.assertEqual(line_state(bank_line), ("Unreconciled", 640))

	def test_a_payment_booked_after_the_run_is_found_before_a_second_one(self):
		invoice = factories.sales_invoice(self.customer, rate=640)
		factories.sales_invoice(self.customer, rate=640)
		_line, match = self.matched(640, invoice.name)
		factories.payment(self.customer, 640)
		with self.assertRaises(ExistingVoucherFound):
			self.accept(match)
		self.assertEqual(self.accept(match, despite="they paid twice")["state"], "Done")

	def test_an_invoice_paid_meanwhile_makes_the_match_stale(self):
		invoice = factories.sales_invoice(self.customer, rate=640)
		_line, match = self.matched(640, invoice.name)
		factories.payment(self.customer, 10, against=[(INVOICE, invoice.name, 10)])
		with self.assertRaises(BankMatchStale):
			self.accept(match)

	def test_a_line_that_the_books_took_during_a_run_is_not_stored(self):
		invoice = factories.sales_invoice(self.customer, rate=640)
		bank_line = bank_case.line(640, invoice.name)
		found = [row for row in bank_matching.find(factories.COMPANY) if row[0].name == bank_line.name]
		frappe.db.set_value("Bank Transaction", bank_line.name, "unallocated_amount", 40)
		self.assertEqual(bank_store.store("", found), [])
		self.assertFalse(frappe.db.exists("Bank Match", {"bank_transaction": bank_line.name}))

	def test_a_customer_renamed_after_the_run_is_renamed_on_match_and_alias(self):
		invoice = factories.sales_invoice(self.customer, rate=640)
		_line, match = self.matched(640, invoice.name)
		alias = factories.make("Payer Alias", kind="Name", value="Heron Pay", customer=self.customer)
		frappe.rename_doc("Customer", self.customer, "Grey Heron Optics", force=True)
		self.assertEqual(self.match_of(_line).customer, "Grey Heron Optics")
		self.assertEqual(frappe.db.get_value("Payer Alias", alias.name, "customer"), "Grey Heron Optics")
		self.assertEqual(self.match_of(_line).name, match.name)

	def test_a_line_reconciled_meanwhile_is_taken(self):
		from l2c_app.services.receipt import bank_statement

		invoice = factories.sales_invoice(self.customer, rate=640)
		bank_line, match = self.matched(640, invoice.name)
		bank_statement.reconcile(bank_line.name, factories.payment(self.customer, 640).name)
		with self.assertRaises(BankLineTaken):
			self.accept(match)

	def test_sure_lines_are_matched_at_once_only_where_accounts_allow_it(self):
		invoice = factories.sales_invoice(self.customer, rate=640)
		sure = bank_case.line(640, invoice.name)
		asked = bank_case.line(77, "who knows")
		self.assertEqual(self.run_matching().done_count, 0)
		with self.settings("Receipt Settings", match_at_once=1):
			run = self.run_matching()
		self.assertEqual((self.match_of(sure).state, self.match_of(asked).state), ("Done", "Proposed"))
		self.assertGreaterEqual(run.done_count, 1)
		self.assertEqual(open_of(invoice.name), 0)

	def test_a_run_whose_process_died_is_queued_again_and_ends(self):
		bank_line = bank_case.line(640, factories.sales_invoice(self.customer, rate=640).name)
		with self.as_user(self.accountant):
			name = bank_matching.start(factories.COMPANY)
			next(bank_matching.work(name))
			self.assertNotIn(name, bank_matching.stalled())
			long_ago = frappe.utils.add_to_date(None, minutes=-31)
			frappe.db.set_value("Bank Match Run", name, "modified", long_ago, update_modified=False)
			self.assertIn(name, bank_matching.stalled())
			list(bank_matching.work(name))
		self.assertEqual(frappe.db.get_value("Bank Match Run", name, "state"), "Done")
		self.assertEqual(self.match_of(bank_line).run, name)
		frappe.db.set_value("Bank Match Run", name, "modified", long_ago, update_modified=False)
		self.assertNotIn(name, bank_matching.stalled())

	def test_one_line_that_the_host_refuses_does_not_stop_the_others(self):
		closed = factories.sales_invoice(self.customer, rate=640)
		good = factories.sales_invoice(self.customer, rate=641)
		first, second = bank_case.line(640, closed.name), bank_case.line(641, good.name)
		self.run_matching()
		frappe.db.set_value("Customer", self.customer, "disabled", 0)
		factories.payment(self.customer, 640)
		with self.settings("Receipt Settings", match_at_once=1):
			names = [self.match_of(first).name, self.match_of(second).name]
			run = frappe.get_doc("Bank Match Run", self.match_of(first).run)
			list(bank_matching._accept_sure(run, names))
		self.assertEqual((self.match_of(first).state, self.match_of(second).state), ("Proposed", "Done"))
		self.assertTrue(self.match_of(first).state_reason)
		self.assertEqual((run.done_count, run.failed_count), (1, 1))

	def test_a_receipt_that_sales_reported_is_confirmed_by_the_bank_line(self):
		from l2c_app.services.receipt import collections

		plan = [plan_row(300, billing="Advance"), plan_row(700)]
		contract = contracts.active(self.customer, plan_rows=plan).name
		values = {"amount": 300, "received_on": frappe.utils.nowdate()}
		row = receivables.row_id(contract, 1)
		reported = collections.report(values, [{"contract": contract, "row_id": row, "amount": 300}])
		_line, match = self.matched(300, f"deposit {contract}")
		self.accept(match)
		reported.reload()
		match.reload()
		self.assertEqual((reported.status, reported.voucher_no), ("Confirmed", match.payment_entry))
		self.assertEqual(receivables.broken(contract), [])


@bench_only("bank lines and their reconciliation are the host's")
class TestDifferences(BankCase):
	def setUp(self) -> None:
		super().setUp()
		self.invoice = factories.sales_invoice(self.customer, rate=1000).name

	def accept(self, match, **values):
		with self.as_user(self.accountant):
			return api.accept(match.name, **values)

	def test_a_short_payment_stays_partial_with_a_reason(self):
		_line, match = self.matched(990, self.invoice)
		self.assertEqual(match.decision, "Suggest" if match.score >= 60 else "Ask")
		with self.assertRaises(ShortPaymentReason):
			self.accept(match)
		self.accept(match, reason="disputes one hour")
		self.assertEqual(open_of(self.invoice), 10)

	def test_what_is_short_is_disputed_with_the_acceptance(self):
		_line, match = self.matched(900, self.invoice)
		with self.assertRaises(ShortPaymentReason):
			self.accept(match, dispute="Quality")
		with self.assertRaises(frappe.ValidationError):
			self.accept(match, dispute="Nonsense", reason="two are broken")
		self.assertEqual(
			open_of(self.invoice), 1000
		)  # all or nothing: the payment went with the refused dispute
		self.accept(match, dispute="Quality", reason="two are broken")
		self.assertEqual(open_of(self.invoice), 100)
		fields = ["amount", "code", "status", "note", "customer"]
		found = frappe.get_all("Receivable Dispute", filters={"sales_invoice": self.invoice}, fields=fields)
		self.assertEqual(
			[tuple(row.values()) for row in found],
			[(100, "Quality", "Open", "two are broken", self.customer)],
		)

	def test_of_an_invoice_disputed_in_part_the_rest_of_what_is_short_is_disputed(self):
		"""1,000 owed, 300 disputed by hand, 600 paid: 400 short, 100 of it disputed by nobody yet."""
		values = {"sales_invoice": self.invoice, "code": "Price", "amount": 300, "note": "too dear"}
		with self.as_user(self.accountant):
			factories.make("Receivable Dispute", **values, responsible=self.accountant, deadline=nowdate())
		_line, match = self.matched(600, self.invoice)
		self.accept(match, dispute="Quality", reason="two are broken")
		found = {"sales_invoice": self.invoice, "status": "Open"}
		amounts = frappe.get_all("Receivable Dispute", filters=found, pluck="amount", order_by="amount")
		self.assertEqual((amounts, open_of(self.invoice)), ([100, 300], 400))
		_line, match = self.matched(50, self.invoice)
		with self.assertRaisesRegex(BankMatchStateError, "disputed already"):
			self.accept(match, dispute="Quality", reason="two are broken")
		self.assertEqual(open_of(self.invoice), 400)

	def test_undoing_a_short_payment_closes_the_dispute_that_came_with_it_and_no_other(self):
		other = factories.sales_invoice(self.customer, rate=50).name
		with self.as_user(self.accountant):
			values = {"sales_invoice": other, "code": "Price", "amount": 30, "note": "two are broken"}
			values |= {"responsible": self.accountant, "deadline": nowdate()}
			factories.make("Receivable Dispute", **values)
		_line, match = self.matched(900, self.invoice)
		self.accept(match, dispute="Quality", reason="two are broken")
		with self.as_user(self.accountant):
			api.undo(match.name, "wrong invoice")
		fields = ["code", "status", "outcome"]
		found = frappe.get_all(
			"Receivable Dispute",
			filters={"customer": self.customer},
			fields=fields,
			order_by="code",
			as_list=True,
		)
		self.assertEqual(
			[tuple(row) for row in found], [("Price", "Open", None), ("Quality", "Rejected", "Payable")]
		)

	def test_undoing_leaves_a_dispute_that_somebody_raised_by_hand_in_the_same_words(self):
		_line, match = self.matched(900, self.invoice)
		self.accept(match, reason="two are broken")
		with self.as_user(self.accountant):
			values = {
				"sales_invoice": self.invoice,
				"code": "Quality",
				"amount": 100,
				"note": "two are broken",
			}
			values |= {"responsible": self.accountant, "deadline": nowdate()}
			raised = factories.make("Receivable Dispute", **values)
			api.undo(match.name, "wrong invoice")
		self.assertEqual(frappe.db.get_value("Receivable Dispute", raised.name, "status"), "Open")

	def test_a_dispute_needs_something_short(self):
		_line, match = self.matched(1000, self.invoice)
		with self.assertRaises(BankMatchStateError):
			self.accept(match, dispute="Quality", reason="two are broken")
		self.assertEqual(open_of(self.invoice), 1000)

	def test_a_fee_within_the_tolerance_goes_to_the_write_off_account(self):
		_line, match = self.matched(995, self.invoice)
		frappe.get_cached_doc("Receipt Settings")
		with self.settings("Receipt Settings", tolerance_amount=5, tolerance_percent=1):
			payment = self.accept(match, write_off=1, reason="bank fee")["payment_entry"]
		self.assertEqual(open_of(self.invoice), 0)
		deduction = frappe.get_doc("Payment Entry", payment).deductions[0]
		account = frappe.db.get_value("Company", factories.COMPANY, "write_off_account")
		self.assertEqual((deduction.account, deduction.amount), (account, 5))

	def test_small_differences_of_a_known_payer_are_settled_at_once(self):
		other = factories.sales_invoice(self.customer, rate=400).name
		payer = {"party_type": "Customer", "party": self.customer}
		short = bank_case.line(995, self.invoice, **payer)
		over = bank_case.line(402, other, **payer)
		with self.settings("Receipt Settings", match_at_once=1, tolerance_amount=5, tolerance_percent=0):
			self.run_matching()
		short, over = self.match_of(short), self.match_of(over)
		self.assertEqual((short.decision, short.state, over.decision, over.state), ("Auto", "Done") * 2)
		self.assertEqual((open_of(self.invoice), open_of(other)), (0, 0))
		payment = frappe.get_doc("Payment Entry", short.payment_entry)
		self.assertEqual([row.amount for row in payment.deductions], [5])
		self.assertEqual(frappe.db.get_value("Payment Entry", over.payment_entry, "unallocated_amount"), 2)

	def test_without_a_tolerance_a_short_payment_of_a_known_payer_waits_for_people(self):
		line = bank_case.line(995, self.invoice, party_type="Customer", party=self.customer)
		with self.settings("Receipt Settings", match_at_once=1, tolerance_amount=0, tolerance_percent=0):
			self.run_matching()
		match = self.match_of(line)
		self.assertEqual((match.decision, match.state), ("Suggest", "Proposed"))

	def test_above_the_tolerance_nothing_is_written_off(self):
		_line, match = self.matched(994, self.invoice)
		with self.settings("Receipt Settings", tolerance_amount=5, tolerance_percent=0):
			with self.assertRaises(WriteOffAboveTolerance):
				self.accept(match, write_off=1, reason="bank fee")
		self.assertEqual(open_of(self.invoice), 1000)

	def test_too_much_stays_on_account_or_goes_to_the_contracts_order(self):
		_line, match = self.matched(1200, self.invoice)
		payment = frappe.get_doc("Payment Entry", self.accept(match)["payment_entry"])
		self.assertEqual((open_of(self.invoice), payment.unallocated_amount), (0, 200))

		contract = contracts.active(self.customer, plan_rows=[plan_row(150), plan_row(850)]).name
		order = frappe.db.get_value("Sales Contract", contract, "sales_order")
		invoice = factories.sales_invoice(self.customer, rate=500).name
		_line, match = self.matched(620, invoice)
		payment = frappe.get_doc("Payment Entry", self.accept(match, advance_on=order)["payment_entry"])
		self.assertEqual(payment.unallocated_amount, 0)
		self.assertEqual(receivables.figures(contract, "advance"), (120,))
		self.assertEqual(receivables.broken(contract), [])

	def test_an_order_of_somebody_else_takes_nothing(self):
		contract = contracts.active(self.stranger, plan_rows=[plan_row(1000)]).name
		order = frappe.db.get_value("Sales Contract", contract, "sales_order")
		_line, match = self.matched(1200, self.invoice)
		with self.assertRaises(BankMatchStale):
			self.accept(match, advance_on=order)


@bench_only("bank lines and their reconciliation are the host's")
class TestChoice(BankCase):
	"""The accountant gives the money of a line to other documents than were proposed, or where nothing was."""

	def setUp(self) -> None:
		super().setUp()
		self.first = factories.sales_invoice(self.customer, rate=1000).name
		self.second = factories.sales_invoice(self.customer, rate=600).name

	def accept(self, match, parts: dict[str, float], **values):
		with self.as_user(self.accountant):
			keys = self.keys(match, values.get("customer"))
			given = [{"key": keys[name], "amount": amount} for name, amount in parts.items()]
			return api.accept(match.name, parts=given, **values)

	def keys(self, match, customer: str | None = None) -> dict[str, str]:
		rows = api.open_documents(match.name, customer)["rows"]
		return {row["row_id"] or row["reference_name"]: row["key"] for row in rows}

	def test_one_line_of_a_stranger_is_split_over_two_invoices(self):
		bank_line, match = self.matched(1300, "transfer", payer="A Holding")
		self.assertEqual((match.decision, match.customer), ("Ask", None))
		parts = {self.first: 700, self.second: 600}
		answer = self.accept(match, parts, customer=self.customer, reason="700 agreed by phone")
		self.assertEqual((open_of(self.first), open_of(self.second)), (300, 0))
		self.assertEqual(line_state(bank_line), ("Reconciled", 0))
		match.reload()
		self.assertEqual([(row.reference_name, row.amount) for row in match.parts], list(parts.items()))
		self.assertEqual(json.loads(match.evidence)[-1], ["chosen by hand", 0])
		with self.as_user(self.accountant):
			api.undo(match.name, "by another company")
		self.assertEqual(frappe.db.get_value("Payment Entry", answer["payment_entry"], "docstatus"), 2)
		self.assertEqual((open_of(self.first), open_of(self.second)), (1000, 600))

	def test_another_invoice_than_proposed_is_paid_and_the_rest_stays_on_account(self):
		_line, match = self.matched(1000, self.first)
		self.assertEqual([row.reference_name for row in match.parts], [self.first])
		payment = self.accept(match, {self.second: 600})["payment_entry"]
		self.assertEqual((open_of(self.first), open_of(self.second)), (1000, 0))
		self.assertEqual(frappe.db.get_value("Payment Entry", payment, "unallocated_amount"), 400)
		match.reload()
		self.assertEqual(match.left_amount, 400)

	def test_what_is_chosen_may_be_short_with_a_reason_and_disputed(self):
		_line, match = self.matched(950, "transfer", payer="A Holding")
		with self.assertRaises(ShortPaymentReason):
			self.accept(match, {self.first: 950}, customer=self.customer)
		self.accept(match, {self.first: 950}, customer=self.customer, reason="broken", dispute="Quality")
		found = frappe.get_all("Receivable Dispute", filters={"sales_invoice": self.first}, pluck="amount")
		self.assertEqual((open_of(self.first), found), (50, [50]))

	def test_a_deposit_of_a_contract_is_chosen_too(self):
		plan = [plan_row(300, billing="Advance"), plan_row(700)]
		contract = contracts.active(self.customer, plan_rows=plan).name
		_line, match = self.matched(300, "transfer", payer="A Holding")
		self.accept(match, {receivables.row_id(contract, 1): 300}, customer=self.customer)
		self.assertEqual(receivables.figures(contract, "advance", "collected"), (300, 300))

	def test_what_cannot_take_the_money_is_refused_with_the_figures(self):
		_line, match = self.matched(1300, "transfer", payer="A Holding")
		foreign = factories.sales_invoice(self.stranger, rate=100).name
		for parts in ({self.second: 700}, {self.second: 0}, {self.first: 1000, self.second: 400}):
			with self.assertRaises(BankChoiceRefused):
				self.accept(match, parts, customer=self.customer)
		with self.as_user(self.accountant):
			key = self.keys(match, self.customer)[self.second]
			with self.assertRaises(BankChoiceRefused):
				twice = [{"key": key, "amount": 1}, {"key": key, "amount": 1}]
				api.accept(match.name, parts=twice, customer=self.customer)
			theirs = [{"key": self.keys(match, self.stranger)[foreign], "amount": 100}]
			with self.assertRaises(BankMatchStale):
				api.accept(match.name, parts=theirs, customer=self.customer)
		with self.as_user(factories.sales_user()), self.assertRaises(frappe.PermissionError):
			api.open_documents(match.name, self.customer)
		self.assertEqual((open_of(self.first), open_of(self.second), open_of(foreign)), (1000, 600, 100))


@bench_only("bank lines and their reconciliation are the host's")
class TestPayerAliases(BankCase):
	def test_a_payer_confirmed_once_is_known_the_next_time(self):
		invoice = factories.sales_invoice(self.customer, rate=731.5)
		payer = {"payer": "H. Rondo Holding", "iban": "DE89370400440532013000"}
		bank_line, match = self.matched(731.5, invoice.name, **payer)
		with self.as_user(self.accountant):
			api.accept(match.name)
		filters = {"customer": self.customer}
		fields = ["kind", "value", "learned_from", "confirmed_by"]
		learned = frappe.get_all("Payer Alias", filters=filters, fields=fields, order_by="kind")
		expected = [("Account", "DE89370400440532013000"), ("Name", "hrondoholding")]
		self.assertEqual([(row.kind, row.value) for row in learned], expected)
		self.assertEqual(
			{(row.learned_from, row.confirmed_by) for row in learned}, {(bank_line.name, self.accountant)}
		)
		second = factories.sales_invoice(self.customer, rate=412)
		_line, match = self.matched(412, "monthly", **payer)
		self.assertEqual((match.decision, match.parts[0].reference_name), ("Auto", second.name))

	def test_nothing_is_learned_where_the_accountant_says_so_or_the_payer_was_known(self):
		invoice = factories.sales_invoice(self.customer, rate=731.5)
		_line, match = self.matched(731.5, invoice.name, payer="Somebody Else")
		with self.as_user(self.accountant):
			api.accept(match.name, learn=0)
		invoice = factories.sales_invoice(self.customer, rate=732)
		_line, match = self.matched(732, invoice.name, payer="BLUE HERON OPTICS", iban="FR76")
		with self.as_user(self.accountant):
			api.accept(match.name)
		self.assertFalse(frappe.db.exists("Payer Alias", {"customer": self.customer}))

	def test_a_customer_named_by_hand_is_learned_and_paid_on_account(self):
		_line, match = self.matched(50, "??", payer="Unknown Holding")
		with self.as_user(self.accountant):
			with self.assertRaises(BankMatchStateError):
				api.accept(match.name)
			payment = api.accept(match.name, customer=self.customer)["payment_entry"]
		self.assertEqual(frappe.db.get_value("Payment Entry", payment, "unallocated_amount"), 50)
		self.assertTrue(frappe.db.exists("Payer Alias", {"customer": self.customer, "kind": "Name"}))

	def test_an_alias_is_unique_and_removable(self):
		make = {"kind": "Account", "value": "de89 3704", "customer": self.customer}
		alias = factories.make("Payer Alias", **make)
		self.assertEqual(alias.value, "DE893704")
		with self.assertRaises(PayerAliasError):
			factories.make("Payer Alias", **{**make, "value": "DE-893704", "customer": self.stranger})
		with self.assertRaises(PayerAliasError):
			factories.make("Payer Alias", **{**make, "value": " - "})
		factories.make("Payer Alias", kind="Name", value="Müller Heron Bau", customer=self.customer)
		with self.assertRaises(PayerAliasError):
			factories.make("Payer Alias", kind="Name", value="Muller Heron Bau", customer=self.stranger)
		with self.as_user(self.accountant):
			frappe.delete_doc("Payer Alias", alias.name)
		self.assertFalse(frappe.db.exists("Payer Alias", alias.name))

	def test_two_long_payers_that_begin_alike_are_two(self):
		begin = "Harbour" * 19 + "for"  # 136 letters, and a bank line has room for 140
		north, south = f"{begin}NE", f"{begin}SW"
		for payer, customer in ((north, self.customer), (south, self.stranger)):
			_line, match = self.matched(50, "??", payer=payer)
			with self.as_user(self.accountant):
				api.accept(match.name, customer=customer)
		filters = {"kind": "Name", "shown": ("in", [north, south])}
		aliases = frappe.get_all("Payer Alias", filters, ["shown", "customer"], order_by="shown")
		self.assertEqual([row.customer for row in aliases], [self.customer, self.stranger])
		_line, match = self.matched(51, "??", payer=south)
		self.assertEqual(match.customer, self.stranger)

	def test_keys_stored_before_are_made_anew(self):
		"""Two that say the same, as no unique key prevented, become one."""
		made = [
			factories.make("Payer Alias", kind="Name", value=f"{word} Holding", customer=self.customer)
			for word in ("Old", "Other")
		]
		key = frappe.db.get_value("Payer Alias", made[0].name, "alias_key")
		frappe.db.set_value(
			"Payer Alias", made[0].name, {"alias_key": "Name:oldholding", "creation": "2020-01-01"}
		)
		same = {"alias_key": "Name:oldholding again", "value": made[0].value}
		frappe.db.set_value("Payer Alias", made[1].name, same)
		alias_keys.execute()
		self.assertEqual(frappe.db.get_value("Payer Alias", made[0].name, "alias_key"), key)
		self.assertFalse(frappe.db.exists("Payer Alias", made[1].name))
		self.assertEqual(payer_aliases.key_again(), 0)
