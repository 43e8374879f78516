import frappe
from frappe.utils import get_first_day, getdate, nowdate

from l2c_app.l2c_app.report.collection_targets import collection_targets as report
from l2c_app.l2c_app.report.receivable_ageing_by_sales_person import receivable_ageing_by_sales_person
from l2c_app.services.errors import CollectionTargetError
from l2c_app.tests import factories
from l2c_app.tests import receivables as money
from l2c_app.tests.base import bench_only
from l2c_app.tests.chasing_case import ChasingTestCase


@bench_only("Sales Team rows and the payment ledger of the host")
class TestCollectionTargets(ChasingTestCase):
	"""An invoice of 1,000 is shared 60 to 40 between Ann and Ben of one team."""

	def setUp(self):
		super().setUp()
		root = factories.root_of("Sales Person")
		team = {"is_group": 1, "parent_sales_person": root}
		self.team = factories.find_or_make("Sales Person", "L2C Team", sales_person_name="L2C Team", **team)
		self.ann, self.ben = (
			factories.find_or_make(
				"Sales Person", name, sales_person_name=name, parent_sales_person=self.team
			)
			for name in ("L2C Ann", "L2C Ben")
		)
		shares = [
			{"sales_person": self.ann, "allocated_percentage": 60},
			{"sales_person": self.ben, "allocated_percentage": 40},
		]
		self.late = self.invoice(30, 1000, sales_team=shares)

	def target(self, amount: float, person: str | None = None):
		values = {"month": nowdate(), "company": factories.COMPANY, "sales_person": person}
		return factories.make("Collection Target", amount=amount, **values)

	def rows(self) -> dict:
		filters = {"company": factories.COMPANY, "from_date": nowdate(), "to_date": nowdate()}
		_columns, rows = report.execute(filters)
		return {row["sales_person"]: (row["target"], row["collected"], row["percent"]) for row in rows}

	def test_collected_by_share_team_and_company(self):
		"""500.01 came: Ann 300.01 (60 % is 300.006, the larger remainder), Ben 200.00; a write-off of 20 is no money."""
		self.target(1000)
		before = self.rows()[None][1]
		self.target(600, self.ann)
		self.target(100, self.ben)
		self.target(1000, self.team)
		money.receipt(self.customer, 500.01, against=[("Sales Invoice", self.late.name, 500.01)])
		credit = money.party_credit(self.customer, 20, reference=("Sales Invoice", self.late.name))
		money.journal([credit, {"account": money.expense_account(), "debit_in_account_currency": 20}])
		rows = self.rows()
		self.assertEqual(rows[self.ann], (600, 300.01, 50))
		self.assertEqual(rows[self.ben], (100, 200, 200))
		self.assertEqual(rows[self.team], (1000, 500.01, 50))
		self.assertAlmostEqual(rows[None][1] - before, 500.01, places=2)

	def test_money_counts_in_the_month_of_its_posting(self):
		self.target(100, self.ben)
		money.receipt(
			self.customer,
			100,
			against=[("Sales Invoice", self.late.name, 100)],
			posting_date=str(frappe.utils.add_days(get_first_day(nowdate()), -1)),
		)
		self.assertEqual(self.rows()[self.ben], (100, 0, 0))

	def test_a_deposit_on_an_order_counts_for_its_team(self):
		self.target(100, self.ben)
		order = factories.sales_order(
			self.customer, rate=500, sales_team=[{"sales_person": self.ben, "allocated_percentage": 100}]
		)
		factories.payment(self.customer, 50, against=[("Sales Order", order.name, 50)])
		self.assertEqual(self.rows()[self.ben], (100, 50, 50))

	def test_one_target_per_month_and_person(self):
		target = self.target(100, self.ann)
		self.assertEqual(getdate(target.month), getdate(get_first_day(nowdate())))
		with self.assertRaises(CollectionTargetError):
			self.target(200, self.ann)
		with self.assertRaises(CollectionTargetError):
			self.target(0, self.ben)

	def test_ageing_by_sales_person_adds_up(self):
		filters = {"company": factories.COMPANY, "on": nowdate()}
		_columns, before = receivable_ageing_by_sales_person.execute(filters)
		self.invoice(31, 100)
		_columns, rows = receivable_ageing_by_sales_person.execute(filters)
		found = {row["sales_person"]: row for row in rows}
		self.assertEqual((found[self.ann]["1-30"], found[self.ann]["total"]), (600, 600))
		self.assertEqual((found[self.ben]["1-30"], found[self.ben]["total"]), (400, 400))
		nobody = {row["sales_person"]: row["31-60"] for row in before}.get("", 0)
		self.assertAlmostEqual(found[""]["31-60"] - nobody, 100, places=2)
