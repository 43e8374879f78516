"""A lead must be filled in far enough before it is claimed, becomes a customer or gets an approved contract."""

import frappe

from l2c_app.api import pool as pool_api
from l2c_app.services.errors import BadScoringRule, LeadIncomplete
from l2c_app.tests import contracts, factories
from l2c_app.tests.base import bench_only
from l2c_app.tests.pool_case import PoolCase

WEIGHTS = (
	{"field": "mobile_no", "weight": 3},
	{"field": "industry", "weight": 1},
	{"field": "website", "weight": 1},
)


class TestCompletenessGates(PoolCase):
	def setUp(self) -> None:
		super().setUp()
		self.addCleanup(frappe.clear_document_cache, "Lead Scoring", "Lead Scoring")

	def ask_for(self, **percents: int) -> None:
		settings = frappe.get_doc("Lead Scoring")
		settings.set("completeness", [])
		for row in WEIGHTS:
			settings.append("completeness", row)
		settings.set("groups", [{"group_name": "All", "kind": "Fit"}])
		rule = {"group_name": "All", "label": "Phone", "points": 1, "filters": '[["mobile_no", "is", "set"]]'}
		settings.set("rules", [rule])
		settings.update({"enabled": 1, **percents}).save()

	def complete(self, lead: object) -> None:
		frappe.get_doc("Lead", lead.name).update({"website": "https://x.example.com"}).save()

	def test_a_claim_is_refused_with_both_numbers_and_the_missing_fields(self):
		self.ask_for(claim_percent=80)
		lead = self.lead()  # mobile: 3 of 5 weights
		with self.as_user(self.rep):
			answer = pool_api.claim_batch([self.seat(lead).name])[0]
			self.assertEqual((answer["ok"], answer["rule"]), (False, "incomplete"))
			for part in ("60 %", "80 %", "Industry", "Website"):
				self.assertIn(part, answer["message"])
			with self.assertRaises(LeadIncomplete):
				pool_api.claim(self.seat(lead).name)
		self.complete(lead)
		self.assertEqual(self.claimed(lead).holder, self.rep)  # 4 of 5: 80 %

	def test_zero_asks_for_nothing_and_so_does_scoring_switched_off(self):
		self.ask_for(claim_percent=0)
		self.assertEqual(self.claimed(self.lead(1)).holder, self.rep)
		self.ask_for(claim_percent=100)
		frappe.get_doc("Lead Scoring").update({"enabled": 0}).save()
		self.assertEqual(self.claimed(self.lead(2)).holder, self.rep)

	def test_a_customer_is_made_of_a_complete_lead_only(self):
		self.ask_for(convert_percent=80)
		lead = self.lead()
		values = {"customer_name": "Gate Customer", "customer_type": "Company", "lead_name": lead.name}
		values |= {
			name: factories.leaf_of(name.replace("_", " ").title())
			for name in ("customer_group", "territory")
		}
		with self.assertRaises(LeadIncomplete):
			frappe.get_doc({"doctype": "Customer", **values}).insert()
		self.complete(lead)
		self.assertTrue(frappe.get_doc({"doctype": "Customer", **values}).insert().name)

	@bench_only("the mapper from lead to customer")
	def test_a_contract_is_approved_for_a_complete_lead_only(self):
		self.ask_for(contract_percent=80, convert_percent=100)
		lead = self.lead()
		contract = contracts.draft(lead=lead.name)
		with self.assertRaises(LeadIncomplete):
			contract.submit()
		self.complete(lead)
		contract.reload()
		contract.submit()  # the approval is the authority: the gate of conversion does not hold it up
		self.assertEqual(frappe.db.get_value("Customer", contract.customer, "lead_name"), lead.name)

	def test_more_than_all_cannot_be_asked_for(self):
		with self.assertRaises(BadScoringRule):
			self.ask_for(claim_percent=101)
