"""What users suffer from with credit limits, statements, dunning and payment requests; figures by hand."""

from unittest.mock import patch

import frappe
from frappe.utils import add_days, nowdate

from l2c_app.api import print as print_api
from l2c_app.services.billing import billing
from l2c_app.services.chasing import dunning_runs
from l2c_app.services.contract import activation, readiness
from l2c_app.services.ledger import recompute
from l2c_app.services.printing import print_renderer, statement_document
from l2c_app.tests import contracts, factories
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.chasing_case import ChasingTestCase
from l2c_app.tests.receivables import figures, rows


@bench_only("the host's credit limits")
class TestCreditLimitPains(L2CTestCase):
	def test_pain_close_order_more_reopen_bypasses_no_credit_limit(self) -> None:
		"""A limit of 900: an order of 600 is closed, one of 600 comes in, the first is opened again: 1,200 are too many."""
		customer = frappe.get_doc("Customer", factories.customer("L2C Limited"))
		customer.append("credit_limits", {"company": factories.COMPANY, "credit_limit": 900})
		customer.save()
		plan, items = [contracts.plan_row(percent=100)], [contracts.line(600)]
		first = contracts.active(customer.name, plan_rows=plan, items=items)
		second = contracts.draft(customer.name, plan_rows=plan, items=items)
		second.submit()
		activation.sign(second.name)
		self.refused_by_the_limit(lambda: activation.activate(second.name))
		self.assertIn(("Credit Limit", "Refused"), self.check_list(second.name))
		frappe.get_doc("Sales Order", first.sales_order).update_status("Closed")
		activation.activate(second.name)
		order = frappe.get_doc("Sales Order", first.sales_order)
		self.refused_by_the_limit(lambda: order.update_status("Draft"))
		self.assertEqual(frappe.db.get_value("Sales Order", order.name, "status"), "Closed")
		self.assertEqual(contracts.fresh(first).order_state, "Closed")

	def refused_by_the_limit(self, step: object) -> None:
		"""Take a step as a request does, which rolls back after the refusal."""
		frappe.db.savepoint("credit_limit")
		with self.assertRaisesRegex(frappe.ValidationError, "[Cc]redit limit"):
			step()
		frappe.db.rollback(save_point="credit_limit")
		frappe.local.l2c_dirty = None

	def check_list(self, contract: str) -> list[tuple[str, str]]:
		return [(check["subject"], check["level"]) for check in readiness.checks(contract)]


@bench_only("the host's print engine and grouped queries over the payment ledger")
class TestStatementPains(ChasingTestCase):
	def test_pain_statement_pdfs_time_out_for_many_customers(self) -> None:
		"""One request makes the paper of one customer, in as many queries for six invoices as for two, whoever else owes."""
		for _number in range(2):
			self.invoice(10, 100)
		few = self.queries_of_a_statement()
		other = self.make_customer("L2C Owes Too")
		for _number in range(4):
			self.invoice(10, 100)
			self.invoice(10, 100, other)
		self.assertEqual(self.queries_of_a_statement(), few)
		html = statement_document.statement_html(self.customer, factories.COMPANY, "en")
		self.assertIn("600.00", html)
		self.assertNotIn(other, html)

	def queries_of_a_statement(self) -> int:
		statement_document.statement_html(self.customer, factories.COMPANY, "en")
		real, counted = frappe.db.sql, []
		with patch.object(frappe.db, "sql", side_effect=lambda *a, **k: counted.append(1) or real(*a, **k)):
			statement_document.statement_html(self.customer, factories.COMPANY, "en")
		return len(counted)

	def test_pain_jinja_in_the_name_of_a_statement_and_a_low_role_that_triggers_it(self) -> None:
		"""The file's name is text, not a template; without the right on invoices there is no file."""
		customer = self.make_customer("L2C {{ 7 * 7 }} Ltd")
		self.invoice(10, 100, customer)
		frappe.local.response = frappe._dict()
		with patch.object(print_renderer, "to_pdf", return_value=b"%PDF-"):
			with self.as_user(self.finance):
				print_api.statement_pdf(customer=customer, company=factories.COMPANY)
			self.assertNotIn("49", frappe.local.response.filename)
			for user in (factories.sales_user("pain.low"), factories.user("pain.nobody")):
				with self.as_user(user), self.assertRaises(frappe.PermissionError):
					print_api.statement_pdf(customer=customer, company=factories.COMPANY)


@bench_only("the mail queue and grouped queries over the payment ledger")
class TestDunningPains(ChasingTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.first, self.second = self.invoice(30, 1000), self.invoice(6, 500)
		self.live = self.case()

	def test_pain_dunning_resolved_by_its_last_row_only_paid_and_unpaid_rows_are_told_apart(self) -> None:
		"""One Dunning over 1,000 and 500; the 500 of the last row are paid: 1,000 stay overdue, whatever the Dunning says."""
		self.charge()
		notice = self.send(self.line().run)[0].notice
		native = frappe.db.get_value("Dunning Notice", notice, "dunning")
		self.assertEqual(len(frappe.get_doc("Dunning", native).overdue_payments), 2)
		factories.payment(self.customer, 500, against=[("Sales Invoice", self.second.name, 500)])
		self.assertEqual((self.case().overdue, self.case().invoices), (1000, 1))
		frappe.db.set_value("Dunning", native, "status", "Resolved")
		self.assertEqual(self.case().overdue, 1000)
		frappe.db.set_value("Dunning", native, "status", "Unresolved")
		factories.payment(self.customer, 1000, against=[("Sales Invoice", self.first.name, 1000)])
		self.assertIsNone(self.case())

	def test_pain_payment_request_status_is_never_taken_for_money(self) -> None:
		"""Requests that say paid collect nothing, and requests that say nothing was paid take nothing away."""
		contract = contracts.active(
			self.customer, plan_rows=[contracts.plan_row(300), contracts.plan_row(700)]
		)
		invoice = billing.bill_row(contract.name, "R1", submit=True)
		asked = [self.request("Sales Invoice", invoice), self.request("Sales Order", contract.sales_order)]
		for name in asked:
			frappe.db.set_value("Payment Request", name, {"status": "Paid", "outstanding_amount": 0})
		recompute.recompute(contract.name)
		self.assertEqual(figures(contract.name, "collected", "advance", "open_amount"), (0, 0, 1000))
		self.assertEqual(self.case().overdue, 1500)
		factories.payment(self.customer, 300, against=[("Sales Invoice", invoice, 300)])
		for name in asked:
			frappe.db.set_value("Payment Request", name, {"status": "Requested", "outstanding_amount": 300})
		recompute.recompute(contract.name)
		self.assertEqual(figures(contract.name, "collected", "open_amount"), (300, 700))
		self.assertEqual(rows(contract.name, "status"), ["Paid", "Due"])

	def request(self, doctype: str, name: str) -> str:
		"""Store a payment request of the host on a document, as it lies in its table."""
		document = frappe.get_doc({"doctype": "Payment Request", "name": f"L2C-PR-{name}", "docstatus": 1})
		document.update({"reference_doctype": doctype, "reference_name": name, "grand_total": 300})
		document.update({"party_type": "Customer", "party": self.customer, "transaction_date": nowdate()})
		document.db_insert()
		return document.name

	def test_pain_reminder_is_endless_each_level_comes_once_after_its_gap_and_the_count_has_an_end(
		self,
	) -> None:
		"""Level 2 went out: three days later the gap of seven holds level 3 back, ten days later a most of one message does."""
		notice = self.send(self.line().run)[0].notice
		frappe.db.set_value("Dunning Notice", notice, "level", 2)
		frappe.db.set_value("Collection Case", self.live.name, "opened_on", add_days(nowdate(), -15))
		for days, most, found in ((3, 6, "Held Back"), (10, 1, "Held Back"), (10, 6, "Proposed")):
			with self.subTest(days=days, most=most):
				frappe.db.set_value("Dunning Notice", notice, "sent_on", add_days(nowdate(), -days))
				policy = frappe.get_doc("Dunning Policy", self.policy.name)
				policy.update({"most_messages": most})
				policy.save()
				(row,) = self.run_rows(dunning_runs.prepare(self.policy.name))
				self.assertEqual((row.state, row.level), (found, 3))
