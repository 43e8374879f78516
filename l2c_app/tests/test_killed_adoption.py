"""Workers that undo a run of adoptions and are killed on the way: in the end all is as after one that nobody killed.

Committed, cleaned up after.
"""

from typing import Any

import frappe

from l2c_app.api import adoption as api
from l2c_app.tests import committed_papers, killed_worker, receivables
from l2c_app.tests.adoption_case import INVOICE, ORDER, PAYMENT, AdoptionCase
from l2c_app.tests.base import bench_only
from l2c_app.tests.second_connection import elsewhere

CONTRACT, RUN, ROW = "Sales Contract", "Adoption Run", "Adoption Run Row"
FIRST, STEP = 5, 11  # an undone contract is some 35 writes
WORK = """
from l2c_app.services.contract import adoption_run_work
adoption_run_work.work(*arguments, commit=frappe.db.commit)
"""


@bench_only("processes that are killed")
class TestKilledAdoption(AdoptionCase):
	CUSTOMER = "L2C Killed Adoption"

	def setUp(self) -> None:
		super().setUp()
		self.addCleanup(self.clean_up)
		frappe.db.commit()
		self.before = self.natives()

	def adopted_for_good(self) -> Any:
		run = self.adopted()
		frappe.db.commit()
		return run

	def worked(self, run: Any, *, last: int = 0) -> bool:
		"""Let a process work on the run and kill it at its write number `last`; returns whether it came to its end."""
		return not killed_worker.died(killed_worker.start(WORK, run.name, last=last))

	def left(self, run: Any) -> list[Any]:
		"""What an undo leaves: the run, its rows, their contracts, the native documents and their ledgers."""
		run.reload()
		counts = (run.state, run.done_rows, run.undone_rows, run.kept_rows, run.failed_rows, run.error)
		found: list[Any] = [counts, self.natives()]
		for row in self.rows(run):
			found.append((row.status, row.undone_by, row.error, row.reason))
			found.append(frappe.db.get_value(CONTRACT, row.contract, ["docstatus", "status"]))
			found.append(receivables.figures(row.contract, "billed", "collected", "open_amount"))
			names = {"Contract Voucher": {"contract": row.contract}, "Plan Billing": {"parent": row.contract}}
			found += [frappe.db.count(doctype, filters) for doctype, filters in names.items()]
		return found

	def assert_whole(self, run: Any) -> int:
		"""Each contract is undone or active, with its documents and figures; returns how many are undone."""
		undone = 0
		for row, order, figures in zip(self.rows(run), self.orders, ((300, 500), (0, 0)), strict=True):
			gone = row.status == "Undone"
			undone += gone
			self.assertEqual(frappe.db.get_value(CONTRACT, row.contract, "docstatus"), 2 if gone else 1)
			named = frappe.db.get_value(ORDER, order.name, "l2c_contract")
			self.assertEqual(named, None if gone else row.contract)
			stored = receivables.figures(row.contract, "billed", "collected")
			self.assertEqual(stored, (0, 0) if gone else figures)
		return undone

	def test_a_killed_undo_goes_on_and_leaves_what_an_uninterrupted_one_leaves(self) -> None:
		run = self.adopted_for_good()
		api.undo_run(run.name)
		frappe.db.commit()
		self.assertTrue(self.worked(run))
		uninterrupted = self.left(run)
		self.assertEqual((uninterrupted[0][0], uninterrupted[1]), ("Undone", self.before))

		run = self.adopted_for_good()
		api.undo_run(run.name)
		frappe.db.commit()
		states, last = [], FIRST
		while not self.worked(run, last=last):
			states.append(self.assert_whole(run))
			last += STEP
			self.assertLess(last, 300)
		self.assertGreaterEqual(len(states), 2)
		self.assertIn(0, states)
		self.assertEqual(self.left(run), uninterrupted)
		self.assertEqual(self.audited(), (0, 0, [], []))

	def test_two_people_who_undo_two_contracts_of_a_run_at_once_are_both_counted(self) -> None:
		run = self.adopted_for_good()
		first, second = self.rows(run)
		elsewhere(lambda: api.undo_row(first.name))
		api.undo_row(second.name)
		run.reload()
		self.assertEqual((run.state, run.done_rows, run.undone_rows), ("Undone", 0, 2))
		self.assertEqual(self.natives(), self.before)

	def clean_up(self) -> None:
		"""Remove what the test committed."""
		frappe.db.rollback()
		frappe.set_user("Administrator")
		orders = [order.name for order in self.orders]
		rows = frappe.get_all(ROW, {"sales_order": ("in", orders)}, ["run", "contract"], order_by="name")
		for name in {row.run for row in rows}:
			frappe.db.delete(ROW, {"run": name})
			frappe.db.delete(RUN, {"name": name})
		committed_papers.remove_natives(self.CUSTOMER, PAYMENT, INVOICE, ORDER)
		for name in {row.contract for row in rows if row.contract}:
			committed_papers.remove_contract(name)
		frappe.delete_doc("Customer", self.CUSTOMER, force=True)
		frappe.db.commit()
