"""One receipt for two contracts: each takes back its own part of the money and nothing of the other's."""

from frappe.model.document import Document
from frappe.utils import nowdate

from l2c_app.api import collection as api
from l2c_app.services.billing import billing
from l2c_app.services.contract import activation
from l2c_app.services.errors import VoucherNotLinkable
from l2c_app.tests import contracts, factories
from l2c_app.tests.base import L2CTestCase

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
