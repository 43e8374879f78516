"""The steps of a contract: signed, activated, revised, terminated, cancelled, and who may take them."""

from typing import Any

import frappe
from frappe.utils import add_to_date, flt, now_datetime

from l2c_app.patches.v1_0 import cancelled_contracts
from l2c_app.services.billing import billing
from l2c_app.services.contract import activation, contract_changes, contract_revisions
from l2c_app.services.errors import (
	ApproverNeeded,
	ContractStateError,
	LiveOrderExists,
	PlanNotInStep,
	ReceivableAccountError,
	RevisionRefused,
)
from l2c_app.services.follow_up import follow_up_party, follow_ups
from l2c_app.services.ledger import recompute
from l2c_app.services.pool import overdue_cash
from l2c_app.tests import contracts, factories, receivables
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.contracts import plan_row

HALVES = [plan_row(percent=50), plan_row(percent=50)]


def halves(**values: Any) -> Any:
	return contracts.active(plan_rows=[dict(row) for row in HALVES], **values)


class TestActivation(L2CTestCase):
	def test_states_follow_the_steps(self) -> None:
		contract = contracts.draft()
		states = [contract.status]
		with self.assertRaises(ContractStateError):
			activation.sign(contract.name)
		contract.submit()
		states.append(contracts.fresh(contract).status)
		with self.assertRaises(ContractStateError):
			activation.activate(contract.name)
		with self.assertRaises(ContractStateError):
			activation.sign(contract.name, signed_on=contracts.in_days(2))
		activation.sign(contract.name)
		states.append(contracts.fresh(contract).status)
		activation.activate(contract.name)
		states.append(contracts.fresh(contract).status)
		self.assertEqual(states, ["Draft", "Approved", "Signed", "Active"])
		with self.assertRaises(ContractStateError):
			activation.activate(contract.name)
		with self.assertRaises(LiveOrderExists):
			activation.make_order(contract.name)

	def test_a_lead_becomes_a_customer_at_approval(self) -> None:
		lead = factories.lead("Approval 公司")
		contract = contracts.active(lead=lead.name, customer=None)
		customer = frappe.get_doc("Customer", contract.customer)
		self.assertEqual((customer.lead_name, customer.customer_name), (lead.name, "Approval 公司"))
		again = contracts.draft(insert=False, lead=lead.name)
		again.customer = None
		again.insert().submit()
		self.assertEqual(again.customer, customer.name)

	def test_of_two_customers_made_from_a_lead_the_first_is_meant(self) -> None:
		lead = factories.lead("Twice a Customer")
		first, _second = (factories.customer(f"Lead's Customer {n}", lead_name=lead.name) for n in (1, 2))
		self.assertEqual(activation.customer_of_lead(lead.name), first)
		self.assertEqual(follow_up_party.customer_of(lead.name), first)

	def test_a_lead_without_any_contact_is_enough(self) -> None:
		lead = factories.make("Lead", first_name="Nobody", status="Lead")
		contract = contracts.draft(lead=lead.name)
		self.assertEqual(activation.ensure_customer(contract.name), activation.ensure_customer(contract.name))

	def test_the_account_is_in_the_contracts_currency(self) -> None:
		contract = contracts.active(currency="EUR", conversion_rate=0)
		self.assertEqual(contract.receivable_account, factories.receivable_account("EUR"))
		self.assertEqual(contract.conversion_rate, 1.1)
		dollar = factories.receivable_account("USD")
		other = contracts.draft(currency="EUR", receivable_account=dollar)
		other.submit()
		activation.sign(other.name)
		with self.assertRaises(ReceivableAccountError):
			activation.activate(other.name)

	def test_a_customer_booked_in_another_currency_is_refused_before_the_order(self) -> None:
		customer = factories.customer("L2C Dollar Customer")
		factories.sales_invoice(customer)
		contract = contracts.draft(customer, currency="EUR", conversion_rate=0)
		contract.submit()
		activation.sign(contract.name)
		with self.assertRaises(ReceivableAccountError) as refused:
			activation.activate(contract.name)
		self.assertIn("USD", str(refused.exception))

	def test_a_frozen_account_is_refused(self) -> None:
		contract = contracts.draft()
		contract.submit()
		activation.sign(contract.name)
		frappe.db.set_value("Account", factories.receivable_account(), "freeze_account", "Yes")
		with self.assertRaises(ReceivableAccountError):
			activation.activate(contract.name)

	@bench_only("credit limits")
	def test_a_credit_limit_surfaces_as_the_host_says_it_and_nothing_is_left(self) -> None:
		customer = factories.customer("L2C Poor Customer")
		frappe.get_doc("Customer", customer).append(
			"credit_limits", {"company": factories.COMPANY, "credit_limit": 10}
		).insert()
		contract = contracts.draft(customer)
		contract.submit()
		activation.sign(contract.name)
		frappe.db.savepoint("before_activation")
		with self.as_user(factories.sales_manager()), self.assertRaises(frappe.ValidationError):
			activation.activate(contract.name)
		frappe.db.rollback(save_point="before_activation")
		self.assertFalse(frappe.db.exists("Sales Order", {"l2c_contract": contract.name}))


class TestChanges(L2CTestCase):
	def test_a_contract_with_a_live_order_is_not_cancelled(self) -> None:
		contract = halves()
		with self.assertRaises(LiveOrderExists):
			contract.cancel()
		frappe.get_doc("Sales Order", contract.sales_order).cancel()
		contracts.fresh(contract).cancel()
		self.assertEqual(contracts.fresh(contract).status, "Cancelled")

	def test_of_a_cancelled_contract_nothing_is_open_in_any_sum(self) -> None:
		owner = factories.sales_user("cancelled.owner")
		late = [plan_row(400, fixed_date=contracts.in_days(-3)), plan_row(600)]
		contract = contracts.draft(
			plan_rows=late, transaction_date=contracts.in_days(-5), contract_owner=owner
		)
		contract.submit()
		money = ("open_amount", "due_amount", "overdue_amount", "open_base", "overdue_base")
		self.assertEqual(receivables.figures(contract.name, *money), (1000, 1000, 400, 1000, 400))
		contracts.fresh(contract).cancel()
		self.assertEqual(receivables.figures(contract.name, *money), (0,) * 5)
		rows = receivables.rows(contract.name, *money[:3], "status")
		self.assertEqual(rows, [(0, 0, 0, "Waived")] * 2)
		self.assertEqual(frappe.db.get_value("Sales Contract", contract.name, "money_status"), "Settled")
		self.assertEqual(overdue_cash.of(owner), 0)
		self.assertEqual(receivables.broken(contract.name), [])

	def test_contracts_that_were_cancelled_before_are_read_again(self) -> None:
		contract = contracts.draft()
		contract.submit()
		contracts.fresh(contract).cancel()
		recompute.flush()
		frappe.db.set_value("Sales Contract", contract.name, {"open_amount": 1000, "overdue_amount": 1000})
		cancelled_contracts.execute()
		self.assertEqual(receivables.figures(contract.name, "open_amount", "overdue_amount"), (0, 0))

	def test_terminating_calls_off_what_rules_planned_and_leaves_what_people_planned(self) -> None:
		contract = halves()
		planned = self.plan_three(contract)
		contract_changes.terminate(contract.name, reason="Out of business")
		self.assert_called_off(planned, "The contract was terminated.")

	def test_cancelling_calls_off_the_same_with_their_todos(self) -> None:
		contract = contracts.draft()
		contract.submit()
		planned = self.plan_three(contract)
		contracts.fresh(contract).cancel()
		self.assert_called_off(planned, "The contract was cancelled.")

	def plan_three(self, contract: Any) -> list[Any]:
		"""Plan two follow ups as rules do and one as people do."""
		about = ("Sales Contract", contract.name)
		when = add_to_date(now_datetime(), days=2)
		plan = {"follow_up_type": "Call", "planned_for": when, "note": "ask how it went"}
		return [
			follow_ups.plan(*about, **plan, visit_after="Completed"),
			follow_ups.plan(*about, **plan, occasion="Contract end"),
			follow_ups.plan(*about, **plan),
		]

	def assert_called_off(self, planned: list[Any], reason: str) -> None:
		"""Hold that what rules planned is called off for a reason, with its ToDo, and what people planned is not."""
		fields = ["status", "close_reason"]
		found = [frappe.db.get_value("Follow Up", each.name, fields) for each in planned]
		gone = ("Cancelled", reason)
		self.assertEqual(found, [gone, gone, ("Planned", None)])
		todos = [frappe.db.get_value("ToDo", {"reference_name": each.name}, "status") for each in planned]
		self.assertEqual(todos, ["Cancelled", "Cancelled", "Open"])

	def test_terminating_waives_what_is_not_billed_and_closes_the_order(self) -> None:
		contract = halves()
		billing.bill_row(contract.name, "R1", submit=True)
		with self.assertRaises(ContractStateError):
			contract_changes.terminate(contract.name, reason="  ")
		contract_changes.terminate(contract.name, reason="Out of business")
		contract = contracts.fresh(contract)
		self.assertEqual([row.waived for row in contract.plan_rows], [0, 500])
		self.assertEqual((contract.status, contract.open_amount), ("Terminated", 500))
		self.assertEqual(frappe.db.get_value("Sales Order", contract.sales_order, "status"), "Closed")
		with self.assertRaises(ContractStateError):
			billing.bill_row(contract.name, "R2")

	def test_a_revision_changes_the_order_and_only_rows_without_money(self) -> None:
		contract = halves()
		billing.bill_row(contract.name, "R1", submit=True)
		ordered = contract.items[0]
		item = {
			"item_code": ordered.item_code,
			"qty": 1,
			"rate": 1200,
			"sales_order_item": ordered.sales_order_item,
		}
		revision = contract_revisions.revise(contract.name, reason="More work", items=[item])
		self.assertEqual((revision.revision, revision.total_before, revision.total_after), (1, 1000, 1200))
		contract = contracts.fresh(contract)
		self.assertEqual([(row.row_id, row.amount) for row in contract.plan_rows], [("R1", 500), ("R2", 700)])
		self.assertEqual(frappe.db.get_value("Sales Order", contract.sales_order, "grand_total"), 1200)
		changes = frappe.parse_json(revision.changes)
		self.assertEqual(
			[(c["row_id"], c["field"], flt(c["after"])) for c in changes], [("R2", "amount", 700)]
		)
		billing.bill_row(contract.name, "R2", submit=True)
		self.assertEqual(contracts.fresh(contract).billed, 1200)

	def test_rows_with_an_invoice_stay_as_they_are(self) -> None:
		contract = halves()
		billing.bill_row(contract.name, "R1", submit=True)
		wrong = [plan_row(400, row_id="R1"), plan_row(600, row_id="R2")]
		with self.assertRaises(RevisionRefused):
			contract_revisions.revise(contract.name, reason="x", plan_rows=wrong)

	def test_a_plan_is_cut_again_with_a_new_row(self) -> None:
		contract = halves()
		billing.bill_row(contract.name, "R1", submit=True)
		rows = [
			plan_row(500, row_id="R1"),
			plan_row(200, row_id="R2"),
			plan_row(300, fixed_date=contracts.in_days(90), label="Rest"),
		]
		revision = contract_revisions.revise(contract.name, reason="Paid later", plan_rows=rows)
		contract = contracts.fresh(contract)
		self.assertEqual(
			[(r.row_id, r.amount) for r in contract.plan_rows], [("R1", 500), ("R2", 200), ("R3", 300)]
		)
		self.assertEqual(contract.revision, 1)
		fields = {(c["row_id"], c["field"]) for c in frappe.parse_json(revision.changes)}
		self.assertEqual(fields, {("R2", "amount"), ("R3", "added")})
		self.assertEqual(len(frappe.parse_json(revision.snapshot)["plan_rows"]), 2)

	def test_items_changed_natively_stop_the_billing_until_the_plan_follows(self) -> None:
		from erpnext.controllers.accounts_controller import update_child_qty_rate

		contract = halves()
		ordered = frappe.get_doc("Sales Order", contract.sales_order).items[0]
		values = [{"docname": ordered.name, "item_code": ordered.item_code, "qty": 1, "rate": 900, "idx": 1}]
		update_child_qty_rate("Sales Order", frappe.as_json(values), contract.sales_order)
		with self.assertRaises(PlanNotInStep):
			billing.bill_row(contract.name, "R1")
		contract_revisions.revise(contract.name, reason="Follow the order")
		contract = contracts.fresh(contract)
		self.assertEqual([row.amount for row in contract.plan_rows], [450, 450])
		billing.bill_row(contract.name, "R1", submit=True)

	def test_a_revision_that_changes_nothing_is_refused(self) -> None:
		with self.assertRaises(RevisionRefused):
			contract_revisions.revise(halves().name, reason="x")


class TestWhoMay(L2CTestCase):
	def test_contracts_are_seen_by_their_owner_managers_and_accounts(self) -> None:
		owner, other = factories.sales_user("rep.one"), factories.sales_user("rep.two")
		with self.as_user(owner):
			contract = contracts.draft(contract_owner=owner)
		readers = {
			owner: True,
			other: False,
			factories.sales_manager(): True,
			factories.accounts_user(): True,
		}
		for user, sees in readers.items():
			with self.subTest(user), self.as_user(user):
				self.assertEqual(frappe.has_permission("Sales Contract", "read", doc=contract.name), sees)
				listed = frappe.get_list(
					"Sales Contract", filters={"name": contract.name}, pluck="name", order_by="name"
				)
				self.assertEqual(bool(listed), sees)
		with self.as_user(owner), self.assertRaises(frappe.PermissionError):
			contract.submit()

	def test_the_owner_does_not_sign_or_activate_his_own_contract(self) -> None:
		owner = factories.sales_user("rep.one")
		contract = contracts.draft(contract_owner=owner)
		contract.submit()
		with self.as_user(owner), self.assertRaises(ApproverNeeded):
			activation.sign(contract.name)
		with self.as_user(factories.sales_manager()):
			activation.sign(contract.name)
		with self.as_user(owner), self.assertRaises(ApproverNeeded):
			activation.activate(contract.name)
		self.assertEqual(contracts.fresh(contract).status, "Signed")

	def test_finance_managers_revise_the_plan_and_not_the_lines(self) -> None:
		contract = halves()
		rows = [plan_row(400, row_id="R1"), plan_row(600, row_id="R2")]
		item = {"item_code": contract.items[0].item_code, "qty": 1, "rate": 1000}
		item["sales_order_item"] = contract.items[0].sales_order_item
		with self.as_user(factories.accounts_user()), self.assertRaises(frappe.PermissionError):
			contract_revisions.revise(contract.name, reason="x", plan_rows=rows)
		with self.as_user(factories.accounts_manager()):
			with self.assertRaises(frappe.PermissionError):
				contract_revisions.revise(contract.name, reason="x", items=[item], plan_rows=rows)
			contract_revisions.revise(contract.name, reason="Agreed with the customer", plan_rows=rows)
			with self.assertRaises(frappe.PermissionError):
				contracts.fresh(contract).save()
		self.assertEqual([row.amount for row in contracts.fresh(contract).plan_rows], [400, 600])

	def test_a_stranger_takes_no_step(self) -> None:
		contract = contracts.draft(contract_owner=factories.sales_user("rep.one"))
		contract.submit()
		with self.as_user(factories.sales_user("rep.two")):
			for step in (activation.sign, activation.activate):
				with self.assertRaises(frappe.PermissionError):
					step(contract.name)
			with self.assertRaises(frappe.PermissionError):
				contract_changes.terminate(contract.name, reason="x")
			with self.assertRaises(frappe.PermissionError):
				contract_revisions.revise(contract.name, reason="x")
