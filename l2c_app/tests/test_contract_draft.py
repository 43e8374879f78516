"""Drafting a contract: from every source, with the host's totals; every bad input gets its own refusal."""

import frappe
from frappe.utils import getdate, nowdate

from l2c_app.services.contract import contract_dates, contract_drafts
from l2c_app.services.errors import (
	ContractCompanyError,
	ContractDatesError,
	ContractItemsError,
	ContractPartyError,
	NoExchangeRate,
	PlanDueError,
	PlanReferenceError,
	PlanRowAmountError,
	PlanSumError,
)
from l2c_app.tests import contracts, factories
from l2c_app.tests.base import L2CTestCase, bench_only
from l2c_app.tests.contracts import freight, line, plan_row, tax

HOSTILE = [
	"عقد الخدمات السنوي",
	"合同 🤝 №42",
	"Robert'); DROP TABLE `tabSales Contract`;--",
	"<script>alert(1)</script><img src=x onerror=alert(2)>",
	"%s {0} {{ 7*7 }} \\ ' \" \u202e",
]


class TestDrafts(L2CTestCase):
	def test_rows_get_ids_amounts_and_due_dates(self) -> None:
		rows = [
			plan_row(percent=30, billing="Advance", due_basis="Contract", offset_days=10),
			plan_row(percent=60, due_basis="Order", offset_months=1, end_of_month=1),
			plan_row(100, billing="With Row", with_row="R2", fixed_date="2030-01-31"),
		]
		contract = contracts.draft(plan_rows=rows, transaction_date="2026-01-05")
		self.assertEqual([row.row_id for row in contract.plan_rows], ["R1", "R2", "R3"])
		self.assertEqual([row.amount for row in contract.plan_rows], [300, 600, 100])
		due = [str(row.due_date) if row.due_date else None for row in contract.plan_rows]
		self.assertEqual(due, ["2026-01-15", None, "2030-01-31"])
		self.assertEqual((contract.status, contract.money_status), ("Draft", "Unbilled"))

	def test_row_ids_stay_when_rows_move_and_are_not_used_twice(self) -> None:
		contract = contracts.draft(plan_rows=[plan_row(percent=50), plan_row(percent=50)])
		contract.plan_rows = [contract.plan_rows[1]]
		contract.append("plan_rows", plan_row(percent=50))
		contract.save()
		self.assertEqual([row.row_id for row in contract.plan_rows], ["R2", "R3"])

	def assert_totals(self, cases: list[tuple[dict, float]]) -> None:
		"""The contract's total is its order's, and that is the expected one."""
		for values, total in cases:
			with self.subTest(values):
				contract = contracts.active(**values)
				self.assertEqual(contract.grand_total, total)
				order = frappe.get_doc("Sales Order", contract.sales_order)
				self.assertEqual((order.grand_total, order.l2c_contract), (total, contract.name))
				self.assertEqual(len(order.payment_schedule), 1)

	def test_totals_are_those_of_the_order(self) -> None:
		self.assert_totals([({"taxes": [tax(13)]}, 1130), ({"taxes": [tax(10), freight(50)]}, 1150)])

	@bench_only("discounts on a whole document, taxes included in the rate")
	def test_totals_with_discounts_and_included_taxes_are_those_of_the_order(self) -> None:
		on_net = {"additional_discount_percentage": 10, "apply_discount_on": "Net Total"}
		cases = [
			({"taxes": [tax(13, included=True)]}, 1000),
			({"taxes": [tax(10), freight(50)], "discount_amount": 100}, 1050),
			({"taxes": [tax(10)], **on_net}, 990),
		]
		self.assert_totals(cases)

	def test_a_percent_row_follows_the_total(self) -> None:
		contract = contracts.draft(plan_rows=[plan_row(percent=40), plan_row(percent=60)])
		contract.items[0].rate = 2000
		contract.save()
		self.assertEqual([row.amount for row in contract.plan_rows], [800, 1200])

	def test_machine_fields_cannot_be_forged(self) -> None:
		forged = {"signed_on": nowdate(), "activated_on": nowdate(), "collected": 999, "sales_order": "SO-1"}
		contract = contracts.draft(
			**forged, plan_billing=[{"row_id": "R1", "sales_invoice": "X", "amount": 5}]
		)
		self.assertFalse(
			contract.signed_on or contract.activated_on or contract.collected or contract.sales_order
		)
		self.assertEqual(contract.plan_billing, [])
		contract.submit()
		contract.update({"signed_on": nowdate(), "collected": 999, "status": "Active"})
		contract.plan_rows[0].update({"status": "Paid", "due_date": "2099-01-01", "settled": 999})
		contract.append("plan_billing", {"row_id": "R1", "sales_invoice": "X", "amount": 5})
		contract.save()
		contract = contracts.fresh(contract)
		self.assertEqual((contract.signed_on, contract.collected, contract.status), (None, 0, "Approved"))
		row = contract.plan_rows[0]
		self.assertEqual(
			(row.status in ("Planned", "Due"), str(row.due_date), row.settled), (True, nowdate(), 0)
		)
		self.assertEqual(contract.plan_billing, [])


class TestSources(L2CTestCase):
	def test_from_a_lead(self) -> None:
		lead = factories.lead("Lead GmbH 始")
		contract = contract_drafts.create_from("Lead", lead.name)
		self.assertEqual(
			(contract.lead, contract.customer, contract.source_name), (lead.name, None, lead.name)
		)
		self.assertEqual(contract.plan_rows[0].percent, 100)

	def test_from_a_customer(self) -> None:
		customer = factories.customer("L2C Customer EUR", currency="EUR")
		contract = contract_drafts.create_from("Customer", customer)
		self.assertEqual((contract.customer, contract.currency, contract.lead), (customer, "EUR", None))

	def test_from_nothing(self) -> None:
		contract = contract_drafts.create_from(company=factories.COMPANY)
		self.assertEqual((contract.company, contract.currency), (factories.COMPANY, "USD"))

	def test_from_another_document_is_refused(self) -> None:
		with self.assertRaises(ContractPartyError):
			contract_drafts.create_from("User", "Administrator")

	def test_from_a_quotation_to_an_order_that_closes_it(self) -> None:
		lead = factories.lead("Quoted Ltd")
		quotation = factories.make(
			"Quotation",
			submit=True,
			quotation_to="Lead",
			party_name=lead.name,
			company=factories.COMPANY,
			currency="USD",
			selling_price_list=factories.price_list(),
			items=[line(100, qty=3), line(50, item_code=factories.HOUR_ITEM)],
			taxes=[tax(13)],
			tc_name=None,
			terms="Carried once",
		)
		contract = contract_drafts.create_from("Quotation", quotation.name)
		self.assertEqual(
			[(i.item_code, i.qty, i.rate) for i in contract.items][1], (factories.HOUR_ITEM, 1, 50)
		)
		contract.items[0].rate = 90
		contract.insert()
		self.assertEqual((contract.grand_total, contract.terms), (361.6, "Carried once"))
		contract.submit()
		self.assertTrue(contract.customer)
		from l2c_app.services.contract import activation

		activation.sign(contract.name)
		activation.activate(contract.name)
		contract = contracts.fresh(contract)
		order = frappe.get_doc("Sales Order", contract.sales_order)
		self.assertEqual((order.grand_total, order.customer), (361.6, contract.customer))
		self.assertEqual({i.prevdoc_docname for i in order.items}, {quotation.name})
		self.assertEqual(frappe.db.get_value("Quotation", quotation.name, "status"), "Ordered")
		self.assertEqual(frappe.db.get_value("Lead", lead.name, "status"), "Converted")

	def test_payment_terms_become_plan_rows(self) -> None:
		terms = [
			{"invoice_portion": 40, "due_date_based_on": "Day(s) after invoice date", "credit_days": 10},
			{
				"invoice_portion": 50,
				"due_date_based_on": "Month(s) after the end of the invoice month",
				"credit_months": 2,
			},
			{
				"invoice_portion": 10,
				"due_date_based_on": "Day(s) after the end of the invoice month",
				"credit_days": 30,
			},
		]
		template = factories.find_or_make(
			"Payment Terms Template", "L2C Terms", template_name="L2C Terms", terms=terms
		)
		customer = factories.customer("L2C Terms Customer", payment_terms=template)
		contract = contract_drafts.create_from("Customer", customer)
		rows = [(r.percent, r.billing, r.with_row) for r in contract.plan_rows]
		self.assertEqual(rows, [(40, "Own Invoice", ""), (50, "With Row", "R1"), (10, "With Row", "R1")])
		# of 10 January: 20 January; the end of March; the end of January and 30 days, in a year without 29 February
		due = [str(contract_dates.due_if_invoiced(row, getdate("2026-01-10"))) for row in contract.plan_rows]
		self.assertEqual(due, ["2026-01-20", "2026-03-31", "2026-03-02"])

	@bench_only("opportunities with items")
	def test_from_an_opportunity(self) -> None:
		customer = factories.customer()
		opportunity = factories.make(
			"Opportunity",
			opportunity_from="Customer",
			party_name=customer,
			company=factories.COMPANY,
			currency="USD",
			items=[{"item_code": factories.SERVICE_ITEM, "qty": 2, "rate": 75, "uom": "Nos"}],
		)
		contract = contract_drafts.create_from("Opportunity", opportunity.name).insert()
		self.assertEqual((contract.customer, contract.grand_total), (customer, 150))


class TestBadInput(L2CTestCase):
	def test_plans_that_cannot_be_kept(self) -> None:
		own, advance = plan_row(percent=50), plan_row(percent=50, billing="Advance")
		cases = [
			(PlanSumError, [plan_row(400), plan_row(500)]),
			(PlanSumError, [plan_row(percent=50), plan_row(percent=49)]),
			(PlanSumError, [plan_row(1000.01)]),
			(PlanRowAmountError, [plan_row(1000), plan_row(0)]),
			(PlanRowAmountError, [plan_row(1500), plan_row(-500)]),
			(PlanReferenceError, [plan_row(percent=100, billing="Advance")]),
			(PlanReferenceError, [dict(own), plan_row(percent=50, billing="With Row", with_row="R9")]),
			(PlanReferenceError, [dict(advance), plan_row(percent=50, billing="With Row", with_row="R1")]),
			(PlanDueError, [plan_row(percent=100, fixed_date=None)]),
		]
		for error, rows in cases:
			with self.subTest(error.__name__, rows=rows), self.assertRaises(error):
				contracts.draft(plan_rows=rows)

	def test_a_wrong_sum_names_the_difference(self) -> None:
		with self.assertRaises(PlanSumError) as caught:
			contracts.draft(plan_rows=[plan_row(400), plan_row(500)])
		for part in ("1,000.00", "900.00", " 100.00", "R1, R2"):
			self.assertIn(part, str(caught.exception))

	def test_parties_dates_items(self) -> None:
		disabled = factories.make(
			"Customer",
			customer_name="L2C Disabled",
			customer_type="Company",
			customer_group=factories.leaf_of("Customer Group"),
			territory=factories.leaf_of("Territory"),
			disabled=1,
		).name
		with self.assertRaises(ContractPartyError):
			contracts.draft(disabled)
		with self.assertRaises(ContractPartyError):
			contracts.draft(insert=False, lead="").update({"customer": None}).insert()
		with self.assertRaises(ContractDatesError):
			contracts.draft(start_date="2026-05-02", end_date="2026-05-01")
		with self.assertRaises(ContractItemsError):
			contracts.draft(items=[line(qty=0)])

	def test_a_group_company_keeps_no_books(self) -> None:
		frappe.db.set_value("Company", factories.COMPANY, "is_group", 1)
		with self.assertRaises(ContractCompanyError):
			contracts.draft()

	@bench_only("the host looks for rates on the internet")
	def test_a_currency_without_a_rate(self) -> None:
		factories.enable_currency("XOF")
		with self.settings("Currency Exchange Settings", disabled=1), self.assertRaises(NoExchangeRate):
			contracts.draft(factories.customer(), currency="XOF", conversion_rate=0)

	def test_hostile_texts_are_stored_as_they_are(self) -> None:
		for text in HOSTILE:
			with self.subTest(text):
				contract = contracts.draft(
					title=text, plan_rows=[plan_row(percent=100, label=text)], terms=text
				)
				contract = contracts.fresh(contract)
				self.assertIn(contract.title[:5], text.replace("<", "&lt;") + text)
				self.assertTrue(contract.plan_rows[0].label)

	@bench_only("the host cleans markup")
	def test_scripts_in_the_terms_are_cleaned_by_the_host(self) -> None:
		self.assertNotIn("<script", contracts.fresh(contracts.draft(terms=HOSTILE[3])).terms)

	def test_a_name_of_ten_thousand_characters_is_refused_by_the_host(self) -> None:
		with self.assertRaises(frappe.CharacterLengthExceededError):
			contracts.draft(title="名" * 10_000)
