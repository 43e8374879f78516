"""A plan is billed by native invoices that add up to the native order to the cent. Figures worked out by hand."""

from typing import Any

import frappe
from frappe.utils import flt, nowdate

from l2c_app.services.billing import billing
from l2c_app.services.contract import contract_revisions
from l2c_app.services.errors import (
	DraftInvoiceExists,
	PlanNotInStep,
	RowNotBillable,
	SameRateStops,
	StockNotDelivered,
)
from l2c_app.tests import contracts, factories, receivables
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.contracts import freight, line, plan_row, tax

THREE = [plan_row(percent=30, billing="Advance"), plan_row(percent=60), plan_row(percent=10)]


class TestBillingOfAPlan(L2CTestCase):
	def bill_all(self, contract: Any) -> list[Any]:
		"""Bill every row with an invoice of its own, and check what must hold after each invoice."""
		order = frappe.get_doc("Sales Order", contract.sales_order)
		for row_id in [row.row_id for row in contract.plan_rows if row.billing == "Own Invoice"]:
			billing.bill_row(contract.name, row_id, submit=True)
			contract = contracts.fresh(contract)
			self.assertEqual(flt(sum(row.amount for row in contract.plan_rows), 2), order.grand_total)
		made = contracts.invoices(contract)
		self.assertEqual(flt(sum(invoice.grand_total for invoice in made), 2), order.grand_total)
		for row in contract.plan_rows:
			self.assertEqual(flt(row.billed, 2), flt(row.amount, 2), row.row_id)
		for invoice in made:
			shares = [link.amount for link in contract.plan_billing if link.sales_invoice == invoice.name]
			self.assertEqual(flt(sum(shares), 2), invoice.grand_total)
		self.check_accounts(order, made)
		return made

	def check_accounts(self, order: Any, made: list[Any]) -> None:
		"""Each tax account gets what the order says: to the cent where tax is added, else to a cent an invoice.

		Where it is included the totals are exact by themselves, and each invoice rounds its own tax out of them.
		"""
		included = any(row.included_in_print_rate for row in order.taxes)
		slack = 0.01 * len(made) if included else 0
		for account in {row.account_head for row in order.taxes}:
			ordered = sum(
				r.tax_amount_after_discount_amount for r in order.taxes if r.account_head == account
			)
			billed = sum(
				r.tax_amount_after_discount_amount for i in made for r in i.taxes if r.account_head == account
			)
			self.assertLessEqual(flt(abs(billed - ordered), 2), slack, account)

	def test_deposit_delivery_and_retention(self) -> None:
		contract = contracts.active(plan_rows=[dict(row) for row in THREE])
		made = self.bill_all(contract)
		self.assertEqual([invoice.grand_total for invoice in made], [900, 100])
		self.assertEqual([link.amount for link in contracts.fresh(contract).plan_billing], [300, 600, 100])

	def test_deposit_is_taken_back_pro_rata_or_last(self) -> None:
		expected = {"Pro Rata": [857.14, 142.86], "Last": [600, 400]}
		for recoup, totals in expected.items():
			with self.subTest(recoup):
				contract = contracts.active(plan_rows=[dict(row) for row in THREE], recoup_advances=recoup)
				self.assertEqual([invoice.grand_total for invoice in self.bill_all(contract)], totals)

	def test_retention_billed_with_its_row_is_not_billed_a_year_later(self) -> None:
		rows = [
			plan_row(percent=90),
			plan_row(percent=10, billing="With Row", with_row="R1", fixed_date=contracts.in_days(365)),
		]
		contract = contracts.active(plan_rows=rows)
		(invoice,) = self.bill_all(contract)
		schedule = [(str(row.due_date), row.payment_amount) for row in invoice.payment_schedule]
		self.assertEqual(schedule, [(nowdate(), 900), (contracts.in_days(365), 100)])
		with self.assertRaises(RowNotBillable):
			billing.bill_row(contract.name, "R2")

	def test_added_tax_of_thirteen_percent_in_three_parts(self) -> None:
		rows = [plan_row(percent=33.33), plan_row(percent=33.33), plan_row(percent=33.34)]
		contract = contracts.active(plan_rows=rows, taxes=[tax(13)], items=[line(999.99), line(0.07, qty=3)])
		self.assertEqual(contract.grand_total, 1130.23)
		self.bill_all(contract)

	def test_two_added_taxes_are_exact_on_each_account(self) -> None:
		rows = [plan_row(percent=p) for p in (14.29, 14.29, 14.29, 14.29, 14.29, 14.29, 14.26)]
		taxes = [tax(5), tax(9.975, account="L2C Provincial Tax")]
		self.bill_all(contracts.active(plan_rows=rows, taxes=taxes, items=[line(1999.93)]))

	@bench_only("taxes included in the rate")
	def test_included_tax_in_three_parts(self) -> None:
		rows = [plan_row(percent=30, billing="Advance"), plan_row(percent=33.33), plan_row(percent=36.67)]
		contract = contracts.active(plan_rows=rows, taxes=[tax(19, included=True)], items=[line(1234.56)])
		self.assertEqual(contract.grand_total, 1234.56)
		self.bill_all(contract)

	@bench_only("discounts on a whole document")
	def test_fixed_discount_and_freight_in_three_parts(self) -> None:
		rows = [plan_row(percent=33), plan_row(percent=33), plan_row(percent=34)]
		contract = contracts.active(plan_rows=rows, taxes=[freight(50)], discount_amount=100)
		self.assertEqual(contract.grand_total, 950)
		made = self.bill_all(contract)
		self.assertEqual([invoice.grand_total for invoice in made], [313.5, 313.5, 323])
		self.assertEqual([invoice.discount_amount for invoice in made], [33, 33, 34])
		self.assertEqual([invoice.taxes[0].tax_amount for invoice in made], [16.5, 16.5, 17])

	@bench_only("discounts on a whole document")
	def test_tax_discount_and_freight_together(self) -> None:
		rows = [
			plan_row(percent=30, billing="Advance"),
			*[plan_row(percent=p) for p in (23.33, 23.33, 23.34)],
		]
		contract = contracts.active(
			plan_rows=rows,
			taxes=[tax(13), freight(47.11)],
			additional_discount_percentage=3.5,
			items=[line(333.33, qty=3), line(19.99, qty=7)],
		)
		self.bill_all(contract)

	def test_whole_number_units_keep_one_piece(self) -> None:
		self.assertTrue(frappe.db.get_value("UOM", "Nos", "must_be_whole_number"))
		rows = [plan_row(percent=30), plan_row(percent=70)]
		contract = contracts.active(plan_rows=rows, items=[line(100, qty=3)])
		first, second = self.bill_all(contract)
		self.assertEqual([(i.qty, i.rate) for i in first.items], [(3, 30)])
		self.assertEqual([(i.qty, i.rate) for i in second.items], [(3, 70)])

	def test_hours_are_billed_as_hours(self) -> None:
		rows = [plan_row(percent=30), plan_row(percent=70)]
		contract = contracts.active(plan_rows=rows, items=[line(80, qty=10, item_code=factories.HOUR_ITEM)])
		first, second = self.bill_all(contract)
		self.assertEqual([(i.qty, i.rate) for i in first.items], [(3, 80)])
		self.assertEqual([(i.qty, i.rate) for i in second.items], [(7, 80)])

	def test_yen_rows_are_whole(self) -> None:
		factories.enable_currency("JPY")
		factories.currency_exchange("JPY", "USD", rate=0.0067)
		factories.receivable_account("JPY")
		rows = [plan_row(percent=p) for p in (33.333, 33.333, 33.334)]
		contract = contracts.active(
			currency="JPY", conversion_rate=0, plan_rows=rows, items=[line(33334)], taxes=[]
		)
		self.assertEqual([row.amount for row in contract.plan_rows], [11111, 11111, 11112])
		self.assertEqual([invoice.grand_total for invoice in self.bill_all(contract)], [11111, 11111, 11112])

	def test_a_draft_counts_as_not_to_be_billed_again(self) -> None:
		contract = contracts.active(plan_rows=[plan_row(percent=50), plan_row(percent=50)])
		name = billing.bill_row(contract.name, "R1", submit=False)
		contract = contracts.fresh(contract)
		self.assertEqual(
			(contract.plan_rows[0].draft_invoice, contract.billed, contract.status), (name, 0, "Active")
		)
		with self.assertRaises(DraftInvoiceExists):
			billing.bill_row(contract.name, "R1")
		frappe.delete_doc("Sales Invoice", name)
		contract = contracts.fresh(contract)
		self.assertEqual((contract.plan_rows[0].draft_invoice, contract.plan_billing), (None, []))
		billing.bill_row(contract.name, "R1", submit=True)
		with self.assertRaises(RowNotBillable):
			billing.bill_row(contract.name, "R1")
		self.assertEqual(contracts.fresh(contract).billed, 500)

	def test_due_rows_are_billed_each_by_itself(self) -> None:
		good = contracts.active(
			plan_rows=[plan_row(percent=40), plan_row(percent=60, fixed_date=contracts.in_days(5))]
		)
		bad = contracts.active(plan_rows=[plan_row(percent=100)])
		frappe.db.set_value("Sales Contract Plan Row", bad.plan_rows[0].name, "amount", 999)
		results = billing.bill_due_rows(company=factories.COMPANY)
		mine = {r.contract: r for r in results if r.contract in (good.name, bad.name)}
		self.assertEqual(len([r for r in results if r.contract == good.name]), 1)
		self.assertTrue(mine[good.name].invoice)
		self.assertEqual((mine[bad.name].invoice, mine[bad.name].error), ("", PlanNotInStep.__name__))
		self.assertIn("999", mine[bad.name].message)
		later = billing.bill_due_rows(contract=good.name, today=contracts.in_days(5))
		self.assertEqual([r.row_id for r in later], ["R2"])

	@bench_only("credit notes")
	def test_what_a_credit_note_takes_back_of_a_retention_is_billed_again(self) -> None:
		retention = plan_row(100, billing="With Row", with_row="R1", fixed_date=contracts.in_days(365))
		contract = contracts.active(plan_rows=[plan_row(900), retention])
		first = billing.bill_row(contract.name, "R1", submit=True)
		receivables.credit_note(first, 100, bill_again=True)
		self.assertEqual(receivables.rows(contract.name, "billed"), [900, 0])
		(again,) = billing.bill_due_rows(contract=contract.name)
		self.assertEqual((again.row_id, again.error), ("R2", ""))
		frappe.get_doc("Sales Invoice", again.invoice).submit()
		self.assertEqual(receivables.rows(contract.name, "billed"), [900, 100])
		self.assertEqual(contracts.fresh(contract).billed, 1000)
		self.assertEqual(billing.bill_due_rows(contract=contract.name), [])

	@bench_only("Update Items")
	def test_a_row_added_to_a_billed_one_is_billed_by_itself(self) -> None:
		contract = contracts.active(plan_rows=[plan_row(1000)])
		billing.bill_row(contract.name, "R1", submit=True)
		ordered = contracts.fresh(contract).items[0]
		item = {"item_code": ordered.item_code, "qty": 1, "sales_order_item": ordered.sales_order_item}
		added = plan_row(200, billing="With Row", with_row="R1", fixed_date=contracts.in_days(365))
		rows = [plan_row(1000, row_id="R1"), added]
		contract_revisions.revise(
			contract.name, reason="More", items=[{**item, "rate": 1200}], plan_rows=rows
		)
		(result,) = billing.bill_due_rows(contract=contract.name)
		self.assertEqual((result.row_id, result.error), ("R2", ""))
		self.assertEqual(frappe.db.get_value("Sales Invoice", result.invoice, "grand_total"), 200)

	def test_an_advance_has_no_invoice_of_its_own(self) -> None:
		contract = contracts.active(plan_rows=[dict(row) for row in THREE])
		for row_id in ("R1", "R9"):
			with self.assertRaises(RowNotBillable):
				billing.bill_row(contract.name, row_id)

	def test_only_who_may_make_invoices_bills(self) -> None:
		contract = contracts.active()
		with self.as_user(factories.sales_user()), self.assertRaises(frappe.PermissionError):
			billing.bill_row(contract.name, "R1")
		with self.as_user(factories.accounts_user()):
			name = billing.bill_row(contract.name, "R1", submit=True)
		self.assertEqual(frappe.db.get_value("Sales Invoice", name, "docstatus"), 1)

	def test_deposit_money_is_pulled_up_to_its_share(self) -> None:
		contract = contracts.active(plan_rows=[dict(row) for row in THREE])
		factories.payment(contract.customer, 350, against=[("Sales Order", contract.sales_order, 350)])
		factories.payment(contract.customer, 77)
		name = billing.bill_row(contract.name, "R2", submit=True)
		invoice = frappe.get_doc("Sales Invoice", name)
		self.assertEqual([row.allocated_amount for row in invoice.advances], [300])
		self.assertEqual([row.payment_amount for row in invoice.payment_schedule], [600])
		contract = contracts.fresh(contract)
		self.assertEqual((contract.billed, contract.open_billed, contract.advance), (900, 600, 50))
		self.assertEqual(contract.collected, 350)

	def test_stock_is_billed_after_delivery(self) -> None:
		item = factories.item("L2C Goods", is_stock_item=1)
		warehouse = frappe.get_all(
			"Warehouse", filters={"company": factories.COMPANY, "is_group": 0}, pluck="name", order_by="name"
		)[0]
		contract = contracts.active(items=[line(500, qty=2, item_code=item, warehouse=warehouse)])
		with self.assertRaises(StockNotDelivered):
			billing.bill_row(contract.name, "R1")

	def test_the_same_rate_setting_is_respected(self) -> None:
		contract = contracts.active(plan_rows=[plan_row(percent=50), plan_row(percent=50)])
		settings = {
			"maintain_same_sales_rate": 1,
			"maintain_same_rate_action": "Stop",
			"role_to_override_stop_action": "",
		}
		with self.settings("Selling Settings", **settings), self.assertRaises(SameRateStops):
			billing.bill_row(contract.name, "R1")
