"""What adoptions are taken back of: a customer whose orders, invoice and payments run already, and runs over them."""

from typing import Any
from unittest.mock import patch

import frappe

from l2c_app.services.contract import adoption_run_work, adoption_runs
from l2c_app.services.ledger import audit
from l2c_app.tests import factories, receivables
from l2c_app.tests.base import L2CTestCase
from l2c_app.tests.test_adoption import invoice_of

COMPANY = factories.COMPANY
ORDER, INVOICE, PAYMENT = "Sales Order", "Sales Invoice", "Payment Entry"


class AdoptionCase(L2CTestCase):
	CUSTOMER = "L2C Undone Customer"

	def setUp(self) -> None:
		super().setUp()
		patcher = patch.object(adoption_runs, "queue")
		self.queued = patcher.start()
		self.addCleanup(patcher.stop)
		self.customer = factories.customer(self.CUSTOMER)
		# A: 1,000, of it 300 billed and paid, 200 paid on the order. B: 600, nothing has happened.
		self.orders = [factories.sales_order(self.customer, rate=rate) for rate in (1000, 600)]
		self.invoice = invoice_of(self.orders[0], 300)
		self.payments = [
			receivables.receipt(self.customer, 300, against=[(INVOICE, self.invoice.name, 300)]),
			receivables.receipt(self.customer, 200, against=[(ORDER, self.orders[0].name, 200)]),
		]
		self.lines = [{"sales_order": order.name} for order in self.orders]

	def adopted(self, lines: list[dict[str, Any]] | None = None) -> Any:
		"""Return a run that is done."""
		name = adoption_runs.prepare(COMPANY, lines or self.lines, source="wrong.csv")
		self.work(name)
		adoption_runs.approve(name)
		return self.work(name)

	def undone(self, run: Any) -> Any:
		adoption_runs.undo(run.name)
		return self.work(run.name)

	def work(self, name: str) -> Any:
		adoption_run_work.work(name, commit=lambda: None)
		return frappe.get_doc("Adoption Run", name)

	def rows(self, run: Any) -> list[Any]:
		return frappe.get_all("Adoption Run Row", filters={"run": run.name}, fields=["*"], order_by="name")

	def natives(self) -> list[dict[str, Any]]:
		"""Every column of the native documents, of their rows, and of what they posted."""
		names = [(ORDER, order.name) for order in self.orders] + [(INVOICE, self.invoice.name)]
		names += [(PAYMENT, payment.name) for payment in self.payments]
		posted = {"voucher_no": ("in", [name for _doctype, name in names])}
		return [frappe.get_doc(doctype, name).as_dict() for doctype, name in names] + [
			row
			for ledger in ("Payment Ledger Entry", "GL Entry")
			for row in frappe.get_all(ledger, filters=posted, fields=["*"], order_by="name")
		]

	def audited(self) -> tuple:
		report = audit.run()
		return report["drift"], report["broken"], report["relinked"], report["ledgers"]
