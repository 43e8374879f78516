"""The nightly audit: it links what a failed hook left, judges every payment, and goes on after it was killed."""

from unittest.mock import patch

import frappe

import l2c_app.jobs.contracts as contract_jobs
from l2c_app.patches.v1_0 import collected_percent
from l2c_app.services.billing import billing_links
from l2c_app.services.contract import contract_natives
from l2c_app.services.ledger import audit, ledger_identities
from l2c_app.services.receipt import collection_vouchers, collections
from l2c_app.services.receipt.receipt_payment import Receipt
from l2c_app.tests import contracts, factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.receivables import figures, receipt, rows
from l2c_app.tests.test_doors import DoorTest


class Killed(Exception):
	"""The process of a job dies."""


class TestRelinking(DoorTest):
	"""A hook of ours fails on a native document: the document stands, and the next audit does what was left."""

	def audit(self) -> list[tuple[str, str]]:
		"""Run the audit; return what it linked for our contract. A second run must find nothing."""
		first = audit.run()
		again = audit.run()
		self.assertEqual((again["drift"], again["broken"], again["relinked"]), (0, 0, []))
		self.assertEqual(first["failed"], [])
		mine = [row for row in first["relinked"] if row["contract"] == self.contract]
		return [(row["document_type"], row["document"]) for row in mine]

	def failing(self, module: object, name: str) -> object:
		return patch.object(module, name, side_effect=RuntimeError("injected"))

	def native_invoice(self, *, submit: bool = True) -> object:
		from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice

		invoice = make_sales_invoice(self.order)
		invoice.items[0].update({"rate": 500, "price_list_rate": 500})
		invoice.insert()
		if submit:
			invoice.submit()
		return invoice

	def test_an_invoice_whose_link_failed(self) -> None:
		invoice = self.native_invoice(submit=False)
		with self.failing(billing_links, "_link"):
			invoice.submit()
		self.assertEqual(frappe.db.get_value("Sales Invoice", invoice.name, "docstatus"), 1)
		self.assertEqual(frappe.db.get_value("Sales Contract", self.contract, "to_audit"), 1)
		self.assertFalse(frappe.db.exists("Plan Billing", {"sales_invoice": invoice.name}))
		self.assertEqual(self.audit(), [("Sales Invoice", invoice.name)])
		self.assertEqual(rows(self.contract, "billed"), [300, 200, 0])
		self.assertEqual(figures(self.contract, "billed", "to_audit"), (500, 0))

	def test_a_cancelled_invoice_that_was_not_taken_off(self) -> None:
		invoice = self.native_invoice()
		with self.failing(billing_links, "take_off"):
			invoice.cancel()
		self.assertTrue(frappe.db.exists("Plan Billing", {"sales_invoice": invoice.name}))
		self.assertEqual(self.audit(), [("Sales Invoice", invoice.name)])
		self.assertFalse(frappe.db.exists("Plan Billing", {"sales_invoice": invoice.name}))
		self.assertEqual(rows(self.contract, "billed"), [0, 0, 0])

	def test_an_amended_order_that_was_not_taken(self) -> None:
		order = frappe.get_doc("Sales Order", self.order)
		with self.failing(contract_natives, "drop_order"):
			order.cancel()
		amended = frappe.copy_doc(order)
		amended.amended_from, amended.docstatus = order.name, 0
		amended.delivery_date = order.delivery_date
		with self.failing(contract_natives, "take_order"):
			amended.insert().submit()
		self.assertEqual(self.audit(), [("Sales Order", amended.name)])
		self.assertEqual(frappe.db.get_value("Sales Contract", self.contract, "sales_order"), amended.name)
		self.assertEqual(frappe.db.get_value("Sales Order", amended.name, "l2c_contract"), self.contract)

	def test_a_cancelled_order_that_was_not_let_go(self) -> None:
		with self.failing(contract_natives, "drop_order"):
			frappe.get_doc("Sales Order", self.order).cancel()
		self.assertEqual(self.audit(), [("Sales Order", self.order)])
		self.assertFalse(frappe.db.get_value("Sales Contract", self.contract, "sales_order"))

	def test_a_receipt_whose_payment_is_gone(self) -> None:
		values = {"amount": 300, "received_on": frappe.utils.nowdate()}
		name = collections.report(values, [{"contract": self.contract, "amount": 300}]).name
		payment = collections.confirm(name, Receipt(paid_to=factories.bank_account())).voucher_no
		with self.failing(collection_vouchers, "voucher_gone"):
			frappe.get_doc("Payment Entry", payment).cancel()
		self.assertEqual(frappe.db.get_value("Collection", name, "status"), "Confirmed")
		self.assertEqual(self.audit(), [("Payment Entry", payment)])
		self.assertEqual(frappe.db.get_value("Collection", name, "status"), "Reported")

	def test_a_relinking_that_fails_is_reported_and_stops_nothing(self) -> None:
		other = self.new_contract()
		frappe.db.set_value("Sales Contract", other, "collected", 999)
		invoice = self.native_invoice(submit=False)
		with self.failing(billing_links, "_link"):
			invoice.submit()
			result = audit.run()
		self.assertIn(self.contract, result["failed"])
		self.assertIn(other, {drift["contract"] for drift in result["drifts"]})
		self.assertEqual(figures(other, "collected"), (0,))


class TestUpgrade(DoorTest):
	def test_contracts_of_an_older_version_show_what_was_collected_and_are_no_drift(self) -> None:
		"""1,000 agreed, 300 of them paid: 30 %."""
		receipt(self.customer, 300, against=[("Sales Order", self.order, 300)])
		self.assertEqual(figures(self.contract, "collected", "collected_percent"), (300, 30))
		frappe.db.set_value("Sales Contract", self.contract, "collected_percent", 0)
		collected_percent.execute()
		self.assertEqual(figures(self.contract, "collected_percent"), (30,))
		self.assertEqual(audit.run()["drift"], 0)


class TestPayments(DoorTest):
	def differing(self) -> list[dict]:
		return [row for row in audit.run()["payments"] if row["voucher"] in self.payments]

	def setUp(self) -> None:
		super().setUp()
		invoice = self.bill()
		against = [("Sales Invoice", invoice, 450), ("Sales Order", self.order, 100)]
		self.payments = [receipt(self.customer, 600, against=against).name]

	def test_money_on_orders_and_on_account_is_what_the_ledger_holds(self) -> None:
		self.assertEqual(self.differing(), [])

	def test_a_forged_payment_is_named(self) -> None:
		frappe.db.set_value("Payment Entry", self.payments[0], "unallocated_amount", 80)
		found = {"voucher": self.payments[0], "payment": 180.0, "ledger": 150.0}
		self.assertEqual(self.differing(), [found])

	@bench_only("refunds")
	def test_a_refund_is_judged_with_its_own_sign(self) -> None:
		self.payments.append(receipt(self.customer, 30, pay=True).name)
		self.assertEqual(ledger_identities.payment_differences(self.payments), [])


class TestChunks(DoorTest):
	def setUp(self) -> None:
		super().setUp()
		self.names = sorted([self.contract, self.new_contract(), self.new_contract()])
		self.addCleanup(frappe.cache.delete_value, audit.PROGRESS)
		frappe.cache.delete_value(audit.PROGRESS)
		self.earlier = frappe.db.count("Sales Contract", {"docstatus": 1}) - len(self.names)

	def test_every_chunk_is_committed_and_a_killed_run_goes_on(self) -> None:
		commits: list[int] = []
		frappe.db.set_value("Sales Contract", self.names[0], "collected", 999)

		def commit() -> None:
			commits.append(len(commits))
			if len(commits) == self.earlier + 2:
				raise Killed

		with patch.object(audit, "CHUNK", 1):
			with self.assertRaises(Killed):
				audit.run(commit)
			# the second chunk of ours was not committed: it is done again, the first one is not
			with patch.object(audit, "_audit_chunk", wraps=audit._audit_chunk) as chunks:
				result = audit.run(lambda: None)
		done = [call.args[0] for call in chunks.call_args_list]
		self.assertEqual(done, [[self.names[1]], [self.names[2]]])
		self.assertEqual(result["contracts"], self.earlier + 3)
		self.assertIn(self.names[0], {drift["contract"] for drift in result["drifts"]})
		self.assertIsNone(frappe.cache.get_value(audit.PROGRESS))

	def test_yesterdays_run_is_not_continued(self) -> None:
		with patch.object(audit, "nowdate", return_value="2026-01-01"):
			audit._remember("ZZZ", audit._Report())
		self.assertEqual(audit.run(lambda: None)["contracts"], self.earlier + 3)

	def test_the_job_commits(self) -> None:
		with patch.object(frappe.db, "commit") as commit:
			contract_jobs.audit_contracts()
		self.assertGreaterEqual(commit.call_count, 2)
		self.assertEqual(contracts.fresh(frappe.get_doc("Sales Contract", self.names[0])).to_audit, 0)
