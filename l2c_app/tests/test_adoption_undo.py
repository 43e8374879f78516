"""A run of adoptions is undone: contracts cancelled, native documents as they were, what has moved on kept with its reason."""

from typing import Any
from unittest.mock import patch

import frappe

from l2c_app.api import adoption as api
from l2c_app.services.billing import billing
from l2c_app.services.contract import (
	adoption,
	adoption_run_work,
	adoption_runs,
	contract_changes,
	contract_revisions,
)
from l2c_app.services.errors import AdoptionMovedOn, AdoptionRunState, ApproverNeeded, RunInProgress
from l2c_app.tests import contracts, factories, receivables
from l2c_app.tests.adoption_case import COMPANY, INVOICE, ORDER, AdoptionCase
from l2c_app.tests.base import bench_only
from l2c_app.tests.test_adoption import opening_invoice

ROW_FIGURES = ["reference", "total", "billed", "collected", "open_amount", "plan", "differences"]


class TestAdoptionUndo(AdoptionCase):
	def test_a_wrong_run_is_undone_and_the_natives_are_as_before(self) -> None:
		before = self.natives()
		run = self.adopted()
		made = [row.contract for row in self.rows(run)]
		self.assertEqual(frappe.db.get_value(ORDER, self.orders[0].name, "l2c_contract"), made[0])
		run = self.undone(run)
		self.assertEqual(self.natives(), before)
		counts = (run.state, run.done_rows, run.undone_rows, run.kept_rows, run.progress, run.undone_by)
		self.assertEqual(counts, ("Undone", 0, 2, 0, 100, "Administrator"))
		seen = [(row.status, row.contract, row.undone_by) for row in self.rows(run)]
		self.assertEqual(seen, [("Undone", name, "Administrator") for name in made])
		for name in made:
			# of a contract that is cancelled nothing is billed, collected or open
			figures = receivables.figures(name, "billed", "collected", "open_amount", "overdue_amount")
			self.assertEqual(figures, (0, 0, 0, 0))
			self.assertEqual(
				frappe.db.get_value("Sales Contract", name, ["docstatus", "status"]), (2, "Cancelled")
			)
			self.assertFalse(frappe.db.exists("Contract Voucher", {"contract": name}))
			self.assertFalse(frappe.db.exists("Plan Billing", {"parent": name}))
		self.assertEqual(self.audited(), (0, 0, [], []))

	def test_the_same_file_is_adopted_again_with_the_same_result(self) -> None:
		run = self.adopted()
		first = [{field: row[field] for field in ROW_FIGURES} for row in self.rows(run)]
		self.undone(run)
		again = self.adopted()
		self.assertEqual([{field: row[field] for field in ROW_FIGURES} for row in self.rows(again)], first)
		# A: 300 + 200 of 1,000 came in; B: nothing of 600
		self.assertEqual([(row["collected"], row["open_amount"]) for row in first], [(500, 500), (0, 600)])
		contract = self.rows(again)[0].contract
		billing.bill_row(contract, "R2", submit=True)
		self.assertEqual(
			receivables.figures(contract, "billed", "collected", "open_amount"), (1000, 500, 500)
		)
		self.assertEqual(self.audited(), (0, 0, [], []))

	@bench_only("opening invoices")
	def test_an_opening_invoice_is_let_go_and_can_be_adopted_again(self) -> None:
		opening = opening_invoice(self.customer, 450)
		before = frappe.db.get_value(INVOICE, opening.name, "*", as_dict=True)
		lines = [{"reference": "OLD-7", "sales_invoice": opening.name}]
		self.undone(self.adopted(lines))
		self.assertEqual(frappe.db.get_value(INVOICE, opening.name, "*", as_dict=True), before)
		again = self.rows(self.adopted(lines))[0]
		self.assertEqual((again.status, again.billed, again.open_amount), ("Done", 450, 450))
		self.assertEqual(self.audited(), (0, 0, [], []))

	def test_what_moved_on_stays_with_its_reason_and_goes_once_that_is_gone(self) -> None:
		run = self.adopted()
		late = receivables.receipt(self.customer, 50, against=[(ORDER, self.orders[1].name, 50)])
		kept = self.rows(run)[1].contract
		run = self.undone(run)
		self.assertEqual((run.state, run.undone_rows, run.kept_rows), ("Undone", 1, 1))
		row = self.rows(run)[1]
		self.assertEqual((row.status, row.error), ("Not Undone", "AdoptionMovedOn"))
		self.assertIn(late.name, row.reason)
		# 50 of 600 came in on the contract that stays
		self.assertEqual(receivables.figures(kept, "collected", "open_amount"), (50, 550))
		self.assertEqual(frappe.db.get_value(ORDER, self.orders[1].name, "l2c_contract"), kept)
		self.assertEqual(self.audited(), (0, 0, [], []))
		late.reload()
		late.cancel()
		run = self.undone(run)
		self.assertEqual((run.undone_rows, run.kept_rows), (2, 0))
		self.assertEqual(self.rows(run)[1].reason or "", "")
		self.assertEqual(self.audited(), (0, 0, [], []))

	def test_every_step_under_the_contract_is_a_reason_to_keep_it(self) -> None:
		run = self.adopted()
		row = self.rows(run)[1]
		steps = {
			"bill": lambda: billing.bill_row(row.contract, "R1"),
			"revise": lambda: contract_revisions.revise(
				row.contract,
				reason="Two parts",
				plan_rows=[{"row_id": "R1", "amount": 500}, contracts.plan_row(100)],
			),
			"terminate": lambda: contract_changes.terminate(row.contract, reason="Over"),
			"ask": lambda: factories.make("Billing Request", **self.request(row.contract)),
			"report": lambda: factories.make("Collection", **self.report(row.contract)),
			"promise": lambda: self.chased("Promise to Pay", sales_contract=row.contract, status="Open"),
			"remind": lambda: self.chased("Dunning Notice", company=COMPANY, currency="USD"),
			"sign": lambda: self.chased("Contract Signing Request", contract=row.contract, status="Sent"),
			"claim": lambda: self.chased(
				"Collection Claim", contract=row.contract, state="Open", collection="COL-1"
			),
		}
		for name, step in steps.items():
			with self.subTest(step=name):
				frappe.db.savepoint("l2c_step")
				step()
				with self.assertRaises(AdoptionMovedOn):
					adoption_runs.undo_row(row.name)
				self.assertEqual(frappe.db.get_value("Sales Contract", row.contract, "docstatus"), 1)
				frappe.db.rollback(save_point="l2c_step")
				frappe.local.l2c_dirty = None
		adoption_runs.undo_row(row.name)
		self.assertEqual(frappe.db.get_value("Sales Contract", row.contract, "status"), "Cancelled")

	def request(self, contract: str) -> dict[str, Any]:
		rows = [{"row_id": "R1", "amount": 600}]
		return {
			"contract": contract,
			"customer": self.customer,
			"company": COMPANY,
			"rows": rows,
			"currency": "USD",
		}

	def report(self, contract: str) -> dict[str, Any]:
		allocations = [{"contract": contract, "row_id": "R1", "amount": 10}]
		money = {"amount": 10, "currency": "USD", "received_on": contracts.in_days(0)}
		return {
			"customer": self.customer,
			"company": COMPANY,
			"kind": "Receipt",
			"allocations": allocations,
			**money,
		}

	def chased(self, doctype: str, **values: Any) -> None:
		"""Store what another service would: only that it is there counts here."""
		document = frappe.new_doc(doctype)
		document.update({"customer": self.customer, **values})
		document.name = "L2C-LATER"
		document.db_insert()

	def test_one_row_is_undone_by_itself_and_twice_changes_nothing(self) -> None:
		run = self.adopted()
		first, second = self.rows(run)
		with self.as_user(factories.accounts_manager()):
			api.undo_row(second.name)
			api.undo_row(second.name)
		run.reload()
		self.assertEqual((run.state, run.done_rows, run.undone_rows), ("Done", 1, 1))
		states = [(row.status, row.undone_by) for row in self.rows(run)]
		self.assertEqual(states, [("Done", None), ("Undone", factories.accounts_manager())])
		self.assertEqual(frappe.db.get_value("Sales Contract", first.contract, "docstatus"), 1)
		self.undone(run)
		self.queued.reset_mock()
		api.undo_run(run.name)
		self.queued.assert_not_called()
		self.assertEqual([row.status for row in self.rows(run)], ["Undone", "Undone"])

	def test_a_killed_undo_goes_on_where_it_stood(self) -> None:
		run = self.adopted()
		adoption_runs.undo(run.name)
		self.assertTrue(adoption_run_work.step(run.name))
		with self.assertRaises(RunInProgress):
			adoption_runs.prepare(COMPANY, self.lines)
		frappe.db.set_value("Adoption Run", run.name, "heartbeat_on", "2020-01-01 00:00:00")
		self.assertIn(run.name, adoption_runs.stalled())
		adoption_runs.stop(run.name)
		adoption_runs.resume(run.name)
		run = self.work(run.name)
		self.assertEqual((run.state, run.undone_rows, run.done_rows), ("Undone", 2, 0))
		with self.assertRaises(AdoptionRunState):
			adoption_runs.resume(run.name)

	def test_a_kill_in_the_middle_of_a_contract_leaves_it_whole(self) -> None:
		run = self.adopted()
		made = [row.contract for row in self.rows(run)]
		adoption_runs.undo(run.name)
		frappe.db.savepoint("l2c_alive")
		with patch("frappe.model.document.Document.cancel", side_effect=KeyboardInterrupt):
			with self.assertRaises(KeyboardInterrupt):
				adoption_run_work.step(run.name)
		frappe.db.rollback(save_point="l2c_alive")  # what the database does with a process that died
		frappe.local.l2c_dirty = None
		frappe.set_user("Administrator")
		self.assertEqual(frappe.db.get_value(ORDER, self.orders[0].name, "l2c_contract"), made[0])
		self.assertEqual(receivables.figures(made[0], "billed", "collected"), (300, 500))
		self.assertEqual(self.work(run.name).undone_rows, 2)
		self.assertEqual(self.audited(), (0, 0, [], []))

	def test_only_adopters_undo_and_only_what_is_over(self) -> None:
		name = adoption_runs.prepare(COMPANY, self.lines)
		run = self.work(name)
		for step in (
			lambda: adoption_runs.undo(name),
			lambda: adoption_runs.undo_row(self.rows(run)[0].name),
		):
			with self.assertRaises(AdoptionRunState):
				step()
		adoption_runs.approve(name)
		adoption_run_work.step(name)
		with self.assertRaises(AdoptionRunState):
			adoption_runs.undo(name)
		run = self.work(name)
		row = self.rows(run)[0].name
		for user in (factories.sales_user(), factories.accounts_user()):
			with self.as_user(user):
				for step in (lambda: api.undo_run(name), lambda: api.undo_row(row)):
					with self.assertRaises(ApproverNeeded):
						step()
		with self.as_user(factories.accounts_manager()):
			api.undo_run(name)
		self.assertEqual(self.work(name).undone_by, factories.accounts_manager())

	def test_a_row_without_its_state_at_adoption_is_kept(self) -> None:
		run = self.adopted()
		frappe.db.set_value("Adoption Run Row", {"run": run.name}, "state_at_adoption", None)
		run = self.undone(run)
		self.assertEqual((run.undone_rows, run.kept_rows), (0, 2))

	def test_a_contract_that_was_cancelled_by_hand_only_lets_go(self) -> None:
		run = self.adopted([self.lines[1]])
		row = self.rows(run)[0]
		order = frappe.get_doc(ORDER, self.orders[1].name)
		order.cancel()
		frappe.get_doc("Sales Contract", row.contract).cancel()
		adoption_runs.undo_row(row.name)
		self.assertEqual(self.rows(run)[0].status, "Undone")
		self.assertFalse(frappe.db.get_value(ORDER, order.name, "l2c_contract"))
		self.assertEqual(adoption.preview(adoption.case_of("A", [self.lines[0]])).error, "")
