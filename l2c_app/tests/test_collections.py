"""Money reported by sales and confirmed by accounts, by the people who do it."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import frappe
from frappe.utils import add_days, nowdate

from l2c_app.api import collection as api
from l2c_app.services.billing import billing
from l2c_app.services.errors import (
	CollectionAmountError,
	CollectionDateError,
	CollectionLocked,
	CollectionPartyError,
	CollectionStateError,
	ExchangeRateMissing,
	ExistingVoucherFound,
	ReasonMissing,
	ReceivingAccountError,
	VoucherNotLinkable,
)
from l2c_app.services.ledger import audit
from l2c_app.services.receipt import collections
from l2c_app.services.receipt.receipt_payment import Receipt
from l2c_app.tests import contracts, factories, receivables
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.contracts import line, plan_row
from l2c_app.tests.receivables import broken, figures, receipt, row_id, rows


class CollectionTest(L2CTestCase):
	"""A contract of 1,000: deposit 300, delivery 500, retention 200; its order is live, nothing is billed."""

	def setUp(self) -> None:
		super().setUp()
		self.rep, self.other = factories.sales_user("rep"), factories.sales_user("other.rep")
		self.accountant = factories.accounts_user()
		self.customer = factories.customer("L2C Payer")
		plan = [plan_row(300, billing="Advance"), plan_row(500), plan_row(200)]
		self.contract = contracts.active(self.customer, plan_rows=plan, contract_owner=self.rep).name
		self.order = frappe.db.get_value("Sales Contract", self.contract, "sales_order")

	def bill(self, index: int = 2) -> str:
		return billing.bill_row(self.contract, row_id(self.contract, index), submit=True)

	def report(self, amount: float, *asks: tuple, user: str | None = None, **values: object) -> str:
		"""Report a receipt as the salesperson: asks of (row index or 0, amount), the whole on no row by default."""
		allocations = [
			{
				"contract": self.contract,
				"row_id": row_id(self.contract, index) if index else None,
				"amount": part,
			}
			for index, part in asks or [(0, amount)]
		]
		values = {"amount": amount, "received_on": nowdate(), **values}
		with self.as_user(user or self.rep):
			return api.report(values, allocations)["name"]

	def confirm(self, name: str, **values: object) -> str:
		with self.as_user(self.accountant):
			return api.confirm(name, **{"paid_to": factories.bank_account(), **values})["voucher_no"]

	def references(self, payment: str) -> list[tuple]:
		found = frappe.get_doc("Payment Entry", payment)
		return [(row.reference_name, row.allocated_amount) for row in found.references]


class TestReportedToConfirmed(CollectionTest):
	def test_a_deposit_becomes_a_payment_on_the_order(self) -> None:
		name = self.report(300, (1, 300), reference_no="WIRE 1")
		self.assertEqual(figures(self.contract, "collected"), (0,))
		payment = self.confirm(name)
		self.assertEqual(self.references(payment), [(self.order, 300)])
		self.assertEqual(figures(self.contract, "advance", "collected", "on_account"), (300, 300, 0))
		self.assertEqual(rows(self.contract, "settled"), [300, 0, 0])
		self.assertEqual(frappe.db.get_value("Payment Entry", payment, "l2c_collection"), name)
		stored = frappe.get_doc("Collection", name)
		self.assertEqual((stored.status, stored.confirmed_by), ("Confirmed", self.accountant))
		self.assertEqual((stored.reported_by, stored.customer), (self.rep, self.customer))

	def test_one_payment_over_two_rows_as_asked(self) -> None:
		invoice = self.bill()
		payment = self.confirm(self.report(400, (2, 350), (1, 50)))
		self.assertEqual(self.references(payment), [(invoice, 400)])
		self.assertEqual(rows(self.contract, "settled"), [50, 350, 0])
		self.assertEqual(broken(self.contract), [])

	def test_billed_and_unbilled_rows_go_to_invoice_and_order(self) -> None:
		invoice = self.bill()
		payment = self.confirm(self.report(900))
		self.assertEqual(sorted(self.references(payment)), sorted([(invoice, 800), (self.order, 100)]))
		self.assertEqual(rows(self.contract, "settled"), [300, 500, 100])
		self.assertEqual(figures(self.contract, "settled", "advance", "collected"), (800, 100, 900))

	def test_too_much_stays_on_account_and_is_not_collected(self) -> None:
		payment = self.confirm(self.report(1200))
		self.assertEqual(self.references(payment), [(self.order, 1000)])
		self.assertEqual(figures(self.contract, "collected", "on_account", "open_amount"), (1000, 200, 0))

	def test_a_further_payment_on_a_paid_contract_is_on_account(self) -> None:
		self.confirm(self.report(1000))
		payment = self.confirm(self.report(50))
		self.assertEqual(self.references(payment), [])
		self.assertEqual(figures(self.contract, "collected", "on_account"), (1000, 50))

	def test_money_for_no_contract_is_on_account_of_the_customer(self) -> None:
		said = {"customer": self.customer, "company": factories.COMPANY, "currency": "USD"}
		name = api.report({**said, "amount": 70, "received_on": nowdate()})["name"]
		payment = frappe.get_doc("Payment Entry", self.confirm(name))
		self.assertEqual((len(payment.references), payment.unallocated_amount), (0, 70))
		self.assertEqual(figures(self.contract, "collected", "on_account"), (0, 0))

	def test_one_receipt_for_two_contracts(self) -> None:
		second = contracts.active(self.customer, contract_owner=self.rep).name
		asks = [{"contract": self.contract, "amount": 300}, {"contract": second, "amount": 400}]
		name = api.report({"amount": 700, "received_on": nowdate()}, asks)["name"]
		order = frappe.db.get_value("Sales Contract", second, "sales_order")
		self.assertEqual(
			sorted(self.references(self.confirm(name))), sorted([(self.order, 300), (order, 400)])
		)
		self.assertEqual([figures(each, "collected")[0] for each in (self.contract, second)], [300, 400])

	def test_first_money_makes_the_customer_of_a_lead(self) -> None:
		lead = factories.lead("L2C Deposit Before Signature", email_id="deposit@example.com")
		contract = contracts.draft(lead=lead.name)
		values = {"amount": 100, "received_on": nowdate()}
		name = api.report(values, [{"contract": contract.name, "amount": 100}])["name"]
		self.assertIsNone(frappe.db.get_value("Collection", name, "customer"))
		payment = self.confirm(name)
		customer = frappe.db.get_value("Sales Contract", contract.name, "customer")
		self.assertEqual(frappe.db.get_value("Customer", customer, "lead_name"), lead.name)
		self.assertEqual(frappe.db.get_value("Payment Entry", payment, "party"), customer)
		self.assertEqual(figures(contract.name, "on_account", "collected"), (100, 0))

	def test_a_payment_in_another_currency_at_the_banks_rate(self) -> None:
		customer = factories.customer("L2C Payer EUR", currency="EUR")
		contract = contracts.active(customer, currency="EUR", conversion_rate=1.1).name
		values = {"amount": 400, "received_on": nowdate()}
		name = api.report(values, [{"contract": contract, "amount": 400}])["name"]
		payment = frappe.get_doc("Payment Entry", self.confirm(name, exchange_rate=1.25))
		self.assertEqual((payment.paid_amount, payment.received_amount), (400, 500))
		self.assertEqual(figures(contract, "collected", "collected_base"), (400, 500))

	def test_the_position_is_live_and_names_no_voucher_to_sales(self) -> None:
		self.confirm(self.report(300, (1, 300)))
		with self.as_user(self.rep):
			seen = api.contract_position(self.contract)
		self.assertEqual(
			(seen["collected"], seen["open"], seen["broken"], seen["vouchers"]), (300, 700, [], [])
		)
		with self.as_user(self.accountant):
			self.assertEqual(
				[row["amount"] for row in api.contract_position(self.contract)["vouchers"]], [300]
			)

	def test_the_audit_finds_no_drift(self) -> None:
		self.bill()
		self.confirm(self.report(900))
		result = audit.run()
		self.assertEqual([d for d in result["drifts"] if d["contract"] == self.contract], [])
		self.assertEqual([d for d in result["identities"] if d["contract"] == self.contract], [])


class TestNativeVouchersComeFirst(CollectionTest):
	def test_a_payment_booked_by_the_accountant_is_offered_and_linked(self) -> None:
		payment = receipt(self.customer, 300, against=[("Sales Order", self.order, 300)]).name
		name = self.report(300, (1, 300))
		with self.as_user(self.accountant):
			self.assertEqual([row["voucher_no"] for row in api.candidates(name)], [payment])
			with self.assertRaises(ExistingVoucherFound):
				api.confirm(name, paid_to=factories.bank_account())
			self.assertEqual(api.link(name, "Payment Entry", payment)["status"], "Confirmed")
		self.assertEqual(figures(self.contract, "collected"), (300,))
		self.assertEqual(frappe.db.count("Payment Entry", {"party": self.customer, "docstatus": 1}), 1)

	def test_a_second_payment_needs_a_reason(self) -> None:
		receipt(self.customer, 300)
		name = self.report(300)
		payment = self.confirm(name, despite="two transfers on one day")
		self.assertEqual(frappe.db.get_value("Payment Entry", payment, "l2c_collection"), name)
		filters = {"reference_name": name, "comment_type": "Comment"}
		self.assertIn("two transfers", frappe.db.get_value("Comment", filters, "content"))

	def test_far_in_time_and_without_the_reference_is_not_the_same_money(self) -> None:
		far = add_days(nowdate(), -30)
		old = factories.payment(self.customer, 300, submit=False)
		old.update({"posting_date": far, "reference_no": "WIRE 7"})
		old.save()
		old.submit()
		name = self.report(300)
		with self.as_user(self.accountant):
			self.assertEqual(api.candidates(name), [])
		same = self.report(300, reference_no="WIRE 7")
		with self.as_user(self.accountant):
			self.assertEqual([row["voucher_no"] for row in api.candidates(same)], [old.name])

	def test_a_voucher_belongs_to_one_receipt(self) -> None:
		payment = receipt(self.customer, 300).name
		first, second = self.report(300), self.report(300)
		with self.as_user(self.accountant):
			api.link(first, "Payment Entry", payment)
			with self.assertRaises(VoucherNotLinkable):
				api.link(second, "Payment Entry", payment)

	def test_a_voucher_that_vanished_is_refused(self) -> None:
		payment = receipt(self.customer, 300)
		name = self.report(300)
		payment.cancel()
		with self.as_user(self.accountant):
			for voucher in (payment.name, "PE-NEVER-WAS"):
				with self.assertRaises(VoucherNotLinkable):
					api.link(name, "Payment Entry", voucher)

	def assert_not_linked(self, name: str, voucher: str, *said: str) -> None:
		"""Fail unless linking is refused with these words."""
		with self.as_user(self.accountant), self.assertRaises(VoucherNotLinkable) as refused:
			api.link(name, "Payment Entry", voucher)
		for text in said:
			self.assertIn(text, str(refused.exception))

	def test_what_differs_is_said(self) -> None:
		name = self.report(300)
		self.assert_not_linked(name, receipt(self.customer, 250).name, "Amount", "250", "300")
		other = factories.customer("L2C Somebody Else")
		self.assert_not_linked(name, receipt(other, 300).name, "Customer", other, self.customer)
		euro = factories.customer("L2C Payer EUR", currency="EUR")
		payment = receipt(euro, 300, currency="EUR", rate=1.1)
		self.assert_not_linked(name, payment.name, "Currency", "EUR", "USD")
		draft = receipt(self.customer, 300, submit=False)
		self.assert_not_linked(name, draft.name, "not submitted")

	def test_money_that_another_contract_has_is_not_linked(self) -> None:
		second = contracts.active(self.customer).name
		order = frappe.db.get_value("Sales Contract", second, "sales_order")
		payment = receipt(self.customer, 300, against=[("Sales Order", order, 200)])
		name = self.report(300)
		self.assert_not_linked(name, payment.name, "other contracts", "200")
		with self.as_user(self.accountant):
			self.assertEqual(api.candidates(name), [])
		self.assertEqual(frappe.db.get_value("Collection", name, "status"), "Reported")

	def test_a_journal_is_linked_as_well(self) -> None:
		credit = receivables.party_credit(self.customer, 300)
		bank = {"account": factories.bank_account(), "debit_in_account_currency": 300}
		entry = receivables.journal([credit, bank])
		name = self.report(300)
		with self.as_user(self.accountant):
			self.assertEqual(api.link(name, "Journal Entry", entry.name)["status"], "Confirmed")
		entry.cancel()
		self.assertEqual(frappe.db.get_value("Collection", name, "status"), "Reported")

	def test_a_journal_over_two_invoices_is_found(self) -> None:
		first, second = (factories.sales_invoice(self.customer, rate=rate).name for rate in (600, 400))
		lines = [
			receivables.party_credit(self.customer, 600, reference=("Sales Invoice", first)),
			receivables.party_credit(self.customer, 400, reference=("Sales Invoice", second)),
			{"account": factories.bank_account(), "debit_in_account_currency": 1000},
		]
		entry = receivables.journal(lines)
		name = self.report(1000)
		with self.as_user(self.accountant):
			offered = [(row["voucher_no"], row["amount"]) for row in api.candidates(name)]
			self.assertEqual(offered, [(entry.name, 1000)])
			with self.assertRaises(ExistingVoucherFound):
				api.confirm(name, paid_to=factories.bank_account())
			self.assertEqual(api.link(name, "Journal Entry", entry.name)["status"], "Confirmed")

	def test_a_journal_that_moves_no_money_is_no_receipt(self) -> None:
		lines = [
			receivables.party_credit(self.customer, 300),
			{"account": receivables.expense_account(), "debit_in_account_currency": 300},
		]
		entry = receivables.journal(lines)
		name = self.report(300)
		with self.as_user(self.accountant):
			self.assertEqual(api.candidates(name), [])
			with self.assertRaises(VoucherNotLinkable) as refused:
				api.link(name, "Journal Entry", entry.name)
		self.assertIn("moves no bank or cash account", str(refused.exception))
		self.assertTrue(self.confirm(name))


class TestNativeVouchersChange(CollectionTest):
	def test_a_cancelled_payment_reports_the_receipt_again_with_the_reason(self) -> None:
		name = self.report(300, (1, 300))
		payment = self.confirm(name)
		with self.as_user(self.accountant):
			frappe.get_doc("Payment Entry", payment).cancel()
		stored = frappe.get_doc("Collection", name)
		self.assertEqual((stored.status, stored.voucher_no), ("Reported", None))
		self.assertIn(payment, stored.status_reason)
		self.assertEqual(figures(self.contract, "collected"), (0,))
		again = self.confirm(name)
		self.assertNotEqual(again, payment)
		self.assertEqual(figures(self.contract, "collected"), (300,))

	def test_an_amended_payment_takes_the_place(self) -> None:
		name = self.report(300, (1, 300))
		payment = frappe.get_doc("Payment Entry", self.confirm(name))
		payment.cancel()
		amended = frappe.copy_doc(payment)
		amended.update({"amended_from": payment.name, "docstatus": 0, "l2c_collection": None})
		amended.insert()
		amended.submit()
		stored = frappe.get_doc("Collection", name)
		self.assertEqual((stored.status, stored.voucher_no), ("Confirmed", amended.name))
		self.assertEqual(frappe.db.get_value("Payment Entry", amended.name, "l2c_collection"), name)

	def test_a_payment_amended_to_another_amount_does_not_take_the_place(self) -> None:
		name = self.report(300, (1, 300))
		payment = frappe.get_doc("Payment Entry", self.confirm(name))
		payment.cancel()
		amended = frappe.copy_doc(payment)
		amended.update({"amended_from": payment.name, "docstatus": 0, "l2c_collection": name})
		amended.update({"paid_amount": 250, "received_amount": 250})
		amended.references[0].allocated_amount = 250
		amended.insert()
		amended.submit()
		stored = frappe.get_doc("Collection", name)
		self.assertEqual((stored.status, stored.voucher_no), ("Reported", None))
		for text in (amended.name, "Amount", "250", "300"):
			self.assertIn(text, stored.status_reason)
		self.assertIsNone(frappe.db.get_value("Payment Entry", amended.name, "l2c_collection"))
		self.assertEqual(figures(self.contract, "collected"), (250,))

	def test_a_copy_of_a_payment_does_not_join_the_receipt(self) -> None:
		name = self.report(300, (1, 300))
		payment = frappe.get_doc("Payment Entry", self.confirm(name))
		copy = frappe.copy_doc(payment)
		copy.update({"docstatus": 0, "l2c_collection": name})
		copy.set("references", [])
		copy.insert()
		copy.submit()
		self.assertEqual(frappe.db.get_value("Collection", name, "voucher_no"), payment.name)
		self.assertIsNone(frappe.db.get_value("Payment Entry", copy.name, "l2c_collection"))


class TestRefusals(CollectionTest):
	def test_amounts_that_are_none(self) -> None:
		for amount in (None, 0, -5):
			with self.assertRaises((CollectionAmountError, frappe.ValidationError)):
				self.report(amount, (0, 1))
		with self.assertRaises(CollectionAmountError):
			self.report(0, (0, 1))
		with self.assertRaises(CollectionAmountError):
			self.report(100, (0, 60), (0, 50))
		with self.assertRaises(CollectionAmountError):
			self.report(100, (0, 0))

	def test_what_does_not_belong_together(self) -> None:
		with self.assertRaises(CollectionPartyError):
			self.report(100, currency="EUR")
		with self.assertRaises(CollectionPartyError):
			self.report(100, customer=factories.customer("L2C Somebody Else"))
		with self.assertRaises(CollectionPartyError):
			api.report(
				{"amount": 1, "received_on": nowdate()},
				[{"contract": self.contract, "row_id": "R99", "amount": 1}],
			)
		with self.assertRaises(CollectionPartyError):
			api.report(
				{"amount": 1, "received_on": nowdate(), "company": factories.COMPANY, "currency": "USD"}, []
			)

	def test_money_of_tomorrow(self) -> None:
		with self.assertRaises(CollectionDateError):
			self.report(100, received_on=add_days(nowdate(), 1))

	def test_texts_are_stored_as_they_are_and_break_nothing(self) -> None:
		evil = "'; drop table tabCollection; -- <script>alert(1)</script> \u202eمرحبا 🎉"
		name = self.report(100, note=evil * 3, payer_name=evil[:60], reference_no=evil[:60])
		self.assertTrue(
			frappe.db.get_value("Collection", name, "payer_name").startswith("'; drop table tabCollection")
		)
		with self.as_user(self.accountant):
			self.assertEqual(api.candidates(name), [])

	def test_an_account_that_cannot_receive_it(self) -> None:
		name = self.report(100)
		for account in (factories.bank_account("CNY"), "No Such Account - LD", "Debtors - XX"):
			with self.assertRaises(ReceivingAccountError):
				self.confirm(name, paid_to=account)

	def test_only_an_open_bank_or_cash_account_of_the_company_receives_money(self) -> None:
		parent = f"Bank Accounts - {factories.ABBR}"
		name = self.report(100)
		wrong = [factories.receivable_account(), contracts.tax_account("L2C VAT"), parent]
		for account in wrong:
			with self.subTest(account), self.assertRaises(ReceivingAccountError):
				self.confirm(name, paid_to=account)
			with self.subTest(account), self.assertRaises(ReceivingAccountError):
				self.report(100, paid_to=account)
		closed = factories.account("L2C Old Bank", parent=parent, account_type="Bank", currency="USD")
		frappe.db.set_value("Account", closed, "disabled", 1)
		with self.assertRaises(ReceivingAccountError):
			self.confirm(name, paid_to=closed)
		self.assertEqual(frappe.db.get_value("Collection", name, "status"), "Reported")
		cash = factories.account("L2C Till", parent=parent, account_type="Cash", currency="USD")
		payment = self.confirm(name, paid_to=cash)
		self.assertEqual(frappe.db.get_value("Payment Entry", payment, "paid_to"), cash)

	def test_a_receivable_account_in_another_currency(self) -> None:
		name = self.report(100)
		debtors = factories.receivable_account("EUR")
		frappe.db.set_value("Sales Contract", self.contract, "receivable_account", debtors)
		with self.assertRaises(ReceivingAccountError):
			self.confirm(name)

	def test_a_currency_without_a_rate(self) -> None:
		customer = factories.customer("L2C Payer EUR", currency="EUR")
		contract = contracts.active(customer, currency="EUR", conversion_rate=1.1).name
		name = api.report({"amount": 10, "received_on": nowdate()}, [{"contract": contract, "amount": 10}])[
			"name"
		]
		with patch("l2c_app.services.receipt.receipt_payment.get_exchange_rate", return_value=0):
			with self.assertRaises(ExchangeRateMissing):
				self.confirm(name)

	def test_a_disabled_customer_is_refused_by_the_host_and_nothing_is_left(self) -> None:
		name = self.report(100)
		frappe.db.set_value("Customer", self.customer, "disabled", 1)
		frappe.clear_document_cache("Customer", self.customer)
		with self.assertRaises(frappe.ValidationError):
			self.confirm(name)
		self.assertEqual(frappe.db.get_value("Collection", name, "status"), "Reported")

	@bench_only("frozen accounts and accounting periods")
	def test_a_frozen_date_surfaces_as_the_host_says_it(self) -> None:
		name = self.report(100)
		with self.frozen_until(nowdate()), self.assertRaises(frappe.ValidationError):
			self.confirm(name)

	@contextmanager
	def frozen_until(self, date: str) -> Iterator[None]:
		"""Freeze the books where the host keeps that date: on the Company since 16, before in Accounts Settings."""
		if not frappe.get_meta("Company").has_field("accounts_frozen_till_date"):
			values = {"acc_frozen_upto": date, "frozen_accounts_modifier": "System Manager"}
			with self.settings("Accounts Settings", **values):
				yield
			return
		values = {"accounts_frozen_till_date": date, "role_allowed_for_frozen_entries": "System Manager"}
		frappe.db.set_value("Company", factories.COMPANY, values)
		self.addCleanup(frappe.clear_document_cache, "Company", factories.COMPANY)
		frappe.clear_document_cache("Company", factories.COMPANY)
		yield

	@bench_only("frozen accounts and accounting periods")
	def test_a_closed_period_surfaces_as_the_host_says_it(self) -> None:
		from erpnext.accounts.doctype.accounting_period.accounting_period import ClosedAccountingPeriod

		name = self.report(100)
		closed = [{"document_type": "Payment Entry", "closed": 1}]
		factories.make(
			"Accounting Period",
			period_name="L2C Closed",
			company=factories.COMPANY,
			start_date=nowdate(),
			end_date=nowdate(),
			closed_documents=closed,
		)
		with self.assertRaises(ClosedAccountingPeriod):
			self.confirm(name)


class TestStatesAndPeople(CollectionTest):
	def test_whoever_confirms_second_is_told_who_was_first(self) -> None:
		name = self.report(300)
		payment = self.confirm(name)
		with self.assertRaises(CollectionStateError) as refused:
			self.confirm(name)
		self.assertIn(payment, str(refused.exception))
		self.assertEqual(frappe.db.count("Payment Entry", {"l2c_collection": name, "docstatus": 1}), 1)

	def test_rejected_and_cancelled_need_a_reason_and_end_there(self) -> None:
		rejected, cancelled = self.report(300), self.report(200)
		with self.as_user(self.accountant):
			with self.assertRaises(ReasonMissing):
				api.reject(rejected, "  ")
			self.assertEqual(api.reject(rejected, "not on the statement")["status"], "Rejected")
		with self.as_user(self.rep):
			self.assertEqual(api.cancel_collection(cancelled, "typed twice")["status"], "Cancelled")
		for name in (rejected, cancelled):
			with self.assertRaises(CollectionStateError):
				self.confirm(name)

	def test_a_confirmed_receipt_cannot_be_changed_nor_its_state_forged(self) -> None:
		name = self.report(300)
		self.confirm(name)
		with self.as_user(self.accountant):
			stored = frappe.get_doc("Collection", name)
			stored.amount = 5
			with self.assertRaises(CollectionLocked):
				stored.save()
		forged = frappe.get_doc(
			{
				"doctype": "Collection",
				"customer": self.customer,
				"company": factories.COMPANY,
				"currency": "USD",
				"amount": 5,
				"received_on": nowdate(),
				"status": "Confirmed",
				"voucher_no": "PE-1",
			}
		)
		with self.as_user(self.rep):
			forged.insert()
		self.assertEqual((forged.status, forged.voucher_no, forged.reported_by), ("Reported", None, self.rep))

	def test_sales_cannot_confirm_and_others_cannot_see(self) -> None:
		name = self.report(300)
		with self.as_user(self.rep):
			for step in (
				lambda: api.confirm(name),
				lambda: api.reject(name, "no"),
				lambda: api.candidates(name),
			):
				with self.assertRaises(frappe.PermissionError):
					step()
		with self.as_user(self.other):
			self.assertFalse(frappe.has_permission("Collection", "read", doc=name))
			for step in (
				lambda: api.cancel_collection(name, "no"),
				lambda: api.contract_position(self.contract),
			):
				with self.assertRaises(frappe.PermissionError):
					step()
			with self.assertRaises(frappe.PermissionError):
				self.report(5, user=self.other)
		with self.as_user(self.rep):
			self.assertTrue(frappe.has_permission("Collection", "write", doc=name))

	@bench_only("list conditions are SQL")
	def test_the_list_shows_what_the_form_would(self) -> None:
		name = self.report(300)
		by_finance = self.report(100, user=self.accountant)
		seen = {}
		for user in (self.rep, self.other, self.accountant, factories.sales_manager()):
			with self.as_user(user):
				seen[user] = set(frappe.get_list("Collection", pluck="name", order_by="name", limit=0))
		self.assertLessEqual({name, by_finance}, seen[self.rep])
		self.assertFalse({name, by_finance} & seen[self.other])
		self.assertLessEqual({name, by_finance}, seen[self.accountant])

	def test_a_receipt_with_the_line_item_of_a_cancelled_contract(self) -> None:
		contract = contracts.draft(self.customer, items=[line(50)], plan_rows=[plan_row(percent=100)])
		contract.submit()
		contract.cancel()
		with self.assertRaises(CollectionPartyError):
			collections.report(
				{"amount": 5, "received_on": nowdate()}, [{"contract": contract.name, "amount": 5}]
			)
		self.assertEqual(Receipt().paid_to, "")
