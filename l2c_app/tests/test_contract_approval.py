"""The shipped approval of contracts: there but off; switched on, sales send and a manager approves."""

from typing import Any

import frappe

from l2c_app.services.errors import ApproverNeeded
from l2c_app.setup import approval
from l2c_app.tests import contracts, factories
from l2c_app.tests.base import L2CTestCase, bench_only


@bench_only("workflows")
class TestContractApproval(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.addCleanup(self.switch_off)
		approval.create()
		# a price that another test committed would be a discount here
		frappe.db.delete("Item Price", {"item_code": factories.SERVICE_ITEM})
		self.rep = factories.sales_user("approval.rep")
		self.manager = factories.sales_manager("approval.manager")
		frappe.db.commit()

	def switch_on(self) -> None:
		workflow = frappe.get_doc("Workflow", approval.WORKFLOW)
		workflow.is_active = 1
		workflow.save()
		frappe.clear_cache(doctype=approval.DOCTYPE)

	def switch_off(self) -> None:
		"""As installed: the column's definition goes, since the host committed it."""
		frappe.set_user("Administrator")
		frappe.db.rollback()
		frappe.db.set_value("Workflow", approval.WORKFLOW, "is_active", 0)
		fields = frappe.get_all(
			"Custom Field", filters={"dt": approval.DOCTYPE, "fieldname": approval.FIELD}, pluck="name"
		)
		for name in fields:
			frappe.delete_doc("Custom Field", name, force=True)
		frappe.db.commit()
		frappe.clear_cache(doctype=approval.DOCTYPE)

	def draft(self, rate: float = 1000, **values: Any) -> Any:
		with self.as_user(self.rep):
			return contracts.draft(contract_owner=self.rep, items=[contracts.line(rate)], **values)

	def act(self, contract: Any, action: str, user: str) -> Any:
		from frappe.model.workflow import apply_workflow

		with self.as_user(user):
			apply_workflow(frappe.get_doc("Sales Contract", contract.name), action)
		return contracts.fresh(contract)

	def refused(self, contract: Any, action: str, user: str) -> None:
		from frappe.model.workflow import WorkflowTransitionError

		with self.assertRaises(WorkflowTransitionError):
			self.act(contract, action, user)

	def test_installed_it_is_off_and_contracts_have_no_column_for_it(self) -> None:
		workflow = frappe.get_doc("Workflow", approval.WORKFLOW)
		self.assertEqual((workflow.is_active, workflow.document_type), (0, "Sales Contract"))
		self.assertEqual([row.state for row in workflow.states], list(approval.STYLES))
		self.assertFalse(frappe.get_meta("Sales Contract").has_field(approval.FIELD))
		contract = self.draft()
		contract.submit()
		self.assertEqual(contracts.fresh(contract).status, "Approved")

	def test_sales_send_a_manager_approves(self) -> None:
		self.switch_on()
		contract = self.draft()
		self.assertEqual(contract.status, "Draft")
		self.refused(contract, approval.APPROVE, self.rep)
		contract = self.act(contract, approval.SEND, self.rep)
		self.assertEqual((contract.status, contract.docstatus), ("Pending Approval", 0))
		self.refused(contract, approval.APPROVE, self.rep)
		contract = self.act(contract, approval.APPROVE, self.manager)
		self.assertEqual((contract.status, contract.docstatus), ("Approved", 1))
		self.assertTrue(contract.customer)

	def test_a_rejected_contract_is_a_draft_again(self) -> None:
		self.switch_on()
		contract = self.act(self.draft(), approval.SEND, self.rep)
		contract = self.act(contract, approval.REJECT, self.manager)
		self.assertEqual((contract.status, contract.docstatus), ("Draft", 0))

	def test_large_amounts_and_discounts_need_somebody_higher(self) -> None:
		self.switch_on()
		chief = factories.user("approval.chief", "System Manager", "Sales Manager")
		large = self.act(self.draft(1_000_001), approval.SEND, self.rep)
		# 250 off 1,000 is 25 percent, above the 20 that a manager may give.
		cheap = self.act(self.draft(discount_amount=250), approval.SEND, self.rep)
		for contract in (large, cheap):
			self.refused(contract, approval.APPROVE, self.manager)
			self.assertEqual(self.act(contract, approval.APPROVE, chief).status, "Approved")
		small = self.act(self.draft(discount_amount=200), approval.SEND, self.rep)
		self.assertEqual(self.act(small, approval.APPROVE, self.manager).status, "Approved")

	def test_limits_of_the_settings_decide_and_say_why(self) -> None:
		self.switch_on()
		chief = factories.user("approval.chief", "System Manager", "Sales Manager")
		item = frappe.get_doc("Item", factories.SERVICE_ITEM)
		limits = {"approval_amount": 500, "approval_discount": 0, "approval_margin": 15}
		with self.settings("L2C Settings", **limits):
			frappe.db.set_value("Item", item.name, "last_purchase_rate", 360)
			# 400 at a cost of 360 leaves 10 percent; 450 leaves 20.
			thin = self.act(self.draft(400), approval.SEND, self.rep)
			self.assertEqual(thin.approval_reasons, "The margin is below 15 percent.")
			self.assertNotIn("10", thin.approval_reasons)
			self.refused(thin, approval.APPROVE, self.manager)
			self.assertEqual(self.act(thin, approval.APPROVE, chief).status, "Approved")
			good = self.act(self.draft(450, discount_amount=10), approval.SEND, self.rep)
			self.assertEqual((good.needs_higher_approval, good.approval_reasons), (0, ""))
			self.assertEqual(self.act(good, approval.APPROVE, self.manager).status, "Approved")
			own = self.draft(600, clauses=[{"title": "Secrecy", "text": "<p>…</p>"}])
			total, clauses = own.approval_reasons.split("\n")
			self.assertEqual(clauses, "Clauses are not standard.")
			self.assertTrue("600.00 is above" in total and "500.00" in total, total)

	def test_no_call_submits_past_the_workflow(self) -> None:
		self.switch_on()
		contract = self.draft()
		for _state in ("Draft", "Pending Approval"):
			with self.as_user(self.rep), self.assertRaises(frappe.PermissionError):
				frappe.get_doc("Sales Contract", contract.name).submit()
			if contract.status == "Draft":
				with self.as_user(self.manager), self.assertRaises(ApproverNeeded):
					frappe.get_doc("Sales Contract", contract.name).submit()
				contract = self.act(contract, approval.SEND, self.rep)
		large = self.act(self.draft(), approval.SEND, self.rep)
		with self.as_user(self.manager), self.assertRaises(ApproverNeeded) as refused:
			document = frappe.get_doc("Sales Contract", large.name)
			document.items[0].rate = 2_000_000
			document.submit()  # made large in the same call
		self.assertIn("2,000,000.00 is above", str(refused.exception))
		with self.as_user(self.manager):
			frappe.get_doc("Sales Contract", contract.name).submit()
		self.assertEqual(contracts.fresh(contract).status, "Approved")

	def test_nobody_approves_his_own_contract(self) -> None:
		self.switch_on()
		with self.as_user(self.manager):
			contract = contracts.draft(contract_owner=self.manager)
		contract = self.act(
			contract, approval.SEND, factories.user("approval.both", "Sales User", "Sales Manager")
		)
		from frappe.exceptions import ValidationError

		with self.assertRaises(ValidationError):
			self.act(contract, approval.APPROVE, self.manager)

	def test_deleted_by_an_admin_it_does_not_come_back_and_removal_leaves_nothing(self) -> None:
		self.switch_on()
		made = frappe.parse_json(frappe.db.get_single_value("L2C Settings", approval.MADE))
		frappe.db.savepoint("l2c_approval")
		frappe.delete_doc("Workflow", approval.WORKFLOW, force=True)
		approval.create()
		self.assertFalse(frappe.db.exists("Workflow", approval.WORKFLOW))
		frappe.db.rollback(save_point="l2c_approval")
		approval.delete()
		left = [name for doctype, name in made if frappe.db.exists(doctype, name)]
		self.assertEqual(left, [])
		self.assertFalse(
			frappe.db.exists("Custom Field", {"dt": "Sales Contract", "fieldname": approval.FIELD})
		)
		approval.create()
		self.assertTrue(frappe.db.exists("Workflow", approval.WORKFLOW))
