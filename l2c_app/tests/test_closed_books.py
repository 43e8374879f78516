"""What closes between two steps of a contract: a clear error, and nothing half-written."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

import frappe
from frappe.utils import flt, nowdate

from l2c_app.services.billing import billing, plan_invoices
from l2c_app.services.contract import activation, contract_revisions, orders, settlement
from l2c_app.services.errors import (
	ContractCompanyError,
	ContractPartyError,
	NoExchangeRate,
	NoLiveOrder,
	ReceivableAccountError,
)
from l2c_app.services.receipt import collections
from l2c_app.tests import contracts, factories
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.contracts import plan_row

NATIVE = ("Sales Order", "Sales Invoice", "Payment Entry", "Payment Ledger Entry", "GL Entry")


class ClosedTest(L2CTestCase):
	"""The three steps that write to the books, each refused without a trace."""

	def setUp(self) -> None:
		super().setUp()
		self.customer = factories.customer("L2C Closing")

	def signed(self, **values: object) -> str:
		contract = contracts.draft(self.customer, **values)
		contract.submit()
		activation.sign(contract.name)
		return contract.name

	def active(self, **values: object) -> str:
		values.setdefault("plan_rows", [plan_row(percent=50), plan_row(percent=50)])
		return contracts.active(self.customer, **values).name

	def reported(self, contract: str) -> str:
		values = {"amount": 100, "received_on": nowdate(), "paid_to": factories.bank_account()}
		return collections.report(values, [{"contract": contract, "amount": 100}]).name

	def assert_refused(self, error: type[Exception], step: Callable[[], object]) -> str:
		"""Take a step that must fail; return its text. Native tables and our documents stay as they were."""
		before = self.state()
		with self.assertRaises(error) as refused:
			step()
		self.assertEqual(self.state(), before)
		self.assertTrue(str(refused.exception).strip())
		return str(refused.exception)

	def state(self) -> dict:
		counts = {doctype: frappe.db.count(doctype) for doctype in NATIVE}
		fields = ["name", "status", "activated_on", "sales_order", "modified"]
		filters = {"customer": self.customer}
		counts["contracts"] = frappe.get_all(
			"Sales Contract", filters=filters, fields=fields, order_by="name"
		)
		fields = ["name", "status", "voucher_no", "modified"]
		counts["receipts"] = frappe.get_all("Collection", filters=filters, fields=fields, order_by="name")
		parents = [row.name for row in counts["contracts"]]
		filters = {"parent": ("in", parents), "parenttype": "Sales Contract"}
		counts["links"] = frappe.get_all("Plan Billing", filters=filters, pluck="name", order_by="name")
		return counts


class TestCustomerDisabled(ClosedTest):
	def disable(self) -> None:
		frappe.db.set_value("Customer", self.customer, "disabled", 1)
		frappe.clear_document_cache("Customer", self.customer)
		self.addCleanup(frappe.clear_document_cache, "Customer", self.customer)

	def test_between_approval_and_activation(self) -> None:
		name = self.signed()
		self.disable()
		text = self.assert_refused(ContractPartyError, lambda: activation.activate(name))
		self.assertIn(self.customer, text)

	def test_before_billing_and_as_a_row_of_a_batch(self) -> None:
		name = self.active()
		self.disable()
		self.assert_refused(ContractPartyError, lambda: billing.bill_row(name, "R1", submit=True))
		results = billing.bill_due_rows(contract=name)
		self.assertEqual([(row.invoice, row.error) for row in results], [("", "ContractPartyError")] * 2)

	def test_before_the_confirmation_of_a_receipt(self) -> None:
		receipt = self.reported(self.active())
		self.disable()
		self.assert_refused(ContractPartyError, lambda: collections.confirm(receipt))
		payment = factories.payment
		self.assertRaises(frappe.ValidationError, payment, self.customer, 100)


class TestCompanyAndAccounts(ClosedTest):
	def change(self, doctype: str, name: str, **values: object) -> None:
		frappe.db.set_value(doctype, name, values)
		frappe.clear_document_cache(doctype, name)
		self.addCleanup(frappe.clear_document_cache, doctype, name)

	def test_a_company_that_became_a_group(self) -> None:
		signed, active = self.signed(), self.active()
		receipt = self.reported(active)
		self.change("Company", factories.COMPANY, is_group=1)
		self.assert_refused(ContractCompanyError, lambda: activation.activate(signed))
		self.assert_refused(ContractCompanyError, lambda: billing.bill_row(active, "R1", submit=True))
		self.assert_refused(ContractCompanyError, lambda: collections.confirm(receipt))

	@bench_only("frozen accounts")
	def test_a_frozen_receivable_account(self) -> None:
		signed, active = self.signed(), self.active()
		receipt = self.reported(active)
		account = factories.receivable_account()
		self.change("Account", account, freeze_account="Yes")
		with self.as_user(factories.accounts_user()):
			text = self.assert_refused(
				frappe.ValidationError, lambda: billing.bill_row(active, "R1", submit=True)
			)
			self.assertIn(account, text)
			text = self.assert_refused(frappe.ValidationError, lambda: collections.confirm(receipt))
			self.assertIn(account, text)
		self.assert_refused(ReceivableAccountError, lambda: activation.activate(signed))

	@bench_only("frozen books")
	def test_frozen_books(self) -> None:
		active = self.active()
		receipt = self.reported(active)
		with self.frozen_until(nowdate()):
			self.assert_refused(frappe.ValidationError, lambda: billing.bill_row(active, "R1", submit=True))
			self.assert_refused(frappe.ValidationError, lambda: collections.confirm(receipt))
			results = billing.bill_due_rows(contract=active)
		drafts = [row for row in results if row.invoice]
		self.assertEqual(len(drafts), 2, results)  # a draft books nothing: freezing is met at its submit
		self.assertEqual(frappe.db.count("GL Entry", {"voucher_no": ("in", [r.invoice for r in drafts])}), 0)

	@contextmanager
	def frozen_until(self, date: str) -> Iterator[None]:
		"""Freeze the books where the host keeps that date: on the Company since 16, before in Accounts Settings."""
		if not frappe.get_meta("Company").has_field("accounts_frozen_till_date"):
			values = {"acc_frozen_upto": date, "frozen_accounts_modifier": "Fleet Manager"}
			with self.settings("Accounts Settings", **values):
				yield
			return
		values = {"accounts_frozen_till_date": date, "role_allowed_for_frozen_entries": "Fleet Manager"}
		self.change("Company", factories.COMPANY, **values)
		yield

	@bench_only("accounting periods")
	def test_a_closed_accounting_period(self) -> None:
		from erpnext.accounts.doctype.accounting_period.accounting_period import ClosedAccountingPeriod

		active = self.active()
		receipt = self.reported(active)
		closed = [{"document_type": each, "closed": 1} for each in ("Sales Invoice", "Payment Entry")]
		days = {"start_date": nowdate(), "end_date": nowdate()}
		values = {"period_name": "L2C Closed Books", "company": factories.COMPANY, **days}
		factories.make("Accounting Period", closed_documents=closed, **values)
		self.assert_refused(ClosedAccountingPeriod, lambda: billing.bill_row(active, "R1", submit=True))
		self.assert_refused(ClosedAccountingPeriod, lambda: collections.confirm(receipt))
		results = billing.bill_due_rows(contract=active)
		self.assertEqual([row.error for row in results], ["ClosedAccountingPeriod"] * 2)


class TestNoRateAtBilling(ClosedTest):
	def test_the_orders_old_rate_is_not_taken_silently(self) -> None:
		self.customer = factories.customer("L2C Closing EUR", currency="EUR")
		name = self.active(currency="EUR", conversion_rate=1.23)
		with patch.object(plan_invoices, "get_exchange_rate", return_value=0):
			text = self.assert_refused(NoExchangeRate, lambda: billing.bill_row(name, "R1"))
			self.assertIn("EUR", text)
			results = billing.bill_due_rows(contract=name)
		self.assertEqual([(row.invoice, row.error) for row in results], [("", "NoExchangeRate")] * 2)

	def test_the_rate_of_the_posting_date_is_used(self) -> None:
		self.customer = factories.customer("L2C Closing EUR", currency="EUR")
		name = self.active(currency="EUR", conversion_rate=1.23)
		factories.currency_exchange("EUR", "USD", rate=1.31, date=nowdate())
		invoice = billing.bill_row(name, "R1")
		self.assertEqual(flt(frappe.db.get_value("Sales Invoice", invoice, "conversion_rate"), 4), 1.31)

	def test_a_termination_fee_is_charged_at_todays_rate_as_well(self) -> None:
		self.customer = factories.customer("L2C Closing EUR", currency="EUR")
		name = self.active(currency="EUR", conversion_rate=1.23)
		factories.currency_exchange("EUR", "USD", rate=1.31, date=nowdate())
		(made,) = settlement.draft(name, performed=0, fee=100, fee_item=factories.SERVICE_ITEM)
		fee = frappe.db.get_value("Sales Invoice", made["name"], ["conversion_rate", "base_grand_total"])
		self.assertEqual([flt(value, 4) for value in fee], [1.31, 131])

	@bench_only("the host's look-up of rates")
	def test_the_hosts_own_look_up_finds_nothing(self) -> None:
		self.customer = factories.customer("L2C Closing EUR", currency="EUR")
		name = self.active(currency="EUR", conversion_rate=1.23)
		frappe.db.delete("Currency Exchange", {"from_currency": "EUR"})
		with self.settings("Currency Exchange Settings", disabled=1):
			self.assert_refused(NoExchangeRate, lambda: billing.bill_row(name, "R1"))


class TestOrderVanished(ClosedTest):
	"""The order is gone although the first look still showed it, as in a transaction that began before."""

	def seen_before(self, name: str) -> object:
		row = frappe._dict(name=name, docstatus=1, grand_total=1000)
		return patch.object(orders, "live_order", return_value=row)

	def assert_steps_refused(self, contract: str, order: str) -> None:
		rows = [plan_row(percent=100)]
		with self.seen_before(order):
			self.assert_refused(NoLiveOrder, lambda: billing.bill_row(contract, "R1", submit=True))
			self.assert_refused(
				NoLiveOrder,
				lambda: contract_revisions.revise(contract, reason="smaller", plan_rows=rows),
			)

	def test_cancelled_in_between(self) -> None:
		contract = self.active()
		order = frappe.db.get_value("Sales Contract", contract, "sales_order")
		frappe.get_doc("Sales Order", order).cancel()
		self.assert_steps_refused(contract, order)
		with self.assertRaises(NoLiveOrder):
			billing.bill_row(contract, "R1")

	def test_deleted_in_between(self) -> None:
		contract = self.active()
		order = frappe.db.get_value("Sales Contract", contract, "sales_order")
		frappe.db.delete("Sales Order", {"name": order})
		self.assert_steps_refused(contract, order)
		results = billing.bill_due_rows(contract=contract)
		self.assertEqual([row.error for row in results], ["NoLiveOrder"] * 2)
