"""Native documents are cancelled, amended, changed and made by accounts: the contract follows and never blocks."""

from typing import Any

import frappe
from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice
from frappe.utils import flt

from l2c_app.services import activation, billing, contract_changes, contract_revisions
from l2c_app.services.errors import (
	ContractStateError,
	LiveOrderExists,
	NoLiveOrder,
	PlanNotInStep,
	ReceivableAccountError,
	RevisionRefused,
	RowNotBillable,
)
from l2c_app.tests import contracts, factories
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.contracts import line, plan_row

HALVES = [plan_row(percent=50), plan_row(percent=50)]


def halves(**values: Any) -> Any:
	return contracts.active(plan_rows=[dict(row) for row in HALVES], **values)


def links(contract: Any) -> list[tuple[str, float, str]]:
	return [(link.row_id, link.amount, link.origin) for link in contracts.fresh(contract).plan_billing]


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


class TestNativeDocuments(L2CTestCase):
	def test_an_invoice_made_by_accounts_bills_the_oldest_rows(self) -> None:
		rows = [plan_row(percent=60, fixed_date=contracts.in_days(9)), plan_row(percent=40)]
		contract = contracts.active(plan_rows=rows)
		invoice = make_sales_invoice(contract.sales_order)
		invoice.items[0].update({"rate": 500, "price_list_rate": 500})
		invoice.insert()
		self.assertEqual(invoice.l2c_contract, contract.name)
		self.assertEqual(links(contract), [])
		invoice.submit()
		self.assertEqual(links(contract), [("R2", 400, "Native"), ("R1", 100, "Native")])
		billing.bill_row(contract.name, "R1", submit=True)
		self.assertEqual([i.grand_total for i in contracts.invoices(contract)], [500, 500])

	def test_cancelling_an_invoice_frees_its_rows(self) -> None:
		contract = halves()
		name = billing.bill_row(contract.name, "R1", submit=True)
		self.assertEqual(contracts.fresh(contract).money_status, "Partly Billed")
		frappe.get_doc("Sales Invoice", name).cancel()
		contract = contracts.fresh(contract)
		self.assertEqual((links(contract), contract.billed, contract.money_status), ([], 0, "Unbilled"))
		billing.bill_row(contract.name, "R1", submit=True)

	def test_a_draft_that_accounts_changed_is_placed_again(self) -> None:
		contract = halves()
		name = billing.bill_row(contract.name, "R1", submit=False)
		invoice = frappe.get_doc("Sales Invoice", name)
		invoice.items[0].update({"rate": 400, "price_list_rate": 400})
		invoice.set("payment_schedule", [])
		invoice.save()
		invoice.submit()
		self.assertEqual(links(contract), [("R1", 400, "Plan")])
		billing.bill_row(contract.name, "R1", submit=True)
		billing.bill_row(contract.name, "R2", submit=True)
		self.assertEqual([i.grand_total for i in contracts.invoices(contract)], [400, 100, 500])

	def test_an_order_is_cancelled_under_the_contract(self) -> None:
		contract = halves()
		frappe.get_doc("Sales Order", contract.sales_order).cancel()
		contract = contracts.fresh(contract)
		self.assertEqual((contract.sales_order, contract.status), ("", "Active"))
		with self.assertRaises(NoLiveOrder):
			billing.bill_row(contract.name, "R1")
		activation.make_order(contract.name)
		contract = contracts.fresh(contract)
		self.assertTrue(contract.sales_order)
		billing.bill_row(contract.name, "R1", submit=True)

	def test_an_amended_order_takes_its_predecessors_place(self) -> None:
		for by_desk in (True, False):  # the desk copies our link when it amends, a program may not
			with self.subTest(by_desk=by_desk):
				contract = halves()
				order = frappe.get_doc("Sales Order", contract.sales_order)
				order.cancel()
				amended = frappe.copy_doc(order, ignore_no_copy=by_desk)
				amended.amended_from, amended.docstatus = order.name, 0
				amended.delivery_date = order.delivery_date
				amended.insert().submit()
				contract = contracts.fresh(contract)
				self.assertEqual(contract.sales_order, amended.name)
				self.assertEqual(
					frappe.db.get_value("Sales Order", amended.name, "l2c_contract"), contract.name
				)
				billing.bill_row(contract.name, "R1", submit=True)
				self.assertEqual(contracts.fresh(contract).billed, 500)

	def test_a_copied_order_does_not_join_the_contract(self) -> None:
		contract = halves()
		order = frappe.get_doc("Sales Order", contract.sales_order)
		for with_link in (False, True):  # a program may copy even what must not be copied
			copied = frappe.copy_doc(order, ignore_no_copy=with_link)
			copied.docstatus, copied.delivery_date = 0, order.delivery_date
			copied.insert().submit()
			self.assertFalse(frappe.db.get_value("Sales Order", copied.name, "l2c_contract"))
		self.assertEqual(contracts.fresh(contract).sales_order, order.name)

	def test_returns_are_forgiven_or_billed_again(self) -> None:
		from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return

		for again, left in ((0, 0), (1, 200)):
			with self.subTest(again=again):
				contract = halves()
				name = billing.bill_row(contract.name, "R1", submit=True)
				credit = make_sales_return(name)
				credit.update_billed_amount_in_sales_order = again
				credit.items[0].update({"rate": 200, "price_list_rate": 200})
				credit.insert().submit()
				contract = contracts.fresh(contract)
				row = contract.plan_rows[0]
				self.assertEqual((row.billed, row.credited), (500 - left, 200 - left))
				self.assertEqual(contract.billed, 300)
				if not again:
					with self.assertRaises(RowNotBillable):
						billing.bill_row(contract.name, "R1")
					continue
				billing.bill_row(contract.name, "R1", submit=True)
				billing.bill_row(contract.name, "R2", submit=True)
				made = contracts.invoices(contract)
				self.assertEqual(flt(sum(i.grand_total for i in made), 2), 1000)

	@bench_only("deliveries")
	def test_rows_wait_for_the_delivery(self) -> None:
		from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note

		contract = contracts.active(
			plan_rows=[plan_row(percent=100, due_basis="Delivery", offset_days=30)], items=[line(100, qty=4)]
		)
		self.assertIsNone(contract.plan_rows[0].due_date)
		self.assertEqual(billing.bill_due_rows(contract=contract.name), [])
		for quantity, due in ((1, None), (3, contracts.in_days(30))):
			note = make_delivery_note(contract.sales_order)
			note.items[0].qty = quantity
			note.insert().submit()
			day = contracts.fresh(contract).plan_rows[0].due_date
			self.assertEqual(str(day) if day else None, due)
		note.cancel()
		self.assertIsNone(contracts.fresh(contract).plan_rows[0].due_date)

	def test_a_row_after_its_invoice(self) -> None:
		contract = contracts.active(plan_rows=[plan_row(percent=100, due_basis="Invoice", offset_days=14)])
		name = billing.bill_row(contract.name, "R1", submit=True)
		invoice = frappe.get_doc("Sales Invoice", name)
		self.assertEqual(str(invoice.due_date), contracts.in_days(14))
		self.assertEqual(str(contracts.fresh(contract).plan_rows[0].due_date), contracts.in_days(14))

	@bench_only("cancel all")
	def test_cancel_all_never_takes_the_contract(self) -> None:
		from frappe.desk.form.linked_with import get_submitted_linked_docs

		contract = halves()
		billing.bill_row(contract.name, "R1", submit=True)
		found = get_submitted_linked_docs("Sales Order", contract.sales_order)
		self.assertEqual({doc["doctype"] for doc in found["docs"]}, {"Sales Invoice"})

	def test_an_invoice_that_vanished_leaves_a_billable_row(self) -> None:
		contract = halves()
		name = billing.bill_row(contract.name, "R1", submit=False)
		frappe.db.delete("Sales Invoice Item", {"parent": name})
		frappe.db.delete("Sales Invoice", {"name": name})
		billing.bill_row(contract.name, "R2", submit=True)
		billing.bill_row(contract.name, "R1", submit=True)
		self.assertEqual(contracts.fresh(contract).billed, 1000)


class TestChanges(L2CTestCase):
	def test_a_contract_with_a_live_order_is_not_cancelled(self) -> None:
		contract = halves()
		with self.assertRaises(LiveOrderExists):
			contract.cancel()
		frappe.get_doc("Sales Order", contract.sales_order).cancel()
		contracts.fresh(contract).cancel()
		self.assertEqual(contracts.fresh(contract).status, "Cancelled")

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
