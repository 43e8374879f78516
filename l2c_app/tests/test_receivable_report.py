import frappe
from frappe.utils import add_days, getdate, nowdate

from l2c_app.api import chasing as api
from l2c_app.l2c_app.report.receivable_measures import receivable_measures as report
from l2c_app.services.chasing import measures, payer_ratings
from l2c_app.tests import factories
from l2c_app.tests import receivables as money
from l2c_app.tests.base import bench_only
from l2c_app.tests.chasing_case import ChasingTestCase


@bench_only("grouped queries over the payment ledger")
class TestReceivableReport(ChasingTestCase):
	def setUp(self):
		super().setUp()
		self.period = {"start": getdate(add_days(nowdate(), -60)), "end": getdate(nowdate())}
		self.before = measures.company_figures(factories.COMPANY, **self.period)

	def row(self):
		rows = measures.customers(factories.COMPANY, **self.period)
		return next(row for row in rows if row["customer"] == self.customer)

	def test_a_payer_is_rated_from_paid_and_overdue_invoices(self):
		paid = self.invoice(40, 1000)
		factories.payment(self.customer, 1000, against=[("Sales Invoice", paid.name, 1000)])
		self.invoice(50, 1000)
		self.assertEqual(self.row()["rating"], "")
		self.invoice(45, 2000)
		row = self.row()
		self.assertEqual((row["rating"], row["delay"], row["invoices"]), ("B", 45, 3))
		self.assertEqual((row["open"], row["overdue"]), (3000, 3000))

	def test_only_what_is_left_of_an_invoice_is_late(self):
		"""Three invoices of 1,000 due 245 days ago, paid in time but for 0.01: rating A and not C."""
		for left in (0, 0, 0.01):
			invoice = self.invoice(245, 1000)
			against = [("Sales Invoice", invoice.name, 1000 - left)]
			day = add_days(nowdate(), -245)
			money.receipt(self.customer, 1000 - left, against=against, posting_date=day)
		row = self.row()
		self.assertEqual((row["rating"], row["invoices"]), ("", 1))
		period = {**self.period, "start": getdate(add_days(nowdate(), -245))}
		row = next(
			r for r in measures.customers(factories.COMPANY, **period) if r["customer"] == self.customer
		)
		self.assertEqual((row["rating"], row["invoices"], row["open"], row["overdue"]), ("A", 3, 0.01, 0.01))
		rating = payer_ratings.read([self.customer])[self.customer, factories.COMPANY, "USD"]
		self.assertEqual(rating.letter, "A")
		self.assertAlmostEqual(rating.delay, 0.01 * 245 / 3000)

	def test_what_is_open_counts_however_old(self):
		self.invoice(100, 300)
		self.invoice(70, 200)
		self.invoice(10, 500)
		row = self.row()
		self.assertEqual((row["open"], row["overdue"], row["at_risk"]), (1000, 1000, 30))

	def test_the_share_unpaid_by_billing_month(self):
		before = measures.cohorts(factories.COMPANY, end=self.period["end"])
		month = add_days(nowdate(), -100)[:7]
		self.assertIsNone(before.get(nowdate()[:7]))
		paid = self.invoice(100, 10**9)
		factories.payment(self.customer, 10**9, against=[("Sales Invoice", paid.name, 10**9)])
		self.invoice(100, 10**9)
		found = measures.cohorts(factories.COMPANY, end=self.period["end"])
		self.assertAlmostEqual(found[month], 50, places=2)

	def test_figures_of_the_company_follow_the_ledger(self):
		self.invoice(10, 1000)
		found = measures.company_figures(factories.COMPANY, **self.period)
		self.assertGreater(found["dso"], 0)
		self.assertGreater(found["dso_countback"], 0)
		self.assertIsNotNone(found["effectiveness"])

	def test_how_a_payer_pays_is_told_from_three_invoices_on(self):
		"""Three invoices paid the same weekday; a fourth, larger than they together, in two parts on another one."""
		day = add_days(nowdate(), -21)
		for amount in (1000, 2000, 3000):
			self.assertEqual(self.told() if amount > 1000 else ("", None), ("", None))
			self.pay(self.invoice(30, amount), amount, day)
		self.assertEqual(self.told(), (getdate(day).strftime("%A"), 0))
		late = self.invoice(30, 8000)
		self.pay(late, 4000, add_days(day, 1))
		self.pay(late, 4000, add_days(day, 8))
		self.assertEqual(self.told(), (getdate(add_days(day, 1)).strftime("%A"), 25))

	def test_the_form_of_a_case_tells_how_its_customer_pays(self):
		"""Due 30 days ago: 1,000 and 2,000 paid nine days late, 8,000 in halves nine and sixteen days late, 500 open. All of
		the 8,000 count as paid on their last day: (3,000 × 9 + 8,000 × 16 + 500 × 30) / 11,500 = 14.8 days. One of three paid
		invoices came in parts, and a week lies between its days: one weekday for all."""
		day = add_days(nowdate(), -21)
		for amount in (1000, 2000):
			self.pay(self.invoice(30, amount), amount, day)
		self.invoice(30, 500)
		case = self.case()
		shown = api.habits_of_payer(case.name)
		self.assertEqual((shown["invoices"], shown["pays_on"], shown["in_parts"]), (3, "", None))
		late = self.invoice(30, 8000)
		self.pay(late, 4000, day)
		self.pay(late, 4000, add_days(day, 7))
		shown = api.habits_of_payer(case.name)
		self.assertEqual(round(shown["delay"], 1), 14.8)
		self.assertEqual((shown["rating"], shown["invoices"]), ("A", 4))
		self.assertEqual(shown["pays_on"], getdate(day).strftime("%A"))
		self.assertEqual(round(shown["in_parts"], 1), 33.3)

	def test_how_a_customer_pays_is_told_to_who_may_read_the_case_by_few_queries(self):
		seller, other = factories.sales_user("chase.seller"), factories.sales_user("chase.other")
		frappe.db.set_value("Customer", self.customer, "account_manager", seller)
		self.invoice(30, 500)
		case = self.case()
		with self.as_user(seller):
			self.assertEqual(api.habits_of_payer(case.name)["invoices"], 1)
			with self.assertQueryCount(12):
				api.habits_of_payer(case.name)
		with self.as_user(other), self.assertRaises(frappe.PermissionError):
			api.habits_of_payer(case.name)

	def told(self):
		row = self.row()
		return row["pays_on"], row["in_parts"]

	def pay(self, invoice, amount, day):
		against = [("Sales Invoice", invoice.name, amount)]
		money.receipt(self.customer, amount, against=against, posting_date=day)

	def test_the_report_is_for_accounts(self):
		self.invoice(10, 1000)
		filters = {"company": factories.COMPANY, "from_date": add_days(nowdate(), -60), "to_date": nowdate()}
		columns, rows, _message, chart, summary = report.execute(filters)
		self.assertTrue(chart is None or chart["data"]["labels"])
		self.assertEqual((len(columns), len(summary)), (10, 4))
		self.assertIn(self.customer, [row["customer"] for row in rows])
		allowed = frappe.get_doc("Report", "Receivable Measures")
		with self.as_user(factories.sales_user("chase.seller")):
			self.assertFalse(allowed.is_permitted())
		with self.as_user(self.finance):
			self.assertTrue(allowed.is_permitted())
