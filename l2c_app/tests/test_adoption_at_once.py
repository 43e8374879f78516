"""One order adopted at once, from its form: kept as a run of one row, and taken back from its contract like any other."""

from typing import Any
from unittest.mock import patch

import frappe

from l2c_app.api import adoption as api
from l2c_app.services.billing import billing
from l2c_app.services.contract import adoption_run_work, adoption_runs
from l2c_app.services.errors import (
	AdoptionMovedOn,
	AdoptionRefused,
	AdoptionRunState,
	ApproverNeeded,
	PlanSumError,
)
from l2c_app.tests import contracts, factories, receivables
from l2c_app.tests.adoption_case import COMPANY, INVOICE, ORDER, AdoptionCase
from l2c_app.tests.base import bench_only
from l2c_app.tests.test_adoption import opening_invoice

CONTRACT, RUN, ROW = "Sales Contract", "Adoption Run", "Adoption Run Row"


class TestAdoptionAtOnce(AdoptionCase):
	def once(self, number: int = 0, **line: Any) -> str:
		"""Adopt one of the orders as its form does; returns the contract."""
		return api.adopt([{"sales_order": self.orders[number].name, **line}])["contract"]

	def row(self, contract: str) -> Any:
		return frappe.get_doc(ROW, {"contract": contract})

	def run_of(self, contract: str) -> Any:
		return frappe.get_doc(RUN, self.row(contract).run)

	def is_active(self, contract: str) -> bool:
		return frappe.db.get_value(CONTRACT, contract, ["docstatus", "status"]) == (1, "Active")

	def test_it_is_kept_as_a_run_of_one_row_that_is_done(self) -> None:
		manager = factories.sales_manager()
		with self.as_user(manager):
			contract = self.once()
		run, row = self.run_of(contract), self.row(contract)
		counts = (run.state, run.total_rows, run.planned_rows, run.done_rows, run.progress)
		self.assertEqual(counts, ("Done", 1, 0, 1, 100))
		people = (run.company, run.source, run.prepared_by, run.approved_by)
		self.assertEqual(people, (COMPANY, self.orders[0].name, manager, manager))
		# A: 300 billed, 300 + 200 paid of 1,000
		figures = (row.status, row.customer, row.total, row.billed, row.collected, row.open_amount)
		self.assertEqual(figures, ("Done", self.customer, 1000, 300, 500, 500))
		self.queued.assert_not_called()
		self.assertNotIn(run.name, adoption_runs.stalled())
		with self.assertRaises(AdoptionRunState):
			api.approve_run(run.name)

	def test_it_is_undone_by_somebody_else_and_the_natives_are_as_before(self) -> None:
		before, manager = self.natives(), factories.accounts_manager()
		with self.as_user(factories.sales_manager()):
			contract = self.once()
		self.assertEqual(frappe.db.get_value(ORDER, self.orders[0].name, "l2c_contract"), contract)
		with self.as_user(manager):
			api.undo_contract(contract)
			self.assertEqual(self.natives(), before)
			api.undo_contract(contract)
		run, row = self.run_of(contract), self.row(contract)
		self.assertEqual(
			(run.state, run.done_rows, run.undone_rows, run.undone_by), ("Undone", 0, 1, manager)
		)
		self.assertEqual((row.status, row.undone_by, row.undone_on), ("Undone", manager, run.undone_on))
		# of a contract that is cancelled nothing is billed, collected or open
		figures = receivables.figures(contract, "billed", "collected", "open_amount", "overdue_amount")
		self.assertEqual(figures, (0, 0, 0, 0))
		self.assertEqual(frappe.db.get_value(CONTRACT, contract, "status"), "Cancelled")
		with self.assertRaises(AdoptionRunState):
			api.resume_run(run.name)
		self.assertEqual(self.natives(), before)
		self.assertEqual(self.audited(), (0, 0, [], []))

	def test_the_order_is_adopted_again_with_the_same_figures_and_billed_to_the_end(self) -> None:
		api.undo_contract(self.once())
		again = self.once()
		self.assertEqual(receivables.figures(again, "billed", "collected", "open_amount"), (300, 500, 500))
		billing.bill_row(again, "R2", submit=True)
		self.assertEqual(receivables.figures(again, "billed", "collected", "open_amount"), (1000, 500, 500))
		with self.assertRaises(AdoptionMovedOn):
			api.undo_contract(again)
		self.assertEqual(self.audited(), (0, 0, [], []))

	def test_what_moved_on_is_refused_with_its_reason_until_that_is_gone(self) -> None:
		contract = self.once(1)
		late = receivables.receipt(self.customer, 50, against=[(ORDER, self.orders[1].name, 50)])
		with self.assertRaisesRegex(AdoptionMovedOn, late.name):
			api.undo_contract(contract)
		# 50 of 600 came in on the contract that stays
		self.assertEqual(receivables.figures(contract, "collected", "open_amount"), (50, 550))
		self.assertTrue(self.is_active(contract))
		self.assertEqual((self.row(contract).status, self.run_of(contract).state), ("Done", "Done"))
		self.assertEqual(frappe.db.get_value(ORDER, self.orders[1].name, "l2c_contract"), contract)
		late.reload()
		late.cancel()
		api.undo_contract(contract)
		self.assertEqual(self.run_of(contract).state, "Undone")
		self.assertFalse(frappe.db.get_value(ORDER, self.orders[1].name, "l2c_contract"))
		self.assertEqual(self.audited(), (0, 0, [], []))

	def test_only_adopters_undo(self) -> None:
		contract = self.once(1)
		for user in (factories.sales_user(), factories.accounts_user()):
			with self.as_user(user), self.assertRaises(ApproverNeeded):
				api.undo_contract(contract)
		self.assertTrue(self.is_active(contract))

	@bench_only("user permissions")
	def test_an_adopter_undoes_only_what_he_may_read(self) -> None:
		contract = self.once(1)
		manager = factories.accounts_manager("elsewhere.manager")
		elsewhere = factories.customer("L2C Elsewhere Customer")
		factories.make("User Permission", user=manager, allow="Customer", for_value=elsewhere)
		with self.as_user(manager), self.assertRaises(frappe.PermissionError):
			api.undo_contract(contract)
		self.assertTrue(self.is_active(contract))

	def test_what_was_not_adopted_or_left_no_record_is_refused(self) -> None:
		with self.assertRaisesRegex(AdoptionMovedOn, "was not adopted"):
			api.undo_contract(contracts.active(self.customer).name)
		contract = self.once()
		frappe.delete_doc(RUN, self.run_of(contract).name)
		with self.assertRaisesRegex(AdoptionMovedOn, "is not known"):
			api.undo_contract(contract)
		self.assertTrue(self.is_active(contract))
		with self.assertRaises(frappe.DoesNotExistError):
			api.undo_contract("CON-NONE")

	def test_a_refused_adoption_leaves_no_run(self) -> None:
		count = frappe.db.count(RUN)
		with self.assertRaises(PlanSumError):
			self.once(amount="400")
		for rows in ("[]", [{"sales_order": "SO-NONE"}]):
			with self.assertRaises(AdoptionRefused):
				api.adopt(rows)
		with self.as_user(factories.sales_user()), self.assertRaises(ApproverNeeded):
			self.once()
		with patch.object(adoption_runs, "record", side_effect=AdoptionRunState):
			with self.assertRaises(AdoptionRunState):
				self.once()
		self.assertFalse(frappe.db.get_value(ORDER, self.orders[0].name, "l2c_contract"))
		self.assertEqual(frappe.db.count(RUN), count)

	def test_a_contract_of_a_run_is_undone_from_the_contract_as_well(self) -> None:
		name = adoption_runs.prepare(COMPANY, self.lines)
		self.work(name)
		adoption_runs.approve(name)
		adoption_run_work.step(name)
		first = self.rows(frappe._dict(name=name))[0].contract
		with self.assertRaises(AdoptionRunState):
			api.undo_contract(first)
		run = self.work(name)
		for row, counts in zip(self.rows(run), (("Done", 1, 1), ("Undone", 0, 2)), strict=True):
			api.undo_contract(row.contract)
			run.reload()
			self.assertEqual((run.state, run.done_rows, run.undone_rows), counts)

	def test_a_run_of_one_is_undone_by_the_run_too(self) -> None:
		before = self.natives()
		contract = self.once()
		run = self.undone(self.run_of(contract))
		self.assertEqual((run.state, run.undone_rows), ("Undone", 1))
		api.undo_contract(contract)
		self.assertEqual(self.natives(), before)

	@bench_only("opening invoices")
	def test_an_opening_invoice_is_let_go(self) -> None:
		opening = opening_invoice(self.customer, 450)
		before = frappe.get_doc(INVOICE, opening.name).as_dict()
		answer = api.adopt([{"reference": "OLD-7", "sales_invoice": opening.name}])
		self.assertEqual((answer["total"], self.run_of(answer["contract"]).source), (450, "OLD-7"))
		api.undo_contract(answer["contract"])
		self.assertEqual(frappe.get_doc(INVOICE, opening.name).as_dict(), before)
		self.assertEqual(self.audited(), (0, 0, [], []))
