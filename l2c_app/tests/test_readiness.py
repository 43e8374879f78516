"""The check list before an activation refuses only what the host would refuse."""

from typing import Any

import frappe

from l2c_app.services.contract import activation, readiness
from l2c_app.tests import contracts, factories
from l2c_app.tests.base import L2CTestCase, bench_only


@bench_only("credit limits and valuation")
class TestReadiness(L2CTestCase):
	def signed(self, **values: Any) -> Any:
		contract = contracts.draft(factories.customer("L2C Ready Customer"), **values)
		contract.submit()
		activation.sign(contract.name)
		return contract

	def levels(self, contract: Any) -> dict[str, str]:
		return {
			check["subject"]: check["level"]
			for check in readiness.checks(contract.name)
			if check["level"] != "Fine"
		}

	def test_a_complete_contract_is_fine(self) -> None:
		contract = self.signed(end_date=contracts.in_days(30))
		self.assertEqual(self.levels(contract), {})
		activation.activate(contract.name)

	def test_missing_and_past_delivery_dates_are_warned_about_and_do_not_stop(self) -> None:
		late = {**contracts.line(500), "delivery_date": contracts.in_days(-3)}
		contract = self.signed(items=[contracts.line(500), late])
		found = [check for check in readiness.checks(contract.name) if check["level"] != "Fine"]
		self.assertEqual([check["level"] for check in found], ["Warning", "Warning"])
		activation.activate(contract.name)

	def test_what_the_list_refuses_the_host_refuses(self) -> None:
		customer = factories.customer("L2C Ready Customer")
		limited = frappe.get_doc("Customer", customer)
		limited.append("credit_limits", {"company": factories.COMPANY, "credit_limit": 900})
		limited.save()
		contract = self.signed(end_date=contracts.in_days(30))
		self.assertEqual(self.levels(contract), {"Credit Limit": "Refused"})
		with self.settings("L2C Settings", activation_creates_order=1, submit_orders=1):
			with self.assertRaises(frappe.ValidationError):
				activation.activate(contract.name)

	def test_a_disabled_customer_and_item_are_refused(self) -> None:
		item = factories.item("L2C Old Item")
		contract = self.signed(
			items=[{**contracts.line(1000), "item_code": item}], end_date=contracts.in_days(30)
		)
		frappe.db.set_value("Item", item, "disabled", 1)
		frappe.db.set_value("Customer", contract.customer, "disabled", 1)
		self.assertEqual(self.levels(contract), {"Customer": "Refused", "Items": "Refused"})

	def test_a_low_margin_is_told_to_those_who_may_see_it(self) -> None:
		item = factories.item("L2C Dear Item", is_stock_item=1)
		frappe.db.set_value("Item", item, "valuation_rate", 950)
		warehouse = frappe.db.get_value("Warehouse", {"company": factories.COMPANY, "is_group": 0})
		line = {**contracts.line(1000), "item_code": item, "warehouse": warehouse}
		contract = self.signed(items=[line], end_date=contracts.in_days(30))
		with self.settings("L2C Settings", lowest_margin_percent=10):
			self.assertEqual(self.levels(contract), {"Gross Profit": "Warning"})
			with self.as_user(factories.sales_manager()):
				self.assertEqual(self.levels(contract), {})
			with self.as_user(factories.accounts_user()):
				self.assertEqual(self.levels(contract), {"Gross Profit": "Warning"})
