"""Plan rows released by a sign-off, a delivery, a task or a project; retention with its release date."""

from typing import Any

import frappe
from frappe.utils import getdate, nowdate

from l2c_app.services.billing import billing, due_rows
from l2c_app.services.contract import milestone_steps
from l2c_app.services.errors import MilestoneRefused, PlanDueError
from l2c_app.services.ledger import audit
from l2c_app.tests import contracts, factories, receivables
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.contracts import line, plan_row

TODAY = getdate(nowdate())


def milestone(amount: float, kind: str, name: str = "", **values: Any) -> dict[str, Any]:
	return plan_row(amount, due_basis="Milestone", milestone_type=kind, milestone=name, **values)


class TestMilestones(L2CTestCase):
	def row(self, contract: Any, row_id: str = "R1") -> Any:
		return next(row for row in contracts.fresh(contract).plan_rows if row.row_id == row_id)

	def test_a_row_waits_for_its_sign_off(self) -> None:
		contract = contracts.active(plan_rows=[milestone(400, "Sign-off", offset_days=10), plan_row(600)])
		self.assertIsNone(self.row(contract).due_date)
		self.assertEqual([row.row_id for row in due_rows.find(contract=contract.name, today=TODAY)], ["R2"])
		with self.assertRaises(MilestoneRefused):
			billing.bill_row(contract.name, "R1")
		milestone_steps.release(contract.name, "R1", note="accepted by Ada")
		row = self.row(contract)
		self.assertEqual(
			(row.released_on, row.released_by, row.release_note), (TODAY, "Administrator", "accepted by Ada")
		)
		self.assertEqual(row.due_date, getdate(contracts.in_days(10)))
		billing.bill_row(contract.name, "R1", submit=True)
		self.assertEqual(receivables.figures(contract.name, "billed", "due_amount"), (400, 600))

	def test_a_sign_off_is_taken_back_until_its_row_is_billed(self) -> None:
		contract = contracts.active(plan_rows=[milestone(400, "Sign-off"), plan_row(600)])
		milestone_steps.release(contract.name, "R1", note="accepted")
		with self.assertRaises(MilestoneRefused):
			milestone_steps.release(contract.name, "R1", note="again")
		milestone_steps.take_back(contract.name, "R1", note="not complete")
		self.assertEqual((self.row(contract).due_date, self.row(contract).released_on), (None, None))
		milestone_steps.release(contract.name, "R1", note="now it is")
		billing.bill_row(contract.name, "R1", submit=True)
		with self.assertRaises(MilestoneRefused):
			milestone_steps.take_back(contract.name, "R1", note="too late")

	def test_who_may_sign_off_and_what_is_refused(self) -> None:
		contract = contracts.active(plan_rows=[milestone(400, "Sign-off"), plan_row(600)])
		with self.as_user(factories.accounts_user()), self.assertRaises(frappe.PermissionError):
			milestone_steps.release(contract.name, "R1", note="no")
		for row_id, note, day in (("R2", "x", None), ("R1", " ", None), ("R1", "x", contracts.in_days(1))):
			with self.subTest(row_id=row_id, note=note), self.assertRaises(MilestoneRefused):
				milestone_steps.release(contract.name, row_id, note=note, released_on=day)
		with self.as_user(factories.accounts_manager()):
			milestone_steps.release(contract.name, "R1", note="yes")

	def test_a_milestone_must_be_there(self) -> None:
		for row in (milestone(999, ""), milestone(999, "Sign-off", billing="Advance", retention=1)):
			with self.subTest(row=row), self.assertRaises(PlanDueError):
				contracts.draft(plan_rows=[row, plan_row(1)])

	def test_a_retention_is_billed_with_its_row_and_due_at_its_release(self) -> None:
		kept = {"billing": "With Row", "with_row": "R1", "retention": 1}
		rows = [plan_row(900), milestone(100, "Sign-off", fixed_date=contracts.in_days(365), **kept)]
		contract = contracts.active(plan_rows=rows)
		invoice = frappe.get_doc("Sales Invoice", billing.bill_row(contract.name, "R1", submit=True))
		due = [(getdate(part.due_date), part.payment_amount) for part in invoice.payment_schedule]
		self.assertEqual(due, [(TODAY, 900), (getdate(contracts.in_days(365)), 100)])
		receivables.receipt(contract.customer, 900, against=[("Sales Invoice", invoice.name, 900)])
		# 1,000 billed and 900 paid: the 100 kept back are open but not due, until they are released.
		self.assertEqual(
			receivables.figures(contract.name, "open_amount", "due_amount", "overdue_amount"), (100, 0, 0)
		)
		milestone_steps.release(contract.name, "R2", note="warranty ended early")
		self.assertEqual(receivables.figures(contract.name, "open_amount", "due_amount"), (100, 100))
		self.assertEqual(receivables.broken(contract.name), [])

	@bench_only("deliveries")
	def test_the_first_delivery_releases_and_its_cancellation_takes_back(self) -> None:
		from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note

		contract = contracts.active(
			plan_rows=[milestone(250, "Delivery Note"), plan_row(150)], items=[line(100, qty=4)]
		)
		note = make_delivery_note(contract.sales_order)
		note.items[0].qty = 1
		note.insert().submit()
		self.assertEqual(self.row(contract).due_date, TODAY)
		note.cancel()
		self.assertIsNone(self.row(contract).due_date)
		second = make_delivery_note(contract.sales_order)
		second.insert().submit()
		billing.bill_row(contract.name, "R1", submit=True)
		second.reload()
		second.cancel()
		row = self.row(contract)
		self.assertEqual((row.due_date, row.taken_back_on), (TODAY, TODAY))

	@bench_only("projects")
	def test_a_task_and_its_project_release_and_take_back(self) -> None:
		project = factories.make("Project", project_name="L2C Roll-out", company=factories.COMPANY).name
		task = factories.make("Task", subject="Install", project=project)
		rows = [milestone(300, "Task", task.name), milestone(700, "Project")]
		contract = contracts.active(plan_rows=rows, project=project)
		for status, due in (("Completed", TODAY), ("Open", None), ("Completed", TODAY)):
			task.reload()
			task.update({"status": status, "completed_on": nowdate() if due else None})
			task.save()
			with self.subTest(status=status):
				self.assertEqual(self.row(contract, "R1").due_date, due)
				self.assertEqual(self.row(contract, "R2").due_date, due)

	@bench_only("projects")
	def test_what_happened_without_an_event_is_found_at_night(self) -> None:
		project = factories.make("Project", project_name="L2C Quiet", company=factories.COMPANY).name
		contract = contracts.active(plan_rows=[milestone(1000, "Project", project)])
		frappe.db.set_value("Project", project, "status", "Completed")
		report = audit.run()
		self.assertIn(contract.name, [found["contract"] for found in report["relinked"]])
		self.assertEqual(self.row(contract).due_date, TODAY)

	@bench_only("renaming")
	def test_a_renamed_project_is_followed(self) -> None:
		project = factories.make("Project", project_name="L2C Old Name", company=factories.COMPANY).name
		contract = contracts.active(plan_rows=[milestone(1000, "Project", project)])
		frappe.rename_doc("Project", project, f"{project}-X", force=True)
		self.assertEqual(self.row(contract).milestone, f"{project}-X")
