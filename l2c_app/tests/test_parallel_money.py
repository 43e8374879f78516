"""Two processes on the money of one contract: receipts are confirmed while invoices are made and payments posted.

Committed, cleaned up after. Nobody waits in a circle; whoever is refused is refused by a type, and may try again.
"""

import json
import subprocess
import sys
import time
import unittest
from unittest.mock import patch

import frappe
from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice
from frappe.utils import nowdate

from l2c_app.api import collection as api
from l2c_app.services.contract import contract_changes
from l2c_app.services.errors import ContractChangedMeanwhile
from l2c_app.services.ledger import audit, recompute
from l2c_app.tests import committed_papers, contracts, factories, second_connection
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.contracts import plan_row
from l2c_app.tests.receivables import broken, figures

CUSTOMER = "L2C Parallel Money"
ROUNDS = 6
TRIES = 10
MAY_TRY_AGAIN = {
	"ContractChangedMeanwhile",
	"QueryDeadlockError",
	"QueryTimeoutError",
	"TimestampMismatchError",
}
WORKER = """
import json, sys, time
import frappe
site, user, steps, start, tries = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5])
frappe.init(site); frappe.connect(); frappe.set_user(user)
from l2c_app.api import collection
from l2c_app.services.billing import billing
from l2c_app.services.errors.recovery import retrying
def confirm(name, account):
	collection.confirm(name, paid_to=account, despite="a test")
def bill(contract, row):
	retrying(lambda: billing.bill_row(contract, row, submit=True))
def submit(name):
	frappe.get_doc("Payment Entry", name).submit()
def cancel(name):
	frappe.get_doc("Payment Entry", name).cancel()
def cancel_invoice(name):
	frappe.get_doc("Sales Invoice", name).cancel()
def reconcile(customer, payment, invoice):
	from l2c_app.tests import receivables
	receivables.reconcile(customer, payment, invoice, 20)
answers = []
for number, (step, *values) in enumerate(steps):
	time.sleep(max(0, start + 1.2 * number - time.time()))
	answer = []
	for attempt in range(tries):
		try:
			globals()[step](*values)
			frappe.db.commit()
			answer.append("done")
			break
		except Exception as error:
			frappe.db.rollback()
			answer.append(type(error).__name__)
			time.sleep(0.2 * attempt)
	answers.append(answer)
frappe.destroy()
print("ANSWER" + json.dumps(answers))
"""


@bench_only("row locks and processes")
class TestParallelMoney(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.addCleanup(self.clean_up)
		self.users = [factories.accounts_manager(f"parallel.money.{number}") for number in range(2)]
		plan = [plan_row(100) for _row in range(ROUNDS * 2)]
		items = [contracts.line(100 * ROUNDS * 2)]
		customer = factories.customer(CUSTOMER)
		self.contract = contracts.active(customer, plan_rows=plan, items=items).name
		self.order = frappe.db.get_value("Sales Contract", self.contract, "sales_order")
		self.account = factories.bank_account()

	def report(self, amount: float) -> str:
		values = {"amount": amount, "received_on": nowdate()}
		return api.report(values, [{"contract": self.contract, "amount": amount}])["name"]

	def race(self, *workers: list[list]) -> list[list[list[str]]]:
		"""Let each worker take its steps, step by step at the same moments; return the outcomes of each step's tries."""
		frappe.db.commit()
		start = time.time() + 6
		processes = [
			subprocess.Popen(
				[
					sys.executable,
					"-c",
					WORKER,
					frappe.local.site,
					user,
					json.dumps(steps),
					str(start),
					str(TRIES),
				],
				stdout=subprocess.PIPE,
				cwd=frappe.utils.get_bench_path() + "/sites",
				text=True,
			)
			for user, steps in zip(self.users, workers, strict=True)
		]
		answers = [process.communicate(timeout=300)[0].rsplit("ANSWER", 1)[1] for process in processes]
		frappe.db.rollback()
		return [json.loads(answer) for answer in answers]

	def assert_done_in_the_end(self, answers: list[list[list[str]]]) -> None:
		"""Every step was done, and was put off at most by a refusal that says to try again."""
		for steps in answers:
			for tries in steps:
				self.assertEqual(tries[-1], "done", answers)
				self.assertLessEqual(set(tries[:-1]), MAY_TRY_AGAIN, answers)

	def assert_all_done(self, answers: list[list[list[str]]]) -> None:
		"""As before, and nobody died of a deadlock."""
		self.assert_done_in_the_end(answers)
		deadlocks = [name for steps in answers for tries in steps for name in tries if "Deadlock" in name]
		self.assertEqual(deadlocks, [], answers)

	def assert_money(self, billed: float, collected: float) -> None:
		audit.run()
		frappe.db.commit()
		self.assertEqual(figures(self.contract, "billed", "collected", "to_audit"), (billed, collected, 0))
		self.assertEqual(broken(self.contract), [])
		self.assertEqual(audit.run()["drift"], 0)

	def test_receipts_are_confirmed_while_rows_are_billed(self) -> None:
		confirms = [["confirm", self.report(100), self.account] for _round in range(ROUNDS)]
		bills = [["bill", self.contract, f"R{number}"] for number in range(1, ROUNDS + 1)]
		self.assert_all_done(self.race(confirms, bills))
		self.assert_money(100 * ROUNDS, 100 * ROUNDS)

	def test_receipts_are_confirmed_while_payments_are_posted_and_cancelled(self) -> None:
		invoice = [self.billed(number) for number in range(1, ROUNDS + 1)]
		native = [self.draft_payment("Sales Invoice", name) for name in invoice]
		confirms = [["confirm", self.report(50), self.account] for _round in range(ROUNDS)]
		# on the later half: the receipts fill the oldest, and the host refuses a payment of an invoice that is paid by then
		late = native[ROUNDS // 2 :]
		posts = [["submit", name] for name in late] + [["cancel", name] for name in late]
		self.assert_all_done(self.race(confirms, posts))
		self.assert_money(100 * ROUNDS, 50 * ROUNDS)

	def test_receipts_are_confirmed_while_invoices_are_cancelled(self) -> None:
		"""The host locks an invoice before its contract: the receipt gives way, nobody dies of a deadlock."""
		invoices = [self.billed(number) for number in range(1, ROUNDS + 1)]
		confirms = [["confirm", self.report(100), self.account] for _round in range(ROUNDS)]
		cancels = [["cancel_invoice", name] for name in reversed(invoices)]
		self.assert_all_done(self.race(confirms, cancels))
		audit.run()
		frappe.db.commit()
		billed, collected, on_account = figures(self.contract, "billed", "collected", "on_account")
		# what lay on a cancelled invoice is on account of the customer again; no money is lost and none made
		self.assertEqual((billed, collected + on_account), (0, 100 * ROUNDS))
		self.assertEqual(broken(self.contract), [])
		self.assertEqual(audit.run()["drift"], 0)

	def test_rows_are_billed_while_payments_on_the_order_are_posted(self) -> None:
		posts = [["submit", self.draft_payment("Sales Order", self.order)] for _round in range(ROUNDS)]
		bills = [["bill", self.contract, f"R{number}"] for number in range(1, ROUNDS + 1)]
		self.assert_all_done(self.race(posts, bills))
		self.assert_money(100 * ROUNDS, 20 * ROUNDS)

	def test_pain_lock_wait_timeout_two_accountants_reconcile_at_once(self) -> None:
		"""Both apply money on account, now to invoices of their own, now to the same one: each 20 are settled once.

		The host itself may deadlock where two payments get their first reference at the same moment; it says so, and
		the accountant tries again.
		"""
		invoices = [self.billed(number) for number in range(1, ROUNDS + 1)]
		paid = [factories.payment(CUSTOMER, 20).name for _round in range(ROUNDS * 2)]
		first = [["reconcile", CUSTOMER, paid[n], invoices[n]] for n in range(ROUNDS)]
		second = [["reconcile", CUSTOMER, paid[ROUNDS + n], invoices[n - n % 2]] for n in range(ROUNDS)]
		self.assert_done_in_the_end(self.race(first, second))
		self.assert_money(100 * ROUNDS, 40 * ROUNDS)

	def test_an_invoice_that_began_to_read_before_a_payment_is_looked_at_again_after_its_commit(self) -> None:
		"""It writes its links before the figures are read: its own row then hides that the payment's came in between."""
		isolation = dict(frappe.db.sql("show variables like 'innodb_snapshot_isolation'"))
		if isolation.get("innodb_snapshot_isolation") == "ON":
			raise unittest.SkipTest("this database refuses the invoice itself")
		payment = self.draft_payment("Sales Order", self.order)
		invoice = make_sales_invoice(self.order).insert()
		frappe.db.commit()
		self.assertEqual(figures(self.contract, "advance"), (0,))  # from now on it sees no payment
		second_connection.elsewhere(lambda: frappe.get_doc("Payment Entry", payment).submit())
		with patch.object(frappe, "enqueue") as enqueued:
			invoice.submit()
			frappe.db.before_commit.run()
		self.assertEqual(figures(self.contract, "billed", "advance", "to_audit"), (1200, 0, 1))
		again = [each.kwargs["contracts"] for each in enqueued.mock_calls if "contracts" in each.kwargs]
		self.assertEqual(again, [[self.contract]])
		frappe.db.commit()
		recompute.recompute_many([self.contract])
		self.assertEqual(figures(self.contract, "billed", "advance", "to_audit"), (1200, 20, 0))

	def test_ending_a_contract_gives_way_to_whoever_posts_against_its_order(self) -> None:
		"""He holds the order and waits for the contract: were the order waited for, one of the two would die."""
		frappe.db.commit()
		with (
			second_connection.holding("Sales Order", self.order),
			self.assertRaises(ContractChangedMeanwhile),
		):
			contract_changes.terminate(self.contract, reason="withdrawn")
		frappe.db.rollback()
		contract_changes.terminate(self.contract, reason="withdrawn")

	def billed(self, number: int) -> str:
		from l2c_app.services.billing import billing

		return billing.bill_row(self.contract, f"R{number}", submit=True)

	def draft_payment(self, doctype: str, name: str) -> str:
		return factories.payment(CUSTOMER, 20, against=[(doctype, name, 20)], submit=False).name

	def clean_up(self) -> None:
		"""Remove what the test committed."""
		frappe.db.rollback()
		frappe.set_user("Administrator")
		committed_papers.remove_natives(CUSTOMER, "Payment Entry", "Sales Invoice", "Sales Order")
		for name in frappe.get_all(
			"Collection", filters={"customer": CUSTOMER}, pluck="name", order_by="name"
		):
			frappe.delete_doc("Collection", name, force=True)
		committed_papers.remove_contract(self.contract)
		frappe.delete_doc("Customer", CUSTOMER, force=True)
		frappe.db.commit()
