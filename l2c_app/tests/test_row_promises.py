"""A promise that names plan rows: each row has its amount and its judgement, from what the ledger gives the row."""

from typing import Any

import frappe
from frappe.utils import add_days, nowdate

from l2c_app.api import chasing as api
from l2c_app.services.billing import billing
from l2c_app.services.chasing import chase_marks, promises
from l2c_app.services.errors import PromiseRefused
from l2c_app.services.ledger import recompute
from l2c_app.tests import contracts, factories
from l2c_app.tests import receivables as money
from l2c_app.tests.base import bench_only
from l2c_app.tests.chasing_case import ChasingTestCase
from l2c_app.tests.contracts import plan_row

PROMISE = "Promise to Pay"


@bench_only("grouped queries over the payment ledger")
class TestRowPromises(ChasingTestCase):
	"""One contract of 1,000: deposit R1 300 (nobody bills it alone), R2 400 and R3 300."""

	def setUp(self) -> None:
		super().setUp()
		rows = [
			plan_row(300, billing="Advance", fixed_date=contracts.in_days(-40)),
			plan_row(400, fixed_date=contracts.in_days(-30)),
			plan_row(300, fixed_date=contracts.in_days(60)),
		]
		self.contract = contracts.active(self.customer, plan_rows=rows)

	def promise(self, *rows: tuple[str, float], days: int = 3, **values: Any) -> Any:
		values = {
			"sales_contract": self.contract.name,
			"rows": [{"row_id": row_id, "amount": amount} for row_id, amount in rows],
			"promised_for": add_days(nowdate(), days),
			**values,
		}
		return frappe.get_doc(PROMISE, api.promise(values))

	def states(self, promise: Any) -> tuple:
		promises.judge([self.customer])
		promise.reload()
		return promise.status, [row.status for row in promise.rows], promise.came

	def pass_by(self, promise: Any, days: int = 10) -> None:
		"""Move a promise into the past, as if its day had gone by."""
		for field in ("promised_for", "judge_on"):
			promise.db_set(field, add_days(promise.get(field), -days))

	def deposit(self, amount: float, **values: Any) -> Any:
		against = [("Sales Order", self.contract.sales_order, amount)]
		return money.receipt(self.customer, amount, against=against, **values)

	def bill(self, row_id: str) -> str:
		name = billing.bill_row(self.contract.name, row_id, submit=True)
		recompute.flush()
		return name

	def test_rows_without_amounts_are_promised_whole(self) -> None:
		promise = self.promise(("R1", 0), ("R2", 150))
		self.assertEqual((promise.amount, promise.open_before, promise.level), (450, 700, 1))
		self.assertEqual([(row.amount, row.status) for row in promise.rows], [(300, "Open"), (150, "Open")])
		self.assertEqual((promise.customer, promise.currency), (self.customer, "USD"))

	def test_each_row_is_judged_by_itself(self) -> None:
		promise = self.promise(("R1", 300), ("R2", 400))
		payment = self.deposit(300, posting_date=add_days(nowdate(), -8))
		self.assertEqual(self.states(promise), ("Open", ["Kept", "Open"], 300))
		self.pass_by(promise)
		self.assertEqual(self.states(promise), ("Partially Kept", ["Kept", "Broken"], 300))
		payment.cancel()
		self.assertEqual(self.states(promise), ("Broken", ["Broken", "Broken"], 0))

	def test_of_two_kept_promises_of_a_row_whose_money_is_taken_back_the_newer_waits_again(self) -> None:
		given, payments = [], []
		for amount in (200, 100):
			given.append(self.promise(("R1", amount)))
			payments.append(self.deposit(amount))
			self.assertEqual(self.states(given[-1])[0], "Kept")
		for payment in payments:
			payment.cancel()
		for _again in range(2):
			self.assertEqual([self.states(promise)[0] for promise in given], ["Broken", "Open"])

	def test_the_ledger_door_keeps_it(self) -> None:
		promise = self.promise(("R1", 300))
		self.deposit(300)
		chase_marks.flush()
		self.assertEqual(frappe.db.get_value(PROMISE, promise.name, ["status", "came"]), ("Kept", 300))

	def test_one_open_promise_per_row_and_its_level_rises(self) -> None:
		first = self.promise(("R1", 300))
		with self.assertRaises(PromiseRefused):
			self.promise(("R1", 100))
		self.assertEqual(self.promise(("R3", 300)).level, 1)
		promises.withdraw(first.name, "said the wrong day")
		self.assertEqual(self.promise(("R1", 300), ("R2", 400)).level, 2)

	def test_a_row_and_its_invoice_are_not_promised_twice(self) -> None:
		invoice = self.bill("R2")
		by_invoice = {"sales_invoice": invoice, "amount": 100, "promised_for": add_days(nowdate(), 3)}
		row = self.promise(("R2", 400))
		with self.assertRaises(PromiseRefused):
			factories.make(PROMISE, **by_invoice)
		promises.withdraw(row.name, "by invoice instead")
		factories.make(PROMISE, **by_invoice)
		with self.assertRaises(PromiseRefused):
			self.promise(("R2", 400))

	def test_refused_with_the_figures(self) -> None:
		twice = (("R1", 1), ("R1", 1))
		cases = (((("R2", 400.01),), 3), ((("R9", 1),), 3), ((), 3), (twice, 3), ((("R1", 1),), -1))
		for rows, days in cases:
			with self.subTest(rows=rows, days=days), self.assertRaises(PromiseRefused):
				self.promise(*rows, days=days)
		with self.assertRaises(PromiseRefused):
			self.promise(("R1", 1), sales_invoice=self.invoice(1).name)

	def test_figures_of_rows_cannot_be_typed(self) -> None:
		promise = self.promise(("R1", 300))
		promise.rows[0].update({"status": "Kept", "came": 300, "amount": 1})
		promise.save()
		promise.reload()
		self.assertEqual([(row.status, row.came, row.amount) for row in promise.rows], [("Open", 0, 300)])

	def test_a_row_that_is_cut_takes_its_promise_back(self) -> None:
		promise = self.promise(("R3", 300))
		frappe.db.delete("Sales Contract Plan Row", {"parent": self.contract.name, "row_id": "R3"})
		self.assertEqual(self.states(promise), ("Withdrawn", ["Withdrawn"], 0))

	def test_an_invoice_whose_rows_are_promised_pauses_its_case(self) -> None:
		self.bill("R2")  # the invoice of 700 bills R2 and takes the deposit R1 in
		late = add_days(nowdate(), -10)
		frappe.db.set_value("Sales Invoice", {"customer": self.customer}, "due_date", late)
		frappe.db.set_value("Payment Ledger Entry", {"party": self.customer}, "due_date", late)
		self.promise(("R1", 300))
		self.assertNotEqual(self.case().status, "Promised")
		self.promise(("R2", 400))
		self.assertEqual(self.case().status, "Promised")

	def test_who_does_not_see_the_contract_promises_nothing(self) -> None:
		promise = self.promise(("R1", 300))
		with self.as_user(factories.sales_user("promise.stranger")):
			with self.assertRaises(frappe.PermissionError):
				self.promise(("R2", 400))
			listed = frappe.get_list("Promise Plan Row", parent_doctype=PROMISE, pluck="name")
		self.assertNotIn(promise.rows[0].name, listed)
