"""Return visits: after a delivery and after a completed contract, once, late after missed nights, off unless asked for."""

from contextlib import AbstractContextManager
from typing import Any

import frappe

import l2c_app.jobs.contracts as contract_jobs
from l2c_app import hooks
from l2c_app.services.billing import billing
from l2c_app.services.contract import return_visits
from l2c_app.tests import contracts, factories, receivables
from l2c_app.tests.base import L2CTestCase, bench_only

CUSTOMER = "L2C Visited"


class TestReturnVisits(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.rep = factories.sales_user("visiting.rep")
		self.customer = factories.customer(CUSTOMER)

	def days(self, delivery: int = 0, completion: int = 0) -> AbstractContextManager[None]:
		values = {"visit_days_after_delivery": delivery, "visit_days_after_completion": completion}
		return self.settings("L2C Settings", **values)

	def contract(self, **values: Any) -> Any:
		return contracts.active(self.customer, contract_owner=self.rep, **values)

	def paid(self) -> Any:
		contract = self.contract()
		invoice = billing.bill_row(contract.name, "R1", submit=True)
		receivables.receipt(self.customer, 1000, against=[("Sales Invoice", invoice, 1000)])
		contract = contracts.fresh(contract)
		self.assertEqual(contract.status, "Completed")
		return contract

	def settled(self, contract: Any, days_ago: int) -> None:
		day = contracts.in_days(-days_ago)
		filters = {"party": self.customer}
		frappe.db.set_value("Payment Ledger Entry", filters, "posting_date", day, update_modified=False)

	def delivered(self, contract: Any, days_ago: int, qty: float = 1) -> Any:
		from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note

		note = make_delivery_note(contract.sales_order)
		note.items[0].qty = qty
		note.insert().submit()
		frappe.db.set_value("Delivery Note", note.name, "posting_date", contracts.in_days(-days_ago))
		return note

	def night(self, contract: Any) -> list[tuple]:
		"""One night, without committing it. Returns type, assignee and occasion of all follow ups of the contract."""
		return_visits.plan_due()
		fields = ["follow_up_type", "assigned_to", "visit_after"]
		filters = {"reference_doctype": "Sales Contract", "reference_name": contract.name}
		rows = frappe.get_all("Follow Up", filters=filters, fields=fields, order_by="creation, name")
		return [(row.follow_up_type, row.assigned_to, row.visit_after) for row in rows]

	def test_a_completed_contract_is_called_once_after_the_days(self) -> None:
		contract = self.paid()
		self.settled(contract, 13)
		self.assertEqual(self.night(contract), [])  # off: 0 days
		with self.days(completion=14):
			self.assertEqual(self.night(contract), [])  # one day too early
			self.settled(contract, 44)  # 14 days and 30 missed nights
			call = [("Call", self.rep, "Completed")]
			self.assertEqual(self.night(contract), call)
			done = frappe.get_doc("Follow Up", {"reference_name": contract.name})
			done.update({"status": "Done", "outcome": "Reached", "note": "all is well", "closes": 1})
			done.update({"close_reason": "nothing to do", "visit_after": "forged"})
			done.save()
			self.assertEqual(self.night(contract), call)

	def test_what_was_completed_long_before_or_is_not_completed_is_left(self) -> None:
		contract, running = self.paid(), self.contract()
		self.settled(contract, 45)
		with self.days(completion=14):
			self.assertEqual((self.night(contract), self.night(running)), ([], []))

	def test_who_must_not_be_contacted_is_not(self) -> None:
		contract = self.paid()
		self.settled(contract, 20)
		with self.days(completion=14):
			frappe.db.set_value("Customer", self.customer, "disabled", 1)
			self.assertEqual(return_visits.plan_due()["refused"], 1)
			self.assertEqual(self.night(contract), [])
			frappe.db.set_value("Customer", self.customer, "disabled", 0)
			frappe.db.set_value("Sales Contract", contract.name, "terminated_on", contracts.in_days(0))
			self.assertEqual(self.night(contract), [])

	@bench_only("deliveries")
	def test_each_delivery_is_visited_once_also_when_its_paper_is_corrected(self) -> None:
		contract = self.contract(items=[contracts.line(100, qty=4)])
		first, late = self.delivered(contract, 37), self.delivered(contract, 38)
		self.assertEqual(self.night(contract), [])
		with self.days(delivery=7):
			visit = ("Visit", self.rep, first.name)
			self.assertEqual(self.night(contract), [visit])
			first.reload()
			first.cancel()
			corrected = frappe.copy_doc(first)
			corrected.update({"docstatus": 0, "amended_from": first.name})
			corrected.insert().submit()
			frappe.db.set_value("Delivery Note", corrected.name, "posting_date", contracts.in_days(-10))
			self.assertEqual(self.night(contract), [visit])
			second = self.delivered(contract, 7)
			self.assertEqual(self.night(contract), [visit, ("Visit", self.rep, second.name)])
			frappe.db.set_value("Delivery Note", late.name, "posting_date", contracts.in_days(-9))
			frappe.db.set_value("Delivery Note", late.name, "per_returned", 100)
			self.assertEqual(len(self.night(contract)), 2)
			frappe.db.set_value("Delivery Note", late.name, "per_returned", 0)
			frappe.db.set_value("Sales Contract", contract.name, "terminated_on", contracts.in_days(0))
			self.assertEqual(len(self.night(contract)), 2)

	def test_the_job_is_scheduled(self) -> None:
		self.assertIn("l2c_app.jobs.contracts.plan_return_visits", hooks.scheduler_events["daily_long"])
		self.assertTrue(callable(contract_jobs.plan_return_visits))
