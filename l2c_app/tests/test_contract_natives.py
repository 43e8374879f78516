"""Native documents are cancelled, amended, changed and made by accounts: the contract follows and never blocks."""

from typing import Any
from unittest.mock import patch

import frappe
from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice
from frappe.utils import flt

from l2c_app.services.billing import billing
from l2c_app.services.contract import activation, contract_state
from l2c_app.services.errors import (
	NoLiveOrder,
	RowNotBillable,
)
from l2c_app.tests import contracts, doors_off
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.contracts import line, plan_row

HALVES = [plan_row(percent=50), plan_row(percent=50)]


def halves(**values: Any) -> Any:
	return contracts.active(plan_rows=[dict(row) for row in HALVES], **values)


def links(contract: Any) -> list[tuple[str, float, str]]:
	return [(link.row_id, link.amount, link.origin) for link in contracts.fresh(contract).plan_billing]


class TestNativeDocuments(L2CTestCase):
	def test_an_invoice_made_by_accounts_bills_the_oldest_rows(self) -> None:
		rows = [plan_row(percent=60, fixed_date=contracts.in_days(9)), plan_row(percent=40)]
		contract = contracts.active(plan_rows=rows)
		invoice = make_sales_invoice(contract.sales_order)
		invoice.items[0].update({"rate": 500, "price_list_rate": 500})
		invoice.insert()
		self.assertEqual(invoice.l2c_contract, contract.name)
		self.assertEqual(links(contract), [])
		invoice.submit()
		self.assertEqual(links(contract), [("R2", 400, "Native"), ("R1", 100, "Native")])
		billing.bill_row(contract.name, "R1", submit=True)
		self.assertEqual([i.grand_total for i in contracts.invoices(contract)], [500, 500])

	def test_an_invoice_writes_the_rows_it_bills_alone_and_an_open_form_is_refused(self) -> None:
		contract = halves()
		open_form = contracts.fresh(contract)
		with patch.object(contract_state, "save", side_effect=AssertionError("the whole contract")):
			invoice = make_sales_invoice(contract.sales_order).insert().submit()
			self.assertEqual(links(contract), [("R1", 500, "Native"), ("R2", 500, "Native")])
			self.assertEqual({link.docstatus for link in contracts.fresh(contract).plan_billing}, {1})
			self.assertRaises(frappe.TimestampMismatchError, open_form.save)
			invoice.reload().cancel()
			self.assertEqual(links(contract), [])

	def test_a_contract_with_its_plan_alone_is_never_saved_as_a_whole(self) -> None:
		contract = halves()
		self.assertRaises(TypeError, contract_state.save, contract_state.load_plan(contract.name))
		self.assertEqual(len(contracts.fresh(contract).items), 1)

	@bench_only("queries of the host's own database layer")
	def test_what_an_invoice_touches_is_looked_for_once(self) -> None:
		invoice = make_sales_invoice(halves().sales_order).insert()
		sent = doors_off.statements(lambda: (invoice.submit(), frappe.db.before_commit.run()))
		looks = [each for each in sent if "`against_no` IN" in each]
		reads = [each for each in sent if "SELECT * FROM `tabSales Contract Item`" in each]
		self.assertEqual((len(looks), reads), (1, []))

	def test_cancelling_an_invoice_frees_its_rows(self) -> None:
		contract = halves()
		name = billing.bill_row(contract.name, "R1", submit=True)
		self.assertEqual(contracts.fresh(contract).money_status, "Partly Billed")
		frappe.get_doc("Sales Invoice", name).cancel()
		contract = contracts.fresh(contract)
		self.assertEqual((links(contract), contract.billed, contract.money_status), ([], 0, "Unbilled"))
		billing.bill_row(contract.name, "R1", submit=True)

	def test_a_draft_that_accounts_changed_is_placed_again(self) -> None:
		contract = halves()
		name = billing.bill_row(contract.name, "R1", submit=False)
		invoice = frappe.get_doc("Sales Invoice", name)
		invoice.items[0].update({"rate": 400, "price_list_rate": 400})
		invoice.set("payment_schedule", [])
		invoice.save()
		invoice.submit()
		self.assertEqual(links(contract), [("R1", 400, "Plan")])
		billing.bill_row(contract.name, "R1", submit=True)
		billing.bill_row(contract.name, "R2", submit=True)
		self.assertEqual([i.grand_total for i in contracts.invoices(contract)], [400, 100, 500])

	def test_an_order_is_cancelled_under_the_contract(self) -> None:
		contract = halves()
		frappe.get_doc("Sales Order", contract.sales_order).cancel()
		contract = contracts.fresh(contract)
		self.assertEqual((contract.sales_order, contract.status), ("", "Active"))
		with self.assertRaises(NoLiveOrder):
			billing.bill_row(contract.name, "R1")
		activation.make_order(contract.name)
		contract = contracts.fresh(contract)
		self.assertTrue(contract.sales_order)
		billing.bill_row(contract.name, "R1", submit=True)

	def test_pain_users_want_order_change_an_amended_order_takes_its_predecessors_place(self) -> None:
		for by_desk in (True, False):  # the desk copies our link when it amends, a program may not
			with self.subTest(by_desk=by_desk):
				contract = halves()
				order = frappe.get_doc("Sales Order", contract.sales_order)
				order.cancel()
				amended = frappe.copy_doc(order, ignore_no_copy=by_desk)
				amended.amended_from, amended.docstatus = order.name, 0
				amended.delivery_date = order.delivery_date
				amended.insert().submit()
				contract = contracts.fresh(contract)
				self.assertEqual(contract.sales_order, amended.name)
				self.assertEqual(
					frappe.db.get_value("Sales Order", amended.name, "l2c_contract"), contract.name
				)
				billing.bill_row(contract.name, "R1", submit=True)
				self.assertEqual(contracts.fresh(contract).billed, 500)

	def test_a_copied_order_does_not_join_the_contract(self) -> None:
		contract = halves()
		order = frappe.get_doc("Sales Order", contract.sales_order)
		for with_link in (False, True):  # a program may copy even what must not be copied
			copied = frappe.copy_doc(order, ignore_no_copy=with_link)
			copied.docstatus, copied.delivery_date = 0, order.delivery_date
			copied.insert().submit()
			self.assertFalse(frappe.db.get_value("Sales Order", copied.name, "l2c_contract"))
		self.assertEqual(contracts.fresh(contract).sales_order, order.name)

	@bench_only("credit notes")
	def test_returns_are_forgiven_or_billed_again(self) -> None:
		from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return

		for again, left in ((0, 0), (1, 200)):
			with self.subTest(again=again):
				contract = halves()
				name = billing.bill_row(contract.name, "R1", submit=True)
				credit = make_sales_return(name)
				credit.update_billed_amount_in_sales_order = again
				credit.items[0].update({"rate": 200, "price_list_rate": 200})
				credit.insert().submit()
				contract = contracts.fresh(contract)
				row = contract.plan_rows[0]
				self.assertEqual((row.billed, row.credited), (500 - left, 200 - left))
				self.assertEqual(contract.billed, 300)
				if not again:
					with self.assertRaises(RowNotBillable):
						billing.bill_row(contract.name, "R1")
					continue
				billing.bill_row(contract.name, "R1", submit=True)
				billing.bill_row(contract.name, "R2", submit=True)
				made = contracts.invoices(contract)
				self.assertEqual(flt(sum(i.grand_total for i in made), 2), 1000)

	@bench_only("deliveries")
	def test_rows_wait_for_the_delivery(self) -> None:
		from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note

		contract = contracts.active(
			plan_rows=[plan_row(percent=100, due_basis="Delivery", offset_days=30)], items=[line(100, qty=4)]
		)
		self.assertIsNone(contract.plan_rows[0].due_date)
		self.assertEqual(billing.bill_due_rows(contract=contract.name), [])
		for quantity, due in ((1, None), (3, contracts.in_days(30))):
			note = make_delivery_note(contract.sales_order)
			note.items[0].qty = quantity
			note.insert().submit()
			day = contracts.fresh(contract).plan_rows[0].due_date
			self.assertEqual(str(day) if day else None, due)
		note.cancel()
		self.assertIsNone(contracts.fresh(contract).plan_rows[0].due_date)

	@bench_only("deliveries")
	def test_billed_by_delivery_the_notes_invoice_takes_the_oldest_due_row(self) -> None:
		from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note
		from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_invoice

		rows = [plan_row(percent=75, fixed_date=contracts.in_days(3)), plan_row(percent=25)]
		contract = contracts.active(bill_by="Delivery", plan_rows=rows, items=[line(100, qty=4)])
		self.assertEqual(billing.bill_due_rows(contract=contract.name), [])
		note = make_delivery_note(contract.sales_order)
		note.items[0].qty = 2
		note.insert().submit()
		make_sales_invoice(note.name).insert().submit()
		# 200 of 400: R2 of 100 is due first and is filled, the other 100 go on R1 of 300.
		billed = [row.billed for row in contracts.fresh(contract).plan_rows]
		self.assertEqual(billed, [100, 100])

	@bench_only("invoices that update the stock")
	def test_an_invoice_that_updates_the_stock_is_a_delivery(self) -> None:
		from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note

		rows = [plan_row(percent=50), plan_row(percent=50, due_basis="Delivery", offset_days=30)]
		contract = contracts.active(plan_rows=rows, items=[line(100, qty=4)])
		note = make_delivery_note(contract.sales_order)
		note.items[0].qty = 1
		note.insert().submit()
		invoice = make_sales_invoice(contract.sales_order)
		invoice.update({"update_stock": 1})
		invoice.items[0].qty = 3
		invoice.insert().submit()
		self.assertEqual(str(contracts.fresh(contract).plan_rows[1].due_date), contracts.in_days(30))
		invoice.cancel()
		self.assertIsNone(contracts.fresh(contract).plan_rows[1].due_date)

	def test_a_row_after_its_invoice(self) -> None:
		contract = contracts.active(plan_rows=[plan_row(percent=100, due_basis="Invoice", offset_days=14)])
		name = billing.bill_row(contract.name, "R1", submit=True)
		invoice = frappe.get_doc("Sales Invoice", name)
		self.assertEqual(str(invoice.due_date), contracts.in_days(14))
		self.assertEqual(str(contracts.fresh(contract).plan_rows[0].due_date), contracts.in_days(14))

	@bench_only("cancel all")
	def test_pain_cancel_all_never_takes_the_contract(self) -> None:
		from frappe.desk.form.linked_with import get_submitted_linked_docs

		contract = halves()
		billing.bill_row(contract.name, "R1", submit=True)
		found = get_submitted_linked_docs("Sales Order", contract.sales_order)
		self.assertEqual({doc["doctype"] for doc in found["docs"]}, {"Sales Invoice"})

	def test_an_invoice_that_vanished_leaves_a_billable_row(self) -> None:
		contract = halves()
		name = billing.bill_row(contract.name, "R1", submit=False)
		frappe.db.delete("Sales Invoice Item", {"parent": name})
		frappe.db.delete("Sales Invoice", {"name": name})
		billing.bill_row(contract.name, "R2", submit=True)
		billing.bill_row(contract.name, "R1", submit=True)
		self.assertEqual(contracts.fresh(contract).billed, 1000)
