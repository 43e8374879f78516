"""What goes wrong around money in the middle of a run: customers renamed and merged, years closed, texts that attack.

A clear error or a row in the result; nothing lost, nobody billed or chased twice.
"""

from typing import Any
from unittest.mock import patch

import frappe
from frappe.utils import nowdate

from l2c_app.services.batch import steps
from l2c_app.services.billing import billing_run_work, billing_runs
from l2c_app.services.chasing import dunning_runs
from l2c_app.services.contract import adoption_run_work, adoption_runs
from l2c_app.services.errors import CollectionPartyError, ReceivingAccountError
from l2c_app.services.receipt import collections
from l2c_app.services.receipt.receipt_payment import Receipt
from l2c_app.tests import contracts, factories
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.chasing_case import TEMPLATE, ChasingTestCase
from l2c_app.tests.contracts import plan_row
from l2c_app.tests.receivables import figures, rows


class RunCase(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		for patcher in (
			patch.object(billing_runs, "queue"),
			patch.object(adoption_runs, "queue"),
			patch.object(steps.time, "sleep"),
		):
			patcher.start()
			self.addCleanup(patcher.stop)
		frappe.db.set_value("Sales Contract", {"docstatus": 1}, "terminated_on", nowdate())  # of other tests
		self.customer, self.other = factories.customer("L2C Becoming"), factories.customer("L2C Become")

	def contract(self, **values: Any) -> str:
		values.setdefault("plan_rows", [plan_row(600), plan_row(400)])
		return contracts.active(self.customer, **values).name

	def report(self, contract: str, amount: float) -> str:
		values = {"amount": amount, "received_on": nowdate()}
		return collections.report(values, [{"contract": contract, "amount": amount}]).name

	def billed(self, name: str) -> Any:
		billing_run_work.work(name, commit=lambda: None)
		return frappe.get_doc("Billing Run", name)

	def prepared(self) -> Any:
		with self.settings("L2C Settings", submit_invoices=1):
			return self.billed(billing_runs.prepare(factories.COMPANY))

	def approved(self, run: Any) -> Any:
		billing_runs.approve(run.name)
		return self.billed(run.name)

	def outcome(self, run: Any) -> list[tuple]:
		fields = ["status", "error", "amount"]
		filters = {"run": run.name}
		return list(frappe.get_all("Billing Run Row", filters, fields, order_by="name", as_list=True))


@bench_only("renaming and merging of native masters")
class TestCustomersThatChangeTheirName(RunCase):
	def rename(self, old: str, new: str, *, merge: bool) -> None:
		frappe.rename_doc("Customer", old, new, merge=merge, force=True, show_alert=False)
		for ledger in ("Payment Ledger Entry", "GL Entry"):  # some releases of 15 lose dynamic links
			frappe.db.set_value(ledger, {"party_type": "Customer", "party": old}, "party", new)

	def test_a_billing_run_bills_each_row_once_to_whom_the_customer_became(self) -> None:
		for merge in (False, True):
			with self.subTest(merge=merge):
				frappe.db.savepoint("renamed")
				new = self.other if merge else "L2C Renamed"
				contract = self.contract()
				run = self.prepared()
				self.assertEqual([row[0] for row in self.outcome(run)], ["Planned", "Planned"])
				self.rename(self.customer, new, merge=merge)
				run = self.approved(run)
				self.assertEqual(self.outcome(run), [("Done", "", 600), ("Done", "", 400)])
				filters = {"l2c_contract": contract, "docstatus": 1}
				made = frappe.get_all("Sales Invoice", filters, ["customer", "grand_total"], order_by="name")
				self.assertEqual([(row.customer, row.grand_total) for row in made], [(new, 600), (new, 400)])
				self.assertEqual(figures(contract, "billed", "open_billed"), (1000, 1000))
				frappe.db.rollback(save_point="renamed")
				frappe.local.l2c_dirty = None

	def test_a_run_of_adoptions_adopts_the_orders_of_whom_the_customer_became(self) -> None:
		order = factories.sales_order(self.customer, rate=1000).name
		lines = [{"sales_order": order, "amount": "1000", "due_date": nowdate()}]
		name = adoption_runs.prepare(factories.COMPANY, lines, source="old.csv")
		adoption_run_work.work(name, commit=lambda: None)
		self.rename(self.customer, self.other, merge=True)
		adoption_runs.approve(name)
		adoption_run_work.work(name, commit=lambda: None)
		contract = frappe.db.get_value("Sales Order", order, "l2c_contract")
		self.assertEqual(frappe.db.get_value("Sales Contract", contract, "customer"), self.other)
		self.assertEqual(frappe.db.get_value("Adoption Run", name, ["state", "done_rows"]), ("Done", 1))

	def test_a_receipt_reported_before_the_merge_is_confirmed_once_after_it(self) -> None:
		contract = self.contract()
		name = self.report(contract, 600)
		self.rename(self.customer, self.other, merge=True)
		payment = collections.confirm(name, Receipt(paid_to=factories.bank_account())).voucher_no
		self.assertEqual(frappe.db.get_value("Payment Entry", payment, "party"), self.other)
		self.assertEqual(figures(contract, "collected", "advance"), (600, 600))
		self.assertEqual(rows(contract, "settled"), [600, 0])


@bench_only("fiscal years of the host")
class TestAClosedFiscalYear(RunCase):
	def close_the_year(self, disabled: int = 1) -> None:
		year = factories.fiscal_year(nowdate())
		frappe.db.set_value("Fiscal Year", year, "disabled", disabled)
		frappe.cache.delete_value("fiscal_years")
		self.addCleanup(frappe.cache.delete_value, "fiscal_years")

	def test_bills_nothing_confirms_nothing_and_loses_nothing(self) -> None:
		from erpnext.accounts.utils import FiscalYearError

		contract = self.contract()
		receipt, run = self.report(contract, 600), self.prepared()
		self.close_the_year()
		run = self.approved(run)
		self.assertEqual([row[:2] for row in self.outcome(run)], [("Skipped", "FiscalYearError")] * 2)
		frappe.db.savepoint("closed")
		with self.assertRaises(FiscalYearError):
			collections.confirm(receipt, Receipt(paid_to=factories.bank_account()))
		self.assertEqual(frappe.db.get_value("Collection", receipt, "status"), "Reported")
		self.assertEqual(frappe.db.count("Payment Entry", {"party": self.customer}), 0)
		self.assertEqual(figures(contract, "billed", "collected", "open_amount"), (0, 0, 1000))
		self.close_the_year(0)
		collections.confirm(receipt, Receipt(paid_to=factories.bank_account()))
		again = self.approved(self.prepared())
		self.assertEqual([row[0] for row in self.outcome(again)], ["Done", "Done"])
		self.assertEqual(figures(contract, "billed", "collected", "open_amount"), (1000, 600, 400))


class TestAThirdCurrency(RunCase):
	"""A contract in euro of a company in dollars; yuan come."""

	def setUp(self) -> None:
		super().setUp()
		customer = factories.customer("L2C Becoming EUR", currency="EUR")
		self.euro = contracts.active(customer, currency="EUR", conversion_rate=1.1).name
		self.values = {"customer": customer, "company": factories.COMPANY, "received_on": nowdate()}

	def test_yuan_reported_for_a_euro_contract_are_refused(self) -> None:
		"""Nobody may guess at which rate they pay it; as money on account of the customer they are none of it."""
		ask = [{"contract": self.euro, "amount": 100}]
		with self.assertRaises(CollectionPartyError):
			collections.report({**self.values, "amount": 100, "currency": "CNY"}, ask)
		self.assertEqual(frappe.db.count("Collection", {"customer": self.values["customer"]}), 0)

	def test_euro_that_came_on_a_yuan_account_are_refused_and_stay_reported(self) -> None:
		name = self.report(self.euro, 100)
		with self.assertRaises(ReceivingAccountError):
			collections.confirm(name, Receipt(paid_to=factories.bank_account("CNY")))
		self.assertEqual(frappe.db.get_value("Collection", name, "status"), "Reported")
		self.assertEqual(figures(self.euro, "collected", "on_account"), (0, 0))


@bench_only("the mail queue and grouped queries over the payment ledger")
class TestHostileTemplates(ChasingTestCase):
	def test_a_message_whose_template_attacks_fails_as_a_row_and_is_sent_once_it_is_mended(self) -> None:
		self.invoice(30, 1000)
		live = self.case()
		good = frappe.db.get_value("Email Template", TEMPLATE, "response")
		for bad in (
			"{{ ''.__class__.__mro__ }}",
			"{{ frappe.db.sql('delete from `tabCustomer`') }}",
			"{{ nobody.knows.this }}",
			"{% for item in items %}",
		):
			with self.subTest(template=bad):
				self.write_template(bad)
				row = self.send(self.line().run)[0]
				self.assertEqual((row.state, row.notice), ("Failed", None))
				self.assertTrue(row.reason)
				self.assertEqual(self.mails(live), 0)
		self.assertTrue(frappe.db.exists("Customer", self.customer))
		self.write_template(good)
		row = self.send(dunning_runs.prepare(self.policy.name))[0]
		self.assertEqual((row.state, self.mails(live)), ("Sent", 1))

	def write_template(self, text: str) -> None:
		frappe.db.set_value("Email Template", TEMPLATE, "response", text)
		frappe.clear_document_cache("Email Template", TEMPLATE)
		self.addCleanup(frappe.clear_document_cache, "Email Template", TEMPLATE)
