import frappe
from frappe.utils import add_days, nowdate

from l2c_app.services.billing import billing
from l2c_app.services.chasing import chase_marks, disputes, promises
from l2c_app.services.errors import DisputeRefused, PromiseRefused, PromiseStateError
from l2c_app.services.ledger import recompute
from l2c_app.tests import contracts, factories
from l2c_app.tests import receivables as money
from l2c_app.tests.base import bench_only
from l2c_app.tests.chasing_case import ChasingTestCase
from l2c_app.tests.contracts import plan_row


@bench_only("grouped queries over the payment ledger")
class TestPromises(ChasingTestCase):
	def setUp(self):
		super().setUp()
		self.late = self.invoice(30, 1000)

	def promise(self, amount: float = 600, days: int = 3, **values):
		values = {"sales_invoice": self.late.name, "promised_for": add_days(nowdate(), days), **values}
		return factories.make("Promise to Pay", amount=amount, **values)

	def pass_by(self, promise, days: int = 10):
		"""Move a promise into the past, as if its day had gone by."""
		for field in ("promised_for", "judge_on"):
			promise.db_set(field, add_days(promise.get(field), -days))

	def state(self, promise) -> str:
		promises.judge([self.customer])
		return frappe.db.get_value("Promise to Pay", promise.name, "status")

	def pay(self, amount: float, **values):
		return money.receipt(
			self.customer, amount, against=[("Sales Invoice", self.late.name, amount)], **values
		)

	def test_kept_partly_kept_broken(self):
		promise = self.promise()
		self.assertEqual((promise.status, promise.level, promise.open_before), ("Open", 1, 1000))
		self.assertEqual(self.state(promise), "Open")
		self.pass_by(promise)
		self.assertEqual(self.state(promise), "Broken")
		part = self.pay(
			200,
		)
		part.cancel()
		self.assertEqual(self.state(promise), "Broken")

	def test_a_payment_keeps_it_and_taken_back_resets_it(self):
		promise = self.promise()
		payment = self.pay(600)
		self.assertEqual(self.state(promise), "Kept")
		payment.cancel()
		self.assertEqual(self.state(promise), "Open")
		self.assertEqual(frappe.db.get_value("Promise to Pay", promise.name, "came"), 0)

	def test_of_two_kept_promises_whose_money_is_taken_back_the_newer_waits_again(self):
		"""600 promised and paid, then 300 promised and paid; both payments are cancelled before either day."""
		promises_, payments = [], []
		for amount in (600, 300):
			promises_.append(self.promise(amount))
			payments.append(self.pay(amount))
			self.assertEqual(self.state(promises_[-1]), "Kept")
		for payment in payments:
			payment.cancel()
		for _again in range(2):
			self.assertEqual([self.state(promise) for promise in promises_], ["Broken", "Open"])

	def test_the_ledger_door_judges(self):
		promise = self.promise()
		self.pay(600)
		chase_marks.flush()
		self.assertEqual(frappe.db.get_value("Promise to Pay", promise.name, "status"), "Kept")

	def test_partly(self):
		promise = self.promise()
		payment = self.pay(200)
		self.pass_by(promise)
		frappe.db.set_value(
			"Payment Ledger Entry", {"voucher_no": payment.name}, "posting_date", add_days(nowdate(), -6)
		)
		self.assertEqual(self.state(promise), "Partially Kept")

	def test_cash_before_the_promise_and_after_its_day_does_not_count(self):
		self.pay(100)
		promise = self.promise()
		self.assertEqual(promise.cash_before, 100)
		self.pass_by(promise)
		self.pay(600)
		self.assertEqual(self.state(promise), "Broken")

	def test_what_is_no_cash_keeps_nothing(self):
		promise = self.promise()
		lines = [
			money.party_credit(self.customer, 600, reference=("Sales Invoice", self.late.name)),
			{"account": money.expense_account(), "debit_in_account_currency": 600},
		]
		money.journal(lines)
		self.pass_by(promise)
		self.assertEqual(self.state(promise), "Broken")

	def test_one_open_promise_per_invoice_and_levels_rise(self):
		first = self.promise()
		with self.assertRaises(PromiseRefused):
			self.promise()
		promises.withdraw(first.name, "wrong invoice")
		with self.assertRaises(PromiseStateError):
			promises.withdraw(first.name, "again")
		second = self.promise()
		self.assertEqual(second.level, 2)
		self.pass_by(second)
		self.assertEqual(self.state(second), "Broken")
		self.assertEqual(self.promise().level, 3)
		self.assertEqual(self.case().broken, 1)

	def test_limits_of_the_policy(self):
		for amount, days in ((1001, 3), (0, 3), (100, -1), (100, 31)):
			with self.subTest(amount=amount, days=days), self.assertRaises(PromiseRefused):
				self.promise(amount, days)

	def test_a_promise_pauses_the_case_and_waits(self):
		self.case()
		self.promise(1000)
		case = self.case()
		self.assertEqual(
			(case.status, case.promised, case.next_action), ("Promised", 1000, "Wait for the promise")
		)

	def test_figures_of_a_promise_cannot_be_typed(self):
		promise = self.promise()
		promise.update({"status": "Kept", "level": 0, "came": 600, "judge_on": nowdate()})
		promise.save()
		stored = frappe.db.get_value("Promise to Pay", promise.name, ["status", "level", "came"])
		self.assertEqual(stored, ("Open", 1, 0))

	def test_a_stranger_may_not_promise_for_others(self):
		with self.as_user(factories.sales_user("chase.other")), self.assertRaises(frappe.PermissionError):
			doc = frappe.new_doc("Promise to Pay")
			doc.update({"sales_invoice": self.late.name, "amount": 1, "promised_for": nowdate()})
			doc.insert()


@bench_only("grouped queries over the payment ledger")
class TestDisputes(ChasingTestCase):
	def setUp(self):
		super().setUp()
		self.late = self.invoice(30, 1000)

	def dispute(self, amount: float = 400, **values):
		values = {
			"code": "Price",
			"responsible": self.finance,
			"deadline": nowdate(),
			"note": "too dear",
			**values,
		}
		return factories.make("Receivable Dispute", sales_invoice=self.late.name, amount=amount, **values)

	def test_out_of_the_message_and_still_in_the_ageing(self):
		self.dispute()
		case = self.case()
		self.assertEqual((case.overdue, case.disputed, case.status), (1000, 400, "Open"))
		self.assertEqual(case.next_action, "Decide the dispute")
		self.dispute(600)
		self.assertEqual(self.case().status, "Disputed")
		with self.assertRaisesRegex(DisputeRefused, "Open: 1000.0, of it disputed already: 1000.0"):
			self.dispute(1)

	def test_once_its_invoice_is_paid_a_dispute_is_still_written_on_and_its_amount_stays_in_bounds(self):
		dispute = self.dispute(400)
		factories.payment(self.customer, 700, against=[("Sales Invoice", self.late.name, 700)])
		dispute.reload()
		dispute.note = "too dear, and paid in part by mistake"
		dispute.save()
		dispute.amount = 301
		with self.assertRaises(DisputeRefused):
			dispute.save()
		dispute.reload()
		dispute.amount = 300
		dispute.save()

	def test_the_plan_row_of_a_disputed_invoice_says_so(self):
		plan = [
			plan_row(400, fixed_date=contracts.in_days(-30)),
			plan_row(600, fixed_date=contracts.in_days(60)),
		]
		contract = contracts.active(self.customer, plan_rows=plan).name
		self.late = frappe.get_doc("Sales Invoice", billing.bill_row(contract, "R1", submit=True))

		def states():
			recompute.flush()
			return money.rows(contract, "status", "overdue_amount")

		self.assertEqual(states(), [("Overdue", 400), ("Planned", 0)])
		dispute = self.dispute(100)
		self.assertEqual(states(), [("Disputed", 400), ("Planned", 0)])
		disputes.decide(dispute.name, outcome="Payable", note="as ordered")
		self.assertEqual(states(), [("Overdue", 400), ("Planned", 0)])
		dispute = self.dispute(100)
		states()
		dispute.delete()
		self.assertEqual(states(), [("Overdue", 400), ("Planned", 0)])
		self.assertEqual(money.broken(contract), [])

	def test_rejected_is_payable_again(self):
		dispute = self.dispute(1000)
		with self.assertRaises(DisputeRefused):
			disputes.decide(dispute.name, outcome="Payable", note="")
		disputes.decide(dispute.name, outcome="Payable", note="price as ordered")
		self.assertEqual((self.case().status, self.case().disputed), ("Open", 0))
		with self.assertRaises(DisputeRefused):
			disputes.decide(dispute.name, outcome="Payable", note="again")

	def test_accepted_waits_for_its_credit_note(self):
		dispute = self.dispute()
		disputes.decide(dispute.name, outcome="Credit Note", note="agreed")
		self.assertEqual(self.case().disputed, 400)
		with self.assertRaises(DisputeRefused):
			disputes.decide(dispute.name, outcome="Credit Note", note="done", document=self.late.name)
		note = money.credit_note(self.late.name, 400, update_outstanding_for_self=0)
		disputes.decide(dispute.name, outcome="Credit Note", note="done", document=note.name)
		case = self.case()
		self.assertEqual((case.overdue, case.disputed), (600, 0))

	def test_only_an_accounts_manager_writes_off(self):
		dispute = self.dispute()
		with self.as_user(self.finance), self.assertRaises(frappe.PermissionError):
			disputes.decide(dispute.name, outcome="Write-Off", note="small")
		with self.as_user(factories.accounts_manager()):
			disputes.decide(dispute.name, outcome="Write-Off", note="small")
		self.assertEqual(frappe.db.get_value("Receivable Dispute", dispute.name, "status"), "Accepted")

	def test_sales_cannot_decide(self):
		dispute = self.dispute()
		with self.as_user(factories.sales_user("chase.seller")), self.assertRaises(frappe.PermissionError):
			disputes.decide(dispute.name, outcome="Payable", note="mine")
