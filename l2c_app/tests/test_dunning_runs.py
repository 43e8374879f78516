from unittest.mock import patch

import frappe
from frappe.utils import add_days, nowdate

from l2c_app.api import chasing
from l2c_app.core import dunning
from l2c_app.patches.v1_0 import kept_fee_occasions
from l2c_app.services.chasing import (
	bank_lines,
	chase_facts,
	chase_marks,
	dunning_runs,
	kept_fees,
	messages,
	nightly,
)
from l2c_app.services.errors import DunningPolicyError, DunningRunState, OverrideError
from l2c_app.tests import bank_case, factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.chasing_case import TEMPLATE, ChasingTestCase


@bench_only("the mail queue and grouped queries over the payment ledger")
class TestDunningRuns(ChasingTestCase):
	def setUp(self):
		super().setUp()
		self.first = self.invoice(30, 1000)
		self.second = self.invoice(6, 500)
		self.live = self.case()

	def test_one_message_per_customer_never_one_per_invoice(self):
		line = self.line()
		self.assertEqual(
			(line.state, line.level, line.amount, line.carrier), ("Proposed", 3, 1500, self.first.name)
		)
		rows = self.send(line.run)
		self.assertEqual([row.state for row in rows], ["Sent"])
		self.assertEqual(self.mails(self.live), 1)
		notice = frappe.get_doc("Dunning Notice", rows[0].notice)
		self.assertEqual((notice.level, notice.recipient), (3, "payer@l2c.example.com"))
		for invoice in (self.first.name, self.second.name, "1,500.00"):
			self.assertIn(invoice, notice.message)
		self.assertEqual(frappe.db.get_value("Dunning Run", line.run, ["state", "sent"]), ("Done", 1))
		self.assertEqual((self.case().level, self.case().sent_count), (3, 1))

	def test_a_message_is_read_before_it_is_sent_and_is_the_one_that_goes(self):
		line = self.line()
		shown = chasing.preview_line(line.name)
		self.assertEqual((shown["level"], shown["recipient"]), (3, "payer@l2c.example.com"))
		self.assertEqual(sorted(shown["invoices"]), sorted([self.first.name, self.second.name]))
		self.assertEqual(
			(self.mails(self.live), frappe.db.count("Dunning Notice", {"customer": self.customer})), (0, 0)
		)
		notice = frappe.get_doc("Dunning Notice", self.send(line.run)[0].notice)
		self.assertEqual((shown["subject"], shown["message"]), (notice.subject, notice.message))

	def test_a_preview_says_which_gate_is_shut_and_is_for_finance_alone(self):
		line = self.line()
		factories.payment(self.customer, 1500)
		self.assertIn("Money on account covers it", chasing.preview_line(line.name)["reason"])
		with self.as_user(factories.sales_user()), self.assertRaises(frappe.PermissionError):
			chasing.preview_line(line.name)

	def test_what_was_sent_is_not_proposed_again(self):
		self.send(self.line().run)
		self.assertEqual(self.run_rows(dunning_runs.prepare(self.policy.name)), [])

	def test_paid_between_list_and_sending(self):
		line = self.line()
		factories.payment(
			self.customer,
			1500,
			against=[("Sales Invoice", self.first.name, 1000), ("Sales Invoice", self.second.name, 500)],
		)
		row = self.send(line.run)[0]
		self.assertEqual((row.state, row.reason), ("Held Back", "Nothing is overdue any more"))
		self.assertEqual(self.mails(self.live), 0)

	def test_pain_reminder_after_payment_paid_while_the_mail_waits_in_the_queue(self):
		row = self.send(self.line().run)[0]
		self.assertEqual(self.mails(self.live), 1)
		factories.payment(
			self.customer,
			1500,
			against=[("Sales Invoice", self.first.name, 1000), ("Sales Invoice", self.second.name, 500)],
		)
		chase_marks.flush()
		self.assertEqual(self.mails(self.live), 0)
		self.assertTrue(frappe.db.get_value("Dunning Notice", row.notice, "withdrawn_on"))

	def test_each_gate_is_asked_at_sending_and_says_its_reason(self):
		run = self.line().run
		gates = {
			"Money on account covers it": lambda: factories.payment(self.customer, 1500),
			"The case is held": lambda: frappe.db.set_value(
				"Collection Case", self.live.name, "held_until", add_days(nowdate(), 3)
			),
			"There is no mail address": lambda: frappe.db.set_value(
				"Customer", self.customer, "email_id", ""
			),
			"The customer must not be contacted": lambda: frappe.db.set_value(
				"Customer", self.customer, "disabled", 1
			),
			"The customer wants no mail": lambda: [self.make_customer("L2C Zed"), self._unsubscribe()],
			"A promise is open": lambda: [self._promise(self.first, 1000), self._promise(self.second, 500)],
			"All of it is disputed": lambda: [
				self._dispute(self.first, 1000),
				self._dispute(self.second, 500),
			],
			"may be the payment": lambda: self._bank_line(1000, "transfer"),
		}
		for reason, prepare in gates.items():
			with self.subTest(reason=reason):
				frappe.db.savepoint("gate")
				prepare()
				row = self.run_rows(run)[0]
				self.assertEqual(dunning_runs.send_line(row.name), "Held Back")
				self.assertIn(reason, self.run_rows(run)[0].reason)
				self.assertEqual(self.mails(self.live), 0)
				frappe.db.rollback(save_point="gate")
		self.assertEqual(dunning_runs.send_line(self.run_rows(run)[0].name), "Sent")

	def test_a_bank_line_is_named_by_payer_number_or_amount(self):
		for amount, text in ((77, f"rent {self.first.name}"), (88, "from L2C Late Payer"), (1500, "x")):
			with self.subTest(text=text):
				frappe.db.savepoint("line")
				name = self._bank_line(amount, text)
				self.assertEqual(self._found_line(), name)
				frappe.db.rollback(save_point="line")
		self._bank_line(66, "somebody else")
		self.assertEqual(self._found_line(), "")

	def test_the_same_message_is_claimed_once(self):
		known = chase_facts.read([self.customer])[self.customer, factories.COMPANY, "USD"]
		decision = dunning.decide(known.facts, known.policy.rules, on=frappe.utils.getdate(nowdate()))
		self.assertTrue(messages.send(known, decision))
		self.assertIsNone(messages.send(known, decision))
		self.assertEqual(self.mails(self.live), 1)

	def test_a_crash_while_sending_leaves_neither_claim_nor_mail(self):
		line = self.line()
		with patch("frappe.sendmail", side_effect=RuntimeError("broken")):
			self.assertEqual(dunning_runs.send_line(line.name), "Failed")
		self.assertEqual(frappe.db.count("Dunning Notice", {"customer": self.customer}), 0)
		self.assertEqual(self.mails(self.live), 0)

	def test_overrides_skip_hold_and_another_level(self):
		line = self.line()
		with self.assertRaises(OverrideError):
			dunning_runs.override(line.name, kind="Skip", reason="")
		with self.assertRaises(OverrideError):
			dunning_runs.override(line.name, kind="Other Level", reason="softer", level=9)
		dunning_runs.override(line.name, kind="Other Level", reason="softer", level=2)
		self.send(line.run)
		self.assertEqual(frappe.db.get_value("Dunning Notice", {"customer": self.customer}, "level"), 2)
		with self.assertRaises(DunningRunState):
			dunning_runs.override(line.name, kind="Skip", reason="too late")

	def test_a_held_line_holds_its_case(self):
		line = self.line()
		dunning_runs.override(line.name, kind="Hold", reason="boss talks")
		self.assertEqual(self.send(line.run)[0].state, "Held Back")
		self.assertEqual(self.case().status, "Held")

	def test_a_run_is_sent_once(self):
		line = self.line()
		dunning_runs.start(line.run)
		with self.assertRaises(DunningRunState):
			dunning_runs.start(line.run)

	def test_the_list_for_many_customers_is_made_by_a_job_and_goes_on_after_a_kill(self):
		other = self.make_customer("L2C Late Too")
		self.invoice(30, 70, other)
		with patch.object(dunning_runs, "CHUNK", 1), patch.object(dunning_runs, "queue_list") as queued:
			run = dunning_runs.prepare(self.policy.name)
			queued.assert_called_once_with(run)
			self.assertEqual((self.run_rows(run), self.run_state(run)), ([], "Preparing"))
			with self.assertRaises(DunningRunState):
				dunning_runs.start(run)
			next(dunning_runs.fill(run))
			list(dunning_runs.fill(run))
		self.assertEqual((len(self.run_rows(run)), len(self.run_rows(run, other))), (1, 1))
		self.assertEqual(self.run_state(run), "Draft")
		self.assertEqual(list(dunning_runs.fill(run)), [])

	def test_a_list_whose_job_died_is_queued_again(self):
		run = dunning_runs.record(self.policy.name)[0]
		with patch.object(dunning_runs, "queue_list") as queued:
			self.assertIn(run, nightly.resume())
		queued.assert_called_once_with(run)

	def run_state(self, run):
		return frappe.db.get_value("Dunning Run", run, "state")

	def test_only_finance_prepares(self):
		with self.as_user(factories.sales_user("chase.seller")), self.assertRaises(frappe.PermissionError):
			dunning_runs.prepare(self.policy.name)
		with self.as_user(self.finance):
			self.assertTrue(dunning_runs.prepare(self.policy.name))

	def test_call_and_letter_become_follow_ups(self):
		for days, kind, note in ((50, "Other", "Print and post"), (70, "Call", "Call about")):
			with self.subTest(kind=kind):
				customer = self.make_customer(f"L2C Payer {days}", email="")
				self.invoice(days, 100, customer)
				case = self.case(customer)
				run = dunning_runs.prepare(self.policy.name)
				dunning_runs.send_line(self.run_rows(run, customer)[0].name)
				fields = ["follow_up_type", "note", "assigned_to", "customer"]
				made = frappe.db.get_value("Follow Up", {"reference_name": case.name}, fields, as_dict=True)
				self.assertEqual(
					(made.follow_up_type, made.assigned_to, made.customer), (kind, self.finance, customer)
				)
				self.assertIn(note, made.note)

	def test_who_wants_no_mail_is_called_and_gets_letters(self):
		for days in (50, 70):
			with self.subTest(days=days):
				customer = self.make_customer(f"L2C Silent {days}", email=f"silent{days}@l2c.example.com")
				self._unsubscribe(f"silent{days}@l2c.example.com")
				self.invoice(days, 100, customer)
				self.case(customer)
				row = self.run_rows(dunning_runs.prepare(self.policy.name), customer)[0]
				self.assertEqual(dunning_runs.send_line(row.name), "Sent")

	def test_before_the_due_date_without_a_case(self):
		customer = self.make_customer("L2C Soon Due", email="soon@l2c.example.com")
		self.invoice(-2, 100, customer)
		run = dunning_runs.prepare(self.policy.name)
		row = self.run_rows(run, customer)[0]
		self.assertEqual((row.level, row.amount, row.state), (1, 100, "Proposed"))
		self.assertEqual(dunning_runs.send_line(row.name), "Sent")
		self.assertIsNone(self.case(customer))

	def test_a_native_dunning_where_the_level_charges(self):
		self.charge()
		row = self.send(self.line().run)[0]
		name = frappe.db.get_value("Dunning Notice", row.notice, "dunning")
		native = frappe.get_doc("Dunning", name)
		self.assertEqual((native.docstatus, native.dunning_fee, native.total_outstanding), (1, 20, 1500))
		self.assertEqual(len(native.overdue_payments), 2)
		native.db_set("status", "Resolved")
		self.assertEqual(self.case().overdue, 1500)

	def test_the_native_dunning_of_a_withdrawn_message_is_cancelled(self):
		self.charge()
		notice = self.send(self.line().run)[0].notice
		factories.payment(self.customer, 1500)
		with self.as_user(self.finance):
			chase_marks.flush()
		withdrawn, native = frappe.db.get_value("Dunning Notice", notice, ["withdrawn_on", "dunning"])
		self.assertTrue(withdrawn)
		self.assertEqual(frappe.db.get_value("Dunning", native, "docstatus"), 2)

	def test_pain_dunning_fee_lost_once_principal_is_paid_is_a_setting(self):
		"""30 days on 1,000 and 6 on 500 at 10 %: 8.22 + 0.82 of interest and 20 of fee are 29.04."""
		for fees, told in (("Waive", 0), ("Keep", 1)):
			with self.subTest(fees=fees):
				frappe.db.savepoint("fees")
				self.charge(fees=fees)
				self.send(self.line().run)
				self.assertEqual(kept_fees.tell_finance(), 0)
				invoices = [
					("Sales Invoice", self.first.name, 1000),
					("Sales Invoice", self.second.name, 500),
				]
				factories.payment(self.customer, 1500, against=invoices)
				frappe.db.set_value("Email Queue", {"status": "Not Sent"}, "status", "Sent")
				self.assertIsNone(self.case())
				self.assertEqual((kept_fees.tell_finance(), kept_fees.tell_finance()), (told, 0))
				about = {"reference_name": self.live.name, "follow_up_type": "Other"}
				notes = frappe.get_all("Follow Up", about, ["name", "note", "occasion"])
				self.assertEqual(["29.04" in row.note for row in notes], [True] * told)
				for row in notes:
					self.assert_told_once_whoever_rewrites_the_note(row)
				frappe.db.rollback(save_point="fees")

	def assert_told_once_whoever_rewrites_the_note(self, told):
		frappe.db.set_value("Follow Up", told.name, "occasion", None)  # as of old
		kept_fee_occasions.execute()
		self.assertEqual(frappe.db.get_value("Follow Up", told.name, "occasion"), told.occasion)
		frappe.db.set_value("Follow Up", told.name, "note", "she will call back")
		self.assertEqual(kept_fees.tell_finance(), 0)

	def test_a_charge_whose_owner_left_does_not_end_the_night(self):
		self.charge(fees="Keep")
		self.send(self.line().run)
		factories.payment(
			self.customer,
			1500,
			against=[("Sales Invoice", each.name, each.grand_total) for each in (self.first, self.second)],
		)
		frappe.db.set_value("Email Queue", {"status": "Not Sent"}, "status", "Sent")
		self.assertIsNone(self.case())
		frappe.db.set_value("User", self.finance, "enabled", 0)
		self.assertEqual(kept_fees.tell_finance(), 0)
		frappe.db.set_value("User", self.finance, "enabled", 1)
		self.assertEqual(kept_fees.tell_finance(), 1)

	def test_a_name_is_text_in_the_message_and_plain_in_its_subject(self):
		for doctype, name, values in (
			("Email Template", TEMPLATE, {"use_html": 0, "response": "<p>Dear {{ customer_name }}</p>"}),
			("Customer", self.customer, {"customer_name": "Reed & Sons <i>Ltd</i>"}),
		):
			frappe.db.set_value(doctype, name, values)
			frappe.clear_document_cache(doctype, name)
			self.addCleanup(frappe.clear_document_cache, doctype, name)
		notice = self.send(self.line().run)[0].notice
		subject, message = frappe.db.get_value("Dunning Notice", notice, ["subject", "message"])
		self.assertNotIn("&lt;", subject)  # plain text, whatever the host makes of it where it is stored
		self.assertIn("Reed &amp; Sons &lt;i&gt;Ltd&lt;/i&gt;", message)

	def test_a_policy_that_cannot_work_is_refused(self):
		with self.assertRaises(DunningPolicyError):
			self.make_policy("L2C Twice", ({"days": 5}, {"days": 5}))
		with self.assertRaises(DunningPolicyError):
			self.make_policy("L2C Mute", ({"days": 5, "email_template": None},))

	def _unsubscribe(self, email="payer@l2c.example.com"):
		factories.make("Email Unsubscribe", email=email, global_unsubscribe=1)

	def _promise(self, invoice, amount):
		values = {"sales_invoice": invoice.name, "amount": amount, "promised_for": add_days(nowdate(), 3)}
		return factories.make("Promise to Pay", **values)

	def _dispute(self, invoice, amount):
		values = {"code": "Quality", "responsible": self.finance, "deadline": nowdate(), "note": "broken"}
		return factories.make("Receivable Dispute", sales_invoice=invoice.name, amount=amount, **values)

	def _found_line(self):
		known = chase_facts.read([self.customer], bank=bank_lines.suspects())
		return known[self.customer, factories.COMPANY, "USD"].facts.bank_line

	def _bank_line(self, amount, text):
		return bank_case.line(amount, text).name
