"""Currencies whose coins are coarser than their cents: tax moves a centime between rows, and the plan stays revisable."""

from typing import Any

import frappe
from frappe.utils import flt

from l2c_app.services.billing import billing
from l2c_app.services.contract import contract_revisions
from l2c_app.services.errors import PlanRowAmountError
from l2c_app.tests import contracts, factories
from l2c_app.tests.base import L2CTestCase
from l2c_app.tests.contracts import line, plan_row, tax

FIELDS = ("row_id", "label", "amount", "billing", "with_row", "due_basis", "fixed_date")


class TestFrancs(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		factories.enable_currency("CHF")
		frappe.db.set_value("Currency", "CHF", "smallest_currency_fraction_value", 0.05)
		self.addCleanup(frappe.clear_document_cache, "Currency", "CHF")
		factories.currency_exchange("CHF", "USD", rate=1)
		factories.receivable_account("CHF")
		rows = [plan_row(amount) for amount in (50.25, 100.25, 390)]
		self.contract = contracts.active(
			currency="CHF", conversion_rate=1, items=[line(500)], taxes=[tax(8.1)], plan_rows=rows
		)
		# no net amount gives 50.25 with 8.1 %: 46.48 gives 50.24, 46.49 gives 50.26
		billing.bill_row(self.contract.name, "R1", submit=True)
		self.contract = contracts.fresh(self.contract)
		self.got = self.contract.plan_rows[0].amount

	def amounts(self) -> list[float]:
		return [flt(row.amount, 2) for row in contracts.fresh(self.contract).plan_rows]

	def revise(self, **changed: dict[str, Any]) -> None:
		rows = [
			{**{field: row.get(field) for field in FIELDS}, **changed.get(row.row_id, {})}
			for row in self.contract.plan_rows
		]
		contract_revisions.revise(self.contract.name, reason="x", plan_rows=rows)

	def test_a_label_is_changed_after_a_centime_moved(self) -> None:
		self.assertIn(self.got, (50.24, 50.26))
		rest = flt(440.25 - self.got, 2)
		self.assertEqual(self.amounts(), [self.got, 100.25, rest])
		self.revise(R3={"label": "Rest"})
		self.assertEqual(self.amounts(), [self.got, 100.25, rest])
		for row_id in ("R2", "R3"):
			billing.bill_row(self.contract.name, row_id, submit=True)
		self.assertEqual(contracts.fresh(self.contract).billed, 540.5)

	def test_one_changed_row_carries_the_centime(self) -> None:
		rest = flt(430.25 - self.got, 2)
		self.revise(R2={"amount": 110.25}, R3={"amount": rest})
		self.assertEqual(self.amounts(), [self.got, 110.25, rest])
		with self.assertRaises(PlanRowAmountError):
			self.revise(R2={"amount": 110.24}, R3={"amount": flt(rest + 0.01, 2)})

	def test_a_new_total_is_shared_in_whole_coins(self) -> None:
		ordered = self.contract.items[0]
		item = {"item_code": ordered.item_code, "qty": 1, "sales_order_item": ordered.sales_order_item}
		contract_revisions.revise(self.contract.name, reason="More", items=[{**item, "rate": 600}])
		amounts = self.amounts()
		self.assertEqual(flt(sum(amounts), 2), 648.6)
		self.assertEqual((amounts[0], round(amounts[1] * 100) % 5), (self.got, 0))
