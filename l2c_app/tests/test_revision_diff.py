"""Two revisions of a contract side by side: lines, plan, clauses and totals; clauses change by revision as well."""

import frappe

from l2c_app.api import contract as contract_api
from l2c_app.services.contract import contract_revisions
from l2c_app.services.errors import ClauseVariableMissing, RevisionRefused, UnknownClauseVariable
from l2c_app.tests import contracts, factories
from l2c_app.tests.base import L2CTestCase
from l2c_app.tests.contracts import plan_row

LAW = {"title": "Law", "language": "en", "text": "<p>The law of England applies to {{ total }}.</p>"}


class TestRevisionDiff(L2CTestCase):
	def setUp(self) -> None:
		super().setUp()
		rows = [plan_row(percent=50), plan_row(percent=50)]
		self.contract = contracts.active(plan_rows=rows, clauses=[dict(LAW)])

	def revise(self, **changes: object) -> None:
		contract_revisions.revise(self.contract.name, reason="Agreed anew", **changes)

	def compare(self, older: int, newer: int) -> list[tuple]:
		found = contract_api.compare_revisions(self.contract.name, older=older, newer=newer)
		return [
			(row["section"], row["row"], row["label"], row["before"], row["after"])
			for row in found["differences"]
		]

	def test_each_revision_can_be_compared_with_each_other(self) -> None:
		self.revise(
			plan_rows=[plan_row(500, row_id="R1"), plan_row(200, row_id="R2"), plan_row(300, label="Rest")]
		)
		self.revise(clauses=[{**LAW, "text": LAW["text"].replace("England", "France")}])
		plan = [
			("plan_rows", "R2", "Amount", "500", "200"),
			("plan_rows", "R3 Rest", "", None, "300"),
		]
		self.assertEqual(self.compare(0, 1), plan)
		clause = ("clauses", "Law (en)", "Text", None, None)
		self.assertEqual(self.compare(1, 2), [clause])
		self.assertEqual(self.compare(0, 2), [*plan, clause])
		self.assertEqual(self.compare(2, 2), [])
		(found,) = contract_api.compare_revisions(self.contract.name, older=1, newer=2)["differences"]
		words = [(kind, text.replace("\xa0", " ")) for kind, text in found["words"] if kind != "same"]
		self.assertEqual(words, [("removed", "England"), ("added", "France")])
		self.assertIn("1,000.00", "".join(text for _kind, text in found["words"]))

	def test_a_revised_clause_is_filled_like_a_new_one(self) -> None:
		self.revise(clauses=[dict(LAW), {"title": "Until", "text": "<p>{{ contract_date }}</p>"}])
		contract = contracts.fresh(self.contract)
		self.assertIn(str(contract.transaction_date), contract.clauses[1].final_text)
		self.assertEqual((contract.revision, contract.non_standard), (1, 1))
		for text, error in (
			("{{ colour }}", UnknownClauseVariable),
			("{{ end_date }}", ClauseVariableMissing),
		):
			with self.assertRaises(error):
				self.revise(clauses=[{"title": "Until", "text": f"<p>{text}</p>"}])
		self.assertEqual(contracts.fresh(self.contract).revision, 1)
		with self.assertRaises(RevisionRefused):
			self.revise(
				clauses=[
					{"title": row.title, "language": row.language, "text": row.text}
					for row in contract.clauses
				]
			)

	def test_who_may_not_read_or_approve(self) -> None:
		with self.as_user(factories.sales_user("diff.stranger")), self.assertRaises(frappe.PermissionError):
			self.compare(0, 0)
		with self.as_user(factories.user("diff.accounts", "Accounts Manager")):
			self.assertEqual(self.compare(0, 0), [])
			with self.assertRaises(frappe.PermissionError):
				self.revise(clauses=[])
		with self.assertRaises(RevisionRefused):
			self.compare(0, 7)
