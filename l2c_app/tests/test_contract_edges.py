"""Contracts at the edges: settings that leave steps to people, a receivable in another currency, two people at once."""

import subprocess
import sys
import time

import frappe

from l2c_app.services.billing import billing
from l2c_app.services.contract import activation, orders
from l2c_app.services.errors import NoLiveOrder, ReceivableAccountError
from l2c_app.tests import committed_papers, contracts, factories
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.contracts import plan_row

CUSTOMER = "L2C Parallel Buyer"
WORKER = """
import sys, time
import frappe
site, user, contract, start = sys.argv[1:5]
frappe.init(site); frappe.connect(); frappe.set_user(user)
from l2c_app.services.billing import billing
frappe.db.get_value("Sales Contract", contract, "modified")
time.sleep(max(0, float(start) - time.time()))
try:
	answer = billing.bill_row(contract, "R1", submit=True)
	frappe.db.commit()
except Exception as error:
	frappe.db.rollback()
	answer = type(error).__name__
frappe.destroy()
print("ANSWER" + answer)
"""


class TestStepsLeftToPeople(L2CTestCase):
	def test_activation_without_an_order(self) -> None:
		with self.settings("L2C Settings", activation_creates_order=0):
			contract = contracts.active()
		self.assertEqual((contract.status, contract.sales_order), ("Active", None))
		with self.assertRaises(NoLiveOrder):
			billing.bill_row(contract.name, "R1")
		activation.make_order(contract.name)
		self.assertEqual(orders.live_order(contract.name).docstatus, 1)

	def test_a_draft_order_is_submitted_by_a_person(self) -> None:
		with self.settings("L2C Settings", submit_orders=0):
			contract = contracts.active(plan_rows=[plan_row(percent=100, due_basis="Order", offset_days=5)])
		order = frappe.get_doc("Sales Order", contract.sales_order)
		self.assertEqual((order.docstatus, contract.plan_rows[0].due_date), (0, None))
		with self.assertRaises(NoLiveOrder):
			billing.bill_row(contract.name, "R1")
		order.submit()
		self.assertEqual(str(contracts.fresh(contract).plan_rows[0].due_date), contracts.in_days(5))
		billing.bill_row(contract.name, "R1", submit=True)

	def test_invoices_are_submitted_at_once_where_that_is_set(self) -> None:
		with self.settings("L2C Settings", submit_invoices=1):
			name = billing.bill_row(contracts.active().name, "R1")
		self.assertEqual(frappe.db.get_value("Sales Invoice", name, "docstatus"), 1)


@bench_only("accounting periods")
class TestClosedPeriods(L2CTestCase):
	def test_a_closed_period_is_a_row_in_the_result_and_nothing_is_lost(self) -> None:
		contract = contracts.active()
		factories.make(
			"Accounting Period",
			period_name="L2C Closed",
			company=factories.COMPANY,
			start_date=contracts.in_days(-1),
			end_date=contracts.in_days(1),
			closed_documents=[{"document_type": "Sales Invoice", "closed": 1}],
		)
		(result,) = billing.bill_due_rows(contract=contract.name)
		self.assertEqual((result.invoice, result.error), ("", "ClosedAccountingPeriod"))
		self.assertEqual(contracts.fresh(contract).plan_billing, [])


class TestAnotherCurrency(L2CTestCase):
	def euro(self) -> str:
		contract = contracts.draft(
			factories.customer("L2C Dollar Customer"),
			currency="EUR",
			receivable_account=factories.receivable_account("USD"),
			plan_rows=[plan_row(percent=50), plan_row(percent=50)],
		)
		contract.submit()
		activation.sign(contract.name)
		return contract.name

	def test_a_dollar_account_for_a_contract_in_euro_is_refused(self) -> None:
		with self.assertRaises(ReceivableAccountError):
			activation.activate(self.euro())

	@bench_only("invoices in another currency than their receivable account")
	def test_the_hosts_setting_allows_it(self) -> None:
		setting = {"allow_multi_currency_invoices_against_single_party_account": 1}
		with self.settings("Accounts Settings", **setting):
			name = self.euro()
			activation.activate(name)
			for row_id in ("R1", "R2"):
				billing.bill_row(name, row_id, submit=True)
		contract = contracts.fresh(frappe.get_doc("Sales Contract", name))
		self.assertEqual((contract.billed, contract.open_billed), (1000, 1000))


@bench_only("row locks and processes")
class TestParallelBilling(L2CTestCase):
	def test_two_people_bill_one_row_once(self) -> None:
		self.addCleanup(self.clean_up)
		users = [factories.accounts_user(f"parallel.biller.{number}") for number in range(2)]
		contract = contracts.active(factories.customer(CUSTOMER)).name
		frappe.db.commit()
		answers = self.race(users, contract)
		frappe.db.rollback()
		made = frappe.get_all(
			"Sales Invoice", filters={"l2c_contract": contract}, pluck="name", order_by="name"
		)
		self.assertEqual(len(made), 1, answers)
		self.assertEqual(len([answer for answer in answers if answer == made[0]]), 1, answers)
		self.assertEqual(frappe.get_doc("Sales Contract", contract).billed, 1000)

	def race(self, users: list[str], contract: str) -> list[str]:
		"""Let both bill the row at the same moment; returns the invoice or the refusal of each."""
		start = time.time() + 6
		workers = [
			subprocess.Popen(
				[sys.executable, "-c", WORKER, frappe.local.site, user, contract, str(start)],
				stdout=subprocess.PIPE,
				cwd=frappe.utils.get_bench_path() + "/sites",
				text=True,
			)
			for user in users
		]
		return [worker.communicate(timeout=60)[0].partition("ANSWER")[2].strip() for worker in workers]

	def clean_up(self) -> None:
		frappe.db.rollback()
		frappe.set_user("Administrator")
		committed_papers.remove_natives(CUSTOMER, "Sales Invoice", "Sales Order")
		for name in frappe.get_all(
			"Sales Contract", filters={"customer": CUSTOMER}, pluck="name", order_by="name"
		):
			committed_papers.remove_contract(name)
		frappe.delete_doc("Customer", CUSTOMER, force=True)
		frappe.db.commit()
