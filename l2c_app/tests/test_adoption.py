"""Going live: orders, invoices and payments that ran before become contracts whose figures are their ledger's."""

from decimal import Decimal
from typing import Any
from unittest.mock import patch

import frappe
from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice
from frappe.utils import getdate, nowdate

from l2c_app.api import adoption as api
from l2c_app.core.adoption import Case, Line, case_of
from l2c_app.services.billing import billing
from l2c_app.services.contract import adoption, adoption_draft, adoption_sources
from l2c_app.services.errors import AdoptionRefused, ApproverNeeded, PlanSumError
from l2c_app.services.ledger import audit
from l2c_app.tests import contracts, factories, receivables
from l2c_app.tests.base import L2CTestCase, bench_only

STAMPS = ["docstatus", "grand_total", "status", "modified", "l2c_contract"]


def invoice_of(order: Any, amount: float, **values: Any) -> Any:
	"""Bill an amount of a one-line order natively."""
	invoice = make_sales_invoice(order.name)
	price = {"rate": amount, "price_list_rate": amount, "margin_type": "", "margin_rate_or_amount": 0}
	invoice.items[0].update(price)
	invoice.update({"payment_schedule": [], "due_date": nowdate(), **values})
	invoice.flags.ignore_permissions = True
	invoice.insert()
	invoice.submit()
	return invoice


def opening_invoice(customer: str, amount: float) -> Any:
	"""Make an opening invoice with the host's own tool: no item, no order."""
	tool = frappe.get_doc({"doctype": "Opening Invoice Creation Tool", "company": factories.COMPANY})
	tool.update({"invoice_type": "Sales", "create_missing_party": 0})
	row = {"party_type": "Customer", "party": customer, "outstanding_amount": amount, "qty": 1}
	tool.append("invoices", {**row, "posting_date": contracts.in_days(-5), "due_date": contracts.in_days(10)})
	with patch.object(frappe.db, "commit"):
		names = tool.make_invoices()
	return frappe.get_doc("Sales Invoice", names[0])


class TestAdoption(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.customer = factories.customer("L2C Running Customer")

	def running(self, **values: Any) -> Any:
		"""Return an order of 1,000 with an invoice of 300 that is paid, and 200 paid on the order itself."""
		order = factories.sales_order(self.customer, **values)
		self.invoice = invoice_of(order, 300)
		receivables.receipt(self.customer, 300, against=[("Sales Invoice", self.invoice.name, 300)])
		receivables.receipt(self.customer, 200, against=[("Sales Order", order.name, 200)])
		return order

	def case(self, order: Any, *lines: Line, **head: Any) -> Case:
		return Case(order.name, {"sales_order": order.name, **head}, lines)

	def stored(self, order: Any) -> list[Any]:
		names = [("Sales Order", order.name), ("Sales Invoice", self.invoice.name)]
		return [frappe.db.get_value(doctype, name, STAMPS, as_dict=True) for doctype, name in names]

	def audited(self) -> tuple:
		report = audit.run()
		return report["drift"], report["broken"], report["relinked"], report["ledgers"]

	def test_a_running_order_becomes_a_contract_with_the_figures_of_its_ledger(self) -> None:
		order = self.running()
		before = self.stored(order)
		result = adoption.adopt(self.case(order))
		contract = contracts.fresh(frappe._dict(name=result.contract))
		# invoice 300 paid, 200 on the order: billed 300, collected 500, 1,000 − 500 open
		figures = receivables.figures(contract.name, "billed", "collected", "advance", "open_amount")
		self.assertEqual(figures, (300, 500, 200, 500))
		rows = receivables.rows(contract.name, "amount", "billed", "settled", "status")
		self.assertEqual(rows, [(300, 300, 300, "Paid"), (700, 0, 200, rows[1][3])])
		self.assertEqual([link.origin for link in contract.plan_billing], ["Adopted"])
		self.assertEqual(
			(contract.status, contract.docstatus, contract.adopted_on), ("Active", 1, getdate(nowdate()))
		)
		self.assertEqual(receivables.broken(contract.name), [])
		self.assertEqual(self.audited(), (0, 0, [], []))
		after = self.stored(order)
		for old, new in zip(before, after, strict=True):
			self.assertEqual(new.pop("l2c_contract"), contract.name)
			old.pop("l2c_contract")
			self.assertEqual(old, new)

	def test_an_adopted_contract_is_billed_to_the_last_cent_of_its_order(self) -> None:
		order = self.running()
		name = adoption.adopt(self.case(order)).contract
		billing.bill_row(name, "R2", submit=True)
		# The last invoice is 700 and takes the 200 on the order back: 500 stay open.
		self.assertEqual(receivables.figures(name, "billed", "collected", "open_amount"), (1000, 500, 500))
		self.assertEqual(self.audited(), (0, 0, [], []))

	def test_the_dry_run_shows_what_would_be_and_stores_nothing(self) -> None:
		order = self.running()
		count = frappe.db.count("Sales Contract")
		lines = (
			Line("Start", Decimal(400), billed=Decimal(400), collected=Decimal(300)),
			Line("End", Decimal(600), due_date=getdate(contracts.in_days(30)), collected=Decimal(150)),
		)
		result = adoption.preview(self.case(order, *lines))
		self.assertEqual((result.error, result.contract, result.total), ("", "", 1000))
		self.assertEqual(
			[(row["amount"], row["billed"], row["collected"]) for row in result.rows],
			[(400, 300, 400), (600, 0, 100)],
		)
		# Start: 400 stated as billed, 300 by the ledger; 300 stated as paid, 400 by the ledger. End: 150 against 100.
		self.assertEqual(len(result.differences), 3)
		self.assertEqual(frappe.db.count("Sales Contract"), count)
		self.assertFalse(frappe.db.get_value("Sales Order", order.name, "l2c_contract"))

	def test_an_invoice_named_on_a_row_bills_that_row(self) -> None:
		order = self.running()
		lines = (
			Line("First", Decimal(700), due_date=getdate(nowdate())),
			Line("Second", Decimal(300), sales_invoice=self.invoice.name),
		)
		name = adoption.adopt(self.case(order, *lines)).contract
		self.assertEqual(receivables.rows(name, "billed", "settled"), [(0, 200), (300, 300)])

	@bench_only("opening invoices")
	def test_an_opening_invoice_without_an_order_is_adopted_alone(self) -> None:
		opening = opening_invoice(self.customer, 450)
		receivables.receipt(self.customer, 100, against=[("Sales Invoice", opening.name, 100)])
		result = adoption.adopt(case_of("OLD-7", [{"reference": "OLD-7", "sales_invoice": opening.name}]))
		self.assertEqual(
			(result.total, result.figures["billed"], result.figures["collected"]), (450, 450, 100)
		)
		self.assertEqual(frappe.db.get_value("Sales Invoice", opening.name, "l2c_contract"), result.contract)
		self.assertEqual(self.audited(), (0, 0, [], []))

	@bench_only("opening invoices")
	def test_an_opening_invoice_joins_the_order_that_follows_it(self) -> None:
		order = self.running()
		opening = opening_invoice(self.customer, 450)
		lines = [{"sales_order": order.name, "sales_invoice": opening.name}]
		result = adoption.adopt(case_of("A", lines))
		# order 1,000 + opening 450; rows by posting date: 300 and 450 billed, 700 left
		self.assertEqual((result.total, result.figures["billed"]), (1450, 750))
		billing.bill_row(result.contract, "R3", submit=True)
		self.assertEqual(receivables.figures(result.contract, "billed")[0], 1450)
		self.assertEqual(self.audited(), (0, 0, [], []))

	def test_the_total_in_company_currency_has_its_decimals(self) -> None:
		order = factories.sales_order(self.customer)
		self.addCleanup(frappe.clear_document_cache, "Company", factories.COMPANY)
		for currency, rate, base in (("JPY", 149.8767, 149877), ("KWD", 0.3071239, 307.124)):
			factories.keep_books_in(currency)
			frappe.db.set_value("Sales Order", order.name, "conversion_rate", rate)
			case = self.case(order)
			head = adoption_draft._head(case, adoption_sources.read(case))
			self.assertEqual(head["base_grand_total"], base, currency)

	def test_what_does_not_fit_is_refused_and_named(self) -> None:
		order = self.running()
		other = factories.sales_invoice(factories.customer("L2C Other Customer"), rate=10)
		draft = factories.sales_order(self.customer, submit=False)
		for case, error, text in (
			(self.case(order, Line("Half", Decimal(500))), PlanSumError, "1,000.00"),
			(self.case(order, Line(sales_invoice=other.name)), AdoptionRefused, "L2C Other Customer"),
			(self.case(draft), AdoptionRefused, draft.name),
			(self.case(order, contract_owner="nobody@example.com"), AdoptionRefused, "nobody@example.com"),
			(Case("X", {"sales_order": "SO-NONE"}), AdoptionRefused, "SO-NONE"),
			(Case("X", {}), AdoptionRefused, "X"),
		):
			with self.subTest(case=case):
				with self.assertRaisesRegex(error, text):
					adoption.adopt(case)
				self.assertEqual(adoption.preview(case).error, error.__name__)
		adoption.adopt(self.case(order))
		with self.assertRaisesRegex(AdoptionRefused, "CON-"):
			adoption.adopt(self.case(order))

	def test_the_api_previews_and_adopts_typed_rows(self) -> None:
		order = self.running()
		rows = frappe.as_json([{"sales_order": order.name, "amount": "1,000.00", "due_date": "2026-12-31"}])
		self.assertEqual((api.preview(rows)["total"], api.preview(rows)["contract"]), (1000, ""))
		unreadable = [{"sales_order": order.name, "amount": "12.3.4"}]
		with self.assertRaises(AdoptionRefused):
			api.preview(unreadable)
		answer = api.adopt(rows)
		self.assertEqual((answer["figures"]["billed"], len(answer["rows"])), (300, 1))

	def test_only_who_approves_contracts_or_manages_accounts_adopts(self) -> None:
		order = self.running()
		with self.as_user(factories.sales_user()):
			for step in (adoption.adopt, adoption.preview):
				with self.assertRaises(ApproverNeeded):
					step(self.case(order))
		with self.as_user(factories.accounts_manager()):
			self.assertTrue(adoption.adopt(self.case(order)).contract)
