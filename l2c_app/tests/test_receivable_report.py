import frappe
from frappe.utils import add_days, getdate, nowdate

from l2c_app.l2c_app.report.receivable_measures import receivable_measures as report
from l2c_app.services.chasing import measures
from l2c_app.tests import factories
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

	def test_figures_of_the_company_follow_the_ledger(self):
		self.invoice(10, 1000)
		found = measures.company_figures(factories.COMPANY, **self.period)
		self.assertGreater(found["dso"], 0)
		self.assertGreater(found["dso_countback"], 0)
		self.assertIsNotNone(found["effectiveness"])

	def test_the_report_is_for_accounts(self):
		self.invoice(10, 1000)
		filters = {"company": factories.COMPANY, "from_date": add_days(nowdate(), -60), "to_date": nowdate()}
		columns, rows, _message, _chart, summary = report.execute(filters)
		self.assertEqual((len(columns), len(summary)), (8, 4))
		self.assertIn(self.customer, [row["customer"] for row in rows])
		allowed = frappe.get_doc("Report", "Receivable Measures")
		with self.as_user(factories.sales_user("chase.seller")):
			self.assertFalse(allowed.is_permitted())
		with self.as_user(self.finance):
			self.assertTrue(allowed.is_permitted())
