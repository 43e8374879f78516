"""Native documents that do not concern us cost no query of ours: counted with and without our event handlers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

import frappe

from l2c_app import hooks
from l2c_app.tests import factories
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
		with _without_our_events():
			make().submit()
			without_us = self._statements_of_submit(make())
		self.assertGreater(len(without_us), 10)
		ours = [statement for statement in with_us if _mentions_us(statement)]
		self.assertEqual(ours, [])
		self.assertEqual(len(with_us), len(without_us))

	def _statements_of_submit(self, document: object) -> list[str]:
		statements: list[str] = []
		original = frappe.db.__class__.sql

		def counted(database: object, query: object, *arguments: object, **options: object) -> object:
			statements.append(str(query))
			return original(database, query, *arguments, **options)

		with patch.object(frappe.db.__class__, "sql", counted):
			document.submit()
			frappe.db.before_commit.run()
		return statements


def _mentions_us(statement: str) -> bool:
	"""Return whether a statement reads or writes a table of ours (our columns are part of any native row)."""
	from l2c_app.setup.leftovers import our_doctypes

	return any(f"`tab{doctype}`" in statement for doctype in our_doctypes())


@contextmanager
def _without_our_events() -> Iterator[None]:
	"""Run a block as if the app had no document events."""
	all_events = frappe.get_doc_hooks()
	ours = {handler for events in hooks.doc_events.values() for handler in _handlers(events)}
	rest = {
		doctype: {
			event: [handler for handler in handlers if handler not in ours]
			for event, handlers in events.items()
		}
		for doctype, events in all_events.items()
	}
	with patch.object(frappe, "get_doc_hooks", lambda: rest):
		yield


def _handlers(events: dict) -> Iterator[str]:
	for handlers in events.values():
		yield from [handlers] if isinstance(handlers, str) else handlers
