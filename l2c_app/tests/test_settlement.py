"""Early ends of contracts: settled to the cent by native drafts; orders that accountants close, hold and open again."""

from typing import Any

import frappe

from l2c_app.api import collection as collection_api
from l2c_app.services.billing import billing, due_rows
from l2c_app.services.contract import activation, contract_changes, order_state, settlement
from l2c_app.services.errors import ContractStateError, DraftInvoiceExists, SettlementOpen
from l2c_app.services.ledger import audit
from l2c_app.tests import contracts, factories, receivables
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.contracts import plan_row


def rows() -> list[dict[str, Any]]:
	return [plan_row(400), plan_row(600)]


def set_state(contract: Any, status: str) -> None:
	frappe.get_doc("Sales Order", contracts.fresh(contract).sales_order).update_status(status)


def _collections_of(contract: str) -> list[str]:
	return [*frappe.get_all("Collection Allocation", filters={"contract": contract}, pluck="parent"), "none"]


class TestOrderState(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.owner = factories.sales_user()
		self.contract = contracts.active(plan_rows=rows(), contract_owner=self.owner)

	def due(self) -> list[str]:
		day = frappe.utils.getdate(frappe.utils.nowdate())
		return [row.row_id for row in due_rows.find(contract=self.contract.name, today=day)]

	def test_a_hold_keeps_rows_from_being_billed_and_is_told(self) -> None:
		set_state(self.contract, "On Hold")
		self.assertEqual((contracts.fresh(self.contract).order_state, self.due()), ("On Hold", []))
		told = {"for_user": self.owner, "document_name": self.contract.name}
		self.assertEqual(frappe.db.count("Notification Log", told), 1)
		set_state(self.contract, "Draft")
		self.assertEqual((contracts.fresh(self.contract).order_state, self.due()), ("", ["R1", "R2"]))
		self.assertEqual(frappe.db.count("Notification Log", told), 2)

	@bench_only("translated texts")
	def test_the_owner_is_told_in_his_language_and_the_note_speaks_that_of_who_did_it(self) -> None:
		frappe.db.set_value("User", self.owner, "language", "zh")
		set_state(self.contract, "On Hold")
		told = {"for_user": self.owner, "subject": ("like", "%恢复之前未结行不开票%")}
		self.assertEqual(frappe.db.count("Notification Log", told), 1)
		note = {"reference_name": self.contract.name, "content": ("like", "%was put on hold by%")}
		self.assertEqual(frappe.db.count("Comment", note), 1)

	def test_a_close_is_waived_once_confirmed_and_comes_back_with_the_order(self) -> None:
		billing.bill_row(self.contract.name, "R1", submit=True)
		with self.assertRaises(ContractStateError):
			order_state.waive_closed(self.contract.name)
		set_state(self.contract, "Closed")
		self.assertEqual((receivables.rows(self.contract.name, "waived"), self.due()), ([0, 0], []))
		order_state.waive_closed(self.contract.name)
		self.assertEqual(receivables.rows(self.contract.name, "waived", "open_amount"), [(0, 400), (600, 0)])
		self.assertEqual(receivables.broken(self.contract.name), [])
		set_state(self.contract, "Draft")
		self.assertEqual(receivables.rows(self.contract.name, "waived", "open_amount"), [(0, 400), (0, 600)])
		billing.bill_row(self.contract.name, "R2", submit=True)
		self.assertEqual(receivables.figures(self.contract.name, "billed")[0], 1000)
		self.assertEqual(audit.run()["drift"], 0)

	def test_only_who_ends_contracts_or_manages_accounts_waives(self) -> None:
		set_state(self.contract, "Closed")
		with self.as_user(factories.accounts_user()), self.assertRaises(frappe.PermissionError):
			order_state.waive_closed(self.contract.name)
		with self.as_user(factories.accounts_manager()):
			order_state.waive_closed(self.contract.name)


class TestSettlement(L2CTestCase):
	def test_what_was_performed_is_billed_and_the_contract_ends_at_it(self) -> None:
		contract = contracts.active(plan_rows=rows())
		invoice = billing.bill_row(contract.name, "R1", submit=True)
		receivables.receipt(contract.customer, 100, against=[("Sales Invoice", invoice, 100)])
		found = settlement.propose(contract.name, performed=650)
		# 400 billed and 100 paid of 650 performed: 250 are to be billed, 550 to be paid.
		self.assertEqual(
			[found[name] for name in ("billed", "to_bill", "to_credit", "to_pay")], [400, 250, 0, 550]
		)
		with self.assertRaises(SettlementOpen):
			contract_changes.terminate(contract.name, reason="sold", performed=650)
		(made,) = settlement.draft(contract.name, performed=650)
		with self.assertRaises(DraftInvoiceExists):
			contract_changes.terminate(contract.name, reason="sold", performed=650)
		frappe.get_doc("Sales Invoice", made["name"]).submit()
		contract_changes.terminate(contract.name, reason="sold", performed=650)
		ended = contracts.fresh(contract)
		self.assertEqual(
			(ended.status, ended.billed, ended.settled_value, ended.order_state),
			("Terminated", 650, 650, "Closed"),
		)
		self.assertEqual(receivables.rows(contract.name, "waived", "open_amount"), [(0, 300), (350, 250)])
		self.assertEqual(receivables.broken(contract.name), [])
		self.assertEqual(audit.run()["drift"], 0)

	@bench_only("credit notes")
	def test_what_was_billed_too_much_is_credited_latest_invoice_first(self) -> None:
		contract = contracts.active(
			plan_rows=rows(), taxes=[contracts.tax(13)], items=[contracts.line(884.96)]
		)
		for row_id in ("R1", "R2"):
			billing.bill_row(contract.name, row_id, submit=True)
		self.assertEqual(contracts.fresh(contract).billed, 1000)
		made = settlement.draft(contract.name, performed=300)
		credits = [frappe.get_doc("Sales Invoice", document["name"]) for document in made]
		# 700 too much: 600 of the second invoice, 100 of the first; all forgiven.
		totals = [
			(note.grand_total, note.is_return, note.update_billed_amount_in_sales_order) for note in credits
		]
		self.assertEqual(totals, [(-600, 1, 0), (-100, 1, 0)])
		for note in credits:
			note.submit()
		contract_changes.terminate(contract.name, reason="withdrawn", performed=300)
		self.assertEqual(receivables.figures(contract.name, "billed", "open_amount"), (300, 300))
		self.assertEqual(receivables.broken(contract.name), [])
		self.assertEqual(audit.run()["drift"], 0)

	@bench_only("credit notes and their payments on the host's ledgers")
	def test_what_was_paid_too_much_is_reported_as_a_refund_and_given_back(self) -> None:
		contract = contracts.active(plan_rows=[plan_row(600), plan_row(400)])
		invoice = billing.bill_row(contract.name, "R1", submit=True)
		receivables.receipt(contract.customer, 600, against=[("Sales Invoice", invoice, 600)])
		(made,) = settlement.draft(contract.name, performed=450)
		frappe.get_doc("Sales Invoice", made["name"]).submit()
		with self.as_user(factories.sales_manager()):
			contract_changes.terminate(contract.name, reason="withdrawn", performed=450)
		# 600 came and 450 were performed: 150 go back, by accounts.
		(refund,) = self.refunds(contract.name)
		self.assertEqual(
			(refund.status, refund.amount, refund.customer), ("Reported", 150, contract.customer)
		)
		with self.as_user(factories.accounts_user()):
			confirmed = collection_api.confirm(refund.name, paid_to=factories.bank_account())
		payment = frappe.get_doc("Payment Entry", confirmed["voucher_no"])
		self.assertEqual((payment.payment_type, payment.references[0].reference_name), ("Pay", made["name"]))
		self.assertEqual(receivables.figures(contract.name, "refunded", "collected"), (150, 450))
		self.assertEqual(receivables.broken(contract.name), [])

	@bench_only("credit notes")
	def test_a_fee_and_a_refund_reported_before_lower_what_goes_back(self) -> None:
		contract = contracts.active(plan_rows=[plan_row(600), plan_row(400)])
		invoice = billing.bill_row(contract.name, "R1", submit=True)
		receivables.receipt(contract.customer, 600, against=[("Sales Invoice", invoice, 600)])
		before = {"kind": "Refund", "amount": 30, "received_on": frappe.utils.nowdate()}
		collection_api.report(before, [{"contract": contract.name, "amount": 30}])
		for made in settlement.draft(contract.name, performed=450, fee=50, fee_item=factories.SERVICE_ITEM):
			frappe.get_doc("Sales Invoice", made["name"]).submit()
		contract_changes.terminate(contract.name, reason="withdrawn", performed=450, fee=50)
		# 600 − 450 − 50 = 100, of which 30 were asked for already.
		self.assertEqual(sorted(refund.amount for refund in self.refunds(contract.name)), [30, 70])

	def test_nothing_goes_back_where_less_was_paid_than_performed(self) -> None:
		contract = contracts.active(plan_rows=rows())
		billing.bill_row(contract.name, "R1", submit=True)
		contract_changes.terminate(contract.name, reason="sold", performed=400)
		self.assertEqual(self.refunds(contract.name), [])

	def refunds(self, contract: str) -> list[Any]:
		filters = {"kind": "Refund", "name": ("in", _collections_of(contract))}
		return frappe.get_all("Collection", filters=filters, fields=["name", "status", "amount", "customer"])

	def test_a_fee_is_an_invoice_of_its_own(self) -> None:
		contract = contracts.active(plan_rows=rows())
		with self.assertRaises(SettlementOpen):
			settlement.draft(contract.name, performed=0, fee=50)
		(made,) = settlement.draft(contract.name, performed=0, fee=50, fee_item=factories.SERVICE_ITEM)
		invoice = frappe.get_doc("Sales Invoice", made["name"])
		self.assertEqual((invoice.grand_total, invoice.get("l2c_contract")), (50, None))
		contract_changes.terminate(contract.name, reason="withdrawn", performed=0, fee=50)
		self.assertEqual(contracts.fresh(contract).termination_fee, 50)

	def test_a_terminated_contract_is_never_active_again(self) -> None:
		contract = contracts.active(plan_rows=rows())
		contract_changes.terminate(contract.name, reason="withdrawn")
		for step in (activation.activate, activation.make_order, order_state.waive_closed):
			with self.subTest(step=step), self.assertRaises(ContractStateError):
				step(contract.name)
		set_state(contract, "Draft")
		ended = contracts.fresh(contract)
		self.assertEqual((ended.status, ended.order_state, ended.open_amount), ("Terminated", "", 0))

	def test_values_out_of_range_and_strangers_are_refused(self) -> None:
		contract = contracts.active(plan_rows=rows())
		for performed, fee in ((-1, 0), (1001, 0), (10, -1)):
			with self.subTest(performed=performed), self.assertRaises(SettlementOpen):
				settlement.propose(contract.name, performed=performed, fee=fee)
		with self.as_user(factories.sales_user("another.rep")), self.assertRaises(frappe.PermissionError):
			settlement.propose(contract.name)
		with self.as_user(factories.sales_manager()), self.assertRaises(frappe.PermissionError):
			settlement.draft(contract.name, performed=10)
