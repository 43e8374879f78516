"""One receipt for two contracts: each takes back its own part of the money and nothing of the other's."""

import frappe
from frappe.model.document import Document
from frappe.utils import nowdate

from l2c_app.api import collection as api
from l2c_app.services.billing import billing
from l2c_app.services.contract import activation
from l2c_app.services.errors import VoucherNotLinkable
from l2c_app.tests import contracts, factories
from l2c_app.tests.base import L2CTestCase
from l2c_app.tests.receivables import figures

CUSTOMER = "L2C Payer Of Two"


class TestSharedReceipts(L2CTestCase):
	def approved(self) -> Document:
		"""Return an approved contract of 1,000: an advance of 600, taken back pro rata by two invoices of 200."""
		rows = [contracts.plan_row(600, billing="Advance"), contracts.plan_row(200), contracts.plan_row(200)]
		contract = contracts.draft(factories.customer(CUSTOMER), plan_rows=rows, recoup_advances="Pro Rata")
		contract.submit()
		return contract

	def test_a_contract_takes_back_its_part_once(self):
		mine, other = self.approved(), self.approved()
		values = {"customer": CUSTOMER, "company": mine.company, "currency": mine.currency}
		asks = [{"contract": mine.name, "amount": 300}, {"contract": other.name, "amount": 700}]
		name = api.report({**values, "amount": 1000, "received_on": nowdate()}, asks)["name"]
		api.confirm(name, paid_to=factories.bank_account())
		activation.sign(mine.name)
		activation.activate(mine.name)
		for row in contracts.fresh(mine).plan_rows[1:]:
			billing.bill_row(mine.name, row.row_id, submit=True)
		pulled = [sum(a.allocated_amount for a in i.advances) for i in contracts.invoices(mine)]
		# 500 + 500 are billed, each could take 300 back; 300 of the receipt is this contract's
		self.assertEqual(sorted(pulled), [0, 300])

	def test_a_payment_linked_a_moment_ago_is_not_linked_again(self):
		values = {"customer": factories.customer(CUSTOMER), "company": factories.company(), "currency": "USD"}
		values |= {"amount": 50, "received_on": nowdate()}
		first, second = (api.report(values)["name"] for _receipt in range(2))
		payment = factories.payment(CUSTOMER, amount=50).name
		api.link(first, "Payment Entry", payment)
		with self.assertRaises(VoucherNotLinkable):
			api.link(second, "Payment Entry", payment)

	def test_what_is_on_account_is_what_was_asked_less_what_was_applied(self):
		mine, other = (contracts.active(factories.customer(CUSTOMER)).name for _contract in range(2))
		asks = [{"contract": mine, "amount": 300}, {"contract": other, "amount": 700}]
		values = {"customer": CUSTOMER, "company": factories.company(), "currency": "USD"}
		name = api.report({**values, "amount": 1000, "received_on": nowdate()}, asks)["name"]
		order = frappe.db.get_value("Sales Contract", other, "sales_order")
		paid = [("Sales Order", frappe.db.get_value("Sales Contract", mine, "sales_order"), 300)]
		payment = factories.payment(CUSTOMER, 1000, against=[*paid, ("Sales Order", order, 450)]).name
		api.link(name, "Payment Entry", payment)
		# 250 are not applied: the first contract has all of its 300, so they are the other's
		self.assertEqual(figures(mine, "advance", "on_account"), (300, 0))
		self.assertEqual(figures(other, "advance", "on_account"), (450, 250))

	def test_a_second_draft_is_not_offered_what_the_first_one_has_drawn(self):
		rows = [contracts.plan_row(600, billing="Advance"), contracts.plan_row(200), contracts.plan_row(200)]
		contract = contracts.active(factories.customer(CUSTOMER), plan_rows=rows, recoup_advances="Pro Rata")
		factories.payment(CUSTOMER, 400, against=[("Sales Order", contract.sales_order, 400)])
		drafts = [billing.bill_row(contract.name, row, submit=False) for row in ("R2", "R3")]
		self.assertEqual([self.drawn(name) for name in drafts], [300, 100])
		for name in drafts:
			frappe.get_doc("Sales Invoice", name).submit()
		self.assertEqual(figures(contract.name, "billed", "settled", "advance"), (1000, 400, 0))

	def test_nor_money_on_account_that_is_earmarked(self):
		mine = self.approved()
		values = {"customer": CUSTOMER, "company": mine.company, "currency": mine.currency}
		asks = [{"contract": mine.name, "amount": 400}]
		name = api.report({**values, "amount": 400, "received_on": nowdate()}, asks)["name"]
		api.confirm(name, paid_to=factories.bank_account())
		activation.sign(mine.name)
		activation.activate(mine.name)
		drafts = [billing.bill_row(mine.name, row, submit=False) for row in ("R2", "R3")]
		self.assertEqual([self.drawn(each) for each in drafts], [300, 100])

	def drawn(self, invoice: str) -> float:
		filters = {"parent": invoice, "parenttype": "Sales Invoice"}
		rows = frappe.get_all(
			"Sales Invoice Advance", filters=filters, pluck="allocated_amount", order_by="idx"
		)
		return sum(rows)
