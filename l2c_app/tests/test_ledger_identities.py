"""What holds between payments and the payment ledger, and what is only the host's rounding. Figures worked out by hand."""

import frappe
from frappe.utils import flt

from l2c_app.services.ledger.ledger_identities import payment_differences
from l2c_app.tests import contracts, factories, receivables
from l2c_app.tests.base import L2CTestCase, bench_only


class TestPaymentDifferences(L2CTestCase):
	def test_a_cent_in_company_currency_is_one(self) -> None:
		payment = receivables.receipt(factories.customer("L2C Identities"), 100)
		self.assertEqual(payment_differences([payment.name]), [])
		payment.db_set("unallocated_amount", 100.01)
		self.assertEqual(
			payment_differences([payment.name]), [{"voucher": payment.name, "payment": 100.01, "ledger": 100}]
		)

	@bench_only("unreconciliation")
	def test_what_the_host_rounds_in_a_weak_currency_is_none(self) -> None:
		"""CNY 3,766.29 at 0.135 are USD 508.45; the host takes them back as 508.45 / 0.135 = CNY 3,766.2963."""
		customer = factories.customer("L2C Identities CNY", currency="CNY")
		values = {"currency": "CNY", "conversion_rate": 0.135, "items": [contracts.line(10_000)]}
		order = contracts.active(customer, **values).sales_order
		against = [("Sales Order", order, 3766.29)]
		payment = receivables.receipt(customer, 3766.29, against=against, currency="CNY", rate=0.135)
		receivables.unreconcile("Payment Entry", payment.name)
		payment.reload()
		self.assertEqual(flt(payment.unallocated_amount, 4), 3766.2963)
		self.assertEqual(payment_differences([payment.name]), [])
		frappe.db.set_value("Payment Entry", payment.name, "unallocated_amount", 3767.29)
		self.assertEqual(
			payment_differences([payment.name]),
			[{"voucher": payment.name, "payment": 3767.29, "ledger": 3766.29}],
		)

	@bench_only("unreconciliation")
	def test_what_two_parts_of_a_payment_leave_is_none(self) -> None:
		"""At 0.14, CNY 502.25 are USD 70.32 (70.315) and the rest 349.68 / 0.14 = 2,497.7143: 2,999.9643 together."""
		customer = factories.customer("L2C Identities CNY", currency="CNY")
		order = contracts.active(customer, currency="CNY", conversion_rate=0.14).sales_order
		against = [("Sales Order", order, 502.25)]
		payment = receivables.receipt(customer, 3000, against=against, currency="CNY", rate=0.14)
		receivables.unreconcile("Payment Entry", payment.name)
		filters = {"voucher_no": payment.name, "delinked": 0}
		ledger = frappe.get_all(
			"Payment Ledger Entry", filters=filters, pluck="amount_in_account_currency", order_by="name"
		)
		self.assertEqual(flt(-sum(ledger), 4), 2999.9643)
		self.assertEqual(frappe.db.get_value("Payment Entry", payment.name, "unallocated_amount"), 3000)
		self.assertEqual(payment_differences([payment.name]), [])
