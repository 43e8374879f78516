import frappe
from frappe.utils import add_days, nowdate

from l2c_app.services.chasing import cases, chase_marks, chased_customers, dunning_runs
from l2c_app.tests import factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.chasing_case import ChasingTestCase


@bench_only("the mail queue and grouped queries over the payment ledger")
class TestQueuedMessages(ChasingTestCase):
	"""A message speaks of 1,500 (1,000 since 30 days and 500 since 6) and waits in the queue."""

	def setUp(self):
		super().setUp()
		self.first, self.second = self.invoice(30, 1000), self.invoice(6, 500)
		self.live = self.case()

	def sent(self) -> str:
		return self.send(self.line().run)[0].notice

	def withdrawn(self, notice: str) -> bool:
		communication, on = frappe.db.get_value("Dunning Notice", notice, ["communication", "withdrawn_on"])
		queued = frappe.db.count("Email Queue", {"communication": communication})
		self.assertEqual(bool(queued), not on)
		return bool(on)

	def test_whatever_keeps_a_message_back_takes_a_queued_one_back(self):
		gates = {
			"money on account": lambda: factories.payment(self.customer, 1500),
			"part of it paid": lambda: self._pay(self.first, 1000),
			"promises": lambda: [self._promise(self.first, 1000), self._promise(self.second, 500)],
			"one promise": lambda: self._promise(self.first, 1000),
			"a dispute": lambda: self._dispute(self.second, 500),
		}
		notice = self.sent()
		for what, happen in gates.items():
			with self.subTest(what=what):
				frappe.db.savepoint("queued")
				happen()
				with self.as_user(self.finance):
					chase_marks.flush()
				self.assertTrue(self.withdrawn(notice))
				frappe.db.rollback(save_point="queued")
		with self.as_user(self.finance):
			cases.hold(self.live.name, until=add_days(nowdate(), 3), reason="merger talks")
		self.assertTrue(self.withdrawn(notice))

	def test_a_message_that_is_still_right_stays(self):
		notice = self.sent()
		self.invoice(3, 70)
		factories.payment(self.customer, 200)
		chase_marks.flush()
		self.assertFalse(self.withdrawn(notice))

	def test_a_message_that_a_worker_has_taken_is_not_said_to_be_withdrawn(self):
		notice = self.sent()
		communication = frappe.db.get_value("Dunning Notice", notice, "communication")
		frappe.db.set_value("Email Queue", {"communication": communication}, "status", "Sending")
		factories.payment(self.customer, 1500)
		chase_marks.flush()
		self.assertFalse(self.withdrawn(notice))

	def test_a_withdrawn_message_uses_up_neither_level_nor_count(self):
		notice = self.sent()
		self.assertEqual((self.case().level, self.case().sent_count), (3, 1))
		payment = factories.payment(self.customer, 1500)
		chase_marks.flush()
		self.assertTrue(self.withdrawn(notice))
		payment.cancel()
		case = self.case()
		self.assertEqual((case.level, case.sent_count, case.last_sent), (0, 0, None))
		self.assertEqual(self.line().state, "Proposed")

	def test_a_reminder_before_the_due_date_is_taken_back_once_it_is_paid(self):
		customer = self.make_customer("L2C Soon Due", email="soon@l2c.example.com")
		soon = self.invoice(-2, 100, customer)
		row = self.run_rows(dunning_runs.prepare(self.policy.name), customer)[0]
		self.assertEqual(dunning_runs.send_line(row.name), "Sent")
		notice = frappe.db.get_value("Dunning Run Row", row.name, "notice")
		factories.payment(customer, 100, against=[("Sales Invoice", soon.name, 100)])
		self.assertEqual(chase_marks.flush(), [customer])
		self.assertTrue(self.withdrawn(notice))

	def test_the_hourly_job_sees_queued_reminders_without_a_case(self):
		customer = self.make_customer("L2C Soon Due", email="soon@l2c.example.com")
		self.invoice(-2, 100, customer)
		row = self.run_rows(dunning_runs.prepare(self.policy.name), customer)[0]
		dunning_runs.send_line(row.name)
		frappe.db.set_value("Customer", customer, "disabled", 1)
		list(cases.chunks())
		self.assertTrue(self.withdrawn(frappe.db.get_value("Dunning Run Row", row.name, "notice")))

	def _pay(self, invoice, amount):
		factories.payment(self.customer, amount, against=[("Sales Invoice", invoice.name, amount)])

	def _promise(self, invoice, amount):
		values = {"sales_invoice": invoice.name, "amount": amount, "promised_for": add_days(nowdate(), 3)}
		return factories.make("Promise to Pay", **values)

	def _dispute(self, invoice, amount):
		values = {"code": "Quality", "responsible": self.finance, "deadline": nowdate(), "note": "broken"}
		return factories.make("Receivable Dispute", sales_invoice=invoice.name, amount=amount, **values)


@bench_only("grouped queries over the payment ledger")
class TestChasedCustomers(ChasingTestCase):
	def promise(self, customer: str, judged: int):
		invoice = self.invoice(60, 100, customer)
		values = {"sales_invoice": invoice.name, "amount": 100, "promised_for": nowdate()}
		promise = factories.make("Promise to Pay", **values)
		factories.payment(customer, 100, against=[("Sales Invoice", invoice.name, 100)])
		chase_marks.flush()
		self.assertEqual(frappe.db.get_value("Promise to Pay", promise.name, "status"), "Kept")
		for field in ("promised_for", "judge_on"):
			promise.db_set(field, add_days(nowdate(), -judged))
		frappe.db.set_value("Payment Ledger Entry", {"party": customer}, "posting_date", promise.judge_on)

	def test_who_kept_a_promise_long_ago_costs_nothing_any_more(self):
		recent, former = self.make_customer("L2C Kept Lately"), self.make_customer("L2C Kept Long Ago")
		self.promise(recent, judged=30)
		self.promise(former, judged=31)
		frappe.db.set_value("Collection Case", {"customer": ("in", (recent, former))}, "status", "Closed")
		chased_customers.forget()
		for customer in (recent, former):
			factories.sales_invoice(customer)
		self.assertEqual(chase_marks.flush(), [recent])

	def test_the_hourly_job_judges_also_what_was_kept_long_ago(self):
		former = self.make_customer("L2C Kept Long Ago")
		self.promise(former, judged=31)
		payment = frappe.get_doc("Payment Entry", {"party": former})
		payment.cancel()
		list(cases.chunks())
		self.assertEqual(frappe.db.get_value("Promise to Pay", {"customer": former}, "status"), "Broken")
