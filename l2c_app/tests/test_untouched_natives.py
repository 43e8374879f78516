"""Native documents that do not concern us cost no query of ours: counted with and without our event handlers."""

from collections.abc import Callable

import frappe

from l2c_app.tests import doors_off, factories
from l2c_app.tests.base import L2CTestCase, bench_only


@bench_only("queries of the host's own database layer")
class TestUntouchedNatives(L2CTestCase):
	def test_submitting_a_sales_order_costs_nothing(self):
		self._assert_free(lambda: factories.sales_order(self.customer, submit=False))

	def test_submitting_a_sales_invoice_costs_nothing(self):
		self._assert_free(lambda: factories.sales_invoice(self.customer, submit=False))

	def test_submitting_a_payment_costs_nothing(self):
		def paid_invoice() -> object:
			invoice = factories.sales_invoice(self.customer)
			return factories.payment(
				self.customer, 1000, against=[("Sales Invoice", invoice.name, 1000)], submit=False
			)

		self._assert_free(paid_invoice)

	def setUp(self):
		super().setUp()
		self.customer = factories.customer("L2C Stranger")

	def _assert_free(self, make: Callable[[], object]) -> None:
		"""Compare the statements of one submit with and without us, both after a warm-up that fills caches."""
		make().submit()
		with_us = self._statements_of_submit(make())
		with doors_off.without_our_events():
			make().submit()
			without_us = self._statements_of_submit(make())
		self.assertGreater(len(without_us), 10)
		ours = [statement for statement in with_us if doors_off.mentions_us(statement)]
		self.assertEqual(ours, [])
		self.assertEqual(len(with_us), len(without_us))

	def _statements_of_submit(self, document: object) -> list[str]:
		def submitted() -> None:
			document.submit()
			frappe.db.before_commit.run()

		return doors_off.statements(submitted)
