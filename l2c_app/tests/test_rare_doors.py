"""Doors that open seldom: the till, reposting of the general ledger, merging of customers and accounts."""

import frappe
from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice
from frappe.model.document import Document
from frappe.utils import nowdate

from l2c_app.services.ledger import audit, contract_customers, ledger_identities, recompute
from l2c_app.tests import contracts, factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.receivables import broken, figures, receipt, rows
from l2c_app.tests.test_doors import DoorTest


class RareDoorTest(DoorTest):
	def assert_ledger_agrees(self, *contracts_: str) -> None:
		"""The stored figures are those of the ledger, and the ledgers agree with one another."""
		result = audit.run()
		self.assertEqual((result["drifts"], result["identities"], result["relinked"]), ([], [], []))
		self.assertEqual((result["failed"], result["payments"]), ([], []))
		for contract in contracts_ or (self.contract,):
			self.assertEqual(broken(contract), [])
		customers = {frappe.db.get_value("Sales Contract", name, "customer") for name in contracts_}
		found = [row for row in ledger_identities.ledger_differences() if row["customer"] in customers]
		self.assertEqual(found, [])


@bench_only("point of sale")
class TestTheTill(RareDoorTest):
	def till_invoice(self, amount: float, *, paid: float) -> Document:
		"""Return a submitted point of sale invoice of the contract's order, paid at once in cash."""
		invoice = make_sales_invoice(self.order)
		invoice.items[0].update({"rate": amount, "price_list_rate": amount})
		cash = factories.account(
			"L2C Till", parent=f"Cash In Hand - {factories.ABBR}", account_type="Cash", currency="USD"
		)
		defaults = [{"company": factories.COMPANY, "default_account": cash}]
		values = {"mode_of_payment": "L2C Cash", "type": "Cash", "accounts": defaults}
		mode = factories.find_or_make("Mode of Payment", "L2C Cash", **values)
		invoice.update({"is_pos": 1, "update_stock": 0, "set_posting_time": 1, "posting_date": nowdate()})
		invoice.set("payments", [{"mode_of_payment": mode, "account": cash, "amount": paid}])
		invoice.set("payment_schedule", [])
		invoice.insert()
		invoice.submit()
		return invoice

	def test_an_invoice_paid_at_the_till_is_billed_and_collected(self) -> None:
		invoice = self.till_invoice(500, paid=500)
		self.assertEqual(self.money(), (500, 0, 500, 0, 0, 500, 0))
		self.assertEqual(rows(self.contract, "billed", "collected"), [(300, 300), (200, 200), (0, 0)])
		links = [
			(link.row_id, link.amount, link.origin)
			for link in frappe.get_doc("Sales Contract", self.contract).plan_billing
		]
		self.assertEqual(links, [("R1", 300, "Native"), ("R2", 200, "Native")])
		self.assert_ledger_agrees(self.contract)
		invoice.cancel()
		self.assertEqual(self.money(), (0, 0, 0, 0, 0, 0, 0))
		self.assert_ledger_agrees(self.contract)

	def test_an_invoice_paid_in_part_at_the_till_and_later_by_transfer(self) -> None:
		invoice = self.till_invoice(500, paid=200)
		self.assertEqual(self.money(), (500, 300, 200, 0, 0, 200, 0))
		receipt(self.customer, 300, against=[("Sales Invoice", invoice.name, 300)])
		self.assertEqual(self.money(), (500, 0, 500, 0, 0, 500, 0))
		self.assert_ledger_agrees(self.contract)


@bench_only("reposting of the general ledger")
class TestRepostOfTheGeneralLedger(RareDoorTest):
	def repost(self, *vouchers: tuple[str, str], delete: bool) -> None:
		for doctype in ("Sales Invoice", "Payment Entry"):
			self.allow(doctype)
		lines = [{"voucher_type": doctype, "voucher_no": name} for doctype, name in vouchers]
		values = {"company": factories.COMPANY, "delete_cancelled_entries": int(delete), "vouchers": lines}
		factories.make("Repost Accounting Ledger", submit=True, **values)
		frappe.flags.through_repost_accounting_ledger = False

	def allow(self, doctype: str) -> None:
		"""Allow the reposting of a document type where the host keeps that list: in Accounts Settings since 16."""
		meta = frappe.get_meta("Accounts Settings")
		field = next((each for each in meta.fields if each.options == "Repost Allowed Types"), None)
		parent = "Accounts Settings" if field else "Repost Accounting Ledger Settings"
		row = {"doctype": "Repost Allowed Types", "document_type": doctype, "allowed": 1, "idx": 99}
		place = {"parent": parent, "parenttype": parent}
		place["parentfield"] = field.fieldname if field else "allowed_types"
		frappe.get_doc({**row, **place}).db_insert()

	def test_deleted_and_made_again_or_reversed_and_made_again(self) -> None:
		for delete in (True, False):
			with self.subTest(delete=delete):
				contract = self.new_contract()
				invoice = self.bill(contract)
				payment = receipt(self.customer, 450, against=[("Sales Invoice", invoice, 450)])
				before = self.money(contract)
				self.assertEqual(before, (800, 350, 450, 0, 0, 450, 0))
				self.repost(("Sales Invoice", invoice), ("Payment Entry", payment.name), delete=delete)
				self.assertIn(("Sales Invoice", invoice), frappe.local.l2c_dirty.vouchers)
				self.assertEqual(self.money(contract), before)
				self.assert_ledger_agrees(contract)


@bench_only("merging of native masters")
class TestMerges(RareDoorTest):
	def test_a_customer_merged_into_another_brings_its_contract(self) -> None:
		target = factories.customer("L2C Door Target")
		own = contracts.active(target).name
		invoice = self.bill()
		receipt(self.customer, 450, against=[("Sales Invoice", invoice, 450)])
		before = self.money()
		frappe.rename_doc("Customer", self.customer, target, merge=True, force=True)
		self.assertEqual(frappe.db.get_value("Sales Contract", self.contract, "customer"), target)
		self.assertFalse(contract_customers.concerns(self.customer))
		self.assertTrue(contract_customers.concerns(target))
		self.assertEqual(self.money(), before)
		receipt(target, 100, against=[("Sales Order", self.order, 100)])
		self.assertEqual(self.money(), (800, 350, 450, 0, 100, 550, 0))
		self.assert_ledger_agrees(self.contract, own)

	def euro_contract(self) -> tuple[str, str]:
		self.customer = factories.customer("L2C Door EUR", currency="EUR")
		account = self.extra_account()
		values = {"currency": "EUR", "conversion_rate": 1.2, "receivable_account": account}
		contract = contracts.active(self.customer, **values).name
		invoice = self.bill(contract, 1)
		self.assertEqual(frappe.db.get_value("Sales Invoice", invoice, "debit_to"), account)
		from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry

		payment = get_payment_entry(
			"Sales Invoice", invoice, party_amount=400, bank_account=factories.bank_account()
		)
		payment.update({"reference_no": "L2C-TEST", "reference_date": nowdate()})
		payment.insert()
		payment.submit()
		self.assertEqual(payment.paid_from, account)
		self.assertEqual(self.money(contract), (1000, 600, 400, 0, 0, 400, 0))
		return contract, account

	def extra_account(self) -> str:
		parent = frappe.db.get_value("Account", factories.receivable_account("EUR"), "parent_account")
		return factories.account("L2C Debtors", parent=parent, account_type="Receivable", currency="EUR")

	def test_a_receivable_account_is_renamed(self) -> None:
		contract, account = self.euro_contract()
		name = f"L2C Debtors Renamed - {factories.ABBR}"
		frappe.rename_doc("Account", account, name, force=True)
		self.follow(contract, name)

	def test_a_receivable_account_is_merged_into_another(self) -> None:
		contract, account = self.euro_contract()
		target = factories.receivable_account("EUR")
		frappe.rename_doc("Account", account, target, merge=True, force=True)
		self.follow(contract, target)

	def follow(self, contract: str, account: str) -> None:
		"""Check that the contract takes the account's new name and shows money that comes after it."""
		self.assertEqual(frappe.db.get_value("Sales Contract", contract, "receivable_account"), account)
		recompute.recompute(contract)
		self.assertEqual(self.money(contract), (1000, 600, 400, 0, 0, 400, 0))
		invoice = frappe.get_doc("Sales Contract", contract).plan_billing[0].sales_invoice
		self.assertEqual(frappe.db.get_value("Sales Invoice", invoice, "debit_to"), account)
		self.assertEqual(figures(contract, "collected", "open_amount"), (400, 600))
		self.assert_ledger_agrees(contract)
