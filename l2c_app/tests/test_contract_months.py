from unittest.mock import patch

import frappe
from frappe.utils import add_days, get_first_day, get_last_day, getdate, nowdate

from l2c_app.l2c_app.report.contracts_as_of_a_date import contracts_as_of_a_date
from l2c_app.l2c_app.report.late_changes_to_a_closed_month import late_changes_to_a_closed_month
from l2c_app.services.billing import billing
from l2c_app.services.ledger import contract_months, recompute
from l2c_app.tests import contracts, factories
from l2c_app.tests import receivables as money
from l2c_app.tests.base import L2CTestCase, bench_only


@bench_only("advances on orders and the payment ledger of the host")
class TestContractMonths(L2CTestCase):
	"""1,000: a deposit of 300 and a row of 700; begun 60 days ago, the deposit came 40 days ago, all billed today."""

	def setUp(self):
		super().setUp()
		self.customer = factories.customer("L2C Months")
		rows = [
			contracts.plan_row(300, billing="Advance", fixed_date=contracts.in_days(-45)),
			contracts.plan_row(700),
		]
		begun = contracts.in_days(-60)
		self.contract = contracts.active(self.customer, plan_rows=rows, transaction_date=begun)
		self.contract.db_set("activated_on", begun)
		self.order = ("Sales Order", self.contract.sales_order, 300)
		day = contracts.in_days(-40)
		self.deposit = money.receipt(self.customer, 300, against=[self.order], posting_date=day)

	def seen(self, days: int) -> tuple | None:
		rows = contract_months.as_of([self.contract.name], getdate(contracts.in_days(days)))
		return next(
			((row["billed"], row["collected"], row["written_off"], row["open_amount"]) for row in rows), None
		)

	def bill(self) -> str:
		row = money.row_id(self.contract.name, 2)
		name = billing.bill_row(self.contract.name, row, submit=True)
		recompute.flush()
		return name

	def test_as_of_any_past_day(self):
		invoice = self.bill()
		money.receipt(self.customer, 500, against=[("Sales Invoice", invoice, 500)])
		self.assertIsNone(self.seen(-61))
		self.assertEqual(self.seen(-60), (0, 0, 0, 1000))
		self.assertEqual(self.seen(-41), (0, 0, 0, 1000))
		self.assertEqual(self.seen(-40), (0, 300, 0, 700))
		self.assertEqual(self.seen(-1), (0, 300, 0, 700))  # the deposit was there before it was applied
		self.assertEqual(self.seen(0), (1000, 800, 0, 200))

	def test_as_of_today_is_what_is_stored(self):
		invoice = self.bill()
		money.receipt(self.customer, 100, against=[("Sales Invoice", invoice, 100)])
		stored = money.figures(self.contract.name, "billed", "collected", "written_off", "open_amount")
		self.assertEqual(self.seen(0), stored)

	def month_end(self):
		return getdate(get_last_day(contracts.in_days(-50)))

	def test_a_closed_month_that_moved_is_listed(self):
		"""50 booked into the month afterwards move it, 70 of the day after do not."""
		end, order = self.month_end(), self.order[:2]
		self.assertEqual(contract_months.keep([self.contract.name], end), 1)
		self.assertEqual(contract_months.keep([self.contract.name], end), 0)
		self.assertEqual(self.late(), [])
		came = self.seen((end - getdate(nowdate())).days)[1]
		money.receipt(self.customer, 50, against=[(*order, 50)], posting_date=end)
		money.receipt(self.customer, 70, against=[(*order, 70)], posting_date=add_days(end, 1))
		(row,) = self.late()
		self.assertEqual(
			(row["collected"], row["collected_now"], row["collected_change"]), (came, came + 50, 50)
		)
		self.assertEqual((row["open_amount_change"], row["billed_change"]), (-50, 0))

	def test_a_payment_cancelled_since_is_named(self):
		end, invoice = self.month_end(), self.bill()
		against = [("Sales Invoice", invoice, 100)]
		payment = money.receipt(self.customer, 100, against=against, posting_date=end)
		contract_months.keep([self.contract.name], end)
		kept = {"contract": self.contract.name}
		frappe.db.set_value("Contract Month", kept, "taken_on", add_days(nowdate(), -1))
		payment.cancel()
		(row,) = self.late()
		self.assertEqual((row["collected_change"], row["open_amount_change"]), (-100, 100))
		self.assertIn(payment.name, row["vouchers"])

	def test_a_contract_that_was_cancelled_since_has_lost_all(self):
		contract_months.keep([self.contract.name], self.month_end())
		frappe.db.set_value("Sales Contract", self.contract.name, "docstatus", 2)
		(row,) = self.late()
		self.assertEqual((row["collected_now"], row["open_amount_now"]), (0, 0))

	def late(self) -> list:
		filters = {"company": factories.COMPANY, "month": contracts.in_days(-50)}
		_columns, rows = late_changes_to_a_closed_month.execute(filters)
		return [row for row in rows if row["contract"] == self.contract.name]

	def test_last_month_is_kept_once_it_is_closed(self):
		first = str(get_first_day(nowdate()))
		end = add_days(first, -1)
		frappe.db.set_value("Sales Contract", self.contract.name, "activated_on", end)
		for day, kept in (("05", 0), ("06", 1), ("07", 1)):
			with patch.object(contract_months, "nowdate", return_value=f"{first[:8]}{day}"):
				list(contract_months.keep_closed_month())
			filters = {"contract": self.contract.name, "month_end": end}
			self.assertEqual(frappe.db.count("Contract Month", filters), kept)

	def test_sales_sees_own_contracts_only(self):
		rep, other = factories.sales_user("months.rep"), factories.sales_user("months.other")
		frappe.db.set_value("Sales Contract", self.contract.name, "contract_owner", rep)
		filters = {"company": factories.COMPANY, "on": nowdate()}
		for user, sees in ((rep, True), (other, False)):
			with self.as_user(user):
				_columns, rows = contracts_as_of_a_date.execute(filters)
				self.assertEqual(self.contract.name in [row["contract"] for row in rows], sees)
