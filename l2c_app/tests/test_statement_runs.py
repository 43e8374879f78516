"""Customer statements of a month by mail: a list first, one mail each, never twice, a reason for everybody who gets none."""

import itertools
from typing import Any
from unittest.mock import patch

import frappe
from frappe.utils import add_days, add_months, get_first_day, get_last_day, getdate, nowdate

from l2c_app.services.batch import steps
from l2c_app.services.chasing import mails, statement_facts, statement_run_work, statement_runs
from l2c_app.services.errors import RunInProgress, StatementRunState
from l2c_app.tests import factories, papers, receivables
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.chasing_case import outgoing_account

COMPANY = factories.COMPANY
UNTIL = getdate(add_days(get_first_day(nowdate()), -1))
SINCE = getdate(get_first_day(UNTIL))
RUN, ROW = statement_runs.RUN, statement_runs.ROW


class StatementCase(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		for patcher in (patch.object(statement_runs, "queue"), patch.object(steps.time, "sleep")):
			patcher.start()
			self.addCleanup(patcher.stop)
		frappe.db.set_value("Statement Run", {"company": COMPANY}, "state", "Stopped")
		self.finance = factories.accounts_user()
		self.customer = self.make_customer("L2C Stated", email="stated@l2c.example.com")

	def make_customer(self, name: str, email: str = "payer@l2c.example.com") -> str:
		customer = factories.customer(name)
		frappe.db.set_value("Customer", customer, "email_id", email)
		return customer

	def owe(self, customer: str, amount: float = 100, day: object = SINCE) -> Any:
		"""Return an invoice of a past day."""
		due = [{"due_date": nowdate(), "invoice_portion": 100, "payment_amount": amount}]
		return factories.sales_invoice(
			customer,
			rate=amount,
			set_posting_time=1,
			posting_date=day,
			payment_terms_template="",
			payment_schedule=due,
		)

	def prepare(self, **values: Any) -> Any:
		with self.as_user(self.finance):
			name = statement_runs.prepare(COMPANY, **values)
		return self.work(name)

	def work(self, name: str) -> Any:
		statement_run_work.work(name, commit=lambda: None)
		return frappe.get_doc(RUN, name)

	def approve(self, run: Any) -> Any:
		with self.as_user(self.finance):
			statement_runs.approve(run.name)
		return self.work(run.name)

	def only(self, run: Any, *customers: str) -> None:
		"""Leave a run with the lines of these customers alone: the site has other ones."""
		frappe.db.delete(ROW, {"run": run.name, "customer": ("not in", customers)})

	def row(self, run: Any, customer: str | None = None) -> Any:
		filters = {"run": run.name, "customer": customer or self.customer}
		return frappe.get_doc(ROW, frappe.db.get_value(ROW, filters))


class TestStatementRuns(StatementCase):
	def setUp(self) -> None:
		super().setUp()
		self.sent: list[dict[str, Any]] = []
		numbers = itertools.count(1)

		def queue(address: str, **values: Any) -> str:
			self.sent.append({"address": address, **values})
			return f"L2C-COM-{next(numbers)}"

		patcher = patch.object(mails, "queue", queue)
		patcher.start()
		self.addCleanup(patcher.stop)

	def test_the_list_shows_balance_and_address_and_sends_nothing(self) -> None:
		self.owe(self.customer, 1000)
		receivables.receipt(self.customer, 400, posting_date=UNTIL)
		run = self.prepare()
		row = self.row(run)
		self.assertEqual((run.state, run.period_from, run.period_to), ("Preview", SINCE, UNTIL))
		self.assertEqual((row.status, row.amount, row.recipient), ("Planned", 600, "stated@l2c.example.com"))
		self.assertIn("600", row.balances)
		self.assertEqual(self.sent, [])

	def test_the_balance_has_the_decimals_of_the_companys_currency(self) -> None:
		self.addCleanup(frappe.clear_document_cache, "Company", COMPANY)
		for currency, base, amount in (("JPY", 149876.7, 149877), ("KWD", 307.1239, 307.124)):
			factories.keep_books_in(currency)
			rows = [frappe._dict(balance=1000, account_currency="USD", base=base)]
			stated = statement_facts._stated(frappe._dict(name="L2C Stated"), rows, COMPANY, "", set())
			self.assertEqual(stated.amount, amount, currency)

	def test_what_was_booked_after_the_month_is_not_in_it(self) -> None:
		self.owe(self.customer, 1000)
		receivables.receipt(self.customer, 1000, posting_date=add_days(UNTIL, 1))
		self.assertEqual(self.row(self.prepare()).amount, 1000)

	def test_everybody_who_gets_none_has_a_reason(self) -> None:
		zero = self.make_customer("L2C Stated Zero")
		silent = self.make_customer("L2C Stated Silent", email="")
		stopped = self.make_customer("L2C Stated Stopped")
		for customer in (zero, silent, stopped):
			self.owe(customer)
		receivables.receipt(zero, 100, posting_date=UNTIL)
		frappe.db.set_value("Customer", stopped, "disabled", 1)
		run = self.prepare()
		for customer, said in ((zero, "zero"), (silent, "mail address"), (stopped, "disabled")):
			with self.subTest(customer):
				row = self.row(run, customer)
				self.assertEqual(row.status, "Skipped")
				self.assertIn(said, row.reason)

	def test_one_mail_per_customer_and_month_whatever_happens(self) -> None:
		self.owe(self.customer, 1000)
		run = self.prepare()
		self.only(run, self.customer)
		run = self.approve(run)
		row = self.row(run)
		self.assertEqual((run.state, run.done_rows, run.approved_by), ("Done", 1, self.finance))
		self.assertEqual((row.status, row.communication), ("Sent", "L2C-COM-1"))
		(mail,) = self.sent
		self.assertEqual(
			(mail["address"], mail["about"]), ("stated@l2c.example.com", ("Customer", self.customer))
		)
		self.assertTrue(mail["papers"][0]["fcontent"].startswith(b"%PDF"))
		self.work(run.name)  # a second job
		again = self.prepare()
		self.only(again, self.customer)
		self.approve(again)
		self.assertIn(run.name, self.row(again).reason)
		self.assertEqual(len(self.sent), 1)

	def test_a_killed_job_goes_on_with_the_others(self) -> None:
		other = self.make_customer("L2C Stated Too", email="too@l2c.example.com")
		for customer in (self.customer, other):
			self.owe(customer)
		run = self.prepare()
		self.only(run, self.customer, other)
		with self.as_user(self.finance):
			statement_runs.approve(run.name)
		self.assertTrue(statement_run_work.step(run.name))
		self.assertEqual(len(self.sent), 1)
		self.assertEqual(self.work(run.name).done_rows, 2)
		self.assertEqual(
			sorted(mail["address"] for mail in self.sent), ["stated@l2c.example.com", "too@l2c.example.com"]
		)

	def test_who_is_taken_out_gets_none_and_may_be_put_back(self) -> None:
		self.owe(self.customer)
		run = self.prepare()
		self.only(run, self.customer)
		name = self.row(run).name
		with self.as_user(self.finance):
			with self.assertRaises(StatementRunState):
				statement_runs.take_out([name], " ")
			self.assertEqual(statement_runs.take_out([name], "visited today"), 1)
			with self.assertRaises(StatementRunState):
				statement_runs.approve(run.name)  # nobody is left
			self.assertEqual(self.row(run).taken_out_by, self.finance)
			self.assertEqual(statement_runs.put_back([name]), 1)
		self.approve(run)
		self.assertEqual(len(self.sent), 1)
		with self.as_user(self.finance), self.assertRaises(StatementRunState):
			statement_runs.take_out([name], "too late")

	def test_paid_between_list_and_sending(self) -> None:
		invoice = self.owe(self.customer, 250)
		run = self.prepare()
		self.only(run, self.customer)
		receivables.receipt(
			self.customer, 250, posting_date=UNTIL, against=[("Sales Invoice", invoice.name, 250)]
		)
		self.approve(run)
		row = self.row(run)
		self.assertEqual((row.status, row.reason), ("Skipped", "The balance is zero."))
		self.assertEqual(self.sent, [])

	def test_a_paper_that_fails_is_tried_again_and_stops_nobody(self) -> None:
		other = self.make_customer("L2C Stated Too", email="too@l2c.example.com")
		silent = self.make_customer("L2C Stated Silent", email="")
		for customer in (self.customer, other, silent):
			self.owe(customer)
		run = self.prepare()
		self.only(run, self.customer, other, silent)
		draw = statement_run_work.statement_document.statement_html

		def broken(customer: str, *values: Any) -> str:
			if customer == self.customer:
				raise ZeroDivisionError("no ink")
			return draw(customer, *values)

		with patch.object(statement_run_work.statement_document, "statement_html", broken):
			run = self.approve(run)
		self.assertEqual((run.state, run.done_rows, run.failed_rows, run.skipped_rows), ("Done", 1, 1, 1))
		self.assertEqual((self.row(run).status, self.row(run).reason), ("Failed", "no ink"))
		frappe.db.set_value("Customer", silent, "email_id", "heard@l2c.example.com")
		with self.as_user(self.finance):
			self.assertEqual(statement_runs.retry(run.name), 2)
		run = self.work(run.name)
		self.assertEqual((run.state, run.done_rows, run.failed_rows), ("Done", 3, 0))
		self.assertEqual(len(self.sent), 3)
		with self.as_user(self.finance), self.assertRaises(StatementRunState):
			statement_runs.retry(run.name)

	def test_one_run_at_a_time_and_a_month_that_is_over(self) -> None:
		self.owe(self.customer)
		with self.as_user(self.finance):
			with self.assertRaises(StatementRunState):
				statement_runs.prepare(COMPANY, nowdate())
			first = statement_runs.prepare(COMPANY, add_months(UNTIL, -1))
			with self.assertRaises(RunInProgress):
				statement_runs.prepare(COMPANY)
			statement_runs.stop(first)
			self.assertEqual(
				frappe.db.get_value(RUN, first, "period_to"), getdate(get_last_day(add_months(UNTIL, -1)))
			)

	def test_the_clock_prepares_once_and_sends_only_if_it_may(self) -> None:
		self.owe(self.customer)
		runs = frappe.get_all(RUN, filters={"company": COMPANY, "period_to": UNTIL}, pluck="name")
		frappe.db.set_value(RUN, {"name": ("in", runs or [""])}, "period_to", add_months(UNTIL, -12))
		with self.settings("L2C Settings", statement_day=0):
			self.assertEqual(statement_runs.prepare_due(), [])
		today = statement_runs.rules.is_due
		with (
			self.settings("L2C Settings", statement_day=1, send_statements_at_once=1),
			patch.object(
				statement_runs.rules, "is_due", lambda day, chosen: today(day.replace(day=2), chosen)
			),
		):
			runs = statement_runs.prepare_due()
			(name,) = frappe.get_all(RUN, filters={"name": ("in", runs), "company": COMPANY}, pluck="name")
			self.assertEqual(statement_runs.prepare_due(), [])
		self.assertTrue(statement_run_work.step(name))
		run = frappe.get_doc(RUN, name)
		self.assertEqual((run.state, run.approved_by), ("Sending", "Administrator"))
		self.only(run, self.customer)
		self.assertEqual(self.work(name).done_rows, 1)

	def test_a_day_that_february_has_not_is_refused(self) -> None:
		settings = frappe.get_doc("L2C Settings")
		settings.statement_day = 29
		with self.assertRaises(StatementRunState):
			settings.save()

	def test_a_run_that_has_sent_is_kept(self) -> None:
		self.owe(self.customer)
		run = self.prepare()
		self.only(run, self.customer)
		self.approve(run)
		with self.assertRaises(StatementRunState):
			frappe.delete_doc(RUN, run.name)

	def test_sales_may_do_nothing_with_it(self) -> None:
		self.owe(self.customer)
		run = self.prepare()
		name = self.row(run).name
		with self.as_user(factories.sales_user("statement.rep")):
			for step in (
				lambda: statement_runs.prepare(COMPANY),
				lambda: statement_runs.take_out([name], "x"),
				lambda: statement_runs.approve(run.name),
				lambda: statement_runs.stop(run.name),
				lambda: statement_runs.retry(run.name),
			):
				with self.assertRaises(frappe.PermissionError):
					step()

	@bench_only("renaming documents in every link")
	def test_a_customer_merged_in_the_middle_of_a_run_gets_one(self) -> None:
		other = self.make_customer("L2C Stated Twin", email="twin@l2c.example.com")
		for customer in (self.customer, other):
			self.owe(customer)
		run = self.prepare()
		self.only(run, self.customer, other)
		with self.as_user(self.finance):
			statement_runs.approve(run.name)
		statement_run_work.step(run.name)
		frappe.rename_doc("Customer", other, self.customer, merge=True, force=True)
		run = self.work(run.name)
		self.assertEqual((run.done_rows, run.skipped_rows, len(self.sent)), (1, 1, 1))


@bench_only("the host's mail queue")
class TestStatementMail(StatementCase):
	def setUp(self) -> None:
		super().setUp()
		outgoing_account()

	def test_the_mail_waits_in_the_hosts_queue_with_the_statement_as_pdf(self) -> None:
		frappe.db.set_value("Customer", self.customer, "language", "zh")
		self.owe(self.customer, 700, day=add_days(SINCE, -5))
		invoice = self.owe(self.customer, 300)
		run = self.prepare()
		self.only(run, self.customer)
		self.approve(run)
		filters = {"reference_doctype": "Customer", "reference_name": self.customer}
		(queued,) = frappe.get_all(
			"Email Queue", filters=filters, fields=["name", "message", "communication"]
		)
		self.assertEqual(queued.communication, self.row(run).communication)
		recipients = frappe.get_all(
			"Email Queue Recipient", filters={"parent": queued.name}, pluck="recipient"
		)
		self.assertEqual(recipients, ["stated@l2c.example.com"])
		(text,) = papers.pdfs_of(queued.message).values()
		self.assertIn("对账单", text.replace(" ", ""))
		self.assertIn(invoice.name, text)
		for figure in ("700", "300", "1,000"):
			self.assertIn(figure, text)
