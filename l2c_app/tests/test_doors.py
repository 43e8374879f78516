"""Every door through which money moves natively reaches the contract, by itself and before commit."""

from typing import Any
from unittest.mock import patch

import frappe
from frappe.utils import flt, nowdate

from l2c_app.api import contract as contract_api
from l2c_app.overrides import journal_entry, payment_entry, payment_ledger_entry, unreconcile_payment
from l2c_app.services.billing import billing
from l2c_app.services.contract import contract_natives
from l2c_app.services.ledger import audit, contract_customers, ledger_facts, ledger_identities, recompute
from l2c_app.tests import contracts, doors_off, factories, receivables
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.contracts import plan_row
from l2c_app.tests.receivables import broken, figures, receipt, rows

MONEY = ("billed", "open_billed", "settled", "written_off", "advance", "collected", "credit_balance")


class DoorTest(L2CTestCase):
	"""A contract of 1,000: deposit 300, delivery 500, retention 200; its order is live, nothing is billed."""

	def setUp(self) -> None:
		super().setUp()
		self.customer = factories.customer("L2C Door")
		self.contract = self.new_contract()
		self.order = frappe.db.get_value("Sales Contract", self.contract, "sales_order")

	def new_contract(self) -> str:
		plan = [plan_row(300, billing="Advance"), plan_row(500), plan_row(200)]
		return contracts.active(self.customer, plan_rows=plan).name

	def bill(self, contract: str = "", index: int = 2) -> str:
		contract = contract or self.contract
		name = billing.bill_row(contract, receivables.row_id(contract, index), submit=True)
		recompute.flush()
		return name

	def money(self, contract: str = "") -> tuple[float, ...]:
		"""Return figures as the marks of the doors alone left them, after checking the identities."""
		contract = contract or self.contract
		found = figures(contract, *MONEY)
		self.assertEqual(broken(contract), [])
		return found


class TestDoorsOnBothHosts(DoorTest):
	def test_a_payment_on_the_order_and_its_cancellation(self) -> None:
		payment = receipt(self.customer, 300, against=[("Sales Order", self.order, 300)])
		self.assertEqual(self.money(), (0, 0, 0, 0, 300, 300, 0))
		self.assertEqual(rows(self.contract, "settled"), [300, 0, 0])
		payment.cancel()
		self.assertEqual(self.money(), (0, 0, 0, 0, 0, 0, 0))

	def test_a_payment_on_the_invoice_and_its_cancellation(self) -> None:
		invoice = self.bill()
		payment = receipt(self.customer, 450, against=[("Sales Invoice", invoice, 450)])
		self.assertEqual(self.money(), (800, 350, 450, 0, 0, 450, 0))
		self.assertEqual(rows(self.contract, "settled"), [300, 150, 0])
		payment.cancel()
		self.assertEqual(self.money(), (800, 800, 0, 0, 0, 0, 0))

	def test_a_deduction_is_settled_but_not_collected(self) -> None:
		invoice = self.bill()
		payment = receipt(self.customer, 97, against=[("Sales Invoice", invoice, 100)], submit=False)
		fee = {"account": receivables.expense_account(), "amount": 3}
		fee["cost_center"] = frappe.get_cached_value("Company", factories.COMPANY, "cost_center")
		payment.append("deductions", fee)
		payment.save()
		payment.submit()
		self.assertEqual(self.money(), (800, 700, 100, 3, 0, 97, 0))
		self.assertEqual(rows(self.contract, "collected", "written_off")[0], (97, 3))

	@bench_only("credit notes")
	def test_a_fee_kept_of_a_refund_is_not_money_returned(self) -> None:
		"""97 go back for a credit note of 100: 300 came, so 203 are left."""
		invoice = self.bill()
		receipt(self.customer, 300, against=[("Sales Invoice", invoice, 300)])
		note = receivables.credit_note(invoice, 100)
		paid = [("Sales Invoice", note.name, -100)]
		payment = receipt(self.customer, 97, against=paid, pay=True, submit=False)
		fee = {"account": receivables.expense_account(), "amount": -3}
		fee["cost_center"] = frappe.get_cached_value("Company", factories.COMPANY, "cost_center")
		payment.append("deductions", fee)
		payment.save()
		payment.submit()
		self.assertEqual(figures(self.contract, "refunded", "settled", "collected"), (100, 200, 203))
		self.assertEqual(figures(self.contract, "collected_base"), (203,))
		self.assertEqual(receivables.broken(self.contract), [])

	def test_a_journal_without_a_bank_leg_settles_but_is_not_collected(self) -> None:
		invoice = self.bill()
		credit = receivables.party_credit(self.customer, 50, reference=("Sales Invoice", invoice))
		entry = receivables.journal(
			[credit, {"account": receivables.expense_account(), "debit_in_account_currency": 50}]
		)
		self.assertEqual(self.money(), (800, 750, 50, 50, 0, 0, 0))
		entry.cancel()
		self.assertEqual(self.money(), (800, 800, 0, 0, 0, 0, 0))

	def test_pain_journal_paid_invoices_miss_updates_a_bank_leg_is_collected(self) -> None:
		invoice = self.bill()
		credit = receivables.party_credit(self.customer, 50, reference=("Sales Invoice", invoice))
		receivables.journal([credit, {"account": factories.bank_account(), "debit_in_account_currency": 50}])
		self.assertEqual(self.money(), (800, 750, 50, 0, 0, 50, 0))

	def test_marks_vanish_with_a_rollback(self) -> None:
		recompute.mark([self.contract])
		frappe.db.rollback()
		self.assertEqual(recompute.flush(), [])

	def test_a_recompute_twice_changes_nothing(self) -> None:
		self.bill()
		receipt(self.customer, 300, against=[("Sales Order", self.order, 100)])
		recompute.flush()
		before = frappe.get_doc("Sales Contract", self.contract).as_dict()
		vouchers = frappe.get_all(
			"Contract Voucher", filters={"contract": self.contract}, pluck="name", order_by="name"
		)
		recompute.recompute(self.contract)
		after = frappe.get_doc("Sales Contract", self.contract).as_dict()
		before.pop("recomputed_on"), after.pop("recomputed_on")
		self.assertEqual(after, before)
		again = frappe.get_all(
			"Contract Voucher", filters={"contract": self.contract}, pluck="name", order_by="name"
		)
		self.assertEqual(again, vouchers)

	def test_a_failing_recompute_leaves_the_native_document_and_is_logged(self) -> None:
		payment = receipt(self.customer, 300, against=[("Sales Order", self.order, 300)])
		with patch.object(ledger_facts, "read_locked", side_effect=RuntimeError("broken")):
			recompute.flush_before_commit()
		self.assertEqual(frappe.db.get_value("Payment Entry", payment.name, "docstatus"), 1)
		self.assertEqual(frappe.db.get_value("Sales Contract", self.contract, "to_audit"), 1)
		filters = {"reference_name": self.contract, "method": "Contract figures not recomputed"}
		self.assertTrue(frappe.db.exists("Error Log", filters))
		result = audit.run()
		self.assertEqual(self.money(), (0, 0, 0, 0, 300, 300, 0))
		self.assertIn(self.contract, {drift["contract"] for drift in result["drifts"]})
		self.assertEqual(audit.run()["drift"], 0)

	def test_the_audit_names_a_forged_figure_and_repairs_it(self) -> None:
		receipt(self.customer, 300, against=[("Sales Order", self.order, 300)])
		recompute.flush()
		frappe.db.set_value("Sales Contract", self.contract, "collected", 999)
		drifts = [drift for drift in audit.run()["drifts"] if drift["contract"] == self.contract]
		self.assertEqual(
			[(d["field"], d["stored"], d["recomputed"]) for d in drifts], [("collected", 999, 300)]
		)
		self.assertEqual(self.money(), (0, 0, 0, 0, 300, 300, 0))


class TestStrangersCostNothing(L2CTestCase):
	def test_documents_of_other_customers_cost_no_query(self) -> None:
		stranger = factories.customer("L2C Stranger")
		contracts.active(factories.customer("L2C Door"))
		contract_customers.concerns(stranger)
		payment = frappe.get_doc({"doctype": "Payment Entry", "party_type": "Customer", "party": stranger})
		entry = frappe.get_doc(
			{"doctype": "Journal Entry", "accounts": [{"party_type": "Customer", "party": stranger}]}
		)
		ledger = frappe._dict(party_type="Customer", party=stranger, against_voucher_no="SO-OF-OTHERS")
		undo = frappe._dict(allocations=[frappe._dict(party_type="Customer", party=stranger)])
		with patch.object(frappe.db, "sql", side_effect=AssertionError("a query of ours")):
			payment_entry.on_submit(payment)
			payment_entry.on_cancel(payment)
			payment_entry.on_trash(payment)
			journal_entry.on_submit(entry)
			journal_entry.on_cancel(entry)
			payment_ledger_entry.on_submit(ledger)
			payment_ledger_entry.on_advance_submit(ledger)
			unreconcile_payment.on_submit(undo)
		self.assertEqual(recompute.flush(), [])

	@bench_only("statements are counted on the database of the host")
	def test_a_cold_set_costs_two_statements_and_holds_what_contracts_wait_for(self) -> None:
		"""A row waits for a project by name, one without a name for that of its contract, a third for no milestone."""
		customer = factories.customer("L2C Door")
		named, own = (f"L2C Door {frappe.generate_hash(length=6)}" for _each in range(2))
		plan = [contracts.plan_row(250) for _each in range(4)]
		contract = contracts.active(customer, plan_rows=plan)
		frappe.db.set_value("Sales Contract", contract.name, "project", own, update_modified=False)
		awaited = (("Project", named), ("Project", None), ("Task", named), ("Sign-off", None))
		for row, (kind, name) in zip(contract.plan_rows, awaited, strict=True):
			values = {"milestone_type": kind, "milestone": name}
			frappe.db.set_value("Sales Contract Plan Row", row.name, values, update_modified=False)
		contract_customers.forget()
		sent = doors_off.statements(lambda: contract_customers.concerns(customer))
		self.assertEqual(len(sent), 2)
		kinds = ("Project", "Task")
		found = [[contract_customers.awaits(kind, name) for kind in kinds] for name in (named, own)]
		self.assertEqual(found, [[True, True], [True, False]])
		self.assertTrue(contract_customers.concerns_order(contract.sales_order))
		self.assertFalse(contract_customers.concerns("") or contract_customers.awaits("Task", ""))
		contract_customers.forget()

	@bench_only("statements are counted on the database of the host")
	def test_what_moves_a_due_date_leaves_the_set_warm(self) -> None:
		customer = factories.customer("L2C Door")
		contract = contracts.active(customer)
		self.assertTrue(contract_customers.concerns(customer))
		contract_natives.look_again(contract.name)
		sent = doors_off.statements(lambda: contract_customers.concerns("L2C Stranger"))
		self.assertEqual(sent, [])

	def test_a_warm_set_that_lost_a_customer_is_found_and_rebuilt(self) -> None:
		customer = factories.customer("L2C Door")
		contracts.active(customer)
		self.assertTrue(contract_customers.concerns(customer))
		frappe.cache.set_value(contract_customers.KEY, {"customers": set(), "orders": set()})
		self.assertIn(customer, contract_customers.verify()["missing"])
		self.assertTrue(contract_customers.concerns(customer))


@bench_only("credit notes, reconciliation, unlinking on cancel, reposting")
class TestDoorsOfTheHost(DoorTest):
	def test_pain_credit_note_leaves_original_unpaid_forgiven_or_billed_again(self) -> None:
		invoice = self.bill()
		note = receivables.credit_note(invoice, 100)
		self.assertEqual(self.money(), (700, 700, 0, 0, 0, 0, 0))
		self.assertEqual(rows(self.contract, "billed", "credited", "open_amount")[1], (500, 100, 400))
		note.cancel()
		self.assertEqual(self.money(), (800, 800, 0, 0, 0, 0, 0))
		receivables.credit_note(invoice, 100, bill_again=True)
		self.assertEqual(self.money()[0], 700)
		self.assertEqual(rows(self.contract, "billed", "credited", "open_amount")[1], (400, 0, 500))

	def test_a_refund_of_a_credit_note_is_shown_apart(self) -> None:
		invoice = self.bill()
		receipt(self.customer, 800, against=[("Sales Invoice", invoice, 800)])
		note = receivables.credit_note(invoice, 100)
		self.assertEqual(self.money(), (700, -100, 800, 0, 0, 800, 100))
		receipt(self.customer, 100, against=[("Sales Invoice", note.name, -100)], pay=True)
		self.assertEqual(self.money(), (700, 0, 700, 0, 0, 700, 0))
		self.assertEqual(figures(self.contract, "refunded"), (100,))

	def test_pain_reconciled_payments_skip_on_submit_and_unreconcile_left_them_wrong(self) -> None:
		"""Also "reconciliation stopped in v16.15.0": runs on every release that the tests run on."""
		invoice = self.bill()
		payment = receipt(self.customer, 250)
		self.assertEqual(self.money(), (800, 800, 0, 0, 0, 0, 0))
		receivables.reconcile(self.customer, payment.name, invoice, 250)
		self.assertEqual(self.money(), (800, 550, 250, 0, 0, 250, 0))
		receivables.unreconcile("Payment Entry", payment.name, invoice)
		self.assertEqual(self.money(), (800, 800, 0, 0, 0, 0, 0))

	def test_unreconciled_from_the_order_writes_no_ledger_row(self) -> None:
		payment = receipt(self.customer, 300, against=[("Sales Order", self.order, 300)])
		self.assertEqual(self.money()[4], 300)
		receivables.unreconcile("Payment Entry", payment.name, self.order)
		self.assertEqual(self.money(), (0, 0, 0, 0, 0, 0, 0))

	def test_a_standing_credit_note_set_off_moves_no_money(self) -> None:
		invoice = self.bill()
		note = receivables.credit_note(invoice, 100)
		receivables.reconcile(self.customer, note.name, invoice, 100)
		self.assertEqual(self.money(), (700, 700, 0, 0, 0, 0, 0))

	def test_a_journal_on_the_order_is_an_advance(self) -> None:
		credit = receivables.party_credit(self.customer, 120, reference=("Sales Order", self.order))
		bank = {"account": factories.bank_account(), "debit_in_account_currency": 120}
		entry = receivables.journal([credit, bank])
		self.assertEqual(self.money(), (0, 0, 0, 0, 120, 120, 0))
		entry.cancel()
		self.assertEqual(self.money(), (0, 0, 0, 0, 0, 0, 0))

	def test_pain_invoice_cancel_unlinks_by_raw_update_and_frees_its_money(self) -> None:
		invoice = self.bill()
		receipt(self.customer, 450, against=[("Sales Invoice", invoice, 450)])
		self.assertEqual(self.money()[5], 450)
		frappe.get_doc("Sales Invoice", invoice).cancel()
		self.assertEqual(self.money(), (0, 0, 0, 0, 0, 0, 0))
		self.assertEqual(rows(self.contract, "billed"), [0, 0, 0])

	def test_cancelling_the_order_frees_its_deposit(self) -> None:
		payment = receipt(self.customer, 300, against=[("Sales Order", self.order, 300)])
		self.assertEqual(self.money()[4], 300)
		frappe.get_doc("Sales Order", self.order).cancel()
		self.assertEqual(self.money()[4:], (0, 0, 0))
		self.assertEqual(frappe.db.get_value("Payment Entry", payment.name, "unallocated_amount"), 300)

	def test_an_advance_that_goes_to_another_contracts_invoice_leaves_the_first(self) -> None:
		payment = receipt(self.customer, 300, against=[("Sales Order", self.order, 300)])
		self.assertEqual(self.money()[4], 300)
		other = self.new_contract()
		invoice = self.bill(other)
		receivables.reconcile(self.customer, payment.name, invoice, 300)
		self.assertEqual(self.money()[4:6], (0, 0))
		self.assertEqual(self.money(other), (800, 500, 300, 0, 0, 300, 0))

	def test_a_repost_of_the_payment_ledger_changes_no_figure(self) -> None:
		invoice = self.bill()
		payment = receipt(self.customer, 450, against=[("Sales Invoice", invoice, 450)])
		before = self.money()
		tool = frappe.get_doc(
			{
				"doctype": "Repost Payment Ledger",
				"company": factories.COMPANY,
				"posting_date": nowdate(),
				"voucher_type": "Payment Entry",
				"add_manually": 1,
				"repost_vouchers": [{"voucher_type": "Payment Entry", "voucher_no": payment.name}],
			}
		).insert()
		from erpnext.accounts.doctype.repost_payment_ledger import repost_payment_ledger

		with patch.object(frappe, "enqueue"):
			tool.submit()
		entries = self.ledger_rows(payment.name)
		repost_payment_ledger.start_payment_ledger_repost(tool.name)
		self.assertFalse(entries & self.ledger_rows(payment.name))
		self.assertIn(("Payment Entry", payment.name), frappe.local.l2c_dirty.vouchers)
		self.assertEqual(self.money(), before)
		self.assertEqual(audit.run()["drift"], 0)

	def ledger_rows(self, voucher: str) -> set[str]:
		filters = {"voucher_no": voucher, "delinked": 0}
		return set(frappe.get_all("Payment Ledger Entry", filters=filters, pluck="name", order_by="name"))

	def test_a_revaluation_of_the_currency_changes_no_figure(self) -> None:
		customer = factories.customer("L2C Door EUR", currency="EUR")
		contract = contracts.active(customer, currency="EUR", conversion_rate=1.2).name
		self.bill(contract, 1)
		before = self.money(contract)
		self.assertEqual(before[:2], (1000, 1000))
		account = factories.account(
			"Unrealized", parent=self.expenses(), account_type="", currency="USD", root_type="Expense"
		)
		factories.currency_exchange("EUR", "USD", rate=1.35, date=nowdate())
		frappe.db.set_value("Company", factories.COMPANY, "unrealized_exchange_gain_loss_account", account)
		tool = frappe.get_doc(
			{
				"doctype": "Exchange Rate Revaluation",
				"company": factories.COMPANY,
				"posting_date": nowdate(),
				"rounding_loss_allowance": 0.05,
			}
		)
		lines = [row for row in tool.get_accounts_data() if row["party"] == customer]
		self.assertEqual([flt(row["balance_in_account_currency"], 2) for row in lines], [1000])
		tool.extend("accounts", lines)
		tool.insert()
		tool.submit()
		tool.make_jv_for_revaluation().submit()
		self.assertEqual(self.money(contract), before)
		self.assertEqual(
			[row for row in ledger_identities.ledger_differences() if row["customer"] == customer], []
		)

	def test_a_receivable_in_company_currency_is_converted_and_labelled(self) -> None:
		with self.settings("Accounts Settings", allow_multi_currency_invoices_against_single_party_account=1):
			values = {
				"currency": "EUR",
				"conversion_rate": 1.2,
				"receivable_account": factories.receivable_account(),
			}
			contract = contracts.active(self.customer, **values).name
			order = frappe.db.get_value("Sales Contract", contract, "sales_order")
			deposit = receipt(self.customer, 120, against=[("Sales Order", order, 120)])
			self.assertEqual(self.money(contract), (0, 0, 0, 0, 100, 100, 0))
			self.assertEqual(figures(contract, "approximate"), (1,))
			deposit.cancel()
			invoice = self.bill(contract, 1)
			rate = frappe.db.get_value("Sales Invoice", invoice, "conversion_rate")
			receipt(self.customer, 330, against=[("Sales Invoice", invoice, 330)])
			settled = flt(330 / rate, 2)
			self.assertEqual(self.money(contract), (1000, 1000 - settled, settled, 0, 0, settled, 0))
			self.assertEqual(figures(contract, "collected_base"), (330,))
			self.assertTrue(ledger_facts.read([contract])[contract].approximate)
			self.assertTrue(contract_api.plan_status(contract)["approximate"])
		self.assertFalse(ledger_facts.read([self.contract])[self.contract].approximate)
		self.assertFalse(contract_api.plan_status(self.contract)["approximate"])

	def test_a_deduction_on_such_a_receivable_is_converted_too(self) -> None:
		"""An invoice of 1,000 at 1.10 is 1,100 dollars; 297 come, 33 are deducted: 300 are settled, 30 of it without money."""
		with self.settings("Accounts Settings", allow_multi_currency_invoices_against_single_party_account=1):
			values = {"currency": "EUR", "conversion_rate": 1.1}
			values["receivable_account"] = factories.receivable_account()
			contract = contracts.active(self.customer, **values).name
			invoice = self.bill(contract, 1)
			self.assertEqual(frappe.db.get_value("Sales Invoice", invoice, "conversion_rate"), 1.1)
			payment = receipt(self.customer, 297, against=[("Sales Invoice", invoice, 330)], submit=False)
			fee = {"account": receivables.expense_account(), "amount": 33}
			fee["cost_center"] = frappe.get_cached_value("Company", factories.COMPANY, "cost_center")
			payment.append("deductions", fee)
			payment.save()
			payment.submit()
			found = figures(contract, "settled", "written_off", "collected", "collected_base")
		self.assertEqual(found, (300, 30, 270, 297))

	def expenses(self) -> str:
		filters = {"company": factories.COMPANY, "root_type": "Expense", "is_group": 1}
		return frappe.get_all("Account", filters=filters, pluck="name", order_by="lft desc", limit=1)[0]

	def test_pain_immutable_ledger_cancelled_rows_that_stay_net_to_zero(self) -> None:
		invoice = self.bill()
		with self.settings("Accounts Settings", enable_immutable_ledger=1):
			payment = receipt(self.customer, 450, against=[("Sales Invoice", invoice, 450)])
			self.assertEqual(self.money()[5], 450)
			payment.cancel()
		self.assertEqual(self.money(), (800, 800, 0, 0, 0, 0, 0))

	def test_a_renamed_customer_is_still_known(self) -> None:
		frappe.rename_doc("Customer", self.customer, "L2C Door Renamed", force=True)
		self.assertTrue(contract_customers.concerns("L2C Door Renamed"))
		receipt("L2C Door Renamed", 300, against=[("Sales Order", self.order, 300)])
		self.assertEqual(self.money()[4], 300)

	def test_the_ledgers_agree(self) -> None:
		invoice = self.bill()
		receipt(self.customer, 450, against=[("Sales Invoice", invoice, 450)])
		receivables.credit_note(invoice, 100)
		self.assertEqual(
			[row for row in ledger_identities.ledger_differences() if row["customer"] == self.customer], []
		)

	def test_an_invoice_of_two_contracts_is_shared_by_its_lines(self) -> None:
		other = self.new_contract()
		order = frappe.db.get_value("Sales Contract", other, "sales_order")
		name = self.native_invoice([self.order, order], [100, 200])
		receipt(self.customer, 100, against=[("Sales Invoice", name, 100)])
		self.assertEqual(figures(self.contract, "billed", "settled"), (100, 33.33))
		self.assertEqual(figures(other, "billed", "settled"), (200, 66.67))
		self.assertEqual(flt(sum(figures(c, "open_billed")[0] for c in (self.contract, other)), 2), 200)

	def native_invoice(self, orders: list[str], amounts: list[float]) -> str:
		from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice

		invoice: Any = None
		for order, amount in zip(orders, amounts, strict=True):
			invoice = make_sales_invoice(order, target_doc=invoice)
			invoice.items[-1].update({"qty": 1, "rate": amount})
		invoice.set("payment_schedule", [])
		invoice.insert()
		invoice.submit()
		return invoice.name
