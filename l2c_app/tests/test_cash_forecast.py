from datetime import timedelta

import frappe
from frappe.utils import add_days, getdate, nowdate

from l2c_app.core.cash_forecast import monday
from l2c_app.l2c_app.report.cash_forecast import cash_forecast as report
from l2c_app.services.chasing import cash_forecast, forecast_payers
from l2c_app.tests import contracts, factories
from l2c_app.tests import receivables as money
from l2c_app.tests.base import bench_only
from l2c_app.tests.chasing_case import ChasingTestCase


@bench_only("the payment ledger of the host")
class TestCashForecast(ChasingTestCase):
	def setUp(self):
		super().setUp()
		self.today = getdate(nowdate())
		self.before = cash_forecast.expected(factories.COMPANY)

	def more(self, days: int, what: str = "expected") -> float:
		"""Return what the week of a day expects more than before the test."""
		week = monday(self.today + timedelta(days=days))
		now, then = cash_forecast.expected(factories.COMPANY)[week], self.before[week]
		return (getattr(now, what) - getattr(then, what)) / 100

	def settled(self, late: int) -> None:
		"""Make an invoice that was due 100 days ago and paid so many days later."""
		invoice = self.invoice(100, 10)
		day = add_days(nowdate(), -100 + late)
		money.receipt(self.customer, 10, against=[("Sales Invoice", invoice.name, 10)], posting_date=day)

	def test_without_habits_the_due_date_counts(self):
		self.invoice(-30, 1000)
		lateness = forecast_payers.read(factories.COMPANY)
		self.assertEqual(lateness.late_days("x"), 0)
		invoice = self.invoice(-31, 1)
		expected = 31 + round(lateness.late_days(invoice.name))
		self.assertGreaterEqual(self.more(expected), 1)

	def test_a_late_payer_is_expected_late(self):
		for _number in range(30):
			self.settled(21)
		invoice = self.invoice(0, 1000)
		payers = forecast_payers.read(factories.COMPANY)
		late = payers.late_days(invoice.name)
		self.assertGreater(late, 19)
		self.assertLess(late, 23)
		self.assertEqual(self.more(round(late)), 1000)

	def test_promised_money_comes_on_its_day_the_rest_by_habit(self):
		invoice = self.invoice(30, 1000)
		values = {"sales_invoice": invoice.name, "amount": 600, "promised_for": add_days(nowdate(), 16)}
		factories.make("Promise to Pay", **values)
		kept = forecast_payers.read(factories.COMPANY).kept_of(self.customer).share
		self.assertAlmostEqual(self.more(16, "promised"), 600 * kept, 2)
		self.assertAlmostEqual(self.more(23), 600 * (1 - kept), 2)
		self.assertEqual(self.more(7, "by_habit"), 400)

	def test_a_promise_counts_as_much_as_its_customer_keeps(self):
		"""Three promises, one kept and two broken, on top of what all keep (3 of 4 before anything is known)."""
		frappe.db.delete("Promise to Pay", {"company": factories.COMPANY})
		for state in ("Kept", "Broken", "Broken"):
			values = {"sales_invoice": self.invoice(30, 100).name, "amount": 100, "promised_for": nowdate()}
			factories.make("Promise to Pay", **values).db_set("status", state)
		by_all = (1 + 4 * 0.75) / (3 + 4)
		own = (1 + 4 * by_all) / (3 + 4)
		record = forecast_payers.read(factories.COMPANY).kept_of(self.customer)
		self.assertEqual((record.hits, record.seen), (1, 3))
		self.assertAlmostEqual(record.share, own)
		invoice = self.invoice(-30, 1000)
		values = {"sales_invoice": invoice.name, "amount": 1000, "promised_for": add_days(nowdate(), 30)}
		factories.make("Promise to Pay", **values)
		(line,) = self.lines(30, invoice.name)
		self.assertEqual((line["amount"], line["share"]), (1000, round(100 * own, 1)))
		self.assertAlmostEqual(line["expected"], round(1000 * own, 2))
		self.assertIn("kept 1.0 of 3 promises", line["why"])
		(after,) = self.lines(37, invoice.name)
		self.assertIn("is not kept", after["why"])
		self.assertAlmostEqual(line["expected"] + after["expected"], 1000, 2)

	def test_a_disputed_amount_comes_when_decided_and_as_often_as_disputes_end_payable(self):
		frappe.db.delete("Receivable Dispute", {"company": factories.COMPANY})
		invoice = self.invoice(30, 1000)
		values = {"code": "Price", "responsible": self.finance, "note": "too dear"}
		values.update({"sales_invoice": invoice.name, "amount": 400, "deadline": add_days(nowdate(), 28)})
		factories.make("Receivable Dispute", **values)
		(line,) = self.lines(28, invoice.name)
		self.assertEqual((line["amount"], line["share"], line["expected"]), (400, 50, 200))
		self.assertIn("0 of 0 disputes ended as payable", line["why"])
		(rest,) = self.lines(7, invoice.name)
		self.assertEqual((rest["amount"], rest["expected"]), (600, 600))

	def test_money_that_others_never_paid_at_that_age_counts_less(self):
		lost = [self.invoice(200, 100) for _number in range(3)]
		shares = forecast_payers.read(factories.COMPANY).paid
		invoice = self.invoice(45, 1000)
		(line,) = self.lines(7, invoice.name)
		self.assertLess(shares[30], 1)
		self.assertEqual(line["share"], round(100 * shares[30], 1))
		self.assertIn("45 days late", line["why"])
		self.assertEqual(len(lost), 3)

	def test_a_promised_plan_row_that_nobody_billed_is_expected_on_the_promised_day(self):
		rows = [
			contracts.plan_row(300, billing="Advance", fixed_date=contracts.in_days(5)),
			contracts.plan_row(700),
		]
		contract = contracts.active(self.customer, plan_rows=rows)
		kept = forecast_payers.read(factories.COMPANY).kept_of(self.customer).share
		promised = {"rows": [{"row_id": "R1", "amount": 300}], "promised_for": add_days(nowdate(), 16)}
		factories.make("Promise to Pay", sales_contract=contract.name, **promised)
		(line,) = self.lines(16, contract.name)
		self.assertEqual((line["amount"], line["share"]), (300, round(100 * kept, 1)))

	def test_the_lines_of_a_week_add_up_to_its_figure(self):
		self.invoice(30, 1000)
		for week, found in cash_forecast.expected(factories.COMPANY).items():
			total = sum(line["expected"] for line in cash_forecast.lines(factories.COMPANY, week))
			self.assertAlmostEqual(total, found.expected / 100, 2)
		columns, rows, _message, _chart = report.execute({"company": factories.COMPANY, "week": nowdate()})
		self.assertEqual(columns[-1]["fieldname"], "why")
		self.assertTrue(all(row["why"] for row in rows))

	def lines(self, days: int, document: str) -> list[dict]:
		found = cash_forecast.lines(factories.COMPANY, self.today + timedelta(days=days))
		return [line for line in found if line["document"] == document]

	def test_money_in_another_currency_counts_in_company_currency(self):
		euro = self.make_customer("L2C Euro Forecast", currency="EUR")
		self.invoice(30, 100, euro, currency="EUR", debit_to=factories.receivable_account("EUR"))
		self.assertEqual(self.more(7), 110)

	def test_plan_rows_that_nobody_billed_yet_are_expected_when_due(self):
		rows = [
			contracts.plan_row(300, billing="Advance", fixed_date=contracts.in_days(20)),
			contracts.plan_row(700, fixed_date=contracts.in_days(34)),
		]
		contracts.active(self.customer, plan_rows=rows)
		self.assertEqual((self.more(20), self.more(34)), (300, 700))

	def test_a_week_is_kept_once_and_held_against_what_came(self):
		this = monday(self.today)
		last = this - timedelta(weeks=1)
		invoice = self.invoice(30, 1000)
		made = cash_forecast.keep(factories.COMPANY, last)
		self.assertEqual(made, 13)
		self.assertEqual(cash_forecast.keep(factories.COMPANY, last), 0)
		filters = {"company": factories.COMPANY, "taken_on": last}
		frappe.db.set_value("Cash Forecast Week", {**filters, "week": this}, {"week": last, "expected": 900})
		before = self.row(last)["actual"]
		day = {"posting_date": str(last)}
		money.receipt(self.customer, 400, against=[("Sales Invoice", invoice.name, 400)], **day)
		row = self.row(last)
		self.assertEqual((row["expected"], row["actual"] - before), (900, 400))
		self.assertEqual(row["difference"], row["actual"] - 900)
		ahead = self.row(this + timedelta(weeks=1))
		self.assertEqual(
			(ahead["actual"], ahead["difference"]), (None, None)
		)  # not 0.00, as if nobody had paid

	def row(self, week) -> dict:
		_columns, rows, _message, chart = report.execute({"company": factories.COMPANY})
		self.assertEqual((len(rows), len(chart["data"]["labels"])), (21, 21))
		return next(row for row in rows if row["week"] == week)

	def test_the_nightly_job_keeps_the_week_of_each_company_once(self):
		self.assertGreaterEqual(sum(cash_forecast.keep_week()), 0)
		self.assertEqual(list(cash_forecast.keep_week()), [])
