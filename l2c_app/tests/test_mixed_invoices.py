"""One invoice that bills a contract's order together with lines of others. Figures worked out by hand."""

from typing import Any

import frappe
from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice
from frappe.model.document import Document

from l2c_app.api import collection as api
from l2c_app.services.billing import billing
from l2c_app.services.ledger import ledger_facts
from l2c_app.tests import contracts, factories
from l2c_app.tests.base import L2CTestCase
from l2c_app.tests.contracts import plan_row
from l2c_app.tests.receivables import broken, figures, receipt, row_id, rows

CUSTOMER = "L2C Mixed"


class MixedInvoiceTest(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.customer = factories.customer(CUSTOMER)
		self.first, self.second = self.contract(), self.contract()

	def contract(self) -> Any:
		"""Return an active contract of 1,000: rows of 600 and 400."""
		return contracts.active(self.customer, plan_rows=[plan_row(600), plan_row(400)])

	def invoice(self, *lines: tuple[str, float]) -> Document:
		"""Return a submitted invoice of parts of orders, each (order or "", amount)."""
		made = make_sales_invoice(lines[0][0])
		made.set("items", [])
		for order, amount in lines:
			line = {"item_code": factories.SERVICE_ITEM, "qty": 1, "rate": amount, "price_list_rate": amount}
			if order:
				source = make_sales_invoice(order).items[0]
				account = {"income_account": source.income_account, "cost_center": source.cost_center}
				line |= {"sales_order": order, "so_detail": source.so_detail, **account}
			made.append("items", line)
		made.set("payment_schedule", [])
		made.insert()
		made.submit()
		return made


class TestOrdersOfNoContract(MixedInvoiceTest):
	def test_only_the_contracts_own_line_is_billed_to_it(self) -> None:
		foreign = factories.sales_order(self.customer, rate=500)
		invoice = self.invoice((self.first.sales_order, 400), (foreign.name, 500))
		self.assertEqual((invoice.grand_total, invoice.l2c_contract), (900, self.first.name))
		self.assertEqual(figures(self.first.name, "billed", "open_billed"), (400, 400))
		receipt(self.customer, 450, against=[("Sales Invoice", invoice.name, 450)])
		# half of the invoice is paid: 200 of the contract's 400, 250 of the other order's 500
		self.assertEqual(figures(self.first.name, "settled", "collected"), (200, 200))
		receipt(self.customer, 450, against=[("Sales Invoice", invoice.name, 450)])
		self.assertEqual(figures(self.first.name, "settled", "collected", "credit_balance"), (400, 400, 0))
		self.assertEqual(rows(self.first.name, "billed", "settled"), [(400, 400), (0, 0)])
		for index in (1, 2):
			billing.bill_row(self.first.name, row_id(self.first.name, index), submit=True)
		self.assertEqual(rows(self.first.name, "billed", "settled"), [(600, 400), (400, 0)])
		self.assertEqual(broken(self.first.name), [])

	def test_a_shared_payment_counts_only_what_the_contract_has_of_the_invoice(self) -> None:
		foreign = factories.sales_order(self.customer, rate=500)
		invoice = self.invoice((self.first.sales_order, 400), (foreign.name, 500))
		asks = [
			{"contract": self.first.name, "amount": 700},
			{"contract": self.second.name, "amount": 300},
		]
		values = {"customer": self.customer, "company": factories.COMPANY, "currency": "USD"}
		name = api.report({**values, "amount": 1000, "received_on": frappe.utils.nowdate()}, asks)["name"]
		payment = receipt(self.customer, 1000, against=[("Sales Invoice", invoice.name, 900)]).name
		api.link(name, "Payment Entry", payment)
		# 100 are left; the first has 400 of its 700 and misses 300, the second misses all of its 300: 50 each
		self.assertEqual(figures(self.first.name, "settled", "on_account"), (400, 50))
		self.assertEqual(figures(self.second.name, "settled", "on_account"), (0, 50))


class TestReceiptsOfTwoContracts(MixedInvoiceTest):
	def test_an_invoice_of_both_is_one_reference_up_to_what_is_open(self) -> None:
		invoice = self.invoice((self.first.sales_order, 400), (self.second.sales_order, 500))
		for first, second, expected in ((100, 200, 300), (300, 350, 600)):
			asks = [
				{"contract": self.first.name, "amount": first},
				{"contract": self.second.name, "amount": second},
			]
			values = {"customer": self.customer, "company": factories.COMPANY, "currency": "USD"}
			values |= {"amount": first + second, "received_on": frappe.utils.nowdate()}
			name = api.report(values, asks)["name"]
			payment = api.confirm(name, paid_to=factories.bank_account())["voucher_no"]
			rows_ = frappe.get_doc("Payment Entry", payment).references
			on_invoice = [row.allocated_amount for row in rows_ if row.reference_name == invoice.name]
			self.assertEqual(on_invoice, [expected])
		self.assertEqual(figures(self.first.name, "settled", "open_billed"), (400, 0))
		self.assertEqual(figures(self.second.name, "settled", "open_billed"), (500, 0))


class TestLinesWithoutAnOrder(MixedInvoiceTest):
	def test_they_follow_the_one_contract_of_the_invoice(self) -> None:
		invoice = self.invoice((self.first.sales_order, 400), ("", 100))
		self.assertEqual(invoice.l2c_contract, self.first.name)
		self.assertEqual(figures(self.first.name, "billed"), (500,))
		self.assertEqual(broken(self.first.name), [])

	def test_between_two_contracts_they_are_nobodys(self) -> None:
		"""Whichever contracts are computed together: the figures are the same."""
		invoice = self.invoice((self.first.sales_order, 300), (self.second.sales_order, 200), ("", 100))
		self.assertEqual((invoice.grand_total, invoice.l2c_contract), (600, None))
		for names in (
			[self.first.name],
			[self.second.name],
			[self.first.name, self.second.name],
		):
			for name, known in ledger_facts.read(names).items():
				expected = 30000 if name == self.first.name else 20000
				self.assertEqual([each.total for each in known.facts.invoices], [expected], names)
		self.assertEqual(figures(self.first.name, "billed"), (300,))
		self.assertEqual(figures(self.second.name, "billed"), (200,))
		self.assertEqual(broken(self.first.name) + broken(self.second.name), [])
