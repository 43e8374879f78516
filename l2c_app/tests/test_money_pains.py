"""What users of other systems suffer from with contracts, payment plans, payments and advances; figures by hand."""

import frappe
from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice
from frappe.utils import nowdate

from l2c_app.services.billing import billing
from l2c_app.services.errors import CollectionAmountError, PlanSumError
from l2c_app.services.ledger import audit, ledger_identities
from l2c_app.services.receipt import collections
from l2c_app.services.receipt.receipt_payment import Receipt
from l2c_app.tests import contracts, factories, receivables
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.contracts import plan_row
from l2c_app.tests.receivables import broken, figures, receipt, row_id, rows


class TestContractPains(L2CTestCase):
	@bench_only("modules of native DocTypes")
	def test_pain_the_native_contract_is_still_of_the_hosts_module(self) -> None:
		self.assertEqual(frappe.get_meta("Contract").module, "CRM")

	def test_pain_a_start_in_the_future_without_an_end_is_not_active(self) -> None:
		contract = contracts.active(factories.customer("L2C Pain"), start_date=contracts.in_days(10))
		self.assertEqual((contract.end_date, contract.status), (None, "Not Started"))

	def test_pain_a_copy_of_an_active_contract_with_money_begins_from_nothing(self) -> None:
		contract = contracts.active(factories.customer("L2C Pain"))
		receipt(contract.customer, 300, against=[("Sales Order", contract.sales_order, 300)])
		source = contracts.fresh(contract)
		self.assertEqual((source.status, source.advance), ("Active", 300))
		copy = frappe.copy_doc(source)
		copy.docstatus = 0
		copy.insert()
		self.assertEqual((copy.status, copy.signed_on, copy.sales_order), ("Draft", None, None))
		self.assertEqual(figures(copy.name, "advance", "collected", "open_amount"), (0, 0, 0))
		self.assertEqual(rows(copy.name, "settled"), [0])

	def test_pain_native_contract_limits_ours_has_a_lead_an_amount_a_currency_and_a_plan(self) -> None:
		"""The host's has none of these, and no right for a Sales User: ours is written by one, over several lines."""
		rep = factories.sales_user("pain.rep")
		lead = factories.lead("L2C Pain Prospect", lead_owner=rep)
		values = {"lead": lead.name, "currency": "EUR", "conversion_rate": 1.1, "contract_owner": rep}
		values["items"] = [contracts.line(400), contracts.line(200, qty=3)]
		values["plan_rows"] = [plan_row(percent=30, billing="Advance"), plan_row(percent=70)]
		with self.as_user(rep):
			contract = contracts.draft(insert=False, **values)
			contract.customer = None
			contract.insert()
		self.assertEqual((contract.grand_total, contract.currency), (1000, "EUR"))
		self.assertEqual((contract.base_grand_total, contract.company), (1100, factories.COMPANY))
		self.assertEqual([row.amount for row in contract.plan_rows], [300, 700])

	def test_pain_plan_total_may_exceed_the_contract_amount(self) -> None:
		customer = factories.customer("L2C Pain")
		for shares in ((600, 600), (600, 300)):
			with self.subTest(shares=shares), self.assertRaises(PlanSumError):
				contracts.draft(customer, plan_rows=[plan_row(share) for share in shares])

	def test_pain_no_filter_for_what_is_not_fully_collected(self) -> None:
		"""Of two contracts one is paid; the filter of the list's button finds the other, with what came of it."""
		customer = factories.customer("L2C Pain")
		paid, part = (contracts.active(customer) for _contract in range(2))
		receipt(customer, 1000, against=[("Sales Order", paid.sales_order, 1000)])
		receipt(customer, 400, against=[("Sales Order", part.sales_order, 400)])
		figures(paid.name)
		filters = {"customer": customer, "docstatus": 1, "open_amount": (">", 0)}
		fields = ["name", "grand_total", "collected", "open_amount", "money_status"]
		(row,) = frappe.get_list("Sales Contract", filters=filters, fields=fields, order_by="name")
		self.assertEqual((row.name, row.grand_total), (part.name, 1000))
		self.assertEqual((row.collected, row.open_amount), (400, 600))
		shown = {field.fieldname for field in frappe.get_meta("Sales Contract").fields if field.in_list_view}
		self.assertLessEqual({"grand_total", "collected", "overdue_amount"}, shown)

	@bench_only("connections of the desk")
	def test_pain_collection_not_shown_on_the_panel_under_limited_roles(self) -> None:
		"""A Sales User sees on contract and customer how many receipts there are, and their list has as many."""
		from frappe.desk.notifications import get_open_count

		rep = factories.sales_user("pain.rep")
		contract = contracts.active(factories.customer("L2C Pain"), contract_owner=rep)
		with self.as_user(rep):
			for amount in (100, 200):
				values = {"amount": amount, "received_on": nowdate()}
				collections.report(values, [{"contract": contract.name, "amount": amount}])
			for doctype, name in (("Sales Contract", contract.name), ("Customer", contract.customer)):
				with self.subTest(doctype=doctype):
					links = get_open_count(doctype, name, items=["Collection"])["count"]
					found = links["external_links_found"]
					self.assertEqual([(row["doctype"], row["count"]) for row in found], [("Collection", 2)])
			listed = frappe.get_list("Collection", {"customer": contract.customer}, order_by="name")
			self.assertEqual(len(listed), 2)

	def test_an_approved_contract_is_open_before_it_is_signed(self) -> None:
		contract = contracts.draft(factories.customer("L2C Pain"))
		contract.submit()
		self.assertEqual(figures(contract.name, "open_amount", "due_amount"), (1000, 1000))
		self.assertEqual(rows(contract.name, "open_amount", "status"), [(1000, "Due")])
		drifts = [row for row in audit.run()["drifts"] if row["contract"] == contract.name]
		self.assertEqual(drifts, [])

	@bench_only("unlink on cancel")
	def test_pain_an_amended_contract_with_receipts_begins_from_nothing(self) -> None:
		"""Amending copies also what copies should not have; the money stays on account of the customer."""
		contract = contracts.active(factories.customer("L2C Pain"))
		values = {"amount": 300, "received_on": nowdate()}
		name = collections.report(values, [{"contract": contract.name, "amount": 300}]).name
		collections.confirm(name, Receipt(paid_to=factories.bank_account()))
		frappe.get_doc("Sales Order", contract.sales_order).cancel()
		old = contracts.fresh(contract)
		self.assertEqual((old.advance, old.on_account), (0, 300))
		old.cancel()
		amended = frappe.copy_doc(old, ignore_no_copy=True)
		amended.update({"amended_from": old.name, "docstatus": 0})
		amended.insert()
		self.assertEqual((amended.status, amended.signed_on, amended.activated_on), ("Draft", None, None))
		self.assertFalse(amended.sales_order)
		self.assertEqual(figures(amended.name, "on_account", "collected", "settled"), (0, 0, 0))
		amended.submit()
		self.assertEqual(rows(amended.name, "settled", "open_amount"), [(0, 1000)])
		self.assertEqual(audit.run()["drift"], 0)


class PaymentPain(L2CTestCase):
	"""A contract of 1,000 with three rows; its order is live."""

	def setUp(self) -> None:
		super().setUp()
		self.customer = factories.customer("L2C Pain")

	def contract(self, *shares: float, **values: object) -> str:
		plan = [plan_row(share, fixed_date=contracts.in_days(10 * n)) for n, share in enumerate(shares)]
		contract = contracts.active(self.customer, plan_rows=plan, **values)
		self.order = contract.sales_order
		return contract.name

	def bill(self, contract: str, index: int) -> str:
		return billing.bill_row(contract, row_id(contract, index), submit=True)

	def report(self, contract: str, amount: float) -> str:
		values = {"amount": amount, "received_on": nowdate()}
		return collections.report(values, [{"contract": contract, "amount": amount}]).name


class TestPlanPains(PaymentPain):
	def test_pain_forty_percent_billed_of_an_order_with_three_terms(self) -> None:
		"""The host would ask for the order's terms on the invoice; only the oldest rows are due by it."""
		contract = self.contract(300, 500, 200)
		invoice = make_sales_invoice(self.order)
		invoice.items[0].update({"rate": 400, "price_list_rate": 400})
		invoice.set("payment_schedule", [])
		invoice.insert()
		invoice.submit()
		self.assertEqual(rows(contract, "billed", "open_amount"), [(300, 300), (100, 500), (0, 200)])
		receipt(self.customer, 400, against=[("Sales Invoice", invoice.name, 400)])
		self.assertEqual(rows(contract, "settled", "open_amount"), [(300, 0), (100, 400), (0, 200)])
		self.assertEqual(broken(contract), [])

	def test_pain_a_term_used_twice_keeps_two_rows_apart(self) -> None:
		plan = [plan_row(400, label="Net 30"), plan_row(600, label="Net 30")]
		contract = contracts.active(self.customer, plan_rows=plan).name
		invoice = self.bill(contract, 1)
		receipt(self.customer, 400, against=[("Sales Invoice", invoice, 400)])
		self.assertEqual(rows(contract, "billed", "settled"), [(400, 400), (0, 0)])

	def test_pain_more_than_is_open_is_not_allocated(self) -> None:
		contract = self.contract(300, 500, 200)
		invoice = self.bill(contract, 1)
		with self.assertRaises(frappe.ValidationError):
			receipt(self.customer, 400, against=[("Sales Invoice", invoice, 301)])
		with self.assertRaises(CollectionAmountError):
			values = {"amount": 300, "received_on": nowdate()}
			collections.report(values, [{"contract": contract, "amount": 301}])
		name = self.report(contract, 1100)
		collections.confirm(name, Receipt(paid_to=factories.bank_account()))
		# 300 on the invoice, 700 on the order, 100 on account: never more than is open
		self.assertEqual(figures(contract, "settled", "advance", "on_account"), (300, 700, 100))
		self.assertEqual(rows(contract, "settled"), [300, 500, 200])


class TestPaymentPains(PaymentPain):
	def test_pain_a_hundred_in_three_leaves_no_cent(self) -> None:
		plan = [plan_row(percent=percent) for percent in (33.33, 33.33, 33.34)]
		values = {"plan_rows": plan, "items": [contracts.line(100)]}
		contract = contracts.active(self.customer, **values).name
		self.assertEqual(rows(contract, "amount"), [33.33, 33.33, 33.34])
		for index, amount in enumerate((33.33, 33.33, 33.34), start=1):
			invoice = self.bill(contract, index)
			receipt(self.customer, amount, against=[("Sales Invoice", invoice, amount)])
		self.assertEqual(figures(contract, "collected", "open_billed", "open_amount"), (100, 0, 0))
		self.assertEqual(rows(contract, "status"), ["Paid"] * 3)

	def test_pain_two_advances_on_one_order(self) -> None:
		contract = self.contract(300, 500, 200)
		for amount in (300, 150):
			receipt(self.customer, amount, against=[("Sales Order", self.order, amount)])
		self.assertEqual(figures(contract, "advance", "collected"), (450, 450))
		self.assertEqual(rows(contract, "settled"), [300, 150, 0])

	@bench_only("drawn advances and their cancellation")
	def test_pain_advances_around_a_part_invoice(self) -> None:
		"""300 in advance, 300 of it on an invoice of 500, then 200 more in advance: 200 are left on the order."""
		plan = [plan_row(300, billing="Advance"), plan_row(200), plan_row(500)]
		contract = contracts.active(self.customer, plan_rows=plan)
		receipt(self.customer, 300, against=[("Sales Order", contract.sales_order, 300)])
		self.assertEqual(
			frappe.db.get_value("Sales Invoice", self.bill(contract.name, 2), "grand_total"), 500
		)
		receipt(self.customer, 200, against=[("Sales Order", contract.sales_order, 200)])
		found = figures(contract.name, "billed", "open_billed", "settled", "advance", "collected")
		self.assertEqual(found, (500, 200, 300, 200, 500))
		self.assertEqual(broken(contract.name), [])

	@bench_only("unreconciliation")
	def test_pain_an_unreconciled_receipt_is_open_again(self) -> None:
		contract = self.contract(300, 500, 200)
		self.bill(contract, 1)
		name = self.report(contract, 300)
		payment = collections.confirm(name, Receipt(paid_to=factories.bank_account())).voucher_no
		self.assertEqual(rows(contract, "open_amount"), [0, 500, 200])
		receivables.unreconcile("Payment Entry", payment)
		self.assertEqual(rows(contract, "open_amount"), [300, 500, 200])
		self.assertEqual(figures(contract, "collected", "on_account"), (0, 300))
		self.assertEqual(audit.run()["drift"], 0)

	@bench_only("advances against another receivable account")
	def test_pain_an_invoice_on_a_second_receivable_account(self) -> None:
		"""The host lets it draw the deposit, which lies on the first account: counted once, where the ledger has it."""
		contract = self.contract(300, 500, 200)
		receipt(self.customer, 300, against=[("Sales Order", self.order, 300)])
		parent = frappe.db.get_value("Account", factories.receivable_account(), "parent_account")
		kind = {"account_type": "Receivable", "currency": factories.COMPANY_CURRENCY}
		second = factories.account("Second Debtors", parent=parent, **kind)
		invoice = make_sales_invoice(self.order)
		invoice.debit_to = second
		invoice.set("payment_schedule", [])
		invoice.set_advances()
		self.assertEqual(sum(row.allocated_amount for row in invoice.advances), 300)
		invoice.insert()
		invoice.submit()
		self.assertEqual(
			figures(contract, "billed", "open_billed", "settled", "advance"), (1000, 700, 300, 0)
		)
		self.assertEqual(rows(contract, "settled"), [300, 0, 0])
		self.assertEqual(broken(contract), [])
		differences = ledger_identities.ledger_differences()
		self.assertEqual([row for row in differences if row["customer"] == self.customer], [])

	@bench_only("exchange gain and loss")
	def test_pain_a_cancelled_payment_leaves_no_exchange_journal(self) -> None:
		customer = factories.customer("L2C Pain EUR", currency="EUR")
		plan = [plan_row(300), plan_row(700)]
		contract = contracts.active(customer, currency="EUR", conversion_rate=1.1, plan_rows=plan).name
		invoice = self.bill(contract, 1)
		against = [("Sales Invoice", invoice, 300)]
		payment = receipt(customer, 300, against=against, currency="EUR", rate=1.2)
		self.assertEqual(self.exchange_journals(payment.name), [1])
		self.assertEqual(figures(contract, "settled", "written_off", "collected"), (300, 0, 300))
		payment.cancel()
		self.assertEqual(self.exchange_journals(payment.name), [2])
		self.assertEqual(figures(contract, "settled", "written_off", "collected"), (0, 0, 0))
		differences = [row for row in ledger_identities.ledger_differences() if row["customer"] == customer]
		self.assertEqual(differences, [])

	def exchange_journals(self, payment: str) -> list[int]:
		"""Return the docstatus of every exchange journal made for a payment."""
		filters = {"reference_type": "Payment Entry", "reference_name": payment}
		names = frappe.get_all("Journal Entry Account", filters=filters, pluck="parent", order_by="parent")
		wanted = {"name": ("in", names), "voucher_type": "Exchange Gain Or Loss"}
		return frappe.get_all("Journal Entry", filters=wanted, pluck="docstatus", order_by="name")
